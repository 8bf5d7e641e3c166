"""Whatever goes wrong under /api/ is said as the API says it: before any view, beside every view, after all of them."""

from __future__ import annotations

from collections.abc import Callable

from django.http import HttpRequest, HttpResponse

from web.api.problems import PROBLEM_JSON, problem

BEGINS = "/api/"
# Of an answer that becomes a problem, these stay.
KEPT = ("Allow", "Retry-After", "WWW-Authenticate")
MOST_PARTS = 16
SAID = {
    400: "The request cannot be understood.",
    404: "There is no such address. /api/v1/schema.json names all there are.",
    412: "It is not what you have: ask without If-Match or If-Unmodified-Since.",
    500: "Something broke here. It was noted.",
    503: "The database does not answer just now. Try again in a while.",
}
# What a page of another site may read, of answers that anybody gets.
EXPOSED = "ETag, Last-Modified, Link, RateLimit, RateLimit-Policy, Retry-After"
READING = {"GET", "HEAD"}


class ApiMiddleware:
    """Stands before all others, so that nothing is answered to a program as a page."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if not request.path_info.startswith(BEGINS):
            return self.get_response(request)
        if request.headers.get("Range", "").count(",") >= MOST_PARTS:
            return problem(416, "Answers come whole.")
        response = self.get_response(request)
        if response.status_code >= 400 and response.get("Content-Type") != PROBLEM_JSON:
            response = _as_problem(response)
        response.headers["Content-Language"] = "en"
        response.headers["X-Content-Type-Options"] = "nosniff"
        if request.method in READING and "Authorization" not in request.headers:
            response.headers["Access-Control-Allow-Origin"] = "*"
            response.headers["Access-Control-Expose-Headers"] = EXPOSED
        elif request.method == "OPTIONS" and request.headers.get("Access-Control-Request-Method") in READING:
            response.headers["Access-Control-Allow-Origin"] = "*"
            response.headers["Access-Control-Allow-Methods"] = "GET, HEAD"
            response.headers["Access-Control-Allow-Headers"] = "If-None-Match"
            response.headers["Access-Control-Max-Age"] = "86400"
        return response


def _as_problem(response: HttpResponse) -> HttpResponse:
    status = response.status_code
    kept = {name: response[name] for name in KEPT if name in response}
    return problem(status, SAID.get(status, "The request was refused."), headers=kept)
