"""An annotation file does not parse.

Why
---
One misplaced comma, a file that was cut off, or an error page under the file's name, and none of the annotations can be read.

Fix
---
- Open the file at the named line and column.
- Write annotation files to a temporary name and rename them, so that a stopped export leaves no half of one.

Bad
---
    {"images": [{"id": 1, "file_name": "a.jpg"},]}

Good
----
    {"images": [{"id": 1, "file_name": "a.jpg"}]}
"""

from dataclasses import replace

from stepscope.evidence import Failure, File, Flaws, Lookup, Stage
from stepscope.finding import Confidence, Severity
from stepscope.rule import Rule, Witnessed
from stepscope.rules.found import at_flaws, shown

ANNOTATION_PARSE = Rule("ANN101", Severity.ERROR, stage=Stage.DATA, yields_to=("annotation-encoding", "checkpoint-corrupt", "label-missing"))

_PARSERS = {"JSONDecodeError": "JSON", "ParseError": "XML", "XMLSyntaxError": "XML", "ExpatError": "XML", "ScannerError": "YAML", "ParserError": "a table"}


@ANNOTATION_PARSE.seen_in
def named(failure: Failure, file: File) -> Witnessed:
    for draft in parsing(failure):
        yield replace(draft, headline=f"{file.path[-45:]} does not parse: {failure.message}", seen={"file": file.path, **draft.seen})


@ANNOTATION_PARSE.seen_in
def parsing(failure: Failure) -> Witnessed:
    if failure.module.startswith("google."):
        return  # protobuf's text format is a configuration's
    kind = _PARSERS.get(failure.type) or ("a table" if failure.type == "Error" and failure.module == "_csv" else None)
    if kind:
        yield ANNOTATION_PARSE.found(
            f"a file does not parse as {kind}: {failure.message}",
            Confidence.LIKELY,
            stage=Stage.DATA,
            seen={"says": failure.message[:300]},
        )


@ANNOTATION_PARSE.seen_in
def lacks(failure: Failure, lookup: Lookup) -> Witnessed:
    """The record of one sample has not the field that most others have."""
    if failure.is_a("KeyError") and failure.loads_a_sample and lookup.asked[:1] in ("'", '"') and lookup.records < 2 * lookup.having:
        yield ANNOTATION_PARSE.found(
            f"the record of a sample has no {lookup.key}, {lookup.having:,} of {lookup.records:,} have it",
            Confidence.LIKELY,
            stage=Stage.DATA,
            seen={"looked up": f"`{lookup.name}[{lookup.asked}]`", "record": lookup.content, "fields": ", ".join(lookup.keys[:12])},
            instead=(f"Look at the named record: add {lookup.key} to it, or leave it out when the list of samples is made.",),
        )


@ANNOTATION_PARSE.seen_in
def files(flaws: Flaws) -> Witnessed:
    """Every annotation file of a data set was read."""
    found = flaws.of("parse", "field")
    if found:
        yield ANNOTATION_PARSE.found(f"{shown(found[0].file)}: {found[0].says}", seen={"places": f"{len(found):,}"}, places=at_flaws(found))
    sizes = flaws.of("no-size")
    if sizes:
        yield ANNOTATION_PARSE.found(f"{shown(sizes[0].file)} {sizes[0].says}", severity=Severity.NOTE, seen={"files": f"{len(sizes):,}"}, places=at_flaws(sizes))
