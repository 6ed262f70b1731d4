"""What was seen of files before, by path, size, time of change and the version of those who looked."""

from __future__ import annotations

import json
import os
import sys
import tempfile
from collections.abc import Mapping, Sequence
from contextlib import suppress
from pathlib import Path
from typing import Any, NamedTuple

import stepscope
from stepscope.collect.files.remote import Remote
from stepscope.evidence import FACTS

REVISION = 3
"""To be raised when the same file would be told differently."""


class Seen(NamedTuple):
    """Rows that were seen before, by place: `known` tells which, `facts` holds them (zeros elsewhere), `says` the words."""

    known: Any
    facts: Any
    says: dict[int, str]


def folder() -> Path:
    """Where caches of this user are kept; STEPSCOPE_CACHE overrides it."""
    if chosen := os.environ.get("STEPSCOPE_CACHE"):
        return Path(chosen)
    home = Path.home()
    places = {"win32": os.environ.get("LOCALAPPDATA") or home / "AppData" / "Local", "darwin": home / "Library" / "Caches"}
    return Path(places.get(sys.platform) or os.environ.get("XDG_CACHE_HOME") or home / ".cache") / "stepscope"


def dtype() -> list[tuple[Any, ...]]:
    """The columns of FACTS, as numpy takes them."""
    return [(name, *kind) for name, *kind in FACTS]


class Cache:
    """The file that keeps what was seen of one data set. `notes` tell where it could not be used."""

    def __init__(self, root: Path | Remote, quick: bool) -> None:
        from xxhash import xxh3_64_hexdigest

        whole = os.fsencode(str(root) if isinstance(root, Remote) else os.path.realpath(root))
        self.path = folder() / f"{xxh3_64_hexdigest(whole)}-{'quick' if quick else 'full'}.npz"
        self.notes: list[str] = []

    def load(self, paths: Sequence[str], stamps: Any) -> Seen:
        """What is known of these files; `stamps` are their sizes and times of change, (N, 2)."""
        import numpy as np

        seen = Seen(np.zeros(len(paths), bool), np.zeros(len(paths), dtype()), {})
        try:
            if not self.path.is_file():
                return seen
            with np.load(self.path, allow_pickle=False) as kept:
                if bytes(kept["version"]) == version():
                    self._take({name: kept[name] for name in ("paths", "stamps", "facts", "says")}, paths, stamps, seen)
        except Exception as problem:  # zip, header or content: any byte of the file may be damaged
            self.notes.append(f"the cache {self.path} was not used: {str(problem) or type(problem).__name__}")
            return Seen(np.zeros(len(paths), bool), np.zeros(len(paths), dtype()), {})
        return seen

    def _take(self, kept: Mapping[str, Any], paths: Sequence[str], stamps: Any, seen: Seen) -> None:
        import numpy as np

        if kept["facts"].dtype != np.dtype(dtype()) or len(kept["stamps"]) != len(kept["facts"]):
            raise ValueError("its columns are others")
        blob = kept["paths"].tobytes()
        if blob == _joined(paths):
            mine = theirs = np.arange(len(paths))
        else:
            places = {path: place for place, path in enumerate(blob.decode("utf-8", "surrogatepass").split("\0"))} if blob else {}
            found = np.array([places.get(path, -1) for path in paths], dtype=np.int64)
            mine = (found >= 0).nonzero()[0]
            theirs = found[mine]
        same = (kept["stamps"][theirs] == stamps[mine]).all(axis=1)
        mine, theirs = mine[same], theirs[same]
        seen.known[mine] = True
        seen.facts[mine] = kept["facts"][theirs]
        back = np.full(len(kept["facts"]), -1, dtype=np.int64)
        back[theirs] = mine
        said: dict[str, str] = json.loads(kept["says"].tobytes())
        seen.says.update({int(back[int(row)]): words for row, words in said.items() if back[int(row)] >= 0})

    def save(self, paths: Sequence[str], stamps: Any, facts: Any, says: Mapping[int, str]) -> None:
        """Keep these rows, in one move: whoever reads at the same time sees the old file or the new one."""
        import numpy as np

        columns = {"paths": _joined(paths), "says": json.dumps(dict(says)).encode(), "version": version()}
        temporary = ""
        try:
            self.path.parent.mkdir(parents=True, exist_ok=True)
            handle, temporary = tempfile.mkstemp(dir=self.path.parent, suffix=".part")
            with os.fdopen(handle, "wb") as file:
                arrays: dict[str, Any] = {name: np.frombuffer(content, np.uint8) for name, content in columns.items()}
                np.savez(file, stamps=stamps, facts=facts, **arrays)
            os.replace(temporary, self.path)
        except OSError as problem:
            self.notes.append(f"what was seen could not be kept in {self.path.parent}: {problem.strerror or problem}")
            with suppress(OSError):
                os.unlink(temporary)


def version() -> bytes:
    """Who looked: a cache of another version is not used."""
    import PIL

    from stepscope.collect.files.pictures import strict

    return f"{stepscope.__version__}/{REVISION}/{FACTS}/{PIL.__version__}/{strict.decoder()}".encode()


def _joined(paths: Sequence[str]) -> bytes:
    return "\0".join(paths).encode("utf-8", "surrogatepass")
