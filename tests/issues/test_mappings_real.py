"""The real files read whole: every row is kept or set aside, and every kept row has a category."""

from geo.cities import load_city
from geo.readers import read_chunks
from issues.mappings import apply, check_columns, load_mapping
from tests.tiny import FIXTURES


def read(path, mapping_name, city_name):
    mapping, city = load_mapping(mapping_name, FIXTURES / "mappings"), load_city(FIXTURES / f"cities/{city_name}.toml")
    (chunk,) = read_chunks(path)
    assert check_columns(mapping, chunk.frame.columns) == []
    mapped = apply(mapping, chunk.frame, city)
    assert sorted([*mapped.rows["row"], *mapped.rejects["row"]]) == list(range(1, len(chunk.frame) + 1))
    return mapped


def test_boston(real):
    mapped = read(real / "boston/boston_311_2011_devsample_3000.csv", "boston311", "boston")
    rows = mapped.rows
    assert (len(rows), len(mapped.rejects)) == (3000, 0)
    assert not mapped.unmapped
    assert (rows["state"] == "received").sum() == 174
    assert rows["closed_at"].isna().sum() == 174
    assert rows["category"].nunique() == 20
    assert 110 <= rows["is_duplicate"].sum() <= 170
    assert rows["duplicate_of"].str.fullmatch(r"101000\d{6}|").all()
    assert rows["opened_at"].min().isoformat() == "2011-07-01T11:36:03+00:00"


def test_newport(real):
    mapped = read(real / "newport/newport_seeclickfix_2017.parquet", "seeclickfix", "newport")
    rows = mapped.rows
    assert (len(rows), len(mapped.rejects)) == (1031, 0)
    assert mapped.unmapped.total() < 30
    assert rows["state"].value_counts().to_dict() == {"resolved": 975, "received": 31, "in_progress": 25}
    assert mapped.closing_while_open == 6
    assert rows["category"].nunique() == 16
