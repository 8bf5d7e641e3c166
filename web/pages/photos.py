"""Photos come in and go out: bytes in, the two pictures made from them out, to whoever may see them."""

from __future__ import annotations

import uuid
from collections import Counter

from django.http import Http404, HttpRequest, HttpResponse, HttpResponseNotAllowed, HttpResponseRedirect, JsonResponse
from django.shortcuts import render
from django.urls import re_path, reverse
from django.utils.cache import get_conditional_response
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from issues.models import Issue, Photo, Submission
from issues.photos import MOST_PHOTOS, PhotoRefusedError, add_photo, is_public, path_of
from issues.pictures import LARGEST
from issues.rules import IssueRight, PhotoState
from neighborhoods.rules import Actor
from web.pages.links import SECRET, unshared
from web.pages.posting import anonymous_post
from web.permissions import allowed, subject_of
from web.uploads import CutOffError, ShortFiles, TooLargeError, announced, body_of

LINK = f"(?P<link>{SECRET})"
ID = r"(?P<photo>[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12})"
SIZE = r"(?P<size>full|small)\.jpg"
MOST_FORM = (MOST_PHOTOS + 1) * LARGEST
RETRY_AFTER_S = 30

# A shown photo may be hidden or covered later, so nobody keeps it for long without asking.
PUBLIC = "public, max-age=300"
PRIVATE = "private, no-store"


@require_safe
def public(request: HttpRequest, photo: str, size: str) -> HttpResponse:
    """A photo that anybody may see."""
    held = _photo(photo)
    if not is_public(held):
        raise Http404("this photo is not shown")
    return _sent(request, held, size, PUBLIC)


@require_safe
def of_sender(request: HttpRequest, link: str, photo: str, size: str) -> HttpResponse:
    """A photo for who holds the private link: their own whatever became of it, others' once they are shown."""
    issue = _submission(link).issue
    held = _photo(photo)
    own = held.verdict is None or held.verdict.by_reporter or held.state == PhotoState.SHOWN
    if issue is None or held.issue_id != issue.pk or not own:
        raise Http404("no such photo under this link")
    return _sent(request, held, size, PRIVATE)


@require_safe
@never_cache
def of_staff(request: HttpRequest, photo: str, size: str) -> HttpResponse:
    """A photo for who looks at it; of a sensitive subject it may tell the place, so only who answers sees it."""
    held = _photo(photo)
    subject = subject_of(held.issue)
    if not (allowed(request.actor, IssueRight.SEE_DESK, subject) and may_look(request.actor, held.issue)):
        raise Http404("this photo is not for this account")
    return _sent(request, held, size, PRIVATE)


def may_look(actor: Actor, issue: Issue) -> bool:
    """Whether somebody on staff may see the true place of an issue and its photos."""
    return not issue.category.sensitive or allowed(actor, IssueRight.SEE_PLACE, subject_of(issue))


@anonymous_post
def receive(request: HttpRequest, link: str, photo: str) -> HttpResponse:
    """A photo comes in: as raw bytes (PUT), answered with JSON, or with a form (POST), answered with a page."""
    if request.method not in {"PUT", "POST"}:
        return HttpResponseNotAllowed(["PUT", "POST"])
    held = _submission(link)
    if held.issue is None or held.erased_at is not None:
        return _gone(request)
    answer = _put(request, held.issue, photo) if request.method == "PUT" else _posted(request, held.issue, link, photo)
    answer["Cache-Control"] = PRIVATE
    return unshared(answer)


def _put(request: HttpRequest, issue: Issue, photo: str) -> HttpResponse:
    known = Photo.objects.filter(pk=photo).exists()
    try:
        kept = add_photo(issue=issue, id=uuid.UUID(photo), data=_raw(request))
    except PhotoRefusedError as refused:
        answer = JsonResponse({"code": refused.code, "message": str(refused)}, status=refused.status)
        if refused.status == 503:
            answer["Retry-After"] = str(RETRY_AFTER_S)
        return answer
    return JsonResponse({"id": str(kept.pk), "state": kept.state}, status=200 if known else 201)


def _raw(request: HttpRequest) -> bytes:
    try:
        return body_of(request, LARGEST)
    except TooLargeError:
        raise PhotoRefusedError("too-large") from None
    except CutOffError:
        raise PhotoRefusedError("broken") from None


def _posted(request: HttpRequest, issue: Issue, link: str, photo: str) -> HttpResponse:
    """Every file of the form; the first has the id of the address, and the others ids that follow from it."""
    came: Counter[str] = Counter()
    if (announced(request) or 0) > MOST_FORM:
        came["too-large"] += 1
    else:
        request.upload_handlers = [ShortFiles(request, LARGEST)]
        files = [file for _name, some in request.FILES.lists() for file in some]
        for place, file in enumerate(files):
            id = uuid.UUID(photo) if place == 0 else uuid.uuid5(uuid.UUID(photo), str(place))
            came[_kept(issue, id, file.read())] += 1
    told = ",".join(f"{n}-{code}" for code, n in sorted(came.items())) or "1-empty"
    return HttpResponseRedirect(f"{reverse('mine', args=[link])}?photos={told}#photos", status=303)


def _kept(issue: Issue, id: uuid.UUID, data: bytes) -> str:
    try:
        add_photo(issue=issue, id=id, data=data)
    except PhotoRefusedError as refused:
        return refused.code
    return "kept"


def _gone(request: HttpRequest) -> HttpResponse:
    if request.method == "PUT":
        return JsonResponse({"code": "erased", "message": "The report was erased."}, status=410)
    return render(request, "404.html", {"languages": []}, status=410)


def _submission(link: str) -> Submission:
    held = Submission.objects.select_related("issue__category").filter(link=bytes.fromhex(link)).first()
    if held is None:
        raise Http404("no report is under this link")
    return held


def _photo(photo: str) -> Photo:
    held = Photo.objects.select_related("issue__category", "verdict").filter(pk=photo).first()
    if held is None:
        raise Http404("no such photo")
    return held


def _sent(request: HttpRequest, photo: Photo, size: str, kept: str) -> HttpResponse:
    file = path_of(photo, size)
    try:
        written, data = file.stat().st_mtime_ns, file.read_bytes()
    except FileNotFoundError:
        raise Http404("the file of this photo is gone") from None
    response = HttpResponse(data, content_type="image/jpeg")
    response["Cache-Control"] = kept
    response["Content-Disposition"] = f'inline; filename="{photo.pk}.jpg"'
    response["Content-Security-Policy"] = "default-src 'none'; sandbox"
    response["X-Content-Type-Options"] = "nosniff"
    response["Content-Encoding"] = "identity"  # a JPEG is packed already; the packing middleware leaves it alone
    if kept == PRIVATE:
        response["Cross-Origin-Resource-Policy"] = "same-origin"
        return unshared(response)
    response["ETag"] = f'"{written:x}-{len(data):x}"'
    return get_conditional_response(request, etag=response["ETag"], response=response) or response


urlpatterns = [re_path(rf"^photos/{ID}/{SIZE}$", public, name="photo")]

# These stand under a language, as the pages they belong to.
private_urlpatterns = [
    re_path(rf"^mine/{LINK}/photos/{ID}/$", receive, name="mine-photo"),
    re_path(rf"^mine/{LINK}/photos/{ID}/{SIZE}$", of_sender, name="mine-photo-file"),
    re_path(rf"^moderation/photos/{ID}/{SIZE}$", of_staff, name="moderation-photo"),
]
