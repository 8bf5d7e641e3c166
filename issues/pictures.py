"""Photos made anew from their pixels, so that nothing else of a file survives; the only import of Pillow, and pure."""

from __future__ import annotations

from dataclasses import dataclass

MOST_BYTES = 8 * 1024 * 1024
MOST_PIXELS = 40_000_000


class PictureRefusedError(ValueError):
    """Bytes that become no photo. `code` names why (empty, too-large, wrong-type, broken, too-many-pixels)."""

    def __init__(self, code: str, message: str) -> None:
        super().__init__(message)
        self.code = code


@dataclass(frozen=True)
class Pictures:
    """Two JPEG files made from one picture: width and height are those of the full one, in pixels."""

    full: bytes
    small: bytes
    width: int
    height: int


def remade(data: bytes) -> Pictures:
    """New pictures from the pixels of a JPEG, PNG or WebP. Raises PictureRefusedError."""
    raise PictureRefusedError("broken", "pictures are not taken yet")
