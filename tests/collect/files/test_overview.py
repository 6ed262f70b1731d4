"""A data set as a whole."""

import base64
import io
import os

import numpy as np
import pytest
import skimage.data
from PIL import Image

from stepscope.checking import Looking, check
from stepscope.report import html, json, terminal

PHOTOS = {name: Image.fromarray(getattr(skimage.data, name)()).resize((120, 80)) for name in ("astronaut", "coffee", "chelsea", "rocket")}


@pytest.fixture
def root(tmp_path):
    for split, names in (("train", ("astronaut", "coffee", "chelsea")), ("val", ("rocket", "astronaut"))):
        (tmp_path / split / "photo").mkdir(parents=True)
        (tmp_path / split / "none").mkdir()
        for name in names:
            PHOTOS[name].save(tmp_path / split / "photo" / f"{name}.png")
    PHOTOS["rocket"].resize((60, 60)).convert("L").save(tmp_path / "train/none/grey.png")
    return tmp_path


def seen(root, **looking):
    return check(root, looking=Looking(cache=False, workers=1, **looking))


def test_what_there_is_is_counted(root):
    told = seen(root).overview

    assert (told.images, dict(told.splits), told.classes) == (6, {"train": 4, "val": 2}, ("none", "photo"))
    assert told.per_class == {"train": (1, 3), "val": (0, 2)}
    assert told.usual == (120, 80, 5 / 6)
    charts = {chart.title: dict(chart.bars) for chart in told.charts}
    assert charts["Image sizes"] == {"120 x 80": 5, "60 x 60": 1}
    assert charts["Channels and modes"] == {"RGB": 5, "L": 1}


def test_what_splits_share_is_counted(root):
    [overlap] = seen(root).overview.overlaps

    assert (overlap.first, overlap.second, overlap.same) == ("train", "val", 1)


def test_colours_are_those_of_the_training_images(root):
    colours = seen(root, page=True).overview.colours
    pixels = [np.asarray(PHOTOS[name]).reshape(-1, 3) / 255 for name in ("astronaut", "coffee", "chelsea")]
    pixels.append(np.asarray(Image.open(root / "train/none/grey.png").convert("RGB")).reshape(-1, 3) / 255)
    mean = np.mean([each.mean(0) for each in pixels], axis=0)
    deviation = np.sqrt(np.mean([(each**2).mean(0) for each in pixels], axis=0) - mean**2)

    assert np.allclose(colours.mean, mean)
    assert np.allclose(colours.deviation, deviation)
    assert colours.of == "images of train: all 4"


def test_pixels_are_read_again_for_a_page_alone(root):
    told = seen(root).overview

    assert told.colours is None
    assert not told.thumbnails


def test_a_quick_page_has_no_pictures(root):
    told = seen(root, page=True, quick=True).overview

    assert told.colours is None
    assert told.images == 6


def test_a_truncated_image_has_a_picture_of_what_is_there(root):
    path = root / os.fsdecode(b"train/photo/\xff<b>.jpg")
    PHOTOS["coffee"].resize((480, 320)).save(path, "JPEG")
    whole = path.read_bytes()
    path.write_bytes(whole[: len(whole) // 2])
    report = seen(root, page=True)
    [(name, small)] = [each for each in report.overview.thumbnails.items() if "<b>" in each[0]]
    picture = Image.open(io.BytesIO(base64.b64decode(small.data.partition(",")[2])))

    assert "\ufffd<b>.jpg" in name
    assert (small.width, small.height, picture.size) == (480, 320, (96, 64))
    assert np.asarray(picture)[:16].std() > 10
    assert f'alt="{name.replace("<", "&lt;").replace(">", "&gt;")}' in html.render(report)


def test_a_name_that_is_not_utf8_can_be_printed(root):
    for number in range(3):
        PHOTOS["coffee"].convert("L").resize((60 + number, 60)).save(root / os.fsdecode(b"train/photo/\xff%d.png" % number))
    report = seen(root, page=True)

    assert report.findings
    for form in (terminal, json, html):
        form.render(report).encode("utf-8")


def test_every_form_of_the_report_can_be_written(root):
    report = seen(root, page=True)

    assert "6 images in train 4 / val 2 · 2 classes (1 to 5 images each) · 120 x 80 mostly · RGB mean" in " ".join(terminal.render(report).split())
    assert '"colours": {' in json.render(report)
    assert "Splits that share samples" in html.render(report)
