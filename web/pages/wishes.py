"""What a person may ask to be told of: one form for each kind of follow, checked before anything is kept."""

from __future__ import annotations

import hashlib
import uuid
from typing import Any

from django import forms
from django.conf import settings
from django.contrib.gis.geos import GEOSGeometry
from django.contrib.gis.geos import Polygon as Ground
from django.http import QueryDict
from django.utils.functional import Promise
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from shapely.geometry import Point, Polygon

from geo.drawn import MOST_BYTES, MOST_CORNERS, GroundError, area, circle, corners_of
from geo.written import LONGEST_EMAIL, email_problem
from issues.models import Issue
from issues.naming import issue_of, tracking_number
from neighborhoods import gazetteer
from neighborhoods.models import Category, Neighborhood
from neighborhoods.models.notices import ADDRESS, AREA, AT_ONCE, DAILY, ISSUE, NEIGHBORHOOD, PACES
from web.pages import shown

NEAREST_M, FURTHEST_M, USUAL_M = 100, 2000, 300
LONGEST_KEY = 36

GROUND_PROBLEMS: dict[str, str | Promise] = {
    "too-long": _("This is too much text. A hundred corners are the most."),
    "too-many": _("These are too many corners. A hundred are the most."),
    "too-few": _("An area has at least three corners."),
    "not-a-number": _("Write one corner on each line, as in %(example)s."),
    "swapped": _("Longitude comes first, as in %(example)s."),
    "outside": _("This lies outside the city."),
    "crossed": _("The lines of the area cross or lie on one another."),
    "too-large": _("The area is too large. 50 km² are the most."),
}


def ground_words(problem: GroundError) -> str:
    """What is wrong with ground, in words."""
    lng, lat = settings.CITY.centre
    return str(GROUND_PROBLEMS[problem.code]) % {"example": f"{lng}, {lat}"}


class WishForm(forms.Form):
    """What every wish says. `key` was born with the form: the same wish sent twice is one."""

    kind = ""
    key = forms.CharField(max_length=LONGEST_KEY, required=False, widget=forms.HiddenInput)
    categories = forms.MultipleChoiceField(
        label=_("Only these subjects"),
        help_text=_("Choose none to hear about all."),
        required=False,
        widget=forms.CheckboxSelectMultiple,
    )
    pace = forms.ChoiceField(label=_("How often"), choices=PACES, initial=AT_ONCE, widget=forms.RadioSelect)
    email = forms.EmailField(
        label=_("Your e-mail address"),
        help_text=_("It is never shown. A link in the first mail confirms it."),
        max_length=LONGEST_EMAIL,
        widget=forms.EmailInput(attrs={"autocomplete": "email"}),
        error_messages={"invalid": _("This is not an e-mail address. One looks like name@example.org.")},
    )

    def __init__(self, data: QueryDict | None, initial: dict[str, str]) -> None:
        super().__init__(data, initial=initial, use_required_attribute=False)
        self.fields["pace"].choices = [(AT_ONCE, _("at once")), (DAILY, _("once a day, at seven in the morning"))]
        # Sensitive subjects are told of to nobody by place (decision 8), so nobody is offered them.
        subjects = Category.objects.filter(sensitive=False)
        self.fields["categories"].choices = [(c.slug, c.name()) for c in subjects]
        self._subjects = {c.slug: c.pk for c in subjects}
        for field in self.fields.values():
            field.error_messages["required"] = _("Please fill this in.")
            field.error_messages["invalid_choice"] = _("Choose one of the list.")

    def clean_email(self) -> str:
        email = str(self.cleaned_data["email"])
        if email_problem(email):
            raise forms.ValidationError(self.fields["email"].error_messages["invalid"])
        return email

    def wish(self) -> dict[str, Any]:
        """The values of neighborhoods.following.follow, with an id that the same wish of the same form always has."""
        found = self.cleaned_data
        values = {"email": found["email"], "kind": self.kind, "pace": found.get("pace", AT_ONCE), **self.of_what()}
        if "categories" in self.fields:
            values["categories"] = sorted(self._subjects[slug] for slug in found["categories"])
        said = repr(sorted((name, str(value)) for name, value in values.items()))
        born = found["key"] or uuid.uuid4().hex
        return values | {"id": uuid.UUID(bytes=hashlib.sha256(f"{born}\n{said}".encode()).digest()[:16])}

    def of_what(self) -> dict[str, Any]:
        raise NotImplementedError


class IssueWish(WishForm):
    """To hear about one issue; always at once."""

    kind = ISSUE
    number = forms.CharField(
        label=_("Number of the issue"), help_text=_("Eight letters and digits, as in K7QF-2M9X."), max_length=20
    )
    field_order = ["number"]

    def __init__(self, data: QueryDict | None, initial: dict[str, str]) -> None:
        super().__init__(data, initial)
        del self.fields["categories"], self.fields["pace"]

    def clean_number(self) -> Issue:
        issue = issue_of(self.cleaned_data["number"])
        if issue is None:
            raise forms.ValidationError(_("No issue has this number."))
        if issue.hidden or issue.category.sensitive:
            raise forms.ValidationError(_("This issue is not public. Only who reported it is told of it."))
        return issue

    def of_what(self) -> dict[str, Any]:
        return {"subject": self.cleaned_data["number"].pk}

    @property
    def about(self) -> str:
        """What is known of the issue named before anything is sent: its number and subject."""
        issue = issue_of(str(self["number"].value() or ""))
        if issue is None or issue.hidden or issue.category.sensitive:
            return ""
        return f"{tracking_number(issue.pk)}: {issue.category.name()}"


class NeighborhoodWish(WishForm):
    """To hear about what happens in a neighborhood."""

    kind = NEIGHBORHOOD
    slug = forms.ChoiceField(label=_("Neighbourhood"))
    field_order = ["slug"]

    def __init__(self, data: QueryDict | None, initial: dict[str, str]) -> None:
        super().__init__(data, initial)
        chosen = shown.current_set()
        rows = chosen.areas.order_by("name").values_list("slug", "name") if chosen else []
        self.fields["slug"].choices = [("", gettext("choose one")), *rows]

    def of_what(self) -> dict[str, Any]:
        return {"slug": self.cleaned_data["slug"]}


class AddressWish(WishForm):
    """To hear about what happens round an address out of the gazetteer, or round a place given by a link."""

    kind = ADDRESS
    search = forms.CharField(
        label=_("Street or address"), required=False, max_length=100, help_text=_("With the number, if you know it.")
    )
    found = forms.IntegerField(required=False)
    lng = forms.FloatField(required=False, widget=forms.HiddenInput)
    lat = forms.FloatField(required=False, widget=forms.HiddenInput)
    radius_m = forms.IntegerField(
        label=_("How far around, in metres"),
        help_text=_("From 100 to 2,000."),
        min_value=NEAREST_M,
        max_value=FURTHEST_M,
        initial=USUAL_M,
        widget=forms.NumberInput(attrs={"step": 50, "inputmode": "numeric"}),
    )
    field_order = ["search", "found", "lng", "lat", "radius_m"]

    def __init__(self, data: QueryDict | None, initial: dict[str, str]) -> None:
        super().__init__(data, initial)
        self.answers = gazetteer.search(str(self["search"].value() or ""))
        self.near = "" if self.answers else self._near()

    def _near(self) -> str:
        """What the place given by a link is called, where it is one of the city's."""
        try:
            lng, lat = float(self["lng"].value()), float(self["lat"].value())
            circle(lng, lat, NEAREST_M, settings.CITY.bbox, settings.CITY.metric_crs)
        except (TypeError, ValueError):
            return ""
        near = gazetteer.nearest(lng, lat)
        return str(near.entry) if near else area_name(lng, lat) or f"{lat:.4f}, {lng:.4f}"

    @property
    def has_place(self) -> bool:
        """Whether there is anything to choose yet."""
        return bool(self.answers or self.near)

    def clean(self) -> dict[str, Any]:
        found = super().clean() or {}
        place = self._place(found)
        if place is None:
            self.add_error("found", gettext("Choose which one you mean."))
        elif found.get("radius_m"):
            found["label"], lng, lat = place
            try:
                found["reach"] = circle(lng, lat, found["radius_m"], settings.CITY.bbox, settings.CITY.metric_crs)
            except GroundError as problem:
                self.add_error("found", ground_words(problem))
        return found

    def _place(self, found: dict[str, Any]) -> tuple[str, float, float] | None:
        """What the place is called, and where it is: the answer chosen, the only one there is, or the link's place."""
        chosen = found.get("found") or (self.answers[0].pk if len(self.answers) == 1 else 0)
        if chosen and (one := gazetteer.found(chosen)):  # asked for anew: what was typed must not come into a mail
            return one.address, one.lng, one.lat
        if not self.answers and self.near:
            return self.near, found["lng"], found["lat"]
        return None

    def of_what(self) -> dict[str, Any]:
        found = self.cleaned_data
        return {"reach": ground(found["reach"]), "label": found["label"], "radius_m": found["radius_m"]}


class AreaWish(WishForm):
    """To hear about what happens within a few corners, drawn on the map or written down."""

    kind = AREA
    area = forms.CharField(
        label=_("Corners of the area"),
        help_text=_("One corner on each line: longitude, latitude. A hundred at most."),
        max_length=MOST_BYTES,
        widget=forms.Textarea(attrs={"rows": 5, "spellcheck": "false", "autocomplete": "off"}),
        error_messages={"max_length": GROUND_PROBLEMS["too-long"]},
    )
    field_order = ["area"]
    most_corners = MOST_CORNERS

    def clean_area(self) -> Polygon:
        try:
            return area(corners_of(self.cleaned_data["area"]), settings.CITY.bbox, settings.CITY.metric_crs)
        except GroundError as problem:
            raise forms.ValidationError(ground_words(problem)) from None

    def of_what(self) -> dict[str, Any]:
        shape = self.cleaned_data["area"]
        middle: Point = shape.representative_point()
        return {"reach": ground(shape), "label": area_name(middle.x, middle.y)}


FORMS: dict[str, type[WishForm]] = {f.kind: f for f in (NeighborhoodWish, AddressWish, AreaWish, IssueWish)}


def ground(shape: Polygon) -> Ground:
    """A checked polygon as the tables keep it."""
    made = GEOSGeometry(memoryview(shape.wkb), srid=4326)
    assert isinstance(made, Ground)
    return made


def area_name(lng: float, lat: float) -> str:
    """The neighborhood of today at a point; empty outside all."""
    chosen = shown.current_set()
    there = Neighborhood.objects.filter(
        boundary_set=chosen, geometry__covers=GEOSGeometry(f"POINT({lng!r} {lat!r})", srid=4326)
    )
    return (there.order_by("slug").values_list("name", flat=True).first() or "") if chosen else ""
