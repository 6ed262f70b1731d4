"""Masks are decoded like images, and compared with the image that is called like them."""

from __future__ import annotations

import io
from collections.abc import Callable, Sequence
from pathlib import Path

import pytest
from PIL import Image, ImageDraw
from tests.collect.files.conftest import HEIGHT, WIDTH, Contents, photos

from stepscope.checking import Looking, check
from stepscope.evidence import Expected


def mask(number: int, size: tuple[int, int] = (WIDTH, HEIGHT)) -> bytes:
    image, buffer = Image.new("L", size), io.BytesIO()
    ImageDraw.Draw(image).ellipse((5 + number, 5, 40 + number, 40), fill=1 + number % 2)
    image.save(buffer, "PNG")
    return buffer.getvalue()


IMAGES = photos(*[f"train/images/{number}.jpg" for number in range(12)])
MASKS = {f"train/masks/{number}.png": mask(number) for number in range(12)}


def found_in(root: Path) -> list[tuple[str, str]]:
    report = check(root, looking=Looking(cache=False, workers=1))
    return [(each.name, str(place.file).removeprefix(f"{root}/")) for each in report.findings for place in (each.place, *each.places) if not each.name.endswith("duplicate-sample")]


@pytest.mark.parametrize(
    ("changed", "expected"),
    [
        ({"train/masks/3.png": MASKS["train/masks/3.png"][:100]}, ("truncated-image", "train/masks/3.png")),
        ({"train/masks/3.png": b"<html>"}, ("corrupt-image", "train/masks/3.png")),
        ({"train/masks/3.png": mask(3, (WIDTH // 2, HEIGHT // 2))}, ("image-size-mismatch", "train/masks/3.png")),
        ({"train/masks/99.png": mask(1)}, ("image-missing", "train/masks/99.png")),
        (photos("train/images/99.jpg"), ("label-missing", "train/images/99.jpg")),
    ],
    ids=["cut off", "no image", "other size", "alone", "without a mask"],
)  # fmt: skip
def test_one_mask_that_is_amiss_is_named(changed: Contents, expected: tuple[str, str], written: Callable[..., Path]) -> None:
    assert found_in(written({**IMAGES, **MASKS, **changed})) == [expected]


@pytest.mark.parametrize(
    "masks",
    [MASKS, {path: mask(1, (WIDTH // 2, HEIGHT // 2)) for path in MASKS}, {path: MASKS[path] for path in list(MASKS)[:6]}, {path.replace(".png", "_L.png"): MASKS[path] for path in MASKS}],
    ids=["as large", "half as large", "of half of the images", "called otherwise"],
)  # fmt: skip
def test_masks_that_are_made_so_are_left_alone(masks: Contents, written: Callable[..., Path]) -> None:
    assert not found_in(written({**IMAGES, **masks}))


def kept_as(content: bytes, kind: str = "PNG", mode: str = "L") -> bytes:
    buffer = io.BytesIO()
    Image.open(io.BytesIO(content)).point([0, 90, 180] + [0] * 253).convert(mode).save(buffer, kind)
    return buffer.getvalue()


@pytest.mark.parametrize(("kind", "mode", "slug"), [("PNG", "RGB", "channel-mismatch"), ("JPEG", "L", "annotation-wrong-format")])
def test_one_mask_that_is_kept_otherwise_is_named(kind: str, mode: str, slug: str, written: Callable[..., Path]) -> None:
    path = "train/masks/3.jpg" if kind == "JPEG" else "train/masks/3.png"
    others = {each: content for each, content in MASKS.items() if "/3." not in each}
    assert found_in(written({**IMAGES, **others, path: kept_as(MASKS["train/masks/3.png"], kind, mode)})) == [(slug, path)]


@pytest.mark.parametrize(
    "masks",
    [
        {path.replace(".png", ".jpg"): kept_as(content, "JPEG") for path, content in MASKS.items()},
        {path: kept_as(content, mode="RGB") for path, content in MASKS.items()},
        {path: kept_as(content, mode="RGB" if number % 2 else "L") for number, (path, content) in enumerate(MASKS.items())},
        {path: kept_as(content, mode="L" if number else "P") for number, (path, content) in enumerate(MASKS.items())},
    ],
    ids=["all as JPEG", "all in colours", "of two kinds", "one with a palette"],
)  # fmt: skip
def test_masks_that_are_kept_so_are_left_alone(masks: Contents, written: Callable[..., Path]) -> None:
    assert not found_in(written({**IMAGES, **masks}))


PLACES = {
    "beside the split": ("train/{}.jpg", "train_masks/{}_mask.png"), "SegNet's": ("train/{}.jpg", "trainannot/{}.png"), "ISIC's": ("Input/{}.jpg", "GroundTruth/{}_segmentation.png"),
    "beside images": ("img/{}.jpg", "img_labels/{}_L.png"),
}  # fmt: skip


@pytest.mark.parametrize("place", PLACES)
def test_masks_are_known_by_their_folder_or_their_names(place: str, written: Callable[..., Path]) -> None:
    images, masks = PLACES[place]
    contents = {**photos(*[images.format(number) for number in range(12)]), **{masks.format(number): content for number, content in enumerate(MASKS.values())}}
    report = check(written({**contents, masks.format(3): b"<html>"}), looking=Looking(cache=False, workers=1))
    assert [(each.name, sum(report.overview.splits.values()) if report.overview else 0) for each in report.findings] == [("corrupt-image", 12)]


def test_classes_that_are_called_like_masks_are_classes(written: Callable[..., Path]) -> None:
    paths = [f"{name}/{number}.jpg" for name in ("face", "face_mask", "label", "no_label") for number in range(4)]
    report = check(written({**photos(*paths)}), looking=Looking(cache=False, workers=1, quick=True))
    assert report.overview is not None
    assert (len(report.overview.classes), sum(report.overview.splits.values())) == (4, 16)


def numbered(top: int, background: int = 0, mode: str = "L") -> bytes:
    """A mask with one object, and a few pixels without a label."""
    image, buffer = Image.new(mode, (WIDTH, HEIGHT), background), io.BytesIO()
    draw = ImageDraw.Draw(image)
    draw.ellipse((5, 5, 40, 40), fill=top)
    draw.rectangle((0, 0, WIDTH, 2), fill=65535 if mode == "I;16" else 255)
    if mode == "P":
        image.putpalette(list(range(256)) * 3)
    image.save(buffer, "PNG")
    return buffer.getvalue()


def told_of_classes(root: Path, classes: int) -> list[tuple[str, int]]:
    report = check(root, looking=Looking(cache=False, workers=1), expected=Expected(classes=classes))
    return [(each.headline, 1 + len(each.places)) for each in report.findings if each.name == "label-out-of-range"]


@pytest.mark.parametrize(
    ("odd", "classes", "expected"),
    [(7, 5, ("pixels of 7 are none of the classes 0 to 4", 1)), (4, 4, ("pixels of 4 are none of the classes 0 to 3", 3))],
    ids=["one mask", "counted from 1"],
)  # fmt: skip
@pytest.mark.parametrize("mode", ["L", "P", "I;16"])
def test_pixels_that_the_model_has_no_output_for_are_told_by_their_masks(mode: str, odd: int, classes: int, expected: tuple[str, int], written: Callable[..., Path]) -> None:
    masks = {path: numbered(1 + number % 4, mode=mode) for number, path in enumerate(MASKS)}

    assert told_of_classes(written({**IMAGES, **masks, "train/masks/3.png": numbered(odd, mode=mode)}), classes) == [expected]


@pytest.mark.parametrize("tops", [range(1, 5), range(10, 250, 20), [255], [0]], ids=["classes", "instances", "two levels", "empty"])
def test_masks_that_fit_or_hold_no_classes_are_left_alone(tops: Sequence[int], written: Callable[..., Path]) -> None:
    masks = {path: numbered(tops[number % len(tops)]) for number, path in enumerate(MASKS)}

    assert not told_of_classes(written({**IMAGES, **masks}), 5)
