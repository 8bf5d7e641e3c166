"""What becomes of a good picture: upright, in sRGB, on white, small enough."""

from io import BytesIO

import pytest
from PIL import Image

from issues import pictures
from issues.pictures import FULL_SIDE, SMALL_SIDE, PictureRefusedError, covered, remade
from tests.made_pictures import encoded, jpeg, near, pixel, scene, size, swapped_profile

RED, GREEN, BLUE, WHITE = (255, 0, 0), (0, 255, 0), (0, 0, 255), (255, 255, 255)
EXIF = 0x0112


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP"])
def test_two_jpegs_come_of_it(kind):
    made = remade(encoded(scene(2000, 1000), kind))
    assert (made.width, made.height) == size(made.full) == (FULL_SIDE, 800)
    assert size(made.small) == (SMALL_SIDE, 240)
    assert made.full[:3] == made.small[:3] == b"\xff\xd8\xff"
    assert near(pixel(made.full, 0.2, 0.2), RED)
    assert near(pixel(made.small, 0.8, 0.8), BLUE)


def test_a_small_one_is_not_made_larger():
    made = remade(jpeg(64, 48))
    assert size(made.full) == size(made.small) == (64, 48)


def test_a_line_keeps_a_pixel_of_width():
    assert size(remade(encoded(Image.new("RGB", (10_000, 2)), "PNG")).small) == (SMALL_SIDE, 1)


CORNERS = {  # colours at top left and top right once a reader has turned the picture as it says
    1: (RED, GREEN),
    2: (GREEN, RED),
    3: (BLUE, BLUE),
    4: (BLUE, BLUE),
    5: (RED, BLUE),
    6: (BLUE, RED),
    7: (BLUE, GREEN),
    8: (GREEN, BLUE),
}


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP"])
@pytest.mark.parametrize("turn", CORNERS)
def test_it_stands_upright(turn, kind):
    exif = Image.Exif()
    exif[EXIF] = turn
    made = remade(encoded(scene(64, 48), kind, exif=exif))
    assert size(made.full) == ((64, 48) if turn < 5 else (48, 64))
    left, right = CORNERS[turn]
    assert near(pixel(made.full, 0.2, 0.2), left, 40)
    assert near(pixel(made.full, 0.8, 0.2), right, 40)


def test_a_turn_nobody_knows_is_none():
    exif = Image.Exif()
    exif[EXIF] = 9
    assert size(remade(jpeg(64, 48, exif=exif)).full) == (64, 48)


def test_what_one_sees_through_is_white():
    clear = scene(64, 48, "RGBA")
    clear.paste((0, 0, 0, 0), (32, 0, 64, 24))
    for kind in ("PNG", "WEBP"):
        assert near(pixel(remade(encoded(clear, kind)).full, 0.75, 0.25), WHITE)


def test_a_palette_with_a_clear_colour_is_on_white():
    drawn = scene(64, 48).quantize(4)
    clear = drawn.getpixel((60, 5))
    assert near(pixel(remade(encoded(drawn, "PNG", transparency=clear)).full, 0.8, 0.2), WHITE)


def test_sixteen_bits_keep_their_light():
    grey = Image.new("I;16", (32, 32), 32_896)
    assert near(pixel(remade(encoded(grey, "PNG")).full, 0.5, 0.5), (128, 128, 128), 3)


def test_ink_for_print_becomes_colours_of_a_screen():
    made = remade(encoded(scene(64, 48, "CMYK"), "JPEG", quality=95))
    assert near(pixel(made.full, 0.2, 0.2), RED, 40)


@pytest.mark.parametrize("mode", ["1", "L", "LA"])
def test_grey_pictures_are_taken(mode):
    made = remade(encoded(scene(64, 48, mode), "PNG"))
    assert len(set(pixel(made.full, 0.8, 0.8))) == 1


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP"])
def test_the_colours_of_a_profile_are_kept_in_srgb(kind):
    made = remade(encoded(scene(64, 48), kind, icc_profile=swapped_profile()))
    assert near(pixel(made.full, 0.2, 0.2), BLUE, 40)
    assert near(pixel(made.full, 0.8, 0.8), RED, 40)


def test_a_profile_of_colours_does_not_upset_grey():
    made = remade(encoded(scene(64, 48, "L"), "PNG", icc_profile=swapped_profile()))
    assert near(pixel(made.full, 0.8, 0.8), (29, 29, 29), 8)


@pytest.mark.parametrize("profile", [b"no profile", b"x" * 1_500_000], ids=["senseless", "large"])
@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP"])
def test_a_profile_that_says_nothing_is_left_out(kind, profile):
    made = remade(encoded(scene(), kind, icc_profile=profile))
    assert near(pixel(made.full, 0.2, 0.2), RED)
    with Image.open(BytesIO(made.full)) as image:
        assert "icc_profile" not in image.info


@pytest.mark.parametrize("kind", ["PNG", "WEBP"])
def test_of_what_moves_the_first_frame_is_taken(kind):
    frames = [Image.new("RGB", (32, 32), (0, 0, k % 200)) for k in range(500)]
    first = Image.new("RGB", (32, 32), RED)
    data = encoded(first, kind, save_all=True, append_images=frames, duration=20)
    assert near(pixel(remade(data).full, 0.5, 0.5), RED)


def test_covered_places_are_black_in_both():
    made = covered(remade(encoded(Image.new("RGB", (900, 600), WHITE), "PNG")).full, [(0.5, 0, 1, 0.5)])
    for data in (made.full, made.small):
        assert near(pixel(data, 0.75, 0.25), (0, 0, 0))
        assert near(pixel(data, 0.52, 0.48), (0, 0, 0))
        assert near(pixel(data, 0.25, 0.25), WHITE)
        assert near(pixel(data, 0.75, 0.75), WHITE)
    assert size(made.full) == (900, 600)


def test_the_thinnest_rectangle_still_covers():
    full = remade(encoded(Image.new("RGB", (100, 100), WHITE), "PNG")).full
    assert sum(pixel(covered(full, [(0.505, 0, 0.506, 1)]).full, 0.505, 0.5)) < 200


@pytest.mark.parametrize("wrong", [(0.5, 0, 0.5, 1), (0, 0, 1.1, 1), (-0.1, 0, 1, 1), (0, float("nan"), 1, 1)])
def test_a_rectangle_without_a_place_is_refused(wrong):
    with pytest.raises(ValueError, match="no rectangle within the picture"):
        covered(remade(jpeg()).full, [wrong])


def test_who_gets_no_turn_is_told(monkeypatch):
    monkeypatch.setattr(pictures, "PATIENCE_S", 0.01)
    for _ in range(pictures.AT_ONCE):
        pictures._any_turn.acquire()
    try:
        with pytest.raises(PictureRefusedError) as refused:
            remade(jpeg())
    finally:
        for _ in range(pictures.AT_ONCE):
            pictures._any_turn.release()
    assert refused.value.code == "busy"
    assert remade(jpeg()).width == 64
