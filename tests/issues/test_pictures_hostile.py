"""Files made to break, fill or fool: each gets its answer, judged before anything is decoded."""

import json
import struct
import subprocess
import sys
import zlib
from contextlib import suppress
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image, ImageFile

from issues.picture_files import MOST_SCANS, BrokenFileError, bare, orientation
from issues.pictures import LARGEST, PictureRefusedError, remade
from tests.made_pictures import chunk, encoded, header_png, jpeg, jpeg_segment, scan_bomb, scene, with_segments

ROOT = Path(__file__).resolve().parents[2]


def refusal(data: bytes) -> str:
    with pytest.raises(PictureRefusedError) as refused:
        remade(data)
    return refused.value.code


def answer(data: bytes) -> str:
    try:
        remade(data)
    except PictureRefusedError as refused:
        return refused.code
    return "a picture"


def webp_header(width: int, height: int) -> bytes:
    """A WebP that says how large it is and then has nothing."""
    canvas = struct.pack("<I", width - 1)[:3] + struct.pack("<I", height - 1)[:3]
    body = b"WEBP" + b"VP8X" + struct.pack("<I", 10) + b"\0\0\0\0" + canvas
    return b"RIFF" + struct.pack("<I", len(body)) + body


def jpeg_saying(width: int, height: int) -> bytes:
    """A small JPEG whose header says another size."""
    data = jpeg()
    at = data.index(b"\xff\xc0") + 5
    return data[:at] + struct.pack(">HH", height, width) + data[at + 4 :]


OTHERS = {
    "svg": b'<?xml version="1.0"?><svg xmlns="http://www.w3.org/2000/svg" onload="alert(1)"/>',
    "html": b"<!doctype html><script>alert(1)</script>",
    "eps": b"%!PS-Adobe-3.0 EPSF-3.0\n%%BoundingBox: 0 0 9 9\n",
    "pdf": b"%PDF-1.7\n1 0 obj",
    "gif": encoded(scene(), "GIF"),
    "tiff": encoded(scene(), "TIFF"),
    "bmp": encoded(scene(), "BMP"),
    "heic": b"\0\0\0\x18ftypheic\0\0\0\0mif1heic" + b"\0" * 64,
    "riff": b"RIFF\x24\0\0\0WAVEfmt ",
    "text": b"photo.jpg",
}


@pytest.mark.parametrize("name", OTHERS)
def test_other_kinds_are_refused_whatever_their_name(name):
    assert refusal(OTHERS[name]) == "wrong-type"


def test_nothing_is_no_picture():
    assert refusal(b"") == "empty"


def test_a_byte_too_many_is_refused_unread():
    assert refusal(jpeg() + b"\0" * LARGEST) == "too-large"


@pytest.mark.parametrize(
    "data",
    [
        jpeg(400, 300)[:-900],
        encoded(scene(400, 300), "PNG")[:-200],
        encoded(scene(400, 300), "WEBP")[:-100],
        jpeg()[:20],
        b"\xff\xd8\xff",
        b"\xff\xd8\xff\xff\xff\xff",
        b"\x89PNG\r\n\x1a\n",
        b"RIFF\0\0\0\0WEBP",
        webp_header(100, 100),
        encoded(scene(), "PNG").replace(b"IDAT", b"IDAX"),
    ],
    ids=lambda data: repr(data[:4]),
)
def test_what_ends_too_early_is_broken(data, monkeypatch):
    monkeypatch.setattr(ImageFile, "LOAD_TRUNCATED_IMAGES", True)  # as WeasyPrint sets it for the whole process
    assert refusal(data) == "broken"


def test_a_false_size_within_bounds_is_a_picture_of_what_is_there():
    assert remade(jpeg_saying(3000, 3000)).width == 1600


def test_scan_upon_scan_is_refused_before_it_is_decoded():
    """Decoded, two hundred thousand scans in three megabytes would take minutes, and of a large picture hours."""
    assert refusal(scan_bomb(200_000)) == "broken"
    assert remade(scan_bomb(MOST_SCANS - 12)).width == 64


@pytest.mark.parametrize(
    "data",
    [
        header_png(9400, 9400, colour=0, rows=2),
        header_png(1, 60_000),
        header_png(60_000, 1),
        jpeg_saying(65_000, 65_000),
        jpeg_saying(8000, 5001),
        webp_header(16_000, 16_000),
    ],
    ids=["9400", "1 x 60000", "60000 x 1", "jpeg", "just above", "webp"],
)
def test_too_many_pixels_are_known_from_the_header(data):
    assert refusal(data) == "too-many-pixels"


def test_a_tail_does_not_survive():
    """A JPEG that is a ZIP or a page as well is only a JPEG afterwards."""
    for tail in (b"PK\x03\x04" + b"secret" * 99, b"<script>alert('secret')</script>", jpeg(32, 32)):
        for data in (jpeg(), encoded(scene(), "PNG"), encoded(scene(), "WEBP")):
            made = remade(data + tail)
            assert b"secret" not in made.full + made.small
            assert made.full.endswith(b"\xff\xd9")
            assert made.full.count(b"\xff\xd8\xff") == 1


def test_a_picture_inside_a_picture_is_left_behind():
    two = encoded(scene(), "MPO", save_all=True, append_images=[Image.new("RGB", (64, 48), "white")])
    assert len(remade(two).full) == len(remade(encoded(scene(), "JPEG")).full)


def test_exif_that_lies_about_itself_is_passed_over():
    for body in (b"Exif\0\0II*\0\xff\xff\xff\xff", b"Exif\0\0MM\0*\0\0\0\x08\xff\xff", b"Exif\0\0", b"Exif\0\0XX"):
        assert remade(with_segments(jpeg(), jpeg_segment(0xE1, body))).width == 64


@given(st.binary(max_size=200))
def test_any_exif_has_an_orientation(body):
    for start in (b"", b"II*\0\x08\0\0\0", b"MM\0*\0\0\0\x08"):
        assert 1 <= orientation(start + body) <= 8


WHOLE = [jpeg(32, 24), encoded(scene(32, 24), "PNG"), encoded(scene(32, 24), "WEBP", lossless=True)]


@given(st.sampled_from(WHOLE), st.data())
def test_any_damage_has_an_answer(data, draw):
    """Whatever bytes are changed or cut, there are two pictures or a refusal, and never anything else."""
    damaged = bytearray(data)
    for _ in range(draw.draw(st.integers(1, 6))):
        damaged[draw.draw(st.integers(0, len(data) - 1))] = draw.draw(st.integers(0, 255))
    cut = draw.draw(st.integers(1, len(data)))
    assert answer(bytes(damaged[:cut])) in {"a picture", "wrong-type", "broken", "too-many-pixels"}


@given(st.binary(max_size=300))
def test_walking_a_file_never_fails_otherwise(body):
    for start in (b"\xff\xd8\xff", b"\x89PNG\r\n\x1a\n"):
        with suppress(BrokenFileError):
            assert bare(start + body)[0].startswith(start[:2])


# --- memory: in a process of its own, whose highest mark is read before and after ---------------------------------

# (ru_maxrss will not do: a process begins with the mark of the one that started it.)

PEAK = """
import json, sys, threading
from pathlib import Path
from issues.pictures import PictureRefusedError, remade
def peak():
    told = Path("/proc/self/status").read_text()
    Path("/proc/self/clear_refs").write_text("5")  # the next mark counts from here
    return int(told.partition("VmHWM:")[2].split()[0]) / 1024
"""
MEASURE = f"""{PEAK}
folder = Path(sys.argv[1])
for warm in sorted(folder.glob("warm*")):
    remade(warm.read_bytes())
told = {{}}
for path in sorted(folder.glob("bomb*")):
    data = path.read_bytes()
    peak()
    before = peak()
    try:
        answer = remade(data).width
    except PictureRefusedError as refused:
        answer = refused.code
    told[path.name] = (answer, peak() - before)
print(json.dumps(told))
"""
BOUND_MB = 40


def text_bomb() -> bytes:
    """Sixty texts of a megabyte each, packed to a kilobyte each."""
    packed = zlib.compress(b"a" * 1_000_000, 9)
    return header_png(32, 32, extra=chunk(b"zTXt", b"Comment\0\0" + packed) * 60)


def profile_bomb() -> bytes:
    return header_png(32, 32, extra=chunk(b"iCCP", b"ICC\0\0" + zlib.compress(b"\0" * 50_000_000, 9)))


BOMBS = {
    "bomb 20000": (lambda: header_png(20_000, 20_000, colour=0), "too-many-pixels"),
    "bomb 12000": (lambda: header_png(12_000, 12_000, colour=0), "too-many-pixels"),
    "bomb 9400": (lambda: header_png(9400, 9400, colour=0), "too-many-pixels"),
    "bomb 1 x 60000": (lambda: header_png(1, 60_000), "too-many-pixels"),
    "bomb webp": (lambda: webp_header(16_000, 16_000), "too-many-pixels"),
    "bomb jpeg": (lambda: jpeg_saying(65_000, 65_000), "too-many-pixels"),
    "bomb texts": (text_bomb, 32),
    "bomb profile": (profile_bomb, 32),
    "bomb frames": (
        lambda: encoded(
            scene(256, 256), "WEBP", save_all=True, append_images=[scene(256, 256, "L").convert("RGB")] * 499
        ),
        256,
    ),
}


@pytest.fixture(scope="module")
def measured(tmp_path_factory):
    folder = tmp_path_factory.mktemp("bombs")
    for kind in ("JPEG", "PNG", "WEBP"):
        (folder / f"warm {kind}").write_bytes(encoded(scene(300, 300), kind))
    for name, (make, _) in BOMBS.items():
        (folder / name).write_bytes(make())
    run = subprocess.run(
        [sys.executable, "-c", MEASURE, str(folder)], cwd=ROOT, check=True, capture_output=True, text=True
    )
    return json.loads(run.stdout)


@pytest.mark.parametrize("name", BOMBS)
def test_memory_does_not_move(measured, name):
    answer, grown_mb = measured[name]
    assert answer == BOMBS[name][1]
    assert grown_mb < BOUND_MB


MANY = f"""{PEAK}
data = Path(sys.argv[1]).read_bytes()
peak()
before = peak()
threads = [threading.Thread(target=remade, args=[data]) for _ in range(int(sys.argv[2]))]
for thread in threads: thread.start()
for thread in threads: thread.join()
print(peak() - before)
"""


def test_twenty_at_once_take_the_memory_of_two(tmp_path):
    path = tmp_path / "twelve megapixels.png"
    path.write_bytes(header_png(4000, 3000))

    def grown_mb(threads: int) -> float:
        command = [sys.executable, "-c", MANY, str(path), str(threads)]
        return float(subprocess.run(command, cwd=ROOT, check=True, capture_output=True, text=True).stdout)

    assert grown_mb(20) < 6 * grown_mb(1)  # two at work, and what the allocator has not given back yet
