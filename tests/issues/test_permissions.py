"""Who on staff may do what: as the docs say, and nobody everything."""

from pathlib import Path

from issues.permissions import ROLES, printed

DOC = Path(__file__).parents[2] / "docs" / "workflow.md"


def test_the_table_in_the_docs_is_the_one_in_force():
    assert printed() in DOC.read_text(encoding="utf-8")


def test_no_two_roles_may_do_the_same():
    """Who hides does not answer, and who answers hides nothing that is said of the city."""
    first, second = (role.permissions for role in ROLES)
    assert not first & second
