"""A file without the columns every row needs is another source's file."""

import pytest

from issues.mappings import MappingError, check_columns
from tests.tiny import tiny_mapping


def test_the_needed_columns_must_be_there(tmp_path):
    with pytest.raises(MappingError, match="tiny: no column lat; the file has id, opened, lng, latitude"):
        check_columns(tiny_mapping(tmp_path), ["id", "opened", "lng", "latitude"])


def test_optional_columns_that_are_absent_are_told(tmp_path):
    has = ["id", "opened", "lng", "lat", "kind", "status", "title"]
    assert check_columns(tiny_mapping(tmp_path), has) == ["closed", "text", "parent"]
