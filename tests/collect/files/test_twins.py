"""Images that are the same, or almost."""

import io
import random

import numpy as np
import pytest
from benchmarks.parts import PARTS
from PIL import Image, ImageDraw, ImageEnhance, ImageFilter, ImageOps
from sklearn.datasets import load_digits
from tests.photos import NAMES, encoded, jpeg, photo, png

from stepscope.checking import Looking, check
from stepscope.collect.files.copies.resemblance import candidates, turned
from stepscope.collect.files.inspecting import inspect_all, twins_in
from stepscope.collect.files.pictures.inspect import inspect
from stepscope.collect.files.recognise import read_as
from stepscope.collect.files.tree import walk
from stepscope.finding import Severity


def twins(root, quick=False, cache=False):
    tree, looking = walk(root), Looking(quick, 1, cache)
    reading = read_as(tree, "folders")
    images = inspect_all(reading, tree, looking, lambda done, of: None)
    found = twins_in(reading, tree, images, looking)
    return tuple([sorted(images.paths[row] for row in group) for group in groups] for groups in (found.same, found.alike))


def written(root, files):
    for name, data in files.items():
        (root / name).parent.mkdir(parents=True, exist_ok=True)
        (root / name).write_bytes(data)
    return root


PHOTOS = {f"a/{name}.jpg": jpeg(name) for name in NAMES}


def cropped(image, share):
    width, height = image.size
    return image.crop((int(width * share), int(height * share), int(width * (1 - share)), int(height * (1 - share))))


COPIES = {
    "poor": lambda image: Image.open(io.BytesIO(encoded(image, quality=30))),
    "half": lambda image: image.resize((image.width // 2, image.height // 2)),
    "square": lambda image: image.resize((400, 400)),
    "cropped": lambda image: cropped(image, 0.02),
    "brighter": lambda image: ImageEnhance.Brightness(image).enhance(1.1),
    "much brighter": lambda image: ImageEnhance.Brightness(image).enhance(1.25),
    "grey": lambda image: image.convert("L"),
    "half the saturation": lambda image: ImageEnhance.Color(image).enhance(0.5),
    "blurred": lambda image: image.filter(ImageFilter.GaussianBlur(2)),
    "paler": lambda image: ImageEnhance.Contrast(image).enhance(0.8),
    "mirrored": ImageOps.mirror,
    "upside down": ImageOps.flip,
    "turned": lambda image: image.transpose(Image.Transpose.ROTATE_90),
    "turned back": lambda image: image.transpose(Image.Transpose.ROTATE_270),
    "transverse": lambda image: image.transpose(Image.Transpose.TRANSVERSE),
}


@pytest.mark.parametrize("name", COPIES)
@pytest.mark.parametrize("of", ["astronaut", "chelsea", "coffee", "china"])
def test_a_changed_copy_is_found(tmp_path, name, of):
    copy = COPIES[name](photo(of).convert("RGB"))
    _, alike = twins(written(tmp_path, {**PHOTOS, "a/copy.jpg": encoded(copy, quality=88)}))

    assert alike == [sorted([f"a/{of}.jpg", "a/copy.jpg"])]


@pytest.mark.parametrize("sides", [(256, 256), (250, 187), (191, 239), (640, 427)])
@pytest.mark.parametrize("name", ["gravel", "coffee", "page"])
def test_a_small_picture_does_not_depend_on_how_its_image_was_made_smaller(name, sides):
    image = photo(name).convert("L").resize(sides)
    ways = encoded(image, quality=95), encoded(image, "PNG"), encoded(Image.fromarray(np.asarray(image).astype(np.uint16) * 257), "PNG"), encoded(image.resize((480, 480)), "PNG")
    pictures = np.stack([inspect(way)[0]["small"].astype(float) for way in ways])

    assert np.abs(pictures - pictures[0]).mean(axis=(1, 2)).max() < 2.0


@pytest.mark.parametrize("quick", [False, True])
def test_equal_files_are_found(tmp_path, quick):
    found = twins(written(tmp_path, {**PHOTOS, "a/copy.jpg": jpeg(), "b/copy.jpg": jpeg(), "b/other.png": png("coins"), "c/other.png": png("coins")}), quick)

    assert found[0] == [["a/astronaut.jpg", "a/copy.jpg", "b/copy.jpg"], ["b/other.png", "c/other.png"]]
    assert quick or found[1] == [["a/coins.jpg", "b/other.png"]]


def moved(image, at):
    """A frame of a video: a thing stands at another place."""
    frame = image.copy()
    ImageDraw.Draw(frame).rectangle((at, 200, at + 40, 260), "orange")
    return encoded(frame)


def textures():
    """Parts of one texture."""
    image = photo("grass")
    return {f"a/{x}{y}.jpg": encoded(image.crop((x, y, x + 256, y + 256))) for x in (0, 128, 256) for y in (0, 128, 256)}


def digits():
    numbers = load_digits().images[:300]
    return {f"a/{row:03}.png": encoded(Image.fromarray((image * 15).astype(np.uint8)).resize((28, 28)), "PNG") for row, image in enumerate(numbers)}


def icons():
    """Small things on white."""
    made = {}
    for size in range(20, 60, 4):
        image = Image.new("RGB", (128, 128), "white")
        ImageDraw.Draw(image).ellipse((64 - size, 64 - size, 64 + size, 64 + size), "navy")
        made[f"a/{size}.png"] = encoded(image, "PNG")
    return made


def noise():
    return {f"a/{seed}.png": encoded(Image.fromarray(np.random.default_rng(seed).integers(0, 255, (96, 96), np.uint8)), "PNG") for seed in range(40)}


def disc(radius):
    image = Image.new("RGB", (256, 256), "white")
    ImageDraw.Draw(image).ellipse((128 - radius, 128 - radius, 128 + radius, 128 + radius), fill="navy")
    return image


def form(number):
    """One form, filled in otherwise."""
    draws, image = random.Random(number), Image.new("L", (300, 400), 255)
    draw = ImageDraw.Draw(image)
    for row in range(40, 380, 30):
        draw.text((20, row), "Field", fill=0)
        draw.line((80, row + 10, 280, row + 10), fill=0)
        draw.text((85, row), "".join(draws.choices("abcdefghij", k=draws.randrange(5, 25))), fill=40)
    return image


DIFFERENT = {
    "photos": PHOTOS, "textures": textures(), "digits": digits(), "icons": icons(), "noise": noise(),
    "frames": {f"a/{at}.jpg": moved(photo("coffee"), at) for at in range(0, 500, 60)},
    "plain": {f"a/{value}.png": encoded(Image.new("L", (64, 64), value), "PNG") for value in range(0, 200, 20)},
    **{name: {f"a/{number}.jpg": encoded(part(number)) for number in range(6)} for name, part in PARTS.items()},
    "discs": {f"a/{radius}.png": encoded(disc(radius), "PNG") for radius in range(60, 80)},
    "forms": {f"a/{number}.png": encoded(form(number), "PNG") for number in range(12)},
    "views of one scene": {f"a/{at}.jpg": encoded(photo("china").convert("RGB").crop((at, 0, at + 400, 400))) for at in range(0, 240, 80)},
}  # fmt: skip


@pytest.mark.parametrize("name", DIFFERENT)
def test_different_images_that_resemble_each_other_are_no_copies(tmp_path, name):
    assert twins(written(tmp_path, DIFFERENT[name])) == ([], [])


def test_thousands_of_almost_equal_images_are_one_group(tmp_path):
    files = {f"a/{quality:02}{rows:02}.jpg": encoded(photo("coffee").resize((300, 200 + rows)), quality=quality) for quality in range(60, 95) for rows in range(12)}
    _, alike = twins(written(tmp_path, files))

    assert [len(group) for group in alike] == [len(files)]


def test_the_answer_is_remembered(tmp_path, monkeypatch):
    monkeypatch.setenv("STEPSCOPE_CACHE", str(tmp_path / "cache"))
    root = written(tmp_path / "data", {**PHOTOS, "a/copy.jpg": jpeg(quality=50), "a/equal.jpg": jpeg()})
    first = twins(root, cache=True)
    monkeypatch.setattr("stepscope.collect.files.copies.twins._alike", None)

    assert twins(root, cache=True) == first == ([["a/astronaut.jpg", "a/equal.jpg"]], [["a/astronaut.jpg", "a/copy.jpg"]])


@pytest.mark.parametrize("position", range(8))
def test_hashes_turn_as_images_do(position):
    image = photo().convert("L")
    pixels = np.asarray(image)
    pixels = pixels.T if position & 4 else pixels
    pixels = pixels[:, ::-1] if position & 1 else pixels
    pixels = pixels[::-1] if position & 2 else pixels
    one, other = (inspect(encoded(Image.fromarray(np.ascontiguousarray(each)), "PNG"))[0] for each in (np.asarray(image), pixels))
    look, rise = turned(np.array([one["look"]], np.uint64), np.array([one["rise"]], np.uint64), position)

    assert (int(look[0]) ^ other["look"]).bit_count() + (int(rise[0]) ^ other["rise"]).bit_count() <= 3


@pytest.mark.parametrize("count", [50, 6000])
def test_close_hashes_are_joined_and_far_ones_are_not(count):
    dice = random.Random(0)
    look, rise = (np.array([dice.getrandbits(64) for _ in range(count)], np.uint64) for _ in range(2))
    look[7], rise[7] = look[3] ^ np.uint64(0b101), rise[3]
    turned_look, turned_rise = turned(look[11:12], rise[11:12], 6)
    look[20], rise[20] = turned_look[0], turned_rise[0]
    one, other, _, _ = candidates(look, rise)

    assert {(3, 7), (11, 20)} <= {tuple(sorted(pair)) for pair in zip(one.tolist(), other.tolist(), strict=True)}
    assert len(one) < 5


def test_what_was_not_compared_is_said(tmp_path, monkeypatch):
    root = written(tmp_path / "set", {**PHOTOS, "a/copy.jpg": encoded(COPIES["poor"](photo()))})
    monkeypatch.setattr("stepscope.collect.files.copies.search.MOST", 0)
    report = check(root, looking=Looking(workers=1, cache=False))

    assert [note for note in report.notes if "not compared" in note] == ["near copies: 1 pairs of images were not compared, since too many others were none"]
    assert "near-duplicate-sample" not in {finding.name for finding in report.findings}


@pytest.mark.parametrize(("doubles", "severity"), [(len(NAMES), Severity.NOTE), (1, Severity.WARNING)])
def test_folders_of_pairs_are_told_from_a_contradiction(tmp_path, doubles, severity):
    halves = {f"b/{name}.jpg": encoded(photo(name).resize([side // 2 for side in photo(name).size]), "JPEG") for name in NAMES[:doubles]}
    report = check(written(tmp_path, {**PHOTOS, **halves}), looking=Looking(cache=False, workers=1))
    assert [each.severity for each in report.findings if each.name == "conflicting-labels"] == [severity]
