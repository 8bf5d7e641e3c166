"""A bad closing date blanks its field and is counted; the pin stays."""

from tests.tiny import SOURCE, tiny_apply


def test_a_good_closing_date_stays(tmp_path):
    mapped = tiny_apply(tmp_path, {"status": "done", "closed": "2026-03-02T10:00:00Z"})
    assert str(mapped.rows["closed_at"].iloc[0]) == "2026-03-02 10:00:00+00:00"
    assert mapped.blanked_closing == mapped.closing_before_opening == mapped.closing_while_open == 0


def test_one_nobody_can_read(tmp_path):
    mapped = tiny_apply(tmp_path, {"status": "done", "closed": "last week"})
    assert mapped.rows["closed_at"].isna().all()
    assert mapped.rows["state"].tolist() == ["resolved"]
    assert (mapped.blanked_closing, mapped.closing_before_opening) == (1, 0)


def test_one_before_the_opening(tmp_path):
    mapped = tiny_apply(tmp_path, {"status": "done", "closed": "2026-02-01T10:00:00Z"})
    assert mapped.rows["closed_at"].isna().all()
    assert (mapped.blanked_closing, mapped.closing_before_opening) == (0, 1)


def test_one_at_the_moment_of_opening_is_no_fault(tmp_path):
    mapped = tiny_apply(tmp_path, {"status": "done", "closed": "2026-03-01T10:00:00Z"})
    assert mapped.rows["closed_at"].notna().all()


def test_one_of_an_open_issue(tmp_path):
    mapped = tiny_apply(tmp_path, {"status": "open", "closed": "2026-03-02T10:00:00Z"})
    assert mapped.rows["closed_at"].isna().all()
    assert (mapped.rows["state"].tolist(), mapped.closing_while_open) == (["received"], 1)


def test_rows_set_aside_are_not_counted(tmp_path):
    mapped = tiny_apply(tmp_path, {"status": "done", "closed": "last week", "lng": ""})
    assert mapped.blanked_closing == 0


def test_a_last_change_is_a_closing_only_of_closed_issues(tmp_path):
    text = SOURCE.replace("dates =", "closing_only_when_closed = true\ndates =")
    change = "2026-03-02T10:00:00Z"
    mapped = tiny_apply(
        tmp_path,
        {"id": "a", "status": "open", "closed": change},
        {"id": "b", "status": "done", "closed": change},
        {"id": "c", "status": "?", "closed": change},
        text=text,
    )
    assert mapped.rows["closed_at"].notna().tolist() == [False, True, False]
    assert mapped.rows["state"].tolist() == ["received", "resolved", "received"]
    assert mapped.closing_while_open == 0
