"""Photos that come with scikit-image and scikit-learn, encoded in many ways."""

import io
from functools import cache

from PIL import Image
from skimage import data
from sklearn.datasets import load_sample_images

NAMES = ("astronaut", "chelsea", "coffee", "rocket", "camera", "coins", "brick", "grass", "gravel", "page", "china", "flower")


@cache
def photo(name="astronaut"):
    if name in ("china", "flower"):
        return Image.fromarray(load_sample_images().images[name == "flower"])
    return Image.fromarray(getattr(data, name)())


def encoded(image, form="JPEG", **options):
    buffer = io.BytesIO()
    image.save(buffer, form, **options)
    return buffer.getvalue()


def jpeg(name="astronaut", **options):
    return encoded(photo(name).convert(options.pop("mode", "RGB")), "JPEG", **{"quality": 90, **options})


def png(name="astronaut", **options):
    return encoded(photo(name).convert(options.pop("mode", "RGB")), "PNG", **options)


def segment(marker, content):
    """A marker segment of a JPEG file."""
    return bytes((0xFF, marker)) + (len(content) + 2).to_bytes(2, "big") + content


def inserted(data, *segments):
    """A JPEG file with more segments behind its first marker."""
    return data[:2] + b"".join(segments) + data[2:]


def with_size(data, width, height):
    """A JPEG file whose header says another size."""
    at = data.index(b"\xff\xc0")
    return data[: at + 5] + height.to_bytes(2, "big") + width.to_bytes(2, "big") + data[at + 9 :]
