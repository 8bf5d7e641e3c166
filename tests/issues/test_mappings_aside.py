"""Rows that report nothing at a place are set aside by rule, with the reason the mapping gives; none is dropped."""

from tests.tiny import SOURCE, tiny_apply

ASIDE = SOURCE + '[[aside]]\ncolumn = ["absent", "title"]\nstarts = "Information"\nis = "information_call"\n'


def reasons(folder, *rows, text=ASIDE):
    mapped = tiny_apply(folder, *({"id": str(i), **row} for i, row in enumerate(rows)), text=text)
    return dict(zip(mapped.rejects["external_id"], mapped.rejects["reason"], strict=True)), mapped


def test_the_rule_s_reason_is_given_and_the_others_stay(tmp_path):
    told, mapped = reasons(tmp_path, {"title": "INFORMATION only"}, {"title": "Pothole"})
    assert told == {"0": "information_call"}
    assert mapped.rows["external_id"].tolist() == ["1"]


def test_the_row_is_kept_whole_beside(tmp_path):
    _, mapped = reasons(tmp_path, {"title": "Information, please"})
    assert '"title": "Information, please"' in mapped.rejects["raw"].iloc[0]


def test_such_a_row_need_have_no_place_or_day_but_an_id(tmp_path):
    told, _ = reasons(
        tmp_path,
        {"title": "Information", "lng": ""},
        {"title": "Information", "opened": "?"},
        {"id": "", "title": "Information"},
    )
    assert told == {"0": "information_call", "1": "information_call", "": "missing_id"}


def test_each_reason_is_its_own(tmp_path):
    table = SOURCE + '[[aside]]\ncolumn = "title"\nvalues = { "test" = "test_row", "call" = "information_call" }\n'
    told, _ = reasons(tmp_path, {"title": "Call"}, {"title": "Test"}, {"title": "Testing"}, {"lng": "200"}, text=table)
    assert told == {"0": "information_call", "1": "test_row", "3": "out_of_range_coordinates"}
