"""The lines of YOLO label files: a class and a box, a polygon or key points."""

from __future__ import annotations

import math

from stepscope.collect.files.layouts.crossing import SAYS, is_crossed
from stepscope.collect.files.layouts.key_points import are_apart
from stepscope.collect.files.layouts.yolo_data import Data
from stepscope.collect.files.reading import Reading
from stepscope.collect.files.tree import Tree
from stepscope.evidence import Flaw

LARGEST = 50_000_000
"""Bytes of one label file that are read."""


class Lines:
    """Puts the boxes of label files into a reading, and what could not be taken into its flaws."""

    def __init__(self, reading: Reading, data: Data) -> None:
        self._reading, self._data = reading, data
        assert reading.boxes is not None
        self._boxes = reading.boxes
        self._outlined = 0
        self._boxed: list[tuple[str, str]] = []

    def read(self, tree: Tree, path: str, image: str) -> None:
        """One label file. Usual ones, of boxes alone, are taken at once."""
        try:
            data = tree.read(path, LARGEST)
        except OSError as problem:
            self._flaw("unreadable", path, None, problem.strerror or str(problem), image)
            return
        tokens = data.split()
        lines = data.count(b"\n") + (not data.endswith(b"\n") and bool(data))
        if len(tokens) == 5 * lines and self._usual(path, image, tokens, data):
            return
        self._one_by_one(path, image, data)

    def compare(self) -> None:
        """After all files: those of boxes alone, where most are of polygons. Ultralytics then takes every polygon out of the set (`YOLODataset.get_labels`)."""
        for path, image in self._boxed if len(self._boxed) < self._outlined else ():
            self._flaw("segment-apart", path, 1, "boxes in a set of polygons, for which Ultralytics drops all polygons", image)

    def _usual(self, path: str, image: str, tokens: list[bytes], data: bytes) -> bool:
        """Five numbers on each line; else nothing is taken."""
        if not all(token.isdigit() and len(token) < 10 for token in tokens[::5]) or any(len(line.split()) != 5 for line in data.splitlines()):
            return False
        try:
            numbers = [float(token) for token in tokens]
        except ValueError:
            return False
        for line in range(len(tokens) // 5):
            at = 5 * line
            self._boxes.add(image, numbers[at + 1 : at + 5], int(numbers[at]), path, line + 1)
        self._boxed += [(path, image)] * bool(tokens)
        return True

    def _one_by_one(self, path: str, image: str, data: bytes) -> None:
        if data.startswith((b"\xff\xfe", b"\xfe\xff")) or b"\0" in data[:200]:
            self._flaw("encoding", path, 1, "is UTF-16 or binary, where plain text is expected", image)
            return
        if data.startswith(b"\xef\xbb\xbf"):
            self._flaw("encoding", path, 1, "begins with a byte-order mark", image)
            data = data[3:]
        rows = [(number, line.split()) for number, line in enumerate(data.decode("utf-8", "replace").splitlines(), 1) if line.strip()]
        outlined = self._data.keypoints is None and any(len(cells) > 6 and len(cells) % 2 for _, cells in rows)  # half a point is told as that
        self._outlined += outlined
        for number, cells in rows:
            self._line(path, image, number, cells)
            if outlined and len(cells) == 5:  # `verify_image_label` of Ultralytics reads a file with one polygon as polygons throughout
                self._flaw("segment-apart", path, number, "a box among polygons, which Ultralytics reads as a polygon of two points", image)

    def _line(self, path: str, image: str, line: int, cells: list[str]) -> None:
        try:
            numbers = [float(cell) for cell in cells]
        except ValueError:
            self._odd_words(path, image, line, cells)
            return
        box = self._box(path, image, line, numbers)
        if box is None:
            return
        if numbers[0] != numbers[0] or numbers[0] != int(numbers[0]) if abs(numbers[0]) < 1e15 else True:
            self._flaw("label-value", path, line, f"the class is {cells[0]}, no whole number", image)
            return
        self._boxes.add(image, box, int(numbers[0]), path, line)

    def _odd_words(self, path: str, image: str, line: int, cells: list[str]) -> None:
        text = " ".join(cells)
        if "," in text or ";" in text:
            self._flaw("parse", path, line, f"{text[:60]!r} has commas where spaces are expected", image)
        elif cells[0] in self._data.names or (len(cells) == 5 and cells[0].isidentifier()):
            self._flaw("class-name", path, line, f"{cells[0]!r} stands where the number of the class is expected", image)
        else:
            self._flaw("parse", path, line, f"{text[:60]!r} is not all numbers", image)

    def _box(self, path: str, image: str, line: int, numbers: list[float]) -> list[float] | None:
        """Centre, width and height, whatever the line holds."""
        count = len(numbers)
        if count == 5:
            return numbers[1:]
        if self._data.keypoints is not None:
            points, each = self._data.keypoints
            if count != 5 + points * each:
                self._flaw("segment", path, line, f"{count} numbers, where a box and {points} points of {each} make {5 + points * each}", image)
            else:
                self._points(path, image, line, numbers, each)
            return numbers[1:5] if count >= 5 else None
        if count < 5 or count == 6:
            self._flaw("parse", path, line, f"{count} number{'s' * (count != 1)}, where 5 are expected", image)
            return numbers[1:5] if count == 6 else None
        return self._polygon(path, image, line, numbers)

    def _polygon(self, path: str, image: str, line: int, numbers: list[float]) -> list[float] | None:
        """The box around the points."""
        count = len(numbers)
        if count % 2 == 0:
            self._flaw("segment", path, line, f"a polygon of {count - 1} numbers: one has no partner", image)
            return None
        across, down = numbers[1::2], numbers[2::2]
        if not all(map(math.isfinite, numbers)):
            self._flaw("segment", path, line, "a polygon with a coordinate that is not finite", image)
            return None
        if is_crossed(numbers[1:]):
            self._flaw("segment", path, line, SAYS, image)
        if any(not -0.01 <= value <= 1.01 for value in (*across, *down)) and max(across + down) <= 2:
            self._flaw("segment-outside", path, line, f"a point of the polygon lies outside of the image: {max((*across, *down), key=abs):g}", image)
            across, down = ([min(max(value, 0.0), 1.0) for value in values] for values in (across, down))  # told once, not of its box too
        left, right, top, bottom = min(across), max(across), min(down), max(down)
        return [(left + right) / 2, (top + bottom) / 2, right - left, bottom - top]

    def _points(self, path: str, image: str, line: int, numbers: list[float], each: int) -> None:
        """Key points after the box: with three numbers each the last tells whether it is seen, and where it is not the others say nothing."""
        across, down, values = numbers[5::each], numbers[6::each], numbers[7::each] if each == 3 else []
        seen = [point for point, value in zip(zip(across, down, strict=True), values or [2.0] * len(across), strict=True) if value]
        apart = next((point for point in seen if not all(-0.01 <= value <= 1.01 for value in point)), None)
        if apart is not None and not max(numbers[1:5]) > 2:  # a box in pixels is told as that
            kind = "segment-outside" if all(map(math.isfinite, apart)) else "segment"
            self._flaw(kind, path, line, f"a key point lies at ({apart[0]:g}, {apart[1]:g}), where shares of the image are expected", image)
        elif apart is None and are_apart(seen, numbers[1:5]):
            self._flaw("segment-apart", path, line, f"none of its {len(seen)} key points lies in or near its box", image)
        odd = next((value for value in values if value not in (0, 1, 2)), None)
        if odd is not None:
            self._flaw("value", path, line, f"the visibility of a key point is {odd:g}; 0, 1 and 2 are known", image)

    def _flaw(self, kind: str, path: str, line: int | None, says: str, image: str) -> None:
        self._reading.flaws.append(Flaw(kind, path, line, says=says, image=image))
