"""The source's own word for an area is a check: it is told, compared, and moves nothing."""

from issues.mappings.areas import NOWHERE, AreaCheck
from tests.tiny import SOURCE, tiny_apply

CODED = SOURCE + '[area]\ncolumn = ["code", "text"]\nnames = { "8" = "Near North Side", "0" = "" }\n'
OURS = {1: "NEAR NORTH SIDE", 2: "OHARE"}


def check(*rows):
    found = AreaCheck(OURS)
    found.add([f"r{i}" for i in range(len(rows))], [said for said, _ in rows], [placed for _, placed in rows])
    return found


def test_a_code_has_a_name_and_a_name_is_its_own(tmp_path):
    rows = [{"id": str(i), "text": text} for i, text in enumerate(["8", " 8 ", "Loop", "0", ""])]
    said = tiny_apply(tmp_path, *rows, text=CODED).rows["area"].tolist()
    assert said == ["Near North Side", "Near North Side", "Loop", "", ""]


def test_a_source_without_one_says_nothing(tmp_path):
    assert tiny_apply(tmp_path, {}).rows["area"].tolist() == [""]


def test_it_never_places_a_row(tmp_path):
    mapped = tiny_apply(tmp_path, {"text": "8", "lng": ""}, text=CODED)
    assert mapped.rejects["reason"].tolist() == ["missing_coordinates"]


def test_two_spellings_of_a_name_agree():
    found = check(("Near North Side", 1), ("O'Hare", 2))
    assert (found.agrees, found.differs, found.unknown) == (2, {}, {})


def test_another_area_is_told_with_the_first_row():
    found = check(("O'Hare", 2), ("O'Hare", 1), ("O'Hare", 1))
    assert found.differs == {("O'Hare", "NEAR NORTH SIDE"): 2}
    assert found.first == {("O'Hare", "NEAR NORTH SIDE"): "r1"}


def test_a_point_in_no_area_of_ours_differs():
    assert check(("O'Hare", None)).differs == {("O'Hare", NOWHERE): 1}


def test_a_name_that_none_of_ours_has_cannot_be_compared():
    found = check(("Atlantis", 1), ("", 1))
    assert (found.agrees, found.differs, found.unknown) == (0, {}, {"Atlantis": 1})
