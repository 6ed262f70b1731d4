"""Pictures of parts of one kind in the same pose, each taken on its own (its noise is its own): no two are copies."""

from __future__ import annotations

import math
from collections.abc import Callable

import numpy as np
from PIL import Image, ImageDraw, ImageFilter
from scipy.ndimage import gaussian_filter
from skimage import data

SIDE = 512
COLOURS = ((200, 30, 30), (30, 60, 200), (30, 150, 40), (180, 100, 20), (110, 60, 150), (20, 140, 140))
PRINTS = ("12.03.2026", "30.11.2025", "EXP 2027-01", "LOT A4417", "LOT B9902", "07.07.2026")


def taken(scene: Image.Image, number: int, noise: float = 2.0) -> Image.Image:
    """The scene as a camera sees it once."""
    pixels = np.asarray(scene.convert("RGB")).astype(float)
    return Image.fromarray((pixels + np.random.default_rng(number).normal(0, noise, pixels.shape)).clip(0, 255).astype(np.uint8))


def gauge(number: int) -> Image.Image:
    """A gauge whose needle stands elsewhere."""
    scene = Image.new("RGB", (SIDE, SIDE), (70, 75, 80))
    draw = ImageDraw.Draw(scene)
    draw.ellipse((26, 26, 486, 486), fill=(235, 235, 230), outline=(20, 20, 20), width=10)
    for mark in range(11):
        turn = math.radians(135 + 27 * mark)
        draw.line([(256 + reach * math.cos(turn), 256 + reach * math.sin(turn)) for reach in (196, 222)], fill=(10, 10, 10), width=5)
    turn = math.radians(135 + 7 * number)
    draw.line((256, 256, 256 + 180 * math.cos(turn), 256 + 180 * math.sin(turn)), fill=(180, 20, 20), width=7)
    return taken(scene, number)


def bottle(number: int) -> Image.Image:
    """A bottle from above, a piece of its rim broken off."""
    draws = np.random.default_rng(number)
    scene = Image.new("RGB", (SIDE, SIDE), (225, 225, 225))
    draw = ImageDraw.Draw(scene)
    for radius, light in ((200, 0.5), (170, 0.8), (150, 1.0), (110, 0.6), (60, 1.2)):
        draw.ellipse((256 - radius, 256 - radius, 256 + radius, 256 + radius), fill=tuple(int(part * light) for part in (120, 70, 30)))
    turn = draws.uniform(0, 2 * math.pi)
    x, y = 256 + 180 * math.cos(turn), 256 + 180 * math.sin(turn)
    draw.polygon([(x + draws.normal(0, 14), y + draws.normal(0, 14)) for _ in range(5)], fill=(240, 235, 225))
    return taken(scene.filter(ImageFilter.GaussianBlur(1.2)), number, 3.0)


def brushed(seed: int) -> Image.Image:
    """A plate of brushed metal with holes: its grain follows from the seed."""
    grain = gaussian_filter(np.random.default_rng(seed).normal(0, 1, (SIDE, SIDE)), (0.5, 25)) * 80 + 150
    scene = Image.fromarray(grain.clip(0, 255).astype(np.uint8)).convert("RGB")
    draw = ImageDraw.Draw(scene)
    for x in (80, 430):
        for y in (80, 430):
            draw.ellipse((x - 30, y - 30, x + 30, y + 30), fill=(30, 30, 30))
    draw.rectangle((180, 200, 330, 310), fill=(90, 90, 95))
    return scene


def scratched(number: int) -> Image.Image:
    """The same plate with a thin scratch elsewhere."""
    draws = np.random.default_rng(number + 1000)
    scene = brushed(0)
    (x, y), turn, length = draws.uniform(100, 400, 2), draws.uniform(0, 2 * math.pi), draws.uniform(40, 120)
    ImageDraw.Draw(scene).line((x, y, x + length * math.cos(turn), y + length * math.sin(turn)), fill=(230, 230, 230), width=2)
    return taken(scene, number)


def plate(number: int) -> Image.Image:
    """Another plate, whose grain is its own."""
    return taken(brushed(number), number)


def cap(number: int) -> Image.Image:
    """A cap of another colour."""
    colour = COLOURS[number % len(COLOURS)]
    scene = Image.new("RGB", (400, 400), (200, 200, 205))
    draw = ImageDraw.Draw(scene)
    draw.ellipse((60, 60, 340, 340), fill=colour)
    draw.ellipse((110, 110, 290, 290), fill=tuple(part * 4 // 5 for part in colour))
    draw.text((150, 180), "OPEN HERE", fill="white", font_size=18)
    return taken(scene, number)


def pack(number: int) -> Image.Image:
    """A pack with another print."""
    scene = Image.fromarray(data.coffee())
    draw = ImageDraw.Draw(scene)
    draw.rectangle((350, 300, 580, 380), fill=(240, 240, 240))
    draw.text((365, 320), PRINTS[number % len(PRINTS)], fill="black", font_size=32)
    return taken(scene, number)


def sign(number: int) -> Image.Image:
    """A sign with another number."""
    scene = Image.new("RGB", (224, 224), (120, 150, 180))
    draw = ImageDraw.Draw(scene)
    draw.ellipse((18, 18, 206, 206), fill="white", outline=(200, 20, 20), width=22)
    draw.text((112, 112), f"{number + 2}0", fill="black", font_size=80, anchor="mm")
    return scene


def card(number: int) -> Image.Image:
    """A card, red or black."""
    scene = Image.new("RGB", (128, 192), "white")
    draw = ImageDraw.Draw(scene)
    for place in range(number // 2 + 1):
        x, y = 38 + 52 * (place % 2), 38 + 38 * (place // 2)
        draw.ellipse((x - 8, y - 8, x + 8, y + 8), fill=("red", "black")[number % 2])
    draw.rectangle((2, 2, 125, 189), outline="black")
    return scene


def counter(number: int) -> Image.Image:
    """A counter that stands elsewhere."""
    scene = Image.new("RGB", (320, 120), (40, 40, 40))
    draw = ImageDraw.Draw(scene)
    for place, digit in enumerate(f"{number * 7919:05}"[-5:]):
        draw.rectangle((20 + 56 * place, 20, 66 + 56 * place, 100), fill="white")
        draw.text((30 + 56 * place, 30), digit, fill="black", font_size=50)
    return scene


PARTS: dict[str, Callable[[int], Image.Image]] = {
    "gauges: the needle": gauge, "bottles: a broken rim": bottle, "one plate: a thin scratch": scratched, "plates: the grain": plate, "caps: the colour": cap, "packs: the print": pack,
    "signs: the number": sign, "cards: red or black": card, "counters: the digits": counter,
}  # fmt: skip
