"""Files are written whole, and what was rendered once is kept until the rendering changes."""

import pytest

from analytics.models import Release
from analytics.results import digest, to_json
from web.reporting import files


@pytest.fixture
def release(report):
    return Release(report=to_json(report), digest=digest(report))


@pytest.fixture(autouse=True)
def state(settings, tmp_path):
    settings.STATE_DIR = tmp_path
    return tmp_path


def test_a_file_is_replaced_in_one_step_and_leaves_nothing_beside_it(tmp_path):
    path = tmp_path / "a.txt"
    files.write_whole(path, b"old")
    files.write_whole(path, b"new")
    assert path.read_bytes() == b"new"
    assert [p.name for p in tmp_path.iterdir()] == ["a.txt"]


def test_a_failed_write_keeps_the_old_file(tmp_path):
    path = tmp_path / "a.txt"
    path.write_bytes(b"old")
    with pytest.raises(TypeError):
        files.write_whole(path, "not bytes")
    assert path.read_bytes() == b"old"
    assert [p.name for p in tmp_path.iterdir()] == ["a.txt"]


def test_a_page_is_rendered_once(release, monkeypatch):
    made = []
    monkeypatch.setattr(files, "render", lambda *args: made.append(args) or b"page")
    assert [files.kept(release, "html", "ro"), files.kept(release, "html", "ro")] == [b"page", b"page"]
    assert len(made) == 1
    files.kept(release, "html", "en")
    assert len(made) == 2


def test_another_wording_throws_the_old_pages_away(release, monkeypatch, state):
    monkeypatch.setattr(files, "rendering_digest", lambda: "1" * 64)
    files.kept(release, "html", "ro")
    monkeypatch.setattr(files, "rendering_digest", lambda: "2" * 64)
    files.kept(release, "html", "ro")
    assert [p.name for p in (state / "reports").iterdir()] == ["2" * 16]


def test_data_formats_need_no_shelf(release, state):
    assert files.kept(release, "json", "ro") == release.report.encode()
    assert not (state / "reports").exists()
