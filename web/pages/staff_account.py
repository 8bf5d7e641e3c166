"""One account, for administrators: its roles, its state, and all that was done with it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django import forms
from django.conf import settings
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from django.views.decorators.cache import never_cache

from neighborhoods.access import end_role, give_role, held_of
from neighborhoods.accounts import close_account, give_password, once_given_at, open_account, sign_as, too_old
from neighborhoods.acts import LONGEST_WHY, acts_of
from neighborhoods.models import BoundarySet, Category, Department, User
from neighborhoods.rules import BOUNDED, Role
from web.accounts import factor_of, reset_second_factor
from web.pages.staff_words import REFUSED, lines, refused
from web.role_words import ROLE_SAID, ROLE_WORDS, Reaches
from web.spoken import spoken

# What is said when an act is done; those that show a password say it on a page of their own.
DONE: dict[str, Promise] = {
    "give": _("The role is given. It counts from the next page that is opened."),
    "end": _("The role is ended."),
    "sign-as": _("The public name is changed."),
    "close": _("The account is closed. Who was signed in with it is out."),
    "factor": _("The second factor is taken away. A new one has to be set up at the next signing in."),
}


class GrantForm(forms.Form):
    """A role, and how far it reaches."""

    role = forms.ChoiceField(choices=[(role.value, role.value) for role in ROLE_SAID])
    department = forms.ModelChoiceField(Department.objects.all(), to_field_name="slug", required=False)
    category = forms.ModelChoiceField(Category.objects.all(), to_field_name="slug", required=False)
    area = forms.ChoiceField(required=False)

    def __init__(self, *args: Any, **named: Any) -> None:
        super().__init__(*args, **named)
        self.fields["area"].choices = [("", ""), *_areas()]


class WhyForm(forms.Form):
    """Why something is done."""

    why = forms.CharField(max_length=LONGEST_WHY, required=False)


class SignsAsForm(forms.Form):
    signs_as = forms.CharField(max_length=200, required=False)


@never_cache
def account(request: HttpRequest, pk: int) -> HttpResponse:
    """The page of an account, and what was done on it."""
    shown = get_object_or_404(User, pk=pk)
    if request.method != "POST":
        return _page(request, shown)
    act = ACTS.get(request.POST.get("act", ""))
    if act is None:
        return _page(request, shown, problem=gettext("Nothing was chosen to be done."), status=422)
    try:
        password = act(request, shown)
    except tuple(REFUSED) as problem:
        return _page(request, shown, problem=refused(problem), status=422)
    except forms.ValidationError as problem:
        return _page(request, shown, problem=" ".join(problem.messages), status=422)
    if password:
        return render(request, "staff/password.html", {"account": shown, "password": password})
    return HttpResponseRedirect(f"{reverse('staff-account', args=[pk])}?done={request.POST['act']}", status=303)


def _give(request: HttpRequest, shown: User) -> None:
    form = GrantForm(request.POST)
    if not form.is_valid():
        raise forms.ValidationError(gettext("Choose a role, and of the bounds those in the lists."))
    given = form.cleaned_data
    role = Role(given.pop("role"))
    if role not in BOUNDED and any(given.values()):
        raise forms.ValidationError(gettext("This role reaches everywhere. Leave its bounds empty."))
    give_role(user=shown, role=role, by=request.user, **given)


def _end(request: HttpRequest, shown: User) -> None:
    try:
        grant = shown.grants.now().filter(pk=int(request.POST.get("grant", ""))).first()
    except (ValueError, OverflowError):
        grant = None
    if grant is None or not end_role(grant=grant, by=request.user):
        raise forms.ValidationError(gettext("The account has this role no more."))


def _sign_as(request: HttpRequest, shown: User) -> None:
    form = SignsAsForm(request.POST)
    if not form.is_valid():
        raise forms.ValidationError(gettext("A public name has at most 200 letters."))
    sign_as(account=shown, signs_as=form.cleaned_data["signs_as"], by=request.user)


def _close(request: HttpRequest, shown: User) -> None:
    close_account(account=shown, by=request.user, why=_why(request))


def _open(request: HttpRequest, shown: User) -> str:
    return open_account(account=shown, by=request.user, why=_why(request))


def _password(request: HttpRequest, shown: User) -> str:
    return give_password(account=shown, by=request.user, why=_why(request))


def _factor(request: HttpRequest, shown: User) -> None:
    reset_second_factor(account=shown, by=request.user, why=_why(request))


def _why(request: HttpRequest) -> str:
    form = WhyForm(request.POST)
    if not form.is_valid():
        raise forms.ValidationError(gettext("Say why in at most 500 letters."))
    return str(form.cleaned_data["why"])


ACTS: dict[str, Callable[[HttpRequest, User], str | None]] = {
    "give": _give,
    "end": _end,
    "sign-as": _sign_as,
    "close": _close,
    "open": _open,
    "password": _password,
    "factor": _factor,
}


def _page(request: HttpRequest, shown: User, *, problem: str = "", status: int = 200) -> HttpResponse:
    grants = list(shown.grants.select_related("department", "category", "given_by", "ended_by"))
    now = [grant for grant in grants if grant.ended_at is None]
    reaches = Reaches(map(held_of, now))
    once = once_given_at(shown)
    values = {
        "account": shown,
        "own": shown == request.user,
        "held": [(grant, ROLE_WORDS[Role(grant.role)], reaches.said(held_of(grant))) for grant in now],
        "factor": factor_of(shown),
        "once": once,
        "once_old": too_old(once),
        "lines": lines(grants, acts_of(shown)),
        "roles": [(role, ROLE_WORDS[role], said, role in BOUNDED) for role, said in ROLE_SAID.items()],
        "departments": [(d.slug, spoken(d.names)) for d in Department.objects.all()],
        "categories": [(c.slug, c.name()) for c in Category.objects.all()],
        "areas": _areas(),
        "typed": request.POST if problem else {},
        "problem": problem,
        "done": "" if problem else DONE.get(request.GET.get("done", ""), ""),
    }
    return render(request, "staff/account.html", values, status=status)


def _areas() -> list[tuple[str, str]]:
    sets = BoundarySet.objects.of_layer(settings.CITY.primary_layer)
    chosen = sets.answering(timezone.localdate())
    return list(chosen.areas.order_by("name").values_list("slug", "name")) if chosen else []
