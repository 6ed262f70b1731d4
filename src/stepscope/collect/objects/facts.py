"""What is told of one sample: numbers and words that fit into a message."""

from __future__ import annotations

from typing import Any

from stepscope.collect.objects.normalised import normalised
from stepscope.collect.objects.parts import Parts, parts_of

CHANNELS = (1, 2, 3, 4)
_MODES = {1: "L", 2: "LA", 3: "RGB", 4: "RGBA"}
MOST_BOXES = 10_000
MOST_VALUES = 300
"""Values of a mask that are kept: one with more of them holds no classes."""


def facts_of(sample: Any) -> dict[str, Any]:
    """The facts of a sample's image, label and boxes; a key is missing where there is nothing to tell."""
    if sample is None:
        return {"nothing": True}
    parts = parts_of(sample)
    return {**_image(parts.image), **_label(parts.label), **_boxes(parts), **_beside(parts)}


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
        return (value.float() if "bfloat" in str(value.dtype) or "float8" in str(value.dtype) else value).numpy()
    if hasattr(value, "numpy"):
        return np.asarray(value.numpy())
    return np.asarray(value) if hasattr(value, "__array__") else None


def _image(value: Any) -> dict[str, Any]:
    import numpy as np
    from xxhash import xxh3_128_intdigest

    if isinstance(value, str):
        return {"text": len(value.strip())}
    pixels = array_of(value)
    if pixels is None or not pixels.ndim or pixels.dtype.kind not in "biuf":
        return {}
    numbers = pixels.astype("f4", copy=False)
    finite = np.isfinite(numbers)
    told: dict[str, Any] = {"shape": list(pixels.shape), "kind": str(pixels.dtype), "odd": int(finite.size - finite.sum())}
    if finite.any():
        told |= {"least": float(numbers[finite].min()), "greatest": float(numbers[finite].max())}
    if pixels.dtype.kind == "f" and finite.all():
        told |= {"normalised": normalised(numbers)}
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
    """A class as a number, what several numbers are, or the type of what is neither."""
    if value is None:
        return {"label_kind": "none"}
    if isinstance(value, (str, bytes)):
        return {"label_kind": "text", "label": str(value)[:40]}
    label = array_of(value)
    if label is None or label.dtype.kind not in "biuf":
        return {"label_kind": type(value).__name__}
    return _numbers(label)


def _numbers(label: Any) -> dict[str, Any]:
    """A class or a number, the values of a mask, or how many floats there are. Whole numbers in a row are texts, whose lengths differ."""
    import numpy as np

    odd = int((~np.isfinite(label)).sum()) if label.dtype.kind == "f" else 0
    if label.size == 1:
        told = {} if odd else {"label": label.item()}
        return {"label_kind": "number" if label.dtype.kind == "f" else "class", "label_odd": odd, **told}
    shape = {"label_shape": list(label.shape)}
    if label.ndim >= 2 and label.size and label.dtype.kind != "f":
        return {"label_kind": "mask", "label_values": _values(label), **shape}
    return {"label_kind": "several", "label_odd": odd, **(shape if label.size and label.dtype.kind == "f" else {})}


def _values(mask: Any) -> list[int]:
    """The values in a mask. Where they are close together they are counted, which takes a tenth of the time of sorting them."""
    import numpy as np

    least, greatest = int(mask.min()), int(mask.max())
    if greatest - least < MOST_VALUES:
        return [least + int(value) for value in np.flatnonzero(np.bincount(mask.ravel().astype(np.int64) - least))]
    return [int(value) for value in np.unique(mask)[:MOST_VALUES]]


def _boxes(parts: Parts) -> dict[str, Any]:
    """The boxes with their classes; of boxes in no form that is known, their shape."""
    boxes, classes = (_listed(each) if isinstance(each, (list, tuple)) else array_of(each) for each in (parts.boxes, parts.classes))
    if boxes is None or parts.form == "other":
        return {}
    if boxes.ndim != 2 or boxes.shape[1] != 4:
        return {"box_shape": list(boxes.shape)}
    told: dict[str, Any] = {"box_shape": list(boxes.shape)}
    if classes is not None:
        told |= {"box_labels": int(classes.size), "box_label_kind": classes.dtype.kind}
    names = classes.reshape(-1).tolist() if classes is not None and classes.size == len(boxes) else [0] * len(boxes)
    return {**told, "boxes": boxes[:MOST_BOXES].astype("f8").tolist(), "form": parts.form, "box_classes": [int(each) for each in names[:MOST_BOXES]]}


def _listed(values: Any) -> Any:
    """Numbers in lists as an array; None where they are none, or of several lengths. Of an empty list of boxes nothing is told."""
    import numpy as np

    try:
        listed = np.array(values)
    except ValueError:
        return None
    return listed if listed.size and listed.dtype.kind in "iuf" else None


def _beside(parts: Parts) -> dict[str, Any]:
    """The other inputs of a sample that hold NaN or infinity, by their name. Masks of attention hold infinity on purpose."""
    import numpy as np

    odd = {}
    for name, value in parts.beside.items():
        numbers = array_of(value)
        if numbers is not None and numbers.dtype.kind == "f" and "mask" not in name:
            odd[name] = int(numbers.size - np.isfinite(numbers).sum())
    return {"beside": {name: count for name, count in odd.items() if count}}
