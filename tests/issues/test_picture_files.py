"""A picture file is walked without decoding it: what a decoder does not need is left behind, what is broken is told."""

import struct
import zlib

import pytest

from issues.picture_files import (
    JPEG,
    LARGEST_PROFILE,
    MOST_SCANS,
    PNG,
    WEBP,
    BrokenFileError,
    bare,
    kind_of,
    orientation,
)
from tests.made_pictures import (
    PNG_START,
    chunk,
    encoded,
    header_png,
    jpeg,
    jpeg_segment,
    pixel,
    scan_bomb,
    scene,
    with_segments,
)

COMMENT, EXIF, PROFILE, ADOBE = 0xFE, 0xE1, 0xE2, 0xEE
MARK = b"planted"


def exif(value, order="<", tag=0x0112):
    head = {"<": b"II*\0", ">": b"MM\0*"}[order]
    return head + struct.pack(f"{order}IHHHIHH", 8, 1, tag, 3, 1, value, 0)


@pytest.mark.parametrize(
    "data, kind",
    [
        (jpeg(), JPEG),
        (encoded(scene(), "PNG"), PNG),
        (encoded(scene(), "WEBP"), WEBP),
        (encoded(scene(), "GIF"), None),
        (b"<svg/>", None),
        (b"RIFF\0\0\0\0WAVE", None),
        (b"", None),
    ],
)
def test_the_kind_is_told_by_the_first_bytes(data, kind):
    assert kind_of(data) == kind


# --- JPEG -----------------------------------------------------------------------------------------------------------


def test_comments_and_applications_stay_behind_and_the_pixels_do_not_change():
    plain = jpeg()
    marked = with_segments(
        plain,
        jpeg_segment(COMMENT, MARK),
        jpeg_segment(EXIF, b"http://ns.adobe.com/xap/1.0/\0" + MARK),
        jpeg_segment(PROFILE, b"MPF\0" + MARK),
    )
    left, _exif = bare(marked + MARK)  # something hangs after the end, too
    assert MARK not in left
    assert left.endswith(b"\xff\xd9")
    assert [pixel(left, x, y) for x, y in ((0.2, 0.2), (0.8, 0.2), (0.5, 0.8))] == [
        pixel(plain, x, y) for x, y in ((0.2, 0.2), (0.8, 0.2), (0.5, 0.8))
    ]


def test_what_tells_the_colours_stays():
    profile, adobe = jpeg_segment(PROFILE, b"ICC_PROFILE\0\1\1abc"), jpeg_segment(ADOBE, b"Adobe\0d\0\0\0\0\1")
    left, _exif = bare(with_segments(jpeg(), profile, adobe))
    assert profile in left
    assert adobe in left


def test_of_several_exif_parts_the_first_is_given():
    first, second = (jpeg_segment(EXIF, b"Exif\0\0" + exif(value)) for value in (6, 3))
    left, given = bare(with_segments(jpeg(), first, second))
    assert orientation(given) == 6
    assert b"Exif" not in left


@pytest.mark.parametrize("cut, where", [(3, "a marker"), (5, "a segment")])
def test_a_jpeg_that_ends_too_early_is_broken(cut, where):
    with pytest.raises(BrokenFileError, match=f"ends in {where}"):
        bare(with_segments(jpeg(), jpeg_segment(COMMENT, MARK))[:cut])


def test_where_a_segment_should_begin_one_begins():
    comment = jpeg_segment(COMMENT, MARK)
    with pytest.raises(BrokenFileError, match=f"no segment begins at byte {2 + len(comment)}"):
        bare(jpeg()[:2] + comment + b"abc")


def test_so_many_scans_and_no_more():
    few = scan_bomb(1)
    assert bare(few)[0].endswith(b"\xff\xd9")
    with pytest.raises(BrokenFileError, match=f"more than {MOST_SCANS} scans"):
        bare(scan_bomb(MOST_SCANS))


# --- PNG and WebP ---------------------------------------------------------------------------------------------------


def test_of_a_png_texts_and_times_stay_behind():
    extra = chunk(b"tEXt", b"Comment\0" + MARK) + chunk(b"tIME", bytes(7)) + chunk(b"eXIf", exif(8))
    left, given = bare(header_png(3, 2, extra=extra) + MARK)
    assert left == header_png(3, 2)
    assert orientation(given) == 8


@pytest.mark.parametrize("length, kept", [(LARGEST_PROFILE, True), (LARGEST_PROFILE + 1, False)])
def test_a_profile_that_unpacks_to_too_much_stays_behind(length, kept):
    profile = chunk(b"iCCP", b"name\0\0" + zlib.compress(bytes(length)))
    assert (profile in bare(header_png(3, 2, extra=profile))[0]) is kept


def test_a_profile_that_cannot_be_unpacked_stays_behind():
    profile = chunk(b"iCCP", b"name\0\0not packed")
    assert bare(header_png(3, 2, extra=profile))[0] == header_png(3, 2)


@pytest.mark.parametrize("data", [PNG_START, header_png(3, 2)[:-6], PNG_START + struct.pack(">I4s", 2**31, b"IDAT")])
def test_a_png_that_ends_too_early_is_broken(data):
    with pytest.raises(BrokenFileError, match="before its last chunk"):
        bare(data)


def test_a_webp_stays_as_it_is():
    data = encoded(scene(), "WEBP")
    assert bare(data) == (data, b"")


# --- which side is up -----------------------------------------------------------------------------------------------


@pytest.mark.parametrize("order", ["<", ">"])
@pytest.mark.parametrize("value, told", [(1, 1), (6, 6), (8, 8), (0, 1), (9, 1)])
def test_the_orientation_is_read_in_both_orders_of_bytes(order, value, told):
    assert orientation(exif(value, order)) == told
    assert orientation(b"Exif\0\0" + exif(value, order)) == told


@pytest.mark.parametrize("data", [b"", b"II*\0", exif(6)[:-6], b"XX" + exif(6)[2:], exif(6, tag=0x0110)])
def test_where_nothing_readable_is_told_it_stands_upright(data):
    assert orientation(data) == 1
