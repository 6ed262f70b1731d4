"""One image, from its bytes."""

import io
import struct
import zlib

import pytest
from PIL import Image, ImageDraw
from tests.photos import NAMES, encoded, inserted, jpeg, photo, png, segment, with_size

from stepscope.collect.files.pictures import strict
from stepscope.collect.files.pictures.inspect import inspect
from stepscope.collect.files.pictures.source import glimpse
from stepscope.collect.files.reading import Picture
from stepscope.evidence import State

EXIF = Image.Exif()
EXIF[0x0112] = 6
EXIF[0x010F] = "camera" * 500


def state(data, quick=False):
    return inspect(data, quick)[0]["state"]


def chunk(kind, content):
    return struct.pack(">I", len(content)) + kind + content + struct.pack(">I", zlib.crc32(kind + content))


def with_chunks(data, *chunks):
    """A PNG file with more chunks behind its header."""
    return data[:33] + b"".join(chunks) + data[33:]


HEALTHY = {
    "baseline": jpeg(), "progressive": jpeg(progressive=True), "optimised": jpeg(optimize=True), "restarts": jpeg(restart_marker_blocks=4),
    "grey": jpeg(mode="L"), "cmyk": jpeg(mode="CMYK"), "rgb": jpeg(keep_rgb=True), "4:4:4": jpeg(subsampling=0), "poor": jpeg(quality=5),
    "exif": jpeg(exif=EXIF), "thumbnail": inserted(jpeg(), segment(0xE1, b"Exif\0\0" + jpeg(quality=20)[:60000])),
    "profile": jpeg(icc_profile=bytes(100_000)), "comment": jpeg(comment=b"\xff\xd9\xff\xd8" * 30), "padded": jpeg() + bytes(512),
    "mpf": inserted(jpeg(), segment(0xE2, b"MPF\0" + bytes(80))) + jpeg("chelsea"), "samsung": jpeg() + b"\0\0\x01\x0aImage_UTC_DataSEFHe\0\0\0SEFT",
    "motion photo": inserted(jpeg(), segment(0xE1, b'http://ns.adobe.com/xap/1.0/\0 GCamera:MotionPhoto="1"')) + bytes(range(256)) * 40,
    "fill bytes": jpeg().replace(b"\xff\xdb", b"\xff\xff\xff\xdb", 1), "tiny": encoded(photo().resize((3, 2))), "strip": encoded(photo().resize((900, 5))),
    "one pixel": encoded(photo().resize((1, 1))), "png": png(), "interlaced": png(), "palette": png(mode="P"), "16 bits": encoded(Image.new("I;16", (64, 64), 7), "PNG"),
    "one bit": png("page", mode="1"), "grey and alpha": png(mode="LA"), "ancillary": with_chunks(png(), chunk(b"tEXt", b"a\0b"), chunk(b"tIME", bytes(7)), chunk(b"prVt", bytes(999))),
    "padded png": png() + bytes(64), "gif": encoded(photo().convert("P"), "GIF"), "bmp": encoded(photo(), "BMP"), "webp": encoded(photo(), "WEBP"),
    "tiff": encoded(photo(), "TIFF"), "lzw": encoded(photo(), "TIFF", compression="tiff_lzw"), "floats": encoded(photo("camera").convert("F"), "TIFF"), "ppm": encoded(photo(), "PPM"),
}  # fmt: skip


@pytest.mark.parametrize("name", HEALTHY)
@pytest.mark.parametrize("quick", [False, True])
def test_a_healthy_image_is_whole(name, quick):
    facts, words = inspect(HEALTHY[name], quick)
    with Image.open(io.BytesIO(HEALTHY[name])) as image:
        size = image.size

    assert (facts["state"], words) == (State.WHOLE, "")
    assert (facts["width"], facts["height"]) == size


def damaged(data):
    return {
        "cut": (data[: len(data) // 2], State.TRUNCATED),
        "cut, with an end": (data[: len(data) // 2] + b"\xff\xd9", State.TRUNCATED),
        "cut in the header": (data[:200], State.TRUNCATED),
        "zeros behind the middle": (data[: len(data) // 2] + bytes(len(data) // 2), State.TRUNCATED),
        "two bytes": (data[:2], State.TRUNCATED),
        "no end marker": (data[:-2], State.NO_END),
        "half an end marker": (data[:-1], State.NO_END),
        "zero block": (data[:20000] + bytes(512) + data[20512:], State.CORRUPT),
        "garbage behind": (data + b"garbage" * 9, State.TRAILING),
        "two joined": (data + jpeg("chelsea"), State.TRAILING),
        "a bomb": (with_size(data, 65500, 65500), State.TOO_LARGE),
        "no height": (with_size(data, 640, 0), State.CORRUPT),
    }


@pytest.mark.parametrize("name", damaged(jpeg()))
def test_a_damaged_jpeg_is_told(name):
    data, expected = damaged(jpeg())[name]
    facts, words = inspect(data)

    assert facts["state"] == expected
    assert words


@pytest.mark.parametrize("name", [name for name in damaged(jpeg()) if name not in ("zero block", "cut, with an end", "two joined")])
def test_quickly_all_is_told_but_what_lies_within(name):
    data, expected = damaged(jpeg())[name]

    assert state(data, quick=True) == expected


def test_zeros_within_are_told_of_every_photo():
    blocks = {name: jpeg(name) for name in NAMES}

    assert {name for name, data in blocks.items() if state(data[: len(data) // 2] + bytes(400) + data[len(data) // 2 + 400 :]) == State.WHOLE} == set()


@pytest.mark.parametrize("at", [40, 5000, 50_000, -6])
def test_a_changed_byte_of_a_png_is_told(at):
    data = bytearray(png())
    data[at] ^= 1

    assert state(bytes(data)) == State.CORRUPT


def test_the_ends_of_a_png_are_told():
    data = png()

    assert [state(part) for part in (data[:5000], data[:-12], data[:20], data + b"more")] == [State.TRUNCATED, State.NO_END, State.TRUNCATED, State.TRAILING]
    assert [state(part, quick=True) for part in (data[:5000], data[:-12], data + b"more")] == [State.TRUNCATED, State.NO_END, State.TRAILING]


@pytest.mark.parametrize("form", ["GIF", "BMP", "WEBP", "TIFF", "PPM"])
def test_half_an_image_of_another_format_is_told(form):
    data = encoded(photo().convert("P") if form == "GIF" else photo(), form)

    assert state(data[: len(data) // 2]) in (State.TRUNCATED, State.CORRUPT)


@pytest.mark.parametrize(
    ("data", "words"),
    [
        (b"<!DOCTYPE html><html><body>404", "HTML"), (b"version https://git-lfs.github.com/spec/v1\noid sha256:1", "Git LFS"), (bytes(4096), "zero bytes"),
        (b"not found", "text: 'not found'"), (b"%PDF-1.7", "PDF"), (b"\0\0\0\x18ftypheic", "HEIC"), (b"<svg xmlns='a'/>", "SVG"), (b"\x8f\x01\xfe", "no image format"),
    ],
)  # fmt: skip
def test_what_is_no_image_is_named(data, words):
    facts, said = inspect(data)

    assert facts["state"] == State.NOT_AN_IMAGE
    assert words in said


def test_a_plain_lower_part_is_no_sign_of_a_missing_one():
    black = encoded(Image.new("RGB", (320, 240)))

    assert [state(data[:-2]) for data in (black, jpeg("page"))] == [State.NO_END, State.NO_END]


def test_an_empty_file_is_empty():
    assert state(b"") == State.EMPTY


def test_twelve_bits_are_told_and_are_no_damage():
    data = jpeg().replace(b"\xff\xc0\x00\x11\x08", b"\xff\xc0\x00\x11\x0c", 1)
    facts, words = inspect(data)

    assert (facts["state"], facts["bits"]) == (State.WHOLE, 12)
    assert "12 bits" in words


def test_what_an_image_looks_like():
    black, board = Image.new("RGB", (320, 240)), Image.new("L", (64, 64))
    for x in range(0, 64, 2):
        ImageDraw.Draw(board).line((x, 0, x, 63), 255)
    dark, fine, sight = (inspect(encoded(image))[0] for image in (black, board, photo()))

    assert (dark["low"], dark["high"]) == (0, 0)
    assert fine["low"] < fine["high"]
    assert sight["mean"] == pytest.approx(inspect(png())[0]["mean"], abs=1)
    assert (sight["look"] ^ inspect(png())[0]["look"]).bit_count() <= 3


def test_transparency_that_is_none_is_told():
    assert [inspect(png(mode=mode))[0]["mode"] for mode in ("RGBA", "RGB")] == [b"RGBX", b"RGB"]


def test_orientation_is_read_from_both_formats():
    assert [inspect(data)[0]["orientation"] for data in (jpeg(exif=EXIF), png(exif=EXIF), jpeg())] == [6, 6, 0]


def test_quickly_a_large_file_is_not_read_whole(tmp_path):
    path = tmp_path / "large.jpg"
    with open(path, "wb") as file:
        file.write(jpeg()[:-2])
        file.seek(1 << 36)
        file.write(b"\xff\xd9")
    source = glimpse(tmp_path, Picture("large.jpg"))

    assert len(source.head) + len(source.tail) < 10_000
    assert inspect(source, quick=True)[0]["state"] == State.WHOLE


def test_without_the_strict_decoder_pillow_does_the_work(monkeypatch):
    monkeypatch.setitem(__import__("sys").modules, "simplejpeg", None)
    monkeypatch.setattr(strict, "find_spec", lambda name: None)

    assert [state(jpeg()), state(jpeg()[:30000]), state(jpeg()[:-2])] == [State.WHOLE, State.TRUNCATED, State.NO_END]
    assert "simplejpeg is not installed" in strict.notes()[0]
