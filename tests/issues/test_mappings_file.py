"""A mapping file is refused by its name and by the key that is wrong."""

import pytest

from issues.mappings import MappingError, load_mapping
from tests.tiny import FIXTURES, SOURCE, tiny_mapping

RULE = '[[category]]\ncolumn = "kind"\n'


def test_what_is_left_out_has_a_plain_meaning(tmp_path):
    mapping = tiny_mapping(tmp_path)
    assert mapping.source == "tiny"
    assert mapping.time_zone == ""
    assert mapping.point_order == "lng,lat"
    assert mapping.columns_read == ["id", "opened", "closed", "lng", "lat", "title", "text", "parent", "kind", "status"]


@pytest.mark.parametrize(
    "old, new, told",
    [
        ('source = "tiny"', "", "'source' is missing"),
        ('source = "tiny"', 'source = " "', "source must be a name"),
        ('dates = ["iso"]', "", "'dates' is missing"),
        ('dates = ["iso"]', 'dates = ["dd.mm.yyyy"]', "dates: 'dd.mm.yyyy' is neither"),
        ('dates = ["iso"]', 'dates = ["iso"]\ntime_zone = "Mars/Olympus"', "time_zone"),
        ('dates = ["iso"]', 'dates = ["iso"]\ncolour = "red"', "unknown key colour"),
        ('external_id = "id"', "", r"'columns.external_id' is missing"),
        ('lng = "lng"', "", r"'columns.lng' is missing"),
        ('title = "title"', "title = 3", r"columns.title must be text"),
        ('title = "title"', 'heading = "title"', r"unknown key columns.heading"),
        ('title = "title"', 'point_order = "north first"', r"columns.point_order must be one of"),
        ("as_it_is = true", "", "category 1: needs exactly one of"),
        ("as_it_is = true", 'contains = "a"', "'category 1.is' is missing"),
        ("as_it_is = true", "matches = '(a'\nis = \"roads\"", "category 1.matches"),
        ('"resolved"', '"mended"', "state 1: no state 'mended'"),
        ('column = "kind"', "column = []", r"'category 1.column' is missing"),
        ('column = "kind"', "column = 3", r"category 1.column must be text"),
        ('column = "kind"', "", r"'category 1.column' is missing"),
        ('dates = ["iso"]', 'dates = ["iso"]\narea = { names = { a = "b" } }', r"'area.column' is missing"),
        ('dates = ["iso"]', 'dates = ["iso"]\narea = { column = "a", names = { a = 3 } }', r"area.names must give"),
        (
            'dates = ["iso"]',
            'dates = ["iso"]\naside = [{ column = "a", as_it_is = true }]',
            r"aside 1: the reason must",
        ),
    ],
)
def test_a_fault_is_named(tmp_path, old, new, told):
    assert old in SOURCE
    with pytest.raises(MappingError, match=rf"tiny\.toml: .*{told}"):
        tiny_mapping(tmp_path, SOURCE.replace(old, new, 1))


def test_a_parent_pattern_needs_its_group(tmp_path):
    marker = '[duplicate]\ncolumn = "text"\ncontains = "dup"\nparent = [{ matches = \'\\d+\' }]\n'
    with pytest.raises(MappingError, match=r"duplicate\.parent\.matches"):
        tiny_mapping(tmp_path, SOURCE + marker)


def test_an_unknown_mapping_tells_the_known_ones():
    with pytest.raises(MappingError, match="ascult, boston311, chicago311, demo, nyc311, open311, seeclickfix"):
        load_mapping("chicago", FIXTURES / "mappings")


def test_text_that_is_no_toml_is_refused_by_name(tmp_path):
    with pytest.raises(MappingError, match=r"tiny\.toml"):
        tiny_mapping(tmp_path, "source = ")


def test_a_new_source_can_start_from_a_known_one(tmp_path):
    path = tmp_path / "chicago.toml"
    path.write_text('source = "chicago"\nlike = "open311"\ntime_zone = "America/Chicago"\n')
    mapping = load_mapping(path, FIXTURES / "mappings")
    known = load_mapping("open311", FIXTURES / "mappings")
    assert (mapping.source, mapping.time_zone) == ("chicago", "America/Chicago")
    assert mapping.category == known.category
