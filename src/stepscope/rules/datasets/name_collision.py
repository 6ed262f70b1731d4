"""File names differ only in case or in their Unicode form, so they collide on another system.

Why
---
macOS and Windows take `Cat.jpg` and `cat.jpg` for one file: copied or unpacked there, one overwrites the other, and the data set is smaller than the annotations
say. Classes `Cat` and `cat` become one.

Fix
---
- Rename one of each pair, in the annotations too.
- Write names in small ASCII letters, or normalise them: `unicodedata.normalize("NFC", name)`.

Bad
---
    data/Cat/1.jpg   data/cat/2.jpg

Good
----
    data/cat/1.jpg   data/cat/2.jpg
"""

from unicodedata import normalize

from stepscope.evidence import Images, Stage
from stepscope.finding import Place, Severity
from stepscope.rule import Rule, Witnessed
from stepscope.rules.found import shown

NAME_COLLISION = Rule("DAT113", Severity.WARNING, stage=Stage.DATA)


@NAME_COLLISION.seen_in
def files(images: Images) -> Witnessed:
    folders = sorted({path.rpartition("/")[0] for path in images.paths})
    found = _colliding(folders)
    colliding = {path for _, path in found}
    found += [(first, path) for first, path in _colliding(images.paths) if path.rpartition("/")[0] not in colliding]
    if found:
        first, other = found[0]
        yield NAME_COLLISION.found(
            f"{shown(other, 34)} and {shown(first, 34)} are one on other systems",
            seen={"names": f"{len(found):,}"},
            places=[Place(path, about=f"collides with {of}") for of, path in found],
        )


def _colliding(paths: object) -> list[tuple[str, str]]:
    """Pairs: a path, and a later one that is the same but for case or Unicode form."""
    met: dict[str, str] = {}
    found = []
    for path in paths:  # type: ignore[attr-defined]
        key = path.lower() if path.isascii() else normalize("NFC", normalize("NFC", path).casefold())
        if met.setdefault(key, path) != path:
            found.append((met[key], path))
    return found
