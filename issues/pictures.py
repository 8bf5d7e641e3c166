"""Photos made anew from their pixels, so that nothing else of a file survives; the only import of Pillow, and pure."""

from __future__ import annotations

import math
import threading
import warnings
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from io import BytesIO

from PIL import Image, ImageCms, ImageDraw, ImageFile

from issues.picture_files import JPEG, LARGEST_PROFILE, PNG, WEBP, bare, kind_of, orientation

LARGEST = 8 * 1024 * 1024  # bytes, as sent
MOST_PIXELS = 40_000_000
LONGEST_SIDE = 20_000
FULL_SIDE, SMALL_SIDE = 1600, 480  # pixels
QUALITY = 82

# Decoding is what costs memory: two at a time, and of those above this size one.
AT_ONCE = 2
HEAVY_PIXELS = 16_000_000
PATIENCE_S = 30.0

# Left, top, right, bottom, each a share (0 to 1) of the width or the height.
Rectangle = tuple[float, float, float, float]

Image.MAX_IMAGE_PIXELS = MOST_PIXELS
warnings.filterwarnings("error", category=Image.DecompressionBombWarning)

_any_turn = threading.BoundedSemaphore(AT_ONCE)
_heavy_turn = threading.BoundedSemaphore(1)
_SRGB = ImageCms.createProfile("sRGB")
_UPRIGHT = {
    2: Image.Transpose.FLIP_LEFT_RIGHT,
    3: Image.Transpose.ROTATE_180,
    4: Image.Transpose.FLIP_TOP_BOTTOM,
    5: Image.Transpose.TRANSPOSE,
    6: Image.Transpose.ROTATE_270,
    7: Image.Transpose.TRANSVERSE,
    8: Image.Transpose.ROTATE_90,
}


class PictureRefusedError(ValueError):
    """Bytes that become no picture. `code` names why: empty, too-large, wrong-type, broken, too-many-pixels, busy."""

    def __init__(self, code: str, message: str) -> None:
        super().__init__(message)
        self.code = code


@dataclass(frozen=True)
class Pictures:
    """Two JPEG files made from one picture; width and height are those of the full one, in pixels."""

    full: bytes
    small: bytes
    width: int
    height: int


def remade(data: bytes) -> Pictures:
    """A JPEG, PNG or WebP made anew: upright, in sRGB, on white, its first frame alone, and nothing but pixels.

    Type and size are judged by the first bytes before anything is decoded. Raises PictureRefusedError.
    """
    if not data:
        raise PictureRefusedError("empty", "no bytes")
    if len(data) > LARGEST:
        raise PictureRefusedError("too-large", f"more than {LARGEST} bytes")
    if kind_of(data) is None:
        raise PictureRefusedError("wrong-type", "neither JPEG nor PNG nor WebP")
    try:
        return _remade(data)
    except (PictureRefusedError, MemoryError):
        raise
    except (Image.DecompressionBombWarning, Image.DecompressionBombError) as problem:
        raise PictureRefusedError("too-many-pixels", str(problem)) from None
    except Exception as problem:  # a decoder may raise anything over bytes that were made to break it
        raise PictureRefusedError("broken", f"{type(problem).__name__}: {problem}") from problem


def covered(full: bytes, rectangles: Sequence[Rectangle]) -> Pictures:
    """The pictures of a full one with rectangles blackened; what lay under them is in neither.

    Raises ValueError where a rectangle has no surface or leaves the picture.
    """
    for left, top, right, bottom in rectangles:
        if not (0 <= left < right <= 1 and 0 <= top < bottom <= 1):
            raise ValueError(f"no rectangle within the picture: {left}, {top}, {right}, {bottom}")
    with Image.open(BytesIO(full), formats=(JPEG,)) as image:
        fresh = _fresh(image.convert("RGB"))
    brush, (width, height) = ImageDraw.Draw(fresh), fresh.size
    for left, top, right, bottom in rectangles:
        corner = (math.ceil(right * width) - 1, math.ceil(bottom * height) - 1)
        brush.rectangle([(math.floor(left * width), math.floor(top * height)), corner], fill=0)
    return _pictures(fresh)


def _remade(data: bytes) -> Pictures:
    held, exif = bare(data)
    with Image.open(BytesIO(held), formats=(JPEG, PNG, WEBP)) as image:
        width, height = image.size
        if width * height > MOST_PIXELS or max(width, height) > LONGEST_SIDE:
            raise PictureRefusedError("too-many-pixels", f"{width} x {height} pixels")
        turned = _UPRIGHT.get(orientation(exif or image.info.get("exif", b"")))
        with _turn(heavy=width * height > HEAVY_PIXELS):
            # Pillow has this switch once for the whole process, and WeasyPrint turns it on.
            ImageFile.LOAD_TRUNCATED_IMAGES = False
            small_enough = _decoded(image)
    upright = small_enough if turned is None else small_enough.transpose(turned)
    return _pictures(_fresh(upright))


@contextmanager
def _turn(*, heavy: bool) -> Iterator[None]:
    """Wait for a turn to decode; who waits for the heavy one holds no other."""
    held: list[threading.BoundedSemaphore] = []
    try:
        for turn in (_heavy_turn, _any_turn) if heavy else (_any_turn,):
            if not turn.acquire(timeout=PATIENCE_S):
                raise PictureRefusedError("busy", f"no turn to decode within {PATIENCE_S:.0f} s")
            held.append(turn)
        yield
    finally:
        for turn in held:
            turn.release()


def _decoded(image: Image.Image) -> Image.Image:
    """The pixels in RGB, no larger than the full picture; a JPEG is made smaller while it is read."""
    size = _fitted(image.size, FULL_SIDE)
    image.draft(None, size)
    profile = image.info.get("icc_profile", b"")
    pixels = _plain(image).resize(size, Image.Resampling.LANCZOS, reducing_gap=3.0)
    if pixels.mode == "RGBA":
        ground = Image.new("RGB", pixels.size, "white")
        ground.paste(pixels, mask=pixels.getchannel("A"))
        pixels = ground
    return _in_srgb(pixels, profile)


def _plain(image: Image.Image) -> Image.Image:
    """The same pixels in a mode that can be made smaller: L, RGB, RGBA or CMYK."""
    if image.mode.startswith("I"):  # sixteen bits a pixel
        return image.convert("I").point(lambda value: value / 256).convert("L")
    if image.has_transparency_data:
        return image if image.mode == "RGBA" else image.convert("RGBA")
    return image if image.mode in {"L", "RGB", "CMYK"} else image.convert("RGB")


def _in_srgb(image: Image.Image, profile: bytes) -> Image.Image:
    """In sRGB by the colour profile of the file; as it is where there is none or it says nothing usable."""
    if 0 < len(profile) <= LARGEST_PROFILE:
        try:
            source = ImageCms.ImageCmsProfile(BytesIO(profile))
            of_colours = source.profile.xcolor_space.strip() == "RGB"
            mode = "RGB" if of_colours and image.mode == "L" else image.mode
            return ImageCms.profileToProfile(image.convert(mode), source, _SRGB, outputMode="RGB") or image
        except (ImageCms.PyCMSError, OSError):
            return image.convert("RGB")
    return image.convert("RGB")


def _fresh(image: Image.Image) -> Image.Image:
    """A new image with the pixels alone: one that was opened carries comments into the next file."""
    fresh = Image.new("RGB", image.size)
    fresh.paste(image)
    return fresh


def _pictures(image: Image.Image) -> Pictures:
    small = image.resize(_fitted(image.size, SMALL_SIDE), Image.Resampling.LANCZOS, reducing_gap=3.0)
    return Pictures(_jpeg(image), _jpeg(small), image.width, image.height)


def _jpeg(image: Image.Image) -> bytes:
    file = BytesIO()
    image.save(file, JPEG, quality=QUALITY, optimize=True)
    return file.getvalue()


def _fitted(size: tuple[int, int], side: int) -> tuple[int, int]:
    """The size with its longer side at most `side`, the shorter in proportion and never nothing."""
    width, height = size
    scale = min(1.0, side / max(width, height))
    return max(1, round(width * scale)), max(1, round(height * scale))
