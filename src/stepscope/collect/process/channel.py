"""The run folder: the supervised processes write observations there, the supervisor reads them."""

from __future__ import annotations

import math
import os
import time
from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from stepscope.evidence import Observation

VARIABLE = "STEPSCOPE_RUN"
"""The environment variable that names the run folder to every process of the run."""
SUFFIX = ".observation.json"


def run_folder() -> Path | None:
    """The folder of the run that this process belongs to, or None outside of one."""
    name = os.environ.get(VARIABLE)
    return Path(name) if name and os.path.isdir(name) else None


def write(folder: Path, observation: Observation) -> Path:
    """Write an observation so that it is either there whole or not at all. Raises OSError when it cannot."""
    target = folder / f"{time.time_ns()}-{os.getpid()}{SUFFIX}"
    draft = target.with_suffix(".part")
    draft.write_bytes(encode(observation))
    draft.replace(target)
    return target


def encode(observation: Iterable[Any]) -> bytes:
    """An observation, or some of its pieces, as JSON text."""
    import json

    pieces = [{"type": type(piece).__name__, "value": _plain(piece)} for piece in observation]
    return json.dumps(pieces).encode("utf-8", "surrogatepass")


def read(folder: Path) -> list[Observation]:
    """All observations of the folder in the order of their time; one that cannot be read is left out."""
    found = []
    for path in sorted(folder.glob(f"*{SUFFIX}")):
        try:
            found.append(decode(path.read_bytes()))
        except (OSError, ValueError):
            continue
    return found


def decode(data: bytes) -> Observation:
    """An observation from its JSON text. Raises ValueError where it is not one."""
    import json

    import msgspec

    from stepscope import evidence

    kinds = {name: getattr(evidence, name) for name in evidence.__all__}
    pieces = [piece for piece in json.loads(data) if piece.get("type") in kinds]
    return evidence.Observation(*(msgspec.convert(piece["value"], kinds[piece["type"]], strict=False) for piece in pieces))


def _plain(value: Any) -> Any:
    """The value as JSON can hold it: no NaN, no infinity, no half of a surrogate pair."""
    fields = getattr(type(value), "__dataclass_fields__", None)
    if fields is not None:
        return {name: _plain(getattr(value, name)) for name in fields}
    if isinstance(value, dict):
        return {str(key): _plain(item) for key, item in value.items()}
    if isinstance(value, (list, tuple)):
        return [_plain(item) for item in value]
    if isinstance(value, float) and not math.isfinite(value):
        return str(value)
    if isinstance(value, str):
        return str(getattr(value, "value", value)).encode("utf-8", "replace").decode("utf-8")
    return value
