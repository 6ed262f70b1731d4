"""Pascal VOC XML: one file per image; imageai's older layout too."""

from __future__ import annotations

import math
from collections.abc import Iterator

from stepscope.collect.files.layouts.image_names import Finder
from stepscope.collect.files.layouts.listings import Listings, again
from stepscope.collect.files.layouts.spelling import Line, misspelt
from stepscope.collect.files.layouts.xml import Element, Unsafe, parsed
from stepscope.collect.files.reading import BoxTable, Picture, Reading, split_of
from stepscope.collect.files.tree import Tree
from stepscope.evidence import Flaw

CORNERS = ("xmin", "ymin", "xmax", "ymax")


def read(tree: Tree) -> Reading:
    """Every XML file with its image; splits by `ImageSets/Main` or by folder."""
    reading = Reading("voc", tree.root, boxes=BoxTable("xyxy"))
    finder, names = Finder(tree), {}  # type: Finder, dict[str, int]
    listed = _lists(tree, reading)
    annotated: dict[str, str] = {}
    spelt: list[Line] = []
    for path in tree.named(".xml"):
        root = _root(tree, path, reading)
        if root is None:
            annotated.setdefault(finder.of_stem(path.rpartition("/")[2][:-4], split_of(path)) or "", path)
            continue
        image = _image(path, root, finder, reading)
        if image in annotated:
            reading.flaws.append(Flaw("listed-twice", path, says=f"is for {image}, as {annotated[image]} is", image=image))
        annotated.setdefault(image, path)
        spelt += _objects(path, root, image, names, reading)
    reading.classes = tuple(sorted(names))
    reading.flaws += misspelt(spelt)
    places = {names[name]: place for place, name in enumerate(reading.classes)}
    assert reading.boxes is not None
    for row, label in enumerate(reading.boxes.label):
        reading.boxes.label[row] = places.get(label, -1)
    reading.pictures = [Picture(image, listed.get(image.rpartition("/")[2].rpartition(".")[0], split_of(image))) for image in finder.images]
    if annotated:
        reading.flaws += [Flaw("unlabelled", image, says="has no XML file", image=image) for image in finder.images if image not in annotated]
    return reading


def _root(tree: Tree, path: str, reading: Reading) -> Element | None:
    data = tree.read(path)
    try:
        root, flaw = parsed(data)
    except Unsafe as problem:
        reading.flaws.append(Flaw("unsafe", path, problem.line, says=str(problem)))
        return None
    if flaw is not None:
        kind, line, column, says = flaw
        reading.flaws.append(Flaw(kind, path, line, column, says=says))
    if root is not None and root.tag == "annotations":  # CVAT's own file, of all images
        return None
    if root is not None and root.tag != "annotation":
        reading.flaws.append(Flaw("field", path, root.line, says=f"holds <{root.tag}>, where <annotation> is expected"))
        return None
    return root


def _image(path: str, root: Element, finder: Finder, reading: Reading) -> str:
    """The image that the file is about: by its `filename`, else by the name of the file itself."""
    written = root.text_of("filename")
    stem = path.rpartition("/")[2][:-4]
    line = root.line_of("filename")
    if written and finder.leads_out(written):
        reading.flaws.append(Flaw("unsafe", path, line, says=f"filename {written!r} leads out of the data folder", image=written))
        written = ""
    named = finder.find(written, split_of(path)) if written else None
    own = finder.of_stem(stem, split_of(path))
    image = named or own
    if image is None:
        reading.flaws.append(Flaw("no-image", path, line, says=f"{written or stem!r} is not there{finder.near.to(written or stem)}", image=written or stem))
        image = written or stem
    elif written and named is None and written != image.rpartition("/")[2].rpartition(".")[0]:
        reading.flaws.append(Flaw("value", path, line, says=f"filename is {written!r}, but the image is {image.rpartition('/')[2]!r}", image=image))
    size = [_number(root.text_of("size", side)) for side in ("width", "height")]
    if root.find("size") is None:
        reading.flaws.append(Flaw("no-size", path, root.line, says="has no <size>", image=image))
    elif all(side is not None and side > 0 for side in size):
        reading.sizes.setdefault(image, (float(size[0] or 0), float(size[1] or 0), path, root.line_of("size") or 0))
        if reading.boxes is not None:
            reading.boxes.declared[image] = (float(size[0] or 0), float(size[1] or 0))
    else:
        says = f"declares a size of {root.text_of('size', 'width') or 'nothing'}x{root.text_of('size', 'height') or 'nothing'}"
        reading.flaws.append(Flaw("size", path, root.line_of("size"), says=says, image=image))
    return image


def _objects(path: str, root: Element, image: str, names: dict[str, int], reading: Reading) -> Iterator[Line]:
    """The boxes into the reading; gives the class names."""
    for each in root.all("object"):
        name = each.text_of("name").strip()
        if not name:
            reading.flaws.append(Flaw("field", path, each.line, says="an object has no name", image=image))
            continue
        if each.text_of("name") != name:
            reading.flaws.append(Flaw("class-name", path, each.line_of("name"), says=f"the class {each.text_of('name')!r} has spaces around it", image=image))
        for field in ("difficult", "truncated", "occluded"):
            value = each.text_of(field).strip()
            if value not in ("", "0", "1") and value.lower() not in ("unspecified", "true", "false"):
                reading.flaws.append(Flaw("value", path, each.line_of(field), says=f"{field} is {value!r}; 0 and 1 are known", image=image))
        yield Line(name, path, each.line_of("name"), image)
        _box(path, each, image, names.setdefault(name, len(names)), reading)


def _box(path: str, each: Element, image: str, label: int, reading: Reading) -> None:
    box = each.find("bndbox")
    if box is None:
        if each.find("polygon") is None and each.find("robndbox") is None:
            reading.flaws.append(Flaw("field", path, each.line, says="an object has no <bndbox>", image=image))
        return
    lacking = [name for name in CORNERS if box.find(name) is None]
    if lacking:
        reading.flaws.append(Flaw("field", path, box.line, says=f"a box has no <{lacking[0]}>", image=image))
        return
    numbers = [_number(box.text_of(name)) for name in CORNERS]
    if any(number is None for number in numbers):
        odd = next(name for name, number in zip(CORNERS, numbers, strict=True) if number is None)
        reading.flaws.append(Flaw("box-form", path, box.line_of(odd), says=f"{odd} is {box.text_of(odd)!r}, no number", image=image))
        return
    assert reading.boxes is not None
    reading.boxes.add(image, [number if number is not None else math.nan for number in numbers], label, path, box.line)


def _number(text: str) -> float | None:
    try:
        return float(text)
    except ValueError:
        return None


def _lists(tree: Tree, reading: Reading) -> dict[str, str]:
    """The split of each stem that `ImageSets/Main/train.txt` and its like name."""
    listed: dict[str, str] = {}
    listings = Listings()
    stems = {path.rpartition("/")[2].rpartition(".")[0] for path in tree.files}
    for path in tree.named(".txt"):
        if "imagesets/main/" not in f"/{path.lower()}" or not (split := split_of(path.rpartition("/")[2][:-4] + "/x")):
            continue
        entries: list[tuple[str, str, int]] = []
        for number, line in enumerate(tree.read(path).decode("utf-8-sig", "replace").splitlines(), 1):
            stem = line.split()[0] if line.split() else ""
            if stem and stem not in stems:
                reading.flaws.append(Flaw("no-image", path, number, says=f"{stem} is not there", image=stem))
            elif stem:
                entries.append((stem, "", number))
                listed[stem] = split
        reading.flaws += listings.leaks(((stem, number) for stem, _, number in entries), split, path)
        reading.flaws += again(entries, path)
    return listed
