"""The one door to where people can be written to: many may add an address, only who delivers mail may read one."""

from __future__ import annotations

import uuid
from collections.abc import Callable, Iterable
from functools import wraps
from typing import ParamSpec, TypeVar

from django.db import IntegrityError, connection
from django.utils.crypto import salted_hmac

from neighborhoods.models import Contact

P = ParamSpec("P")
R = TypeVar("R")

_KEEP = """
INSERT INTO neighborhoods_contact (id, email, digest, language) VALUES (%s, %s, %s, %s)
ON CONFLICT (digest) DO NOTHING
"""


def digest_of(email: str) -> bytes:
    """The keyed digest by which an address is known again; spelling in capitals does not matter."""
    return salted_hmac("ascult.contact", email.strip().lower(), algorithm="sha256").digest()


def keep_contact(email: str, language: str) -> uuid.UUID:
    """The contact of an address, made where there is none. Reads no address, so the web's role may call it."""
    digest = digest_of(email)
    with connection.cursor() as cursor:
        cursor.execute(_KEEP, [uuid.uuid4(), email.strip(), digest, language])
        cursor.execute("SELECT id FROM neighborhoods_contact WHERE digest = %s", [digest])
        return uuid.UUID(str(cursor.fetchone()[0]))


def despite_forgetting(act: Callable[P, R]) -> Callable[P, R]:
    """An act in a transaction of its own that names contacts, done once more where its end found one of them gone.

    An address may be forgotten at the very moment at which somebody gives it again. Who gave it finds it gone, and
    keeps it anew; who was forgetting finds it needed, and leaves it. Within another's transaction the problem is passed
    on: whoever began it does all of it again.
    """

    @wraps(act)
    def done(*args: P.args, **named: P.kwargs) -> R:
        try:
            return act(*args, **named)
        except IntegrityError:
            if connection.in_atomic_block:
                raise
            return act(*args, **named)

    return done


def addresses(contacts: Iterable[uuid.UUID]) -> dict[uuid.UUID, tuple[str, str]]:
    """Address and language of each contact. Only the mail role may ask."""
    rows = Contact.objects.filter(pk__in=list(contacts)).values_list("pk", "email", "language")
    return {pk: (email, language) for pk, email, language in rows}
