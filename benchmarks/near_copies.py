"""How many changed copies of photos are told to be near copies, by kind of change; and how many pairs are that are no copies: other crops of the same scenes, parts of one kind in the same pose.

    python benchmarks/near_copies.py

Twelve crops each of some photos of scikit-image and scikit-learn, and drawn parts; all are compared as JPEG files, as `stepscope check` compares them once their hashes are near each other.
"""

from __future__ import annotations

import io
import random
from collections.abc import Callable, Iterable, Iterator
from itertools import combinations

import numpy as np
from PIL import Image, ImageDraw, ImageEnhance, ImageFilter
from skimage import data
from sklearn.datasets import load_sample_images

from benchmarks.parts import PARTS
from stepscope.collect.files.copies.detail import detailed, shows_the_same
from stepscope.collect.files.copies.screening import resembling
from stepscope.collect.files.pictures.inspect import inspect

CROPS = 12
OF_A_KIND = 6
Box = tuple[int, int, int, int]
"""Left, top, right, bottom."""


def cropped(share: float) -> Callable[[Image.Image], Image.Image]:
    """A change that takes such a share off at each side."""
    return lambda image: image.crop((int(image.width * share), int(image.height * share), int(image.width * (1 - share)), int(image.height * (1 - share))))


def noisy(image: Image.Image) -> Image.Image:
    """Noise of up to 20 of 255 in each value."""
    pixels = np.asarray(image).astype(int)
    return Image.fromarray((pixels + np.random.default_rng(0).integers(-20, 21, pixels.shape)).clip(0, 255).astype("u1"))


def marked(image: Image.Image) -> Image.Image:
    """A line of text in a corner."""
    changed = image.copy()
    ImageDraw.Draw(changed).text((image.width * 0.6, image.height * 0.9), "(c) photo.example", fill="white")
    return changed


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
    "half the saturation": lambda image: ImageEnhance.Color(image).enhance(0.5),
    "in grey": lambda image: image.convert("L").convert("RGB"),
    "blurred by 2 pixels": lambda image: image.filter(ImageFilter.GaussianBlur(2)),
    "turned by 1 degree": lambda image: image.rotate(1, Image.Resampling.BICUBIC),
    "noise": noisy,
    "a watermark": marked,
}


def encoded(image: Image.Image, quality: int = 90) -> bytes:
    """The image as JPEG."""
    file = io.BytesIO()
    image.convert("RGB").save(file, "JPEG", quality=quality)
    return file.getvalue()


def seen(image: Image.Image) -> tuple[np.ndarray, np.ndarray]:
    """The small picture and the details of an image's file."""
    file = encoded(image)
    return inspect(file)[0]["small"].astype(np.float32), detailed(file)


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


def told(pairs: Iterable[tuple[tuple[np.ndarray, np.ndarray], tuple[np.ndarray, np.ndarray]]]) -> int:
    """How many of these pairs are told to show the same."""
    return sum(bool(resembling(one[None], other[None], np.zeros(1, bool))[0]) and shows_the_same(detail, other_detail) for (one, detail), (other, other_detail) in pairs)


def main() -> None:
    """Print a table."""
    scenes, boxes = zip(*crops(), strict=True)
    bases = [seen(image) for image in scenes]
    print("| change | copies | told |\n|---|---|---|")
    for name, change in CHANGES.items():
        print(f"| {name} | {len(bases)} | {told((base, seen(change(image))) for base, image in zip(bases, scenes, strict=True))} |", flush=True)
    print("\n| pairs of | pairs | told |\n|---|---|---|")
    shares = [(a, b, shared(boxes[a], boxes[b])) for a in range(len(bases)) for b in range(a) if a // CROPS == b // CROPS]
    for low, high in ((0.0, 0.6), (0.6, 0.75), (0.75, 1.0)):
        chosen = [(bases[a], bases[b]) for a, b, share in shares if low <= share < high]
        print(f"| crops of one scene that share {low:.0%} to {high:.0%} | {len(chosen)} | {told(chosen)} |", flush=True)
    for name, part in PARTS.items():
        chosen = list(combinations([seen(part(number)) for number in range(OF_A_KIND)], 2))
        print(f"| {name} | {len(chosen)} | {told(chosen)} |", flush=True)


if __name__ == "__main__":
    main()
