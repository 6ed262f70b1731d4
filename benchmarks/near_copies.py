"""How many changed copies of photos are told to be near copies, by kind of change, and how many pairs of other crops of the same scenes are.

    python benchmarks/near_copies.py

Twelve crops each of some photos of scikit-image and scikit-learn; the small pictures are made of JPEG files, as `stepscope check` makes them.
"""

from __future__ import annotations

import io
import random
from collections.abc import Callable, Iterator

import numpy as np
from PIL import Image, ImageEnhance
from skimage import data
from sklearn.datasets import load_sample_images

from stepscope.collect.files.pictures.inspect import inspect
from stepscope.collect.files.sameness import same
from stepscope.collect.files.screening import APART, screened

CROPS = 12
Box = tuple[int, int, int, int]
"""Left, top, right, bottom."""


def cropped(share: float) -> Callable[[Image.Image], Image.Image]:
    """A change that takes such a share off at each side."""
    return lambda image: image.crop((int(image.width * share), int(image.height * share), int(image.width * (1 - share)), int(image.height * (1 - share))))


def noisy(image: Image.Image) -> Image.Image:
    """Noise of up to 20 of 255 in each value."""
    pixels = np.asarray(image).astype(int)
    return Image.fromarray((pixels + np.random.default_rng(0).integers(-20, 21, pixels.shape)).clip(0, 255).astype("u1"))


CHANGES: dict[str, Callable[[Image.Image], Image.Image]] = {
    "JPEG of quality 25": lambda image: Image.open(io.BytesIO(encoded(image, 25))),
    "a third of the size": lambda image: image.resize((image.width // 3, image.height // 3)),
    "cropped by 3 % at each side": cropped(0.03),
    "cropped by 6 % at each side": cropped(0.06),
    "cropped by 10 % at each side": cropped(0.10),
    "cropped by 8 % at one side": lambda image: image.crop((int(image.width * 0.08), 0, image.width, image.height)),
    "a quarter brighter": lambda image: ImageEnhance.Brightness(image).enhance(1.25),
    "three quarters of the contrast": lambda image: ImageEnhance.Contrast(image).enhance(0.75),
    "gamma 0.8": lambda image: image.point(lambda value: int(255 * (value / 255) ** 0.8)),
    "noise": noisy,
}


def encoded(image: Image.Image, quality: int = 90) -> bytes:
    """The image as JPEG."""
    file = io.BytesIO()
    image.convert("RGB").save(file, "JPEG", quality=quality)
    return file.getvalue()


def small(image: Image.Image) -> np.ndarray:
    """The small picture that the inspection of its file makes."""
    return inspect(encoded(image))[0]["small"].astype(np.float32)


def crops() -> Iterator[tuple[Image.Image, Box]]:
    """Overlapping crops of scenes, with their place in the scene."""
    pick = random.Random(1)
    for pixels in (data.astronaut(), data.chelsea(), data.coffee(), data.rocket(), *load_sample_images().images):
        whole = Image.fromarray(pixels).convert("RGB")
        for _ in range(CROPS):
            width, height = (pick.randrange(int(side * 0.6), int(side * 0.9)) for side in whole.size)
            left, top = pick.randrange(whole.width - width), pick.randrange(whole.height - height)
            box = (left, top, left + width, top + height)
            yield whole.crop(box), box


def shared(one: Box, other: Box) -> float:
    """Intersection over union."""
    width, height = (min(one[side + 2], other[side + 2]) - max(one[side], other[side]) for side in (0, 1))
    areas = [(box[2] - box[0]) * (box[3] - box[1]) for box in (one, other)]
    both = max(width, 0) * max(height, 0)
    return both / (sum(areas) - both)


def told(ones: list[np.ndarray], others: list[np.ndarray]) -> int:
    """How many of these pairs are told to show the same."""
    verdicts = screened(np.stack(ones), np.stack(others), np.zeros(len(ones), bool))
    return sum(verdict != APART and bool(same(one, other)) for one, other, verdict in zip(ones, others, verdicts, strict=True))


def main() -> None:
    """Print a table."""
    scenes, boxes = zip(*crops(), strict=True)
    bases = [small(image) for image in scenes]
    print("| change | copies | told |\n|---|---|---|")
    for name, change in CHANGES.items():
        print(f"| {name} | {len(bases)} | {told(bases, [small(change(image)) for image in scenes])} |", flush=True)
    pairs = [(a, b, shared(boxes[a], boxes[b])) for a in range(len(bases)) for b in range(a) if a // CROPS == b // CROPS]
    for low, high in ((0.0, 0.6), (0.6, 0.75), (0.75, 1.0)):
        chosen = [(bases[a], bases[b]) for a, b, share in pairs if low <= share < high]
        print(f"| two crops of one scene that share {low:.0%} to {high:.0%} | {len(chosen)} | {told(*map(list, zip(*chosen, strict=True)))} |")


if __name__ == "__main__":
    main()
