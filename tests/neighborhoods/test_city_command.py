"""What every command of ours says before its work."""

import pytest
from django.core.management import CommandError, call_command

from neighborhoods.management import base


def test_tables_older_than_the_code_are_named(db, monkeypatch):
    monkeypatch.setattr(base, "_behind", lambda: True)
    with pytest.raises(CommandError, match="bring them up to date with script/manage migrate"):
        call_command("analyse")


def test_up_to_date_tables_are_not(db):
    assert not base._behind()
