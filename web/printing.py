"""HTML on paper: tagged PDF (PDF/UA-1). The only file that imports WeasyPrint."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from weasyprint import HTML
from weasyprint.urls import FatalURLFetchingError, URLFetcher


class _Nothing(URLFetcher):
    """What we print is complete in itself: whatever it asked for from outside would be a mistake of ours."""

    def fetch(self, url: str, headers: dict[str, str] | None = None) -> Any:
        raise FatalURLFetchingError(f"a sheet for paper asked for {url}")


def first_that_fits(sheets: Iterable[str], *, anchor: str, identifier: str) -> bytes:
    """Print the first of several versions of a sheet whose first page holds the anchor, else the last of them.

    Tagged, with bookmarks, title and language from the HTML. The same sheets give the same bytes: the identifier is
    given, and dates are the HTML's own, never the clock's. Raises ValueError when there are no sheets.
    """
    options = {"pdf_variant": "pdf/ua-1", "pdf_identifier": identifier.encode()}
    document = None
    for html in sheets:
        document = HTML(string=html, url_fetcher=_Nothing(), media_type="print").render(**options)
        if anchor in document.pages[0].anchors:
            break
    if document is None:
        raise ValueError("nothing to print")
    return bytes(document.write_pdf(**options))
