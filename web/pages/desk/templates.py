"""Reply templates: a list, one form, and what the words look like once they are filled."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import path, reverse
from django.utils.translation import gettext
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from issues.keeping import NotKeptError, drop_template, keep_template
from issues.models import STATES, ReplyTemplate
from neighborhoods.models import Category
from web.pages.course import state_words
from web.pages.desk import replying
from web.pages.desk.frame import tabs


@require_http_methods(["GET", "HEAD", "POST"])
@never_cache
def page(request: HttpRequest) -> HttpResponse:
    """All templates, and the form of one: a new one, or that of ?edit=."""
    if request.method != "POST":
        row = _row(request.GET.get("edit", ""))
        return _shown(request, _typed(row) if row else {})
    typed = {name: request.POST.get(name, "") for name in ("key", "name", "text", "category", "state")}
    typed |= {"active": request.POST.get("active", "") == "1"}
    if request.POST.get("act") == "drop":
        return _dropped(typed["key"])
    _said, problem = replying.tried(typed["text"], replying.samples())
    if request.POST.get("act") != "keep":
        return _shown(request, typed, preview=True, problem=problem, status=422 if problem else 200)
    return _kept(request, typed, problem)


def _kept(request: HttpRequest, typed: dict[str, Any], problem: str) -> HttpResponse:
    category = Category.objects.filter(slug=typed["category"]).first() if typed["category"] else None
    values = {"name": typed["name"], "text": typed["text"], "state": typed["state"], "active": typed["active"]}
    if typed["category"] and category is None:
        problem = _words("unknown")
    if not problem:
        try:
            keep_template(template=_row(typed["key"]), category=category, **values)
        except NotKeptError as found:
            problem = _words(found.code)
    if problem:
        return _shown(request, typed, problem=problem, status=422)
    return HttpResponseRedirect(f"{reverse('desk-templates')}?done=kept#done", status=303)


def _dropped(key: str) -> HttpResponse:
    row = _row(key)
    if row is not None:
        drop_template(template=row)
    return HttpResponseRedirect(f"{reverse('desk-templates')}?done=dropped#done", status=303)


def _words(code: str) -> str:
    return {
        "missing": gettext("A template needs a name and words."),
        "too-long": gettext("The words or the name are too long. 2,000 letters and 100 are the most."),
        "too-many-marks": gettext("The text has too many marks on one letter."),
        "unknown": gettext("Choose one of the list."),
    }[code]


def _row(key: str) -> ReplyTemplate | None:
    if not (key.isascii() and key.isdigit() and len(key) < 12):
        return None
    return ReplyTemplate.objects.select_related("category").filter(pk=int(key)).first()


def _typed(row: ReplyTemplate) -> dict[str, Any]:
    return {
        "key": str(row.pk),
        "name": row.name,
        "text": row.text,
        "category": row.category.slug if row.category else "",
        "state": row.state,
        "active": row.active,
    }


def _shown(
    request: HttpRequest, typed: dict[str, Any], *, preview: bool = False, problem: str = "", status: int = 200
) -> HttpResponse:
    done = {"kept": gettext("The template is kept."), "dropped": gettext("The template is gone.")}
    words, _problem = replying.tried(typed.get("text", ""), replying.samples())
    values = {
        "tabs": tabs(request),
        "rows": [_listed(row) for row in ReplyTemplate.objects.select_related("category")],
        "typed": {"active": True} | typed,
        "preview": words if (preview or typed.get("key")) and not problem else "",
        "problem": problem,
        "told": done.get(request.GET.get("done", ""), ""),
        "categories": [(c.slug, c.name()) for c in Category.objects.all()],
        "states": STATES,
        "places": [{"name": f"{{{name}}}", "said": said} for name, said in replying.PLACES.items()],
    }
    return render(request, "desk/templates.html", values, status=status)


def _listed(row: ReplyTemplate) -> dict[str, Any]:
    return {
        "key": row.pk,
        "name": row.name,
        "category": row.category.name() if row.category else gettext("all subjects"),
        "state": state_words(row.state) if row.state else gettext("all states"),
        "active": row.active,
    }


urlpatterns = [path("desk/templates/", page, name="desk-templates")]
