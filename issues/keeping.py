"""What people at the desk keep for themselves: views of the queue, and words for answers."""

from __future__ import annotations

from django.db import transaction

from geo.written import plain, text_problem
from issues.drafts import LONGEST_TEXT
from issues.models import ReplyTemplate, SavedView
from issues.rules import State
from neighborhoods.models import Category, User

MOST_VIEWS = 30
LONGEST_NAME, LONGEST_QUERY = 60, 1000


class NotKeptError(ValueError):
    """What cannot be kept. `code`: missing, too-long, too-many-marks, too-many, unknown."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


@transaction.atomic
def keep_view(*, by: User, name: str, query: str) -> SavedView:
    """Keep filters under a name of one's own; the same name again means the new filters. Raises NotKeptError."""
    called = " ".join(plain(name).split())
    if not called:
        raise NotKeptError("missing")
    if len(called) > LONGEST_NAME or len(query) > LONGEST_QUERY:
        raise NotKeptError("too-long")
    User.objects.select_for_update().get(pk=by.pk)
    others = SavedView.objects.filter(user=by).exclude(name=called)
    if others.count() >= MOST_VIEWS:
        raise NotKeptError("too-many")
    return SavedView.objects.update_or_create(user=by, name=called, defaults={"query": query})[0]


def drop_view(*, by: User, key: int) -> bool:
    """Forget a view; False where it is none of one's own."""
    return bool(SavedView.objects.filter(user=by, pk=key).delete()[0])


def keep_template(
    *,
    name: str,
    text: str,
    category: Category | None = None,
    state: str = "",
    active: bool = True,
    template: ReplyTemplate | None = None,
) -> ReplyTemplate:
    """Keep words for answers, new or in place of a template's. Raises NotKeptError.

    Whether its places are known ones is for whoever calls to ask (issues.replies).
    """
    called, said = " ".join(plain(name).split()), plain(text)
    if not called or not said:
        raise NotKeptError("missing")
    if len(called) > 100:
        raise NotKeptError("too-long")
    if problem := text_problem(said, LONGEST_TEXT):
        raise NotKeptError(problem)
    if state and state not in list(State):
        raise NotKeptError("unknown")
    held = template or ReplyTemplate()
    held.name, held.text, held.category, held.state, held.active = called, said, category, state, active
    held.save()
    return held


def drop_template(*, template: ReplyTemplate) -> None:
    """Forget a template; answers that were written with it stay as they are."""
    template.delete()
