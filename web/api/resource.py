"""What every resource of the API does alike: count the request, check its parameters, choose a format, say problems."""

from __future__ import annotations

from typing import Any, ClassVar

from django.db import InterfaceError, OperationalError
from django.http import Http404, HttpRequest, HttpResponse, UnreadablePostError
from django.utils.cache import patch_vary_headers
from django.utils.translation import override
from rest_framework.views import APIView

from web.api.filters import given
from web.api.problems import RefusedError, problem
from web.api.rendering import JSON, Format, chosen
from web.api.throttling import REQUESTS, Policy, counted, tell
from web.pages.errors import RETRY_AFTER_S

FORMAT = "format"


class Resource(APIView):
    """One address of the API. Who may ask is the gate's matter (web.access, web.routes); cookies are nothing here.

    `takes` names the query parameters, whose values are in `self.given`; `formats` what may be asked for, the usual
    one first, of which `self.format` was chosen.
    """

    authentication_classes = ()
    permission_classes = ()
    throttle_classes = ()
    parser_classes = ()
    renderer_classes = ()

    takes: ClassVar[tuple[str, ...]] = ()
    formats: ClassVar[tuple[Format, ...]] = (JSON,)
    policy: ClassVar[Policy] = REQUESTS

    def dispatch(self, request: HttpRequest, *args: Any, **named: Any) -> HttpResponse:
        # The API speaks English; names of places and subjects come in every language there is.
        with override("en"):
            return super().dispatch(request, *args, **named)

    def initial(self, request: HttpRequest, *args: Any, **named: Any) -> None:
        self.told: dict[str, str] = {}
        self.told = counted(request, self.policy)
        several = len(self.formats) > 1
        self.given = given(request, (*self.takes, FORMAT) if several else self.takes)
        self.format = chosen(request, self.formats, self.given.get(FORMAT, ""))

    def handle_exception(self, exc: Exception) -> HttpResponse:
        if isinstance(exc, RefusedError):
            return exc.answer()
        if isinstance(exc, Http404):
            return problem(404, str(exc) or "There is no such thing.")
        if isinstance(exc, OperationalError | InterfaceError):
            said = "The database does not answer just now. Try again in a while."
            return problem(503, said, headers={"Retry-After": str(RETRY_AFTER_S)})
        if isinstance(exc, UnreadablePostError):
            return problem(408, "The request did not arrive whole.")
        raise exc

    def finalize_response(self, request: HttpRequest, response: HttpResponse, *args: Any, **named: Any) -> HttpResponse:
        response = super().finalize_response(request, response, *args, **named)
        tell(response, self.told)
        if len(self.formats) > 1:
            patch_vary_headers(response, ["Accept"])
        return response

    def options(self, request: HttpRequest, *args: Any, **named: Any) -> HttpResponse:
        return HttpResponse(status=204)
