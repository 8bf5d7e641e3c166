"""A report comes in from another program: its form here, what it says in issues.drafts, once for every key in
issues.submitting. A bad photo never costs a report, and no address of a photo is ever fetched."""

from __future__ import annotations

import hashlib
import re
import uuid
from collections.abc import Mapping

from django.conf import settings
from django.core.files.uploadedfile import UploadedFile
from django.http import HttpRequest, HttpResponse
from django.utils.crypto import salted_hmac
from django.utils.translation import get_language, gettext

from issues.drafts import OPEN311, Draft, DraftError, checked
from issues.models import Issue, Submission
from issues.photos import MOST_PHOTOS, PhotoRefusedError, add_photo
from issues.submitting import KeyErasedError, KeyUsedError, Receipt, came_in, submit
from web.api.open311.asking import Values
from web.api.open311.formats import answer
from web.api.open311.places import spot_of
from web.api.open311.services import service_of
from web.api.open311.tokens import token_of
from web.api.problems import RefusedError
from web.api.throttling import REPORTS, counted, tell
from web.pages.course import answers_for, promise

KEY = "Idempotency-Key"
_KEY = re.compile(r"[\x21-\x7e]{1,255}")
_ATTRIBUTE = re.compile(r"attribute\[([^\[\]]{1,60})\](\[\d{0,3}\])?")

# The fields of a Draft as GeoReport calls them, and what its codes mean to a program.
FIELDS: Mapping[str, str] = {"category": "service_code", "text": "description", "address": "address_string"}
SAID: Mapping[str, str] = {
    "missing": "missing",
    "too-long": "too long",
    "too-many-marks": "too many combining marks on one letter",
    "unknown": "not one of its values",
    "not-an-address": "not an e-mail address",
    "not-a-number": "not a number",
    "swapped": "latitude and longitude look swapped",
    "outside": "outside the city",
}


def post(request: HttpRequest, wanted: str, values: Values) -> HttpResponse:
    """Keep a report; answers with its number, or with a token where a person looks at it first."""
    key, draft = _key_of(request), _draft_of(values)
    left = {} if came_in(key) else counted(request, REPORTS)
    receipt = _submitted(key, draft)
    notice = " ".join([*_promise(receipt.issue), *_photos(request, receipt.issue, key), *_media_url(values)])
    told = {**_named(receipt), "service_notice": notice, "account_id": None}
    response = answer(wanted, "service_requests", [told], headers={"Cache-Control": "no-store"})
    tell(response, left)
    return response


def _key_of(request: HttpRequest) -> uuid.UUID:
    """The key under which this report comes in once: made of the program's own, if it sent one, else a new one.

    Programs do not share keys: each has its own of the same name.
    """
    sent = request.headers.get(KEY, "")
    if not sent:
        return uuid.uuid4()
    if not _KEY.fullmatch(sent):
        raise RefusedError(400, f"{KEY}: from 1 to 255 visible signs of ASCII")
    digest = salted_hmac("ascult.open311", f"{request.actor.token}:{sent}", algorithm="sha256").digest()
    return uuid.UUID(bytes=digest[:16], version=4)


def _draft_of(values: Values) -> Draft:
    """The checked draft of a form. Raises RefusedError: 404 for an unknown service, 400 naming each field."""
    code = values.one("service_code").strip()
    if not code:
        raise RefusedError(400, "missing", fields={"service_code": "missing"})
    category, _spec = service_of(code)
    spot = spot_of(values)
    draft = Draft(
        category=code,
        # The standard lets a report say nothing but what it is about.
        text=values.one("description") or category.name(settings.LANGUAGE_CODE),
        lng=spot.lng,
        lat=spot.lat,
        address=spot.address,
        precision=spot.precision,
        answers=_answers(values),
        email=values.one("email").strip(),
        language=get_language() or "",
        channel=OPEN311,
    )
    try:
        return checked(draft, settings.CITY)
    except DraftError as problem:
        fields = {_field(name): SAID[code] for name, code in problem.problems.items()}
        raise RefusedError(400, "The values cannot be.", fields=fields) from None


def _field(name: str) -> str:
    kind, _dot, question = name.partition(".")
    return f"attribute[{question}]" if question else FIELDS.get(kind, kind)


def _answers(values: Values) -> dict[str, str]:
    """attribute[code]=value, or attribute[code][]=value. No question here takes several values. Raises RefusedError."""
    found: dict[str, list[str]] = {}
    for name in values.names():
        if match := _ATTRIBUTE.fullmatch(name):
            found.setdefault(match[1], []).extend(values.every(name))
    answers = {code: list(dict.fromkeys(given)) for code, given in found.items() if given}
    if several := [code for code, given in answers.items() if len(given) > 1]:
        raise RefusedError(400, "one value", fields={f"attribute[{code}]": "takes one value" for code in several})
    return {code: given[0] for code, given in answers.items()}


def _submitted(key: uuid.UUID, draft: Draft) -> Receipt:
    try:
        return submit(key=key, draft=draft)
    except KeyUsedError:
        raise RefusedError(409, f"{KEY}: another report came in under this key") from None
    except KeyErasedError:
        raise RefusedError(410, f"{KEY}: the report of this key was erased") from None


def _named(receipt: Receipt) -> dict[str, str]:
    if not receipt.issue.waiting:
        return {"service_request_id": receipt.number}
    return {"token": token_of(Submission.objects.get(issue=receipt.issue))}


def _promise(issue: Issue) -> list[str]:
    """Who answers by when, and what happens before."""
    due = promise(issue, own=True)
    said = []
    if due:
        said.append(gettext("%(who)s answers by %(by)s.") % {"who": answers_for(issue), "by": due["by"]})
    if issue.waiting:
        said.append(gettext("A person looks at the report before others can read it."))
    return said


def _media_url(values: Values) -> list[str]:
    if not values.one("media_url"):
        return []
    return [gettext("The photo at media_url was not fetched; send its bytes as “media”.")]


def _photos(request: HttpRequest, issue: Issue, key: uuid.UUID) -> list[str]:
    """Keep the photos that came along under whatever name; says of those that are not kept why."""
    files = [file for _name, some in request.FILES.lists() for file in some][: MOST_PHOTOS + 1]
    said = [_photo(issue, key, file) for file in files]
    return list(dict.fromkeys(one for one in said if one))


def _photo(issue: Issue, key: uuid.UUID, file: UploadedFile) -> str:
    data = file.read()
    try:
        add_photo(issue=issue, id=uuid.uuid5(key, hashlib.sha256(data).hexdigest()), data=data)
    except PhotoRefusedError as problem:
        return str(problem)
    return ""
