"""What is told of one sample: numbers and words that fit into a message."""

from __future__ import annotations

from typing import Any

from stepscope.collect.objects.parts import Parts, parts_of

CHANNELS = (1, 2, 3, 4)
_MODES = {1: "L", 2: "LA", 3: "RGB", 4: "RGBA"}
MOST_BOXES = 10_000


def facts_of(sample: Any) -> dict[str, Any]:
    """The facts of a sample's image, label and boxes; a key is missing where there is nothing to tell."""
    parts = parts_of(sample)
    return {**_image(parts.image), **_label(parts.label), **_boxes(parts)}


def array_of(value: Any) -> Any:
    """A tensor of any framework, an image of Pillow, an array or a number as numpy's array; None for anything else."""
    import numpy as np

    if isinstance(value, (bool, int, float, np.ndarray, np.generic)):
        return np.asarray(value)
    module = type(value).__module__.partition(".")[0]
    if module == "PIL":
        return np.asarray(value.convert("RGB") if value.mode in ("P", "CMYK", "YCbCr") else value)
    if hasattr(value, "detach"):
        value = value.detach().cpu()
        return (value.float() if "float" in str(value.dtype) else value).numpy()
    if hasattr(value, "numpy"):
        return np.asarray(value.numpy())
    return np.asarray(value) if hasattr(value, "__array__") else None


def _image(value: Any) -> dict[str, Any]:
    import numpy as np
    from xxhash import xxh3_128_intdigest

    pixels = array_of(value)
    if pixels is None or not pixels.ndim or pixels.dtype.kind not in "biuf":
        return {}
    numbers = pixels.astype("f4", copy=False)
    finite = np.isfinite(numbers)
    told: dict[str, Any] = {"shape": list(pixels.shape), "kind": str(pixels.dtype), "odd": int(finite.size - finite.sum())}
    if finite.any():
        told |= {"least": float(numbers[finite].min()), "greatest": float(numbers[finite].max())}
    return told | _layout(pixels.shape, hasattr(value, "detach"), xxh3_128_intdigest(pixels.tobytes()))


def _layout(shape: tuple[int, ...], first: bool, content: int) -> dict[str, Any]:
    """Width, height and channels, where the shape is that of an image. `first` tells whether channels stand first by custom, as in PyTorch."""
    height, width, channels = _sizes(shape, first)
    if not channels:
        return {}
    last = first and len(shape) == 3 and shape[0] not in CHANNELS and min(shape[:2]) >= 8
    return {"width": width, "height": height, "mode": _MODES[channels], "last": last, "content": [content >> 64, content & (2**64 - 1)]}


def _sizes(shape: tuple[int, ...], first: bool) -> tuple[int, int, int]:
    """Height, width and channels of an array, zeros where it is no image."""
    if len(shape) == 2 and min(shape) >= 8:
        return shape[0], shape[1], 1
    if len(shape) == 3:
        orders = ((1, 2, 0), (0, 1, 2)) if first else ((0, 1, 2), (1, 2, 0))
        for height, width, channels in orders:
            if shape[channels] in CHANNELS:
                return shape[height], shape[width], shape[channels]
    return 0, 0, 0


def _label(value: Any) -> dict[str, Any]:
    """A class as a number, the range of a mask or of several numbers, or the type of what is neither."""
    import numpy as np

    if value is None:
        return {"label_kind": "none"}
    if isinstance(value, (str, bytes)):
        return {"label_kind": "text", "label": str(value)[:40]}
    label = array_of(value)
    if label is None or label.dtype.kind not in "biuf" or not label.size:
        return {"label_kind": type(value).__name__}
    odd = int((~np.isfinite(label)).sum()) if label.dtype.kind == "f" else 0
    whole = "number" if label.dtype.kind == "f" else "class"
    if label.size == 1:
        told = {} if odd else {"label": label.item()}
        return {"label_kind": whole, "label_odd": odd, **told}
    spread = {} if odd else {"label_least": float(label.min()), "label_greatest": float(label.max())}
    return {"label_kind": "mask" if label.ndim >= 2 and whole == "class" else "several", "label_odd": odd, **spread}


def _boxes(parts: Parts) -> dict[str, Any]:
    boxes, classes = array_of(parts.boxes), array_of(parts.classes)
    if boxes is None or boxes.ndim != 2 or boxes.shape[1] != 4 or parts.form == "other":
        return {}
    names = classes.reshape(-1).tolist() if classes is not None and classes.size == len(boxes) else [0] * len(boxes)
    return {"boxes": boxes[:MOST_BOXES].astype("f8").tolist(), "form": parts.form, "box_classes": [int(each) for each in names[:MOST_BOXES]]}
