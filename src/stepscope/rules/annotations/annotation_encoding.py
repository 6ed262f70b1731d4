"""A byte-order mark, another encoding or stray bytes in an annotation file.

Why
---
Files written on Windows are often in another encoding than UTF-8, or begin with a byte-order mark; a list of names may hold the bytes of an
older system. Reading stops at the first byte that does not fit.

Fix
---
- Name the encoding: `open(path, encoding="utf-8-sig")`, `"cp1252"` or `"utf-16"`, whichever the file has.
- Convert the file once: `iconv -f cp1252 -t utf-8`.

Bad
---
    names = open("classes.txt").read().split()

Good
----
    names = open("classes.txt", encoding="utf-8-sig").read().split()
"""

from dataclasses import replace

from stepscope.evidence import Failure, File, Flaws, Lookup, Stage
from stepscope.finding import Confidence, Severity
from stepscope.rule import Rule, Witnessed
from stepscope.rules.found import at_flaws, shown

ANNOTATION_ENCODING = Rule("ANN102", Severity.ERROR, stage=Stage.DATA)

_MARK = "\ufeff"
_NOT_TEXT = ("pickle.py", "torch/serialization.py")


@ANNOTATION_ENCODING.seen_in
def named(failure: Failure, file: File) -> Witnessed:
    for draft in decoding(failure):
        yield replace(draft, headline=draft.headline.replace("a text file", file.path[-40:]), seen={"file": file.path, **draft.seen})


@ANNOTATION_ENCODING.seen_in
def first_column(lookup: Lookup, failure: Failure) -> Witnessed:
    """A table whose first column's name begins with the mark, so that it is not found under its name."""
    marked = next((key for key in lookup.keys if key[:1] == _MARK and repr(key[1:].strip('"')) == lookup.key), None)
    if marked is not None:
        yield ANNOTATION_ENCODING.found(
            f"the column {lookup.key} is called {marked!a}: its file begins with a byte-order mark",
            stage=Stage.DATA,
            seen={"looked up": f"`{lookup.name}[{lookup.key}]`", "it has": ", ".join(map(ascii, lookup.keys[:12]))},
            instead=('Read the file with `encoding="utf-8-sig"`, which takes the mark away.',),
        )


@ANNOTATION_ENCODING.seen_in
def decoding(failure: Failure) -> Witnessed:
    bom = failure.says("utf-8 bom", "unexpected utf-8 bom")
    if (failure.is_a("UnicodeDecodeError") or bom) and not failure.passes_file(*_NOT_TEXT):
        yield ANNOTATION_ENCODING.found(
            "a text file begins with a byte-order mark" if bom else "a text file holds bytes of another encoding",
            Confidence.LIKELY,
            stage=Stage.DATA,
            seen={"says": failure.message[:300]},
        )


@ANNOTATION_ENCODING.seen_in
def files(flaws: Flaws) -> Witnessed:
    """Every annotation file of a data set was read."""
    found = flaws.of("encoding")
    if found:
        yield ANNOTATION_ENCODING.found(f"{shown(found[0].file)} {found[0].says}", seen={"files": f"{len(found):,}"}, places=at_flaws(found))
