"""Nothing of what a camera or a program writes beside the pixels is in any picture we keep (exiftool is the judge)."""

import json
import shutil
import subprocess
import uuid

import pytest
from PIL import Image, PngImagePlugin

from issues.moderating import cover_photo
from issues.photos import SIZES, add_photo, path_of
from tests.factories import make_boundaries, make_issue
from tests.made_pictures import encoded, jpeg, jpeg_segment, scene, swapped_profile, with_segments
from tests.staff import make_moderator

pytestmark = [
    pytest.mark.django_db,
    pytest.mark.skipif(shutil.which("exiftool") is None, reason="needs exiftool (libimage-exiftool-perl)"),
]

# What every JPEG has: what the file system knows, how it is packed, and its size.
PLAIN = {"SourceFile", "ExifTool", "System", "File", "JFIF", "Composite"}
MARK = "planted"


def told(path):
    """Everything exiftool finds in a file, by group and name."""
    command = ["exiftool", "-a", "-G1", "-u", "-U", "-ee", "-j", str(path)]
    return json.loads(subprocess.run(command, check=True, capture_output=True, text=True).stdout)[0]


def by_exiftool(path):
    """Every kind of mark that exiftool can put into a file."""
    thumbnail = path.with_name("thumbnail.jpg")
    thumbnail.write_bytes(encoded(Image.new("RGB", (160, 120), "white"), "JPEG"))
    marks = [
        "-GPSLatitude=45.7537",
        "-GPSLatitudeRef=N",
        "-GPSLongitude=21.2257",
        "-GPSLongitudeRef=E",
        f"-EXIF:Artist={MARK}",
        f"-EXIF:SerialNumber={MARK}",
        f"-XMP-dc:Creator={MARK}",
        f"-XMP-iptcExt:PersonInImage={MARK}",
        f"-IPTC:City={MARK}",
        f"-Comment={MARK}",
        f"-ThumbnailImage<={thumbnail}",
    ]
    subprocess.run(["exiftool", "-q", "-m", "-overwrite_original", *marks, str(path)], check=True)
    return path.read_bytes()


def by_pillow(kind):
    """What exiftool does not make: maker notes, text chunks, a profile, a comment, a second picture."""
    exif = Image.Exif()
    exif[0x010F] = MARK  # who made the camera
    exif.get_ifd(0x8769)[0x927C] = MARK.encode() * 9  # the maker's own note
    exif.get_ifd(0x8825)[1] = "N"
    texts = PngImagePlugin.PngInfo()
    texts.add_text("Author", MARK)
    texts.add_itxt("Title", MARK, lang="en", zip=True)
    more = {"exif": exif, "icc_profile": swapped_profile()}
    if kind == "PNG":
        return encoded(scene(), "PNG", pnginfo=texts, **more)
    if kind == "JPEG":
        data = encoded(scene(), "JPEG", comment=MARK.encode(), **more)
        return with_segments(data, jpeg_segment(0xEC, MARK.encode()), jpeg_segment(0xFE, MARK.encode())) + jpeg()
    return encoded(scene(), "WEBP", xmp=MARK.encode(), **more)


@pytest.fixture
def issue(settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path / "media"
    make_boundaries(["Fabric"])
    return make_issue()


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP"])
@pytest.mark.parametrize("maker", ["exiftool", "pillow"])
def test_no_mark_is_left(issue, tmp_path, kind, maker):
    path = tmp_path / f"sent.{kind.lower()}"
    path.write_bytes(encoded(scene(), kind))
    data = by_exiftool(path) if maker == "exiftool" else by_pillow(kind)
    path.write_bytes(data)
    sent = told(path)
    assert any(name.startswith("GPS:") for name in sent)
    assert any(MARK in str(value) for value in sent.values())

    photo = add_photo(issue=issue, id=uuid.uuid4(), data=data)
    judge(photo)
    cover_photo(by=make_moderator(), photo=photo, rectangles=[(0.1, 0.1, 0.4, 0.4)])
    judge(photo)


def judge(photo):
    for size in SIZES:
        path = path_of(photo, size)
        found = told(path)
        assert {name.partition(":")[0] for name in found} <= PLAIN
        assert "File:Comment" not in found
        assert "Composite:GPSPosition" not in found
        assert not any("Thumbnail" in name or "Preview" in name for name in found)
        assert MARK.encode() not in path.read_bytes()
