"""Small broken data sets of real photos."""

import json
import os
from pathlib import Path

import skimage.data
from PIL import Image

from stepscope.checking import check, seen_at
from stepscope.collect.files.repair.plan import Wanted
from stepscope.repairing import repair

PHOTOS = {name: Image.fromarray(getattr(skimage.data, name)()).resize((120, 80)) for name in ("astronaut", "coffee", "chelsea", "rocket", "camera")}
WANTED = Wanted()


def photo(path: Path, name: str = "astronaut", mode: str = "RGB", form: str | None = None, turned: int = 0) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    image = PHOTOS[name].convert("RGB").convert(mode) if mode != "RGBA" else transparent(name)
    exif = Image.Exif()
    if turned:
        exif[0x0112] = turned
    exif[0x010F] = "a camera"
    image.save(path, form, **({"exif": exif} if turned else {}))
    return path


def transparent(name):
    image = PHOTOS[name].convert("RGBA")
    image.putalpha(Image.new("L", image.size, 0))
    return image


def folders(root: Path) -> Path:
    """Two classes with an image of every kind that is repaired, and plain ones around them."""
    for number, name in enumerate(("astronaut", "coffee", "chelsea", "rocket") * 3):
        photo(root / f"train/{'ab'[number % 2]}/plain{number:02}.jpg", name).touch()
        image = Image.open(root / f"train/{'ab'[number % 2]}/plain{number:02}.jpg").rotate(number)
        image.save(root / f"train/{'ab'[number % 2]}/plain{number:02}.jpg")
    photo(root / "train/a/grey.jpg", "camera", "L")
    photo(root / "train/a/palette.png", "chelsea", "P")
    photo(root / "train/a/ink.jpg", "coffee", "CMYK")
    photo(root / os.fsdecode(b"train/a/\xff\n<b>.jpg"), "rocket", "L")
    photo(root / "train/a/glass.png", "rocket", "RGBA")
    photo(root / "train/b/small.gif", "rocket", "P")
    photo(root / "train/b/turned.jpg", "astronaut", turned=6)
    photo(root / "train/b/really.jpg", "coffee", form="PNG")
    (root / "train/b/copy.jpg").write_bytes((root / "train/b/plain01.jpg").read_bytes())
    whole = photo(root / "train/b/cut.jpg", "chelsea").read_bytes()
    (root / "train/b/cut.jpg").write_bytes(whole[: len(whole) * 2 // 3])
    return aged(root)


def yolo(root: Path, lines: str = "0 0.5 0.5 0.2 0.2\n", names: str = "[a, b, c]") -> Path:
    """Twelve images with the same proper box, the first of them with these lines."""
    for number in range(12):
        photo(root / f"images/train/{number:02}.jpg", ("astronaut", "coffee", "chelsea")[number % 3])
        image = Image.open(root / f"images/train/{number:02}.jpg")
        image.rotate(number).save(root / f"images/train/{number:02}.jpg")
        label = root / f"labels/train/{number:02}.txt"
        label.parent.mkdir(parents=True, exist_ok=True)
        label.write_bytes(lines.encode() if number == 0 else b"0 0.5 0.5 0.2 0.2\r\n" * 1)
    (root / "data.yaml").write_text(f"path: .\ntrain: images/train\nnames: {names}\n")
    return aged(root)


def coco(root: Path, boxes: list[list[float]], **fields) -> Path:
    """One image with these boxes, and ten with a proper one."""
    images, annotations = [], []
    for number in range(11):
        name = photo(root / f"images/{number:02}.jpg", "rocket").name
        Image.open(root / f"images/{name}").rotate(number).save(root / f"images/{name}")
        images.append({"id": number, "file_name": name, "width": 120, "height": 80, "licence": "é"})
        for box in boxes if number == 0 else [[10, 10, 20, 20]]:
            annotations.append({"id": len(annotations), "image_id": number, "category_id": 1, "bbox": box, "area": abs(box[2] * box[3]), "iscrowd": 0, **fields})
    whole = {"info": {"images": "not a list"}, "images": images, "annotations": annotations, "categories": [{"id": 1, "name": "cat"}, {"id": 2, "name": "dog"}]}
    (root / "train.json").write_text(json.dumps(whole, indent=1, ensure_ascii=False), encoding="utf-8")
    return aged(root)


VOC = """<?xml version="1.0"?>
<!-- drawn by hand -->
<annotation>
	<filename>{name}</filename>
	<path>C:\\photos\\{name}</path>
	<size><width>120</width><height>80</height><depth>3</depth></size>
{objects}</annotation>
"""
OBJECT = "\t<object>\n\t\t<name>cat &amp; dog</name>\n\t\t<bndbox><xmin>{}</xmin><ymin>{}</ymin><xmax>{}</xmax><ymax>{}</ymax></bndbox>\n\t</object>\n"


def voc(root: Path, boxes: list[tuple[object, ...]], name: str = "00.jpg", form: str = "JPEG") -> Path:
    """One image with these boxes, and ten with a proper one."""
    for number in range(11):
        own = name if number == 0 else f"{number:02}.jpg"
        photo(root / f"JPEGImages/{own}", "coffee", form=form if number == 0 else None)
        if number:
            Image.open(root / f"JPEGImages/{own}").rotate(number).save(root / f"JPEGImages/{own}")
        xml = root / f"Annotations/{number:02}.xml"
        xml.parent.mkdir(parents=True, exist_ok=True)
        xml.write_text(VOC.format(name=own, objects="".join(OBJECT.format(*box) for box in (boxes if number == 0 else [(10, 10, 30, 30)]))))
    return aged(root)


def aged(root: Path) -> Path:
    """All of it with times of long ago, so that a time that is not put back is seen."""
    for number, path in enumerate(sorted(root.rglob("*"), reverse=True)):
        os.utime(path, ns=(10**18 + number, 10**18 + number * 7))
    os.utime(root, ns=(10**18, 10**18))
    return root


def snapshot(root: Path) -> dict[str, tuple[int, int, bytes]]:
    """Names, times, modes and bytes of all that lies below."""
    found = {}
    for path in (root, *sorted(root.rglob("*"))):
        status = path.stat()
        found[path.relative_to(root).as_posix()] = (status.st_mtime_ns, status.st_mode, path.read_bytes() if path.is_file() else b"")
    return found


def bytes_in(root: Path) -> dict[str, bytes]:
    return {name: content for name, (_, _, content) in snapshot(root).items()}


def mended(root: Path, wanted: Wanted = WANTED) -> tuple[Path, tuple[str, ...]]:
    """The repaired copy, and what was done."""
    done = repair(root, wanted, root.with_name(root.name + "-mended"))
    return done.path, done.told


__all__ = ["PHOTOS", "aged", "bytes_in", "check", "coco", "folders", "mended", "photo", "seen_at", "snapshot", "voc", "yolo"]
