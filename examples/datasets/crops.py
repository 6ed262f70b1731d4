"""Photos with boxes for the example data sets: crops of the two that scikit-learn carries."""

import random
from collections.abc import Iterator

from PIL import Image
from sklearn.datasets import load_sample_images

WIDTH, HEIGHT = 160, 140
Box = tuple[int, float, float, float, float]


def crops() -> Iterator[tuple[Image.Image, list[Box]]]:
    """Twenty-four photos with their boxes: class, centre x, centre y, width and height as shares of the image."""
    pick = random.Random(0)
    sources = [Image.fromarray(photo) for photo in load_sample_images().images]
    for number in range(24):
        source, (row, column) = sources[number % 2], divmod(number // 2, 4)
        left, top = column * WIDTH, row * HEIGHT
        boxes = []
        for _ in range(pick.randrange(1, 4)):
            width, height = pick.uniform(0.1, 0.4), pick.uniform(0.1, 0.4)
            boxes.append((number % 2, pick.uniform(width / 2, 1 - width / 2), pick.uniform(height / 2, 1 - height / 2), width, height))
        yield source.crop((left, top, left + WIDTH, top + HEIGHT)), boxes


def lines(boxes: list[Box]) -> str:
    """The boxes as a YOLO text file."""
    return "".join(f"{label} {x:.6f} {y:.6f} {width:.6f} {height:.6f}\n" for label, x, y, width, height in boxes)
