"""What is said of the images of a data set: one finding for each mistake, none for what is well."""

import os
import random

import pytest
from PIL import Image, ImageFilter
from tests.photos import NAMES, encoded, jpeg, photo, png, with_size

from stepscope.checking import Looking, check
from stepscope.evidence import Expected

EXIF = Image.Exif()
EXIF[0x0112] = 6


def parts(count=24):
    """Photos that differ: parts of some, each seen once."""
    found = {}
    for place, name in enumerate(("astronaut", "chelsea", "coffee", "rocket", "china", "flower")):
        image = photo(name).convert("RGB")
        wide, high = image.width // 2, image.height // 2
        for number, corner in enumerate(((0, 0), (wide, 0), (0, high), (wide, high))):
            found[f"{'ab'[place % 2]}/{name}{number}.jpg"] = encoded(image.crop((*corner, corner[0] + wide, corner[1] + high)), quality=90)
    return dict(list(found.items())[:count])


PARTS = parts()


@pytest.fixture
def said(tmp_path):
    def look(files, quick=False, expected=None, root=None):
        root = root or tmp_path / "data"
        for name, data in files.items():
            (root / name).parent.mkdir(parents=True, exist_ok=True)
            (root / name).write_bytes(data)
        return check(root, looking=Looking(quick, 1, False), expected=expected)

    return look


def names(report):
    return [finding.name for finding in report.findings]


def where(finding):
    return [os.path.basename(place.file) for place in (finding.place, *finding.places)]


@pytest.mark.parametrize("quick", [False, True])
def test_ordinary_photos_are_silent(said, quick):
    report = said(PARTS, quick)

    assert names(report) == []
    assert report.notes == ()


SETS = {
    "grey only": {f"{'ab'[place % 2]}/{name}.jpg": jpeg(name, mode="L") for place, name in enumerate(NAMES)},
    "palettes only": {f"{'ab'[place % 2]}/{name}.png": png(name, mode="P") for place, name in enumerate(NAMES)},
    "cmyk only": {f"{'ab'[place % 2]}/{name}.jpg": jpeg(name, mode="CMYK") for place, name in enumerate(NAMES)},
    "opaque png": {f"{'ab'[place % 2]}/{name}.png": png(name, mode="RGBA") for place, name in enumerate(NAMES)},
    "progressive": {f"{'ab'[place % 2]}/{name}.jpg": jpeg(name, progressive=True) for place, name in enumerate(NAMES)},
    "restarts": {f"{'ab'[place % 2]}/{name}.jpg": jpeg(name, restart_marker_rows=1) for place, name in enumerate(NAMES)},
    "16 bits": {f"{'ab'[place % 2]}/{name}.png": encoded(photo(name).convert("L").convert("I;16").point(lambda value: value * 200), "PNG") for place, name in enumerate(NAMES)},
    "two splits": {f"{'train' if number % 3 else 'val'}/{path}": data for number, (path, data) in enumerate(PARTS.items())},
    "capitals": {path.replace(".jpg", ".JPEG"): data for path, data in PARTS.items()},
    "upright": {path: jpeg(exif=Image.Exif()) if path.endswith("astronaut0.jpg") else data for path, data in PARTS.items()},
}  # fmt: skip


@pytest.mark.parametrize("name", SETS)
def test_sets_of_one_kind_are_silent(said, name):
    assert names(said(SETS[name])) == []


ODD = {
    "cut": ("x.jpg", jpeg()[:30000], "truncated-image", "error"),
    "no end": ("x.jpg", jpeg()[:-2], "truncated-image", "note"),
    "zeros": ("x.jpg", jpeg()[:20000] + bytes(600) + jpeg()[20600:], "corrupt-image", "error"),
    "html": ("x.jpg", b"<!DOCTYPE html><html>", "corrupt-image", "error"),
    "empty": ("x.jpg", b"", "corrupt-image", "error"),
    "pointer": ("x.png", b"version https://git-lfs.github.com/spec/v1\n", "corrupt-image", "error"),
    "garbage": ("x.jpg", jpeg() + b"garbage", "image-trailing-bytes", "note"),
    "joined": ("x.jpg", jpeg() + jpeg("coins"), "image-trailing-bytes", "warning"),
    "bomb": ("x.jpg", with_size(jpeg(), 60000, 60000), "image-too-large", "error"),
    "grey": ("x.jpg", jpeg(mode="L"), "channel-mismatch", "warning"),
    "transparent": ("x.png", encoded(Image.merge("RGBA", (*photo().split(), photo("camera").resize((512, 512)))), "PNG"), "channel-mismatch", "warning"),
    "opaque": ("x.png", png(mode="RGBA"), "channel-mismatch", "note"),
    "cmyk": ("x.jpg", jpeg(mode="CMYK"), "image-mode-unusual", "warning"),
    "palette": ("x.png", png(mode="P"), "image-mode-unusual", "note"),
    "animation": ("x.webp", encoded(photo(), "WEBP", save_all=True, append_images=[photo("coffee").resize((512, 512))]), "image-mode-unusual", "warning"),
    "12 bits": ("x.jpg", jpeg().replace(b"\xff\xc0\x00\x11\x08", b"\xff\xc0\x00\x11\x0c", 1), "image-mode-unusual", "error"),
    "png named jpg": ("x.jpg", png(), "extension-mismatch", "warning"),
    "jpeg named png": ("x.png", jpeg(), "extension-mismatch", "warning"),
    "turned": ("x.jpg", jpeg(exif=EXIF), "exif-rotation", "note"),
    "blank": ("x.jpg", encoded(Image.new("RGB", (400, 300), "white")), "blank-image", "warning"),
    "small": ("x.png", encoded(photo().resize((12, 9)), "PNG"), "image-too-small", "warning"),
    "dark": ("x.jpg", encoded(photo().point(lambda value: value // 30)), "image-quality", "note"),
    "blurred": ("x.jpg", encoded(photo().filter(ImageFilter.GaussianBlur(60))), "image-quality", "note"),
    "strip": ("x.jpg", encoded(photo().resize((3000, 60))), "image-quality", "note"),
    "stray": ("x.txt", b"notes", "stray-file", "note"),
    "left by macOS": ("._x.jpg", b"\0\x05\x16\x07", "stray-file", "warning"),
}  # fmt: skip


@pytest.mark.parametrize("name", ODD)
def test_one_odd_image_is_one_finding(said, name):
    file, data, rule, severity = ODD[name]
    report = said({**{path: data for path, data in PARTS.items() if "astronaut" not in path}, f"a/{file}": data})

    assert names(report) == [rule]
    assert (report.findings[0].severity.value, where(report.findings[0]), report.findings[0].count) == (severity, [file], 1)


def test_many_of_one_kind_are_one_finding(said):
    report = said({**PARTS, **{f"a/x{number}.jpg": jpeg()[: 20000 + number] for number in range(9)}})

    assert names(report) == ["truncated-image"]
    assert (report.findings[0].count, len(where(report.findings[0]))) == (9, 9)


def test_every_kind_is_said_beside_the_others(said):
    report = said({**PARTS, "a/1.jpg": jpeg()[:20000], "a/2.jpg": b"", "a/3.jpg": with_size(jpeg(), 60000, 60000)})

    assert sorted(names(report)) == ["corrupt-image", "image-too-large", "truncated-image"]


def test_channels_and_size_are_compared_with_what_the_model_takes(said):
    report = said(PARTS, expected=Expected(channels=1, size=(10_000, 10)))

    assert sorted(names(report)) == ["channel-mismatch", "image-too-small"]
    assert {finding.count for finding in report.findings} == {len(PARTS)}
    assert names(said({}, expected=Expected(channels=3, size=(64, 64)))) == []


def test_what_is_true_of_the_whole_set_is_placed_at_its_folder(said, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    report = said(PARTS, expected=Expected(classes=1))

    assert names(report) == ["class-count-mismatch"]
    assert report.findings[0].place.file == "data"


COPY = PARTS["a/coffee0.jpg"]
AGAIN = encoded(Image.open(__import__("io").BytesIO(COPY)), quality=60)


@pytest.mark.parametrize(
    ("files", "rule", "severity"),
    [
        ({"a/x.jpg": COPY}, "duplicate-sample", "warning"),
        ({"b/x.jpg": COPY}, "conflicting-labels", "warning"),
        ({"a/x.jpg": AGAIN}, "near-duplicate-sample", "note"),
        ({"b/x.jpg": AGAIN}, "conflicting-labels", "warning"),
        ({"a/Coffee1.JPG": PARTS["a/coffee1.jpg"][:-2] + b"\xff\xd9"}, "duplicate-sample", "warning"),
    ],
)
def test_copies_are_told_by_where_they_stand(said, files, rule, severity):
    report = said({**PARTS, **files})

    assert [name for name in names(report) if name != "name-collision"] == [rule]
    assert report.findings[-1].severity.value == severity


@pytest.mark.parametrize(("copy", "severity"), [(COPY, "error"), (AGAIN, "warning")])
def test_a_copy_in_another_split_is_a_leak(said, copy, severity):
    report = said({**{f"train/{path}": data for path, data in PARTS.items()}, "val/a/x.jpg": copy, "val/b/y.jpg": jpeg("coins", mode="RGB")})

    assert names(report) == ["split-leak"]
    assert (report.findings[0].severity.value, where(report.findings[0])) == (severity, ["x.jpg"])


def test_names_that_differ_in_case_or_unicode_form_collide(said):
    files = list(PARTS.values())
    report = said({"a/cat.jpg": files[0], "a/CAT.jpg": files[5], "b/caf\u00e9.jpg": files[10], "b/cafe\u0301.jpg": files[15], "b/other.jpg": files[20]})

    assert names(report) == ["name-collision"]
    assert report.findings[0].count == 2


def test_classes_that_differ_in_case_collide_once(said):
    report = said({**PARTS, **{path.replace("a/", "A/").replace("0.jpg", "9.jpg"): data for path, data in {"a/coins0.jpg": jpeg("coins")}.items()}})

    assert "name-collision" in names(report)


def test_entries_that_cannot_be_read_are_told_and_nothing_waits(said, tmp_path):
    root = tmp_path / "data"
    said(PARTS)
    os.symlink("nowhere.jpg", root / "a" / "link.jpg")
    os.mkfifo(root / "a" / "pipe.jpg")
    os.symlink("..", root / "a" / "up")
    report = said({})

    assert sorted(names(report)) == ["link-loop", "unreadable-entry", "unreadable-entry"]
    assert sorted(file for finding in report.findings for file in where(finding)) == ["link.jpg", "pipe.jpg", "up"]


def test_classes_without_samples_and_alone_and_rare_are_told(said, tmp_path):
    alone = said({f"train/{path.replace('b/', 'a/')}": data for path, data in PARTS.items()}, root=tmp_path / "alone")
    said(PARTS)
    (tmp_path / "data" / "c").mkdir()
    bare = said({})
    dice = random.Random(0)
    pixels = {f"a/{number}.png": encoded(Image.frombytes("RGB", (16, 16), dice.randbytes(768)), "PNG") for number in range(120)}
    rare = said({**pixels, "b/1.png": encoded(Image.frombytes("RGB", (16, 16), dice.randbytes(768)), "PNG")}, root=tmp_path / "other")

    assert names(alone) == ["one-class"]
    assert "empty-class" in names(bare)
    assert names(rare) == ["class-imbalance"]


def test_a_hostile_tree_is_told_without_a_traceback(said):
    dice = random.Random(1)
    hostile = {}
    for number in range(150):
        data = bytearray(dice.choice((jpeg(), png("coins"), encoded(photo().convert("P"), "GIF"), encoded(photo("coins"), "TIFF"), encoded(photo(), "WEBP"))))
        for _ in range(dice.randrange(1, 40)):
            data[dice.randrange(min(len(data), 2000))] = dice.randrange(256)
        hostile[f"a/{number}.jpg"] = bytes(data)
    report = said({**PARTS, **hostile})

    assert "corrupt-image" in names(report)
    assert not [note for note in report.notes if "could not be asked" in note]
