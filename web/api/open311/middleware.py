"""Whatever goes wrong below /open311/ is said as GeoReport says it, also where no view was reached."""

from __future__ import annotations

from collections.abc import Callable

from django.http import HttpRequest, HttpResponse

from web.api.open311.formats import CONTENT_TYPES, format_of, refused
from web.api.problems import RefusedError

BEGINS = "/open311"
# Of an answer that becomes a list of errors, these stay.
KEPT = ("Allow", "Retry-After")
SAID = {
    400: "The request cannot be understood, did not arrive whole, or is too large.",
    408: "The request did not arrive whole.",
    500: "Something broke here. It was noted.",
    503: "The database does not answer just now. Try again in a while.",
}
EXPOSED = "Link, RateLimit, RateLimit-Policy, Retry-After, X-Page-Count, X-Page-Size, X-Result-Count"


class Open311Middleware:
    """Stands before all others, so that nothing is answered to a program as a page."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if not request.path_info.startswith(BEGINS):
            return self.get_response(request)
        response = self.get_response(request)
        if response.status_code >= 400 and response.get("Content-Type") not in CONTENT_TYPES.values():
            response = _as_errors(request, response)
        # Any page of another site may read it: no cookie counts here.
        response.headers["Access-Control-Allow-Origin"] = "*"
        response.headers["Access-Control-Expose-Headers"] = EXPOSED
        response.headers["X-Content-Type-Options"] = "nosniff"
        return response


def _as_errors(request: HttpRequest, response: HttpResponse) -> HttpResponse:
    status = response.status_code
    kept = {name: response[name] for name in KEPT if name in response}
    said = SAID.get(status, "The request was refused.")
    return refused(format_of(request, None), RefusedError(status, said, headers=kept))
