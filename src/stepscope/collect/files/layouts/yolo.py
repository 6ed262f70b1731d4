"""YOLO text files: `class cx cy w h`, a polygon or key points on each line; imageai's layout too."""

from __future__ import annotations

import os
from collections.abc import Iterator

from stepscope.collect.files.layouts.samples import samples_of
from stepscope.collect.files.layouts.yolo_data import Data, data_of
from stepscope.collect.files.layouts.yolo_lines import Lines
from stepscope.collect.files.reading import BoxTable, Picture, Reading, is_image, split_of
from stepscope.collect.files.tree import Tree
from stepscope.evidence import Flaw

LISTS = ("classes.txt", "obj.names", "labels.txt", "readme.txt", "requirements.txt", "predefined_classes.txt", "notes.txt", "license.txt")
"""Text files that hold no boxes."""
_HOMES = (("images", "labels"), ("images", "annotations"), ("imgs", "labels"), ("img", "labels"))


def read(tree: Tree) -> Reading:
    """Every image with its label file: the one that stands for it under `labels` (imageai: `annotations`), or beside it."""
    data = data_of(tree)
    reading = Reading("yolo", tree.root, classes=data.names, declared=data.declared, boxes=BoxTable("cxcywh"), flaws=list(data.flaws))
    texts = {path for path in tree.named(".txt") if path.rpartition("/")[2].lower() not in LISTS and path not in data.lists}
    images = samples_of(tree)
    labels: dict[str, list[str]] = {}
    missing = []
    for image in images:
        text = next((each for each in homes(image) if each in texts), None)
        reading.pictures.append(Picture(image, data.split_of(image)))
        if text is None:
            missing.append(image)
        else:
            labels.setdefault(text, []).append(image)
    reading.flaws += _elsewhere(tree, data, missing, texts - labels.keys(), labels)
    lines = Lines(reading, data)
    for text, owners in labels.items():
        if len(owners) > 1:
            says = f"stands for {' and '.join(name.rpartition('/')[2] for name in owners[:3])}"
            reading.flaws.append(Flaw("label-shared", text, says=says, image=owners[1]))
        lines.read(tree, text, owners[0])
    lines.compare()
    kind = "unlabelled" if any(not tree.files[text][0] for text in labels) else "background"
    found = {image for images in labels.values() for image in images}
    reading.flaws += [Flaw(kind, image, says="has no label file", image=image) for image in missing if image not in found] if labels else []
    reading.flaws += _without_image(tree, texts - labels.keys(), data)
    if not reading.classes and reading.boxes is not None and len(reading.boxes):
        reading.classes = tuple(str(number) for number in range(max(max(reading.boxes.label), 0) + 1))
    return reading


def homes(image: str) -> Iterator[str]:
    """Where the label file of an image may be."""
    stem = os.path.splitext(image)[0]
    parts = stem.split("/")
    for there, labels in _HOMES:
        for place in range(len(parts) - 2, -1, -1):
            if parts[place].lower() == there:
                yield "/".join([*parts[:place], labels, *parts[place + 1 :]]) + ".txt"
                break
    yield stem + ".txt"
    if len(parts) > 1:
        yield "/".join([*parts[:-1], "labels", parts[-1]]) + ".txt"


def _elsewhere(tree: Tree, data: Data, images: list[str], texts: set[str], labels: dict[str, list[str]]) -> Iterator[Flaw]:
    """Label files that have the name of an image and lie where trainers do not look for them: `label/1.txt`, `labels/1.jpg.txt`. They are read all the same."""
    named: dict[tuple[str, str], list[str]] = {}
    for text in sorted(texts if images else ()):
        stem = text.rpartition("/")[2][: -len(".txt")]
        named.setdefault((split_of(text), os.path.splitext(stem)[0] if is_image(stem) else stem), []).append(text)
    for image in images:
        own = named.pop((data.split_of(image), os.path.splitext(image)[0].rpartition("/")[2]), [])
        if len(own) == 1 and data.looks_like_labels(tree, own[0]):
            labels[own[0]] = [image]
            yield Flaw("label-unread" if data.splits else "label-elsewhere", image, says=f"has its labels in {own[0]}; they are looked for at {next(homes(image))}", image=image)


def _without_image(tree: Tree, texts: set[str], data: Data) -> Iterator[Flaw]:
    """Label files for which no image is there; any other text file is none of ours."""
    for text in sorted(texts):
        parts = text.lower().split("/")
        if "labels" in parts or "annotations" in parts or data.looks_like_labels(tree, text):
            yield Flaw("no-image", text, says="no image has this name", split=split_of(text))
