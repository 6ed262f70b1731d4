"""Images put right."""

import io

import numpy as np
import pytest
from PIL import Image, ImageOps
from tests.collect.files.repair.sets import bytes_in, folders, mended, photo, yolo

from stepscope.checking import Looking, check
from stepscope.collect.files.repair.encoding import Treatment
from stepscope.collect.files.repair.plan import Wanted


@pytest.fixture(scope="module")
def both(tmp_path_factory):
    root = folders(tmp_path_factory.mktemp("set") / "data")
    copy, told = mended(root)
    return root, copy, told


def pixels(path):
    return np.asarray(Image.open(path).convert("RGB")).astype(int)


def apart(one, other):
    return np.abs(one - other).mean()


@pytest.mark.parametrize("name", ["grey.jpg", "palette.png", "ink.jpg"])
def test_other_modes_become_rgb_and_look_the_same(both, name):
    root, copy, _ = both

    assert Image.open(copy / "train/a" / name).mode == "RGB"
    assert apart(pixels(copy / "train/a" / name), pixels(root / "train/a" / name)) < 3


@pytest.mark.parametrize("ending", ["tif", "bmp", "ppm", "webp", "png", "jpg"])
@pytest.mark.parametrize("treatment", ["rgb", "upright"])
def test_every_format_can_be_written_anew(tmp_path, ending, treatment):
    path = photo(tmp_path / f"x.{ending}", "chelsea", "RGB" if treatment == "upright" or ending == "webp" else "L", turned=6 if ending not in ("bmp", "ppm") else 0)
    image = Image.open(io.BytesIO(path.read_bytes()))  # of a mapped grey TIFF, Pillow 13 turns the size alone
    image.load()
    told = Treatment(treatment == "rgb", True, False, image.format)(path.read_bytes())
    after, before = Image.open(io.BytesIO(told)), ImageOps.exif_transpose(image).convert("RGB")

    assert (after.format, after.mode, after.size) == (image.format, "RGB", before.size)
    assert after.getexif().get(0x0112, 1) == 1
    assert apart(np.asarray(after).astype(int), np.asarray(before).astype(int)) < 2


def test_sixteen_bits_become_eight():
    deep = Image.fromarray((np.arange(256, dtype=np.uint16) * 257).reshape(16, 16))
    target = io.BytesIO()
    deep.save(target, "PNG")
    after = Image.open(io.BytesIO(Treatment(True, False, False, "PNG")(target.getvalue())))

    assert (np.asarray(after)[..., 0].ravel() == np.arange(256)).all()


def test_what_is_transparent_becomes_white(both):
    assert (pixels(both[1] / "train/a/glass.png") == 255).all()


def test_a_gif_of_a_palette_becomes_a_png(both):
    assert Image.open(both[1] / "train/b/small.png").format == "PNG"
    assert not (both[1] / "train/b/small.gif").exists()


def test_a_turned_photo_is_stored_upright_and_keeps_the_rest_of_its_exif(both):
    root, copy, _ = both
    after, before = Image.open(copy / "train/b/turned.jpg"), ImageOps.exif_transpose(Image.open(root / "train/b/turned.jpg"))

    assert after.size == (80, 120)
    assert 0x0112 not in after.getexif()
    assert after.getexif()[0x010F] == "a camera"
    assert apart(np.asarray(after).astype(int), np.asarray(before).astype(int)) < 2


def test_a_file_is_named_after_what_it_holds(both):
    root, copy, _ = both

    assert (copy / "train/b/really.png").read_bytes() == (root / "train/b/really.jpg").read_bytes()
    assert not (copy / "train/b/really.jpg").exists()


def test_one_of_two_copies_in_a_split_is_kept(both):
    assert (both[1] / "train/b/copy.jpg").exists() != (both[1] / "train/b/plain01.jpg").exists()


def test_plain_images_and_truncated_ones_keep_their_bytes(both):
    before, after = bytes_in(both[0]), bytes_in(both[1])

    assert all(after[name] == before[name] for name in before if "plain" in name and name in after)
    assert after["train/b/cut.jpg"] == before["train/b/cut.jpg"]


def test_every_deed_is_told(both):
    assert both[2] == (
        "repaired: 6 images converted to RGB", "repaired: 1 image turned upright, and the EXIF tag removed", "repaired: 2 images renamed after their content",
        "repaired: 1 image removed, as another of the same split has the same content",
    )  # fmt: skip


def test_a_truncated_image_is_written_anew_on_request_only(tmp_path):
    root = folders(tmp_path / "data")
    copy, told = mended(root, Wanted(truncated=True))

    Image.open(copy / "train/b/cut.jpg").load()
    assert "repaired: 1 image encoded again from what could be decoded" in told


def test_a_repaired_copy_has_nothing_left_to_repair(both):
    _, told = mended(both[1])

    assert told == ("nothing was to be repaired",)


def test_a_check_of_the_copy_finds_nothing_of_what_was_repaired(tmp_path):
    root = folders(tmp_path / "data")
    copy, _ = mended(root, Wanted(truncated=True))
    repaired = {"truncated-image", "image-mode-unusual", "exif-rotation", "extension-mismatch", "duplicate-sample", "channel-mismatch"}
    before, after = ({finding.name for finding in check(each, looking=Looking(cache=False)).findings} for each in (root, copy))

    assert repaired <= before
    assert not repaired & after


def test_grey_images_among_grey_ones_stay_grey(tmp_path):
    for number in range(4):
        photo(tmp_path / f"data/{'ab'[number % 2]}/{number}.png", ("astronaut", "coffee", "chelsea", "rocket")[number], "L")

    assert mended(tmp_path / "data")[1] == ("nothing was to be repaired",)


def test_masks_are_no_pictures(tmp_path):
    root = yolo(tmp_path / "data")
    mask = photo(root / "masks/00.png", "camera", "P").read_bytes()

    assert (mended(root)[0] / "masks/00.png").read_bytes() == mask


def test_a_turned_photo_with_boxes_is_left_and_told(tmp_path):
    root = yolo(tmp_path / "data")
    photo(root / "images/train/00.jpg", turned=6)
    before = bytes_in(root)
    copy, told = mended(root)

    assert bytes_in(copy)["images/train/00.jpg"] == before["images/train/00.jpg"]
    assert any("EXIF" in line for line in told)


def test_no_image_takes_the_name_of_another(tmp_path):
    root = folders(tmp_path / "data")
    photo(root / "train/b/really.png", "chelsea")
    copy, told = mended(root)

    assert (copy / "train/b/really.jpg").exists()
    assert any("there is such a file" in line for line in told)
