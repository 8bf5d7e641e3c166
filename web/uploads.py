"""Bytes that come in: read within limits, kept in memory, so that no photo as it was sent ever lies on a disk."""

from __future__ import annotations

from io import BytesIO
from typing import Any

from django.core.files.uploadedfile import InMemoryUploadedFile, UploadedFile
from django.core.files.uploadhandler import FileUploadHandler
from django.http import HttpRequest, UnreadablePostError, multipartparser

from issues.pictures import LARGEST

STEP = 64 * 1024
# So much may stand before a part of a form. A photo's name is of no use to us, and no reason to refuse the photo.
multipartparser.MAX_TOTAL_HEADER_SIZE = 16 * 1024


class TooLargeError(ValueError):
    """More bytes than are taken."""


class CutOffError(ValueError):
    """Fewer bytes than were announced: the line broke."""


class ShortFiles(FileUploadHandler):
    """Keeps each file of a form in memory, and of one larger than `most` bytes only so much that this shows."""

    def __init__(self, request: HttpRequest | None = None, most: int = LARGEST) -> None:
        super().__init__(request)
        self.most = most

    def new_file(self, *args: Any, **more: Any) -> None:
        super().new_file(*args, **more)
        self.held = BytesIO()

    def receive_data_chunk(self, raw_data: bytes, start: int) -> None:
        room = self.most + 1 - self.held.tell()
        self.held.write(raw_data[: max(0, room)])

    def file_complete(self, file_size: int) -> UploadedFile:
        self.held.seek(0)
        return InMemoryUploadedFile(
            self.held,
            self.field_name,
            self.file_name,
            self.content_type,
            self.held.getbuffer().nbytes,
            self.charset,
            self.content_type_extra,
        )


def announced(request: HttpRequest) -> int | None:
    """How many bytes the request says it brings; nothing where it does not say."""
    told = request.META.get("CONTENT_LENGTH") or ""
    return int(told) if told.isascii() and told.isdigit() else None


def body_of(request: HttpRequest, most: int) -> bytes:
    """The raw body of a request, with its length told or in chunks.

    Raises TooLargeError before reading where more than `most` bytes are announced, else as soon as more have come, and
    CutOffError where the line breaks.
    """
    length = announced(request)
    if length is not None and length > most:
        raise TooLargeError(f"{length} bytes are announced, {most} taken")
    data = bytearray()
    try:
        source = _stream(request, length)
        while len(data) <= most and (part := source.read(STEP)):
            data += part
    except (UnreadablePostError, OSError) as problem:
        raise CutOffError("the line broke") from problem
    if len(data) > most:
        raise TooLargeError(f"more than {most} bytes")
    if length is not None and len(data) < length:
        raise CutOffError(f"{len(data)} of {length} bytes have come")
    return bytes(data)


def _stream(request: HttpRequest, length: int | None) -> Any:
    """Where the body is read from. Django takes a body without a length for none; a server that knows the end of one
    sent in chunks says so."""
    if length is None and request.META.get("wsgi.input_terminated"):
        return request.META["wsgi.input"]
    return request
