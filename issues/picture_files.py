"""What a picture file holds besides its pixels: walked without decoding anything, counted, and left behind; pure.

A decoder is given only what it needs for the pixels, so that it never reads a comment, a thumbnail, another picture in
the same file, or what hangs after its end.
"""

from __future__ import annotations

import re
import struct
import zlib

JPEG, PNG, WEBP = "JPEG", "PNG", "WEBP"
LARGEST_PROFILE = 1_000_000
# What encoders make has about ten scans. Each costs a pass over the whole picture, however few bytes it has.
MOST_SCANS = 64

_PNG_START = b"\x89PNG\r\n\x1a\n"
_PNG_KEPT = frozenset({b"IHDR", b"PLTE", b"tRNS", b"IDAT", b"IEND"})
_LARGEST_EXIF = 65_536

_SCAN, _END, _EXIF, _PROFILE, _COMMENT = 0xDA, 0xD9, 0xE1, 0xE2, 0xFE
_ALONE = frozenset({0x01, *range(0xD0, 0xD9)})
_APPLICATIONS = frozenset({*range(0xE0, 0xEE), 0xEF, _COMMENT})  # APP14 tells how the colours are kept, and stays
# In the data of a scan FF stands before 00 or a restart; before anything else it begins the next segment.
_NEXT_SEGMENT = re.compile(rb"\xff[^\x00\xff\xd0-\xd7]")

ORIENTATION = 0x0112


class BrokenFileError(ValueError):
    """A file that ends too early or is not put together as its kind should be."""


def kind_of(data: bytes) -> str | None:
    """JPEG, PNG or WEBP by the first bytes; nothing where it is none of them, whatever it is called."""
    if data.startswith(b"\xff\xd8\xff"):
        return JPEG
    if data.startswith(_PNG_START):
        return PNG
    return WEBP if data[:4] == b"RIFF" and data[8:12] == b"WEBP" else None


def bare(data: bytes) -> tuple[bytes, bytes]:
    """The file without what a decoder of pixels does not need, and its EXIF bytes (empty where it has none).

    A WebP stays as it is: its decoder skips what it does not know. Raises BrokenFileError.
    """
    kind = kind_of(data)
    if kind == JPEG:
        return _bare_jpeg(data)
    return _bare_png(data) if kind == PNG else (data, b"")


def orientation(exif: bytes) -> int:
    """The orientation that EXIF bytes tell, 1 to 8; 1 where nothing readable is told."""
    body = exif.removeprefix(b"Exif\0\0")
    order = {b"II": "<", b"MM": ">"}.get(body[:2])
    if order is None:
        return 1
    try:
        (start,) = struct.unpack_from(f"{order}I", body, 4)
        (entries,) = struct.unpack_from(f"{order}H", body, start)
        for at in range(start + 2, start + 2 + 12 * entries, 12):
            tag, _kind, _count, value = struct.unpack_from(f"{order}HHIH", body, at)
            if tag == ORIENTATION:
                return int(value) if 1 <= value <= 8 else 1
    except struct.error:  # the bytes end before what they announce
        return 1
    return 1


def _bare_jpeg(data: bytes) -> tuple[bytes, bytes]:
    parts, exif, scans, at = [data[:2]], b"", 0, 2
    while at < len(data):
        marker, start, end = _segment(data, at)
        if marker == _SCAN:
            scans += 1
            found = _NEXT_SEGMENT.search(data, end)
            end = found.start() if found else len(data)
        if marker not in _APPLICATIONS or data[start + 4 : start + 16] == b"ICC_PROFILE\0":
            parts.append(data[start:end])
        elif marker == _EXIF and data[start + 4 : start + 10] == b"Exif\0\0":
            exif = exif or data[start + 4 : end]
        if marker == _END or scans > MOST_SCANS:
            break
        at = end
    if scans > MOST_SCANS:
        raise BrokenFileError(f"more than {MOST_SCANS} scans")
    return b"".join(parts), exif


def _segment(data: bytes, at: int) -> tuple[int, int, int]:
    """Marker, start and end of the segment at `at`; the FFs that may stand before a marker are passed over."""
    if data[at] != 0xFF:
        raise BrokenFileError(f"no segment begins at byte {at}")
    while at + 1 < len(data) and data[at + 1] == 0xFF:
        at += 1
    if at + 1 >= len(data):
        raise BrokenFileError("the file ends in a marker")
    marker = data[at + 1]
    if marker in _ALONE or marker == _END:
        return marker, at, at + 2
    if at + 4 > len(data):
        raise BrokenFileError("the file ends in a segment")
    return marker, at, at + 2 + int.from_bytes(data[at + 2 : at + 4], "big")


def _bare_png(data: bytes) -> tuple[bytes, bytes]:
    parts, exif, at = [_PNG_START], b"", len(_PNG_START)
    while True:
        if at + 12 > len(data):
            raise BrokenFileError("the file ends before its last chunk")
        length, kind = struct.unpack_from(">I4s", data, at)
        start, at = at, at + 12 + length
        body = data[start + 8 : at - 4]
        if kind in _PNG_KEPT or (kind == b"iCCP" and _is_small_profile(body)):
            parts.append(data[start:at])
        elif kind == b"eXIf" and length <= _LARGEST_EXIF:
            exif = body
        if kind == b"IEND":
            return b"".join(parts), exif


def _is_small_profile(body: bytes) -> bool:
    """Whether the colour profile of a PNG, which is packed, stays within bounds when it is opened."""
    packed = body.partition(b"\0")[2][1:]
    try:
        return len(zlib.decompressobj().decompress(packed, LARGEST_PROFILE + 1)) <= LARGEST_PROFILE
    except zlib.error:
        return False
