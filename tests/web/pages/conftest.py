"""Addresses in a language, and the text of a page without its markup."""

from __future__ import annotations

import html
import re
from collections.abc import Callable

import pytest
from django.test import Client
from django.urls import reverse
from django.utils.translation import override


@pytest.fixture
def address() -> Callable[..., str]:
    def made(name: str, *args: object, language: str = "en") -> str:
        with override(language):
            return reverse(name, args=args)

    return made


def words(markup: str) -> str:
    """What a reader sees, with single blanks."""
    plain = re.sub(r"<(script|style|svg).*?</\1>", " ", markup, flags=re.DOTALL)
    return re.sub(r"\s+", " ", html.unescape(re.sub(r"<[^>]+>", " ", plain)))


@pytest.fixture
def read(client: Client) -> Callable[..., str]:
    """The words of a page that answers 200."""

    def page(url: str, **more: object) -> str:
        answer = client.get(url, **more)
        assert answer.status_code == 200, (url, answer.status_code)
        return words(answer.content.decode())

    return page
