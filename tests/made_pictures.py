"""Picture files for tests, made from nothing: good ones, and ones no decoder should be given."""

from __future__ import annotations

import struct
import zlib
from io import BytesIO
from typing import Any

from PIL import Image, ImageDraw

PNG_START = b"\x89PNG\r\n\x1a\n"
_PLANES = {0: 1, 2: 3, 3: 1, 4: 2, 6: 4}


def scene(width: int = 64, height: int = 48, mode: str = "RGB") -> Image.Image:
    """A picture whose top left quarter is red, its top right green, and its lower half blue."""
    image = Image.new("RGB", (width, height), (0, 0, 255))
    brush = ImageDraw.Draw(image)
    brush.rectangle([0, 0, width // 2 - 1, height // 2 - 1], fill=(255, 0, 0))
    brush.rectangle([width // 2, 0, width - 1, height // 2 - 1], fill=(0, 255, 0))
    return image.convert(mode)


def encoded(image: Image.Image, kind: str = "JPEG", **more: Any) -> bytes:
    file = BytesIO()
    image.save(file, kind, **more)
    return file.getvalue()


def jpeg(width: int = 64, height: int = 48, **more: Any) -> bytes:
    return encoded(scene(width, height), "JPEG", **{"quality": 95, **more})


def chunk(kind: bytes, body: bytes) -> bytes:
    """One chunk of a PNG with its check sum."""
    return struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))


def header_png(width: int, height: int, *, colour: int = 2, extra: bytes = b"", rows: int | None = None) -> bytes:
    """A black PNG of any size in few bytes; with fewer `rows` than its header says it ends too early."""
    row = b"\0" * (1 + width * _PLANES[colour])
    packer = zlib.compressobj(9)
    body = b"".join(packer.compress(row) for _ in range(height if rows is None else rows)) + packer.flush()
    head = chunk(b"IHDR", struct.pack(">IIBBBBB", width, height, 8, colour, 0, 0, 0))
    return PNG_START + head + extra + chunk(b"IDAT", body) + chunk(b"IEND", b"")


def jpeg_segment(marker: int, body: bytes) -> bytes:
    return struct.pack(">BBH", 0xFF, marker, len(body) + 2) + body


def with_segments(data: bytes, *segments: bytes) -> bytes:
    """A JPEG with more segments right after its start."""
    return data[:2] + b"".join(segments) + data[2:]


def scan_bomb(scans: int) -> bytes:
    """A small progressive JPEG that goes over its picture again and again: each scan says "nothing new here"."""
    whole = encoded(scene(), "JPEG", progressive=True)
    empty = jpeg_segment(0xDA, bytes([1, 1, 0x11, 1, 63, 0x10])) + b"\x00"
    return whole[:-2] + empty * scans + whole[-2:]


def swapped_profile() -> bytes:
    """A colour profile (ICC, version 2) of a screen whose red is sRGB's blue and whose blue is its red."""
    red, green, blue = (0.4361, 0.2225, 0.0139), (0.3851, 0.7169, 0.0971), (0.1431, 0.0606, 0.7141)

    def place(xyz: tuple[float, ...]) -> bytes:
        return b"XYZ \0\0\0\0" + b"".join(struct.pack(">i", round(v * 65536)) for v in xyz)

    curve = b"curv\0\0\0\0" + struct.pack(">IHH", 1, int(2.2 * 256), 0)
    tags = {b"wtpt": place((0.9642, 1.0, 0.8249)), b"rXYZ": place(blue), b"gXYZ": place(green), b"bXYZ": place(red)}
    tags |= dict.fromkeys((b"rTRC", b"gTRC", b"bTRC"), curve)
    table, bodies, at = struct.pack(">I", len(tags)), b"", 132 + 12 * len(tags)
    for name, body in tags.items():
        table += name + struct.pack(">II", at + len(bodies), len(body))
        bodies += body
    head = bytearray(128)
    struct.pack_into(">I", head, 0, at + len(bodies))
    head[8:12], head[12:24], head[36:40] = b"\x02\x40\0\0", b"mntrRGB XYZ ", b"acsp"
    head[68:80] = place((0.9642, 1.0, 0.8249))[8:]
    return bytes(head) + table + bodies


def pixel(data: bytes, x: float, y: float) -> tuple[int, ...]:
    """The colour of a picture at shares of its width and height."""
    with Image.open(BytesIO(data)) as image:
        return image.convert("RGB").getpixel((int(x * image.width), int(y * image.height)))


def size(data: bytes) -> tuple[int, int]:
    with Image.open(BytesIO(data)) as image:
        return image.size


def near(found: tuple[int, ...], wanted: tuple[int, ...], within: int = 12) -> bool:
    return all(abs(a - b) <= within for a, b in zip(found, wanted, strict=True))
