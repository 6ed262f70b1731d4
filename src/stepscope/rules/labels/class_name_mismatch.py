"""A class name of the annotations is not in the class list.

Why
---
The table from names to numbers is asked for a name that it does not have. The difference is often small: capitals, a plural, a space at the
end, another language, a class that was added later, or columns of a table that have shifted, so that another field is read as the name.

Fix
---
- Compare the two lists: `set(names in the annotations) - set(class list)`; strip and lower both.
- Add the class to the list (and give the head one output more), or leave its samples out on purpose.
- If what is looked up is no class name at all, the columns of the annotation have shifted: look at that line.

Bad
---
    CLASS_IDS = {"motorcycle": 0, "car": 1}
    label = CLASS_IDS["Motorbike"]

Good
----
    CLASS_IDS = {"motorbike": 0, "car": 1}
    label = CLASS_IDS["Motorbike".strip().lower()]
"""

import re

from stepscope.evidence import WHOLE, Failure, Flaws, Frame, Inventory, Stage, wording
from stepscope.finding import Confidence, Place, Severity
from stepscope.rule import Rule, Witnessed
from stepscope.rules.found import at_flaws, shown
from stepscope.rules.labels.naming import names_file

CLASS_NAME_MISMATCH = Rule("LBL109", Severity.ERROR, stage=Stage.DATA, yields_to=("history-key-missing",), hears_users=True)

_TABLE = wording(
    r"\b\w*(?:class|label|categor|species|cls)\w*(?:\.\w+)?\s*[\[(]|\b(?:name|cat|txt|str)\w*(?:_to_|2)\w+\s*\[|\bids?\s*\[[^\]]*(?:class|label|categor|name)|\b\w+\s*\[[^\]]*(?:\bfind\(['\"]name['\"]\)|\.class_?name|\.label\b|\[['\"](?:class|label|category|name)['\"]\])",
    re.IGNORECASE,
)
_NO_TABLE = wording(r"\b(?:cfg|conf|config|args|params|history|logs|state|optimizers?|models?|losses|env|environ|kwargs|batch|sample|data_?set|datasets|loaders?|df|row|record|features?|index|meta)\s*\[", re.IGNORECASE)
_LISTED = wording(r"(?P<name>'[^'\n]{1,80}'|\"[^\"\n]{1,80}\") is not in (?:list|tuple)|tuple\.index\(x\): x not in|list\.index\(x\): x not in")
_SEEN = wording(
    r"y contains (?:previously unseen|new) labels: (?P<names>[^\n]{1,120})|[Ff]ound unknown categories (?P<unknown>\[[^\]]*\])"
    r"|The `?class_names`? passed did not match the names of the subdirectories of the target directory\. Expected: (?P<folders>\[[^\]]*\])[,.]? (?:but )?[Rr]eceived: (?P<given>[^\n]{1,200})"
    r"|(?:[Uu]nknown|[Uu]nrecognized) (?:class|label|category)(?: name)?:? ['\"]?(?P<own>[\w .-]{1,60})['\"]?|(?:class|label|category) (?:name )?['\"](?P<name>[^'\"\n]{1,60})['\"] (?:is )?not (?:in|found|among|known)"
)


@CLASS_NAME_MISMATCH.seen_in
def looked_up(failure: Failure) -> Witnessed:
    """A dictionary from class names to numbers is asked for a name that it does not have."""
    line, key = failure.user_frame, (failure.message.strip().splitlines() or [""])[0].strip()
    if not failure.is_a("KeyError") or line is None or not line.user or not re.fullmatch(r"(['\"]).*\1", key) or not _is_last(failure, line):
        return
    code = line.expression or line.code
    if key in code or key.replace("'", '"') in code or not _TABLE.search(code) or names_file(key):
        return
    if _NO_TABLE.search(code) and not re.search(r"(?:class|label|categ)\w*\s*\[", _NO_TABLE.sub("", code), re.IGNORECASE) and not re.search(r"\bids?\s*\[", code):
        return
    yield CLASS_NAME_MISMATCH.found(
        f"the class name {key[:40]} is not in the class list",
        Confidence.LIKELY,
        stage=Stage.DATA,
        seen={"line": line.code, "looked up": key},
    )


@CLASS_NAME_MISMATCH.seen_in
def listed(failure: Failure) -> Witnessed:
    """The same with a list: `classes.index(name)`."""
    found, line = _LISTED.search(failure.message), failure.user_frame
    if found and failure.is_a("ValueError") and line is not None and re.search(r"(?:class|label|categor|names?|species)\w*\.index\(", line.code, re.IGNORECASE):
        yield CLASS_NAME_MISMATCH.found(
            f"the class name {found['name']} is not in the class list" if found["name"] else "a class name is not in the class list",
            Confidence.LIKELY, stage=Stage.DATA, seen={"line": line.code},
        )  # fmt: skip


@CLASS_NAME_MISMATCH.seen_in
def words(failure: Failure) -> Witnessed:
    found = _SEEN.search(failure.message)
    if found:
        names = next((value for name, value in found.groupdict().items() if value and name != "folders"), "")
        yield CLASS_NAME_MISMATCH.found(
            f"class names that are not in the list: {names.strip()}",
            Confidence.CERTAIN if found["folders"] else Confidence.LIKELY,
            stage=Stage.DATA,
            seen={"folders": found["folders"], "says": failure.message[:250]},
        )


@CLASS_NAME_MISMATCH.seen_in
def none(failure: Failure) -> Witnessed:
    """A function from names to numbers came to its end without an answer, and None is written as the label of a record."""
    if failure.says("None has type NoneType, but expected one of: int", "None has type <class 'NoneType'>, but expected one of: (<class 'int'>") and (
        failure.passes("int64_list_feature", "int64_feature") or any(re.search(r"class|label", frame.code) for frame in failure.frames if frame.user)
    ):
        yield CLASS_NAME_MISMATCH.found(
            "a class name has no number: the label of a record is None", Confidence.LIKELY, stage=Stage.DATA, seen={"says": failure.message[:200]},
            fix=("Look at the function that turns names into numbers (`class_text_to_int`): let it raise, with the name, where it knows none.",),
        )  # fmt: skip


def _is_last(failure: Failure, line: Frame) -> bool:
    """Whether the user's line itself looked it up: no library below it but pandas and its like."""
    inner = failure.innermost
    return inner is None or inner == line or bool(re.search(r"pandas|<frozen|collections", inner.file))


@CLASS_NAME_MISMATCH.seen_in
def files(flaws: Flaws, inventory: Inventory) -> Witnessed:
    """Names in annotations that are none of the list, or that differ in case, spaces or underscores alone."""
    found = at_flaws(flaws.of("class-name", "class-twice"))
    if found:
        yield CLASS_NAME_MISMATCH.found(f"{shown(str(found[0].file), 30)}: {found[0].about}", places=found)
    alike: dict[str, list[str]] = {}
    for name in () if flaws.of("class-spelling") else inventory.classes:
        spelt = name if name.lstrip("-").isdigit() else "".join(filter(str.isalnum, name.casefold()))
        alike.setdefault(spelt or name, []).append(name)
    twins = [names for names in alike.values() if len(set(names)) > 1]
    if twins:
        said = "; ".join(" and ".join(map(repr, names)) for names in twins[:10])
        yield CLASS_NAME_MISMATCH.found(f"two classes differ in their spelling alone: {said}", Confidence.LIKELY, severity=Severity.WARNING, places=[Place(WHOLE)])


@CLASS_NAME_MISMATCH.seen_in
def splits(flaws: Flaws) -> Witnessed:
    """Two splits number the same names otherwise."""
    found = at_flaws(flaws.of("class-order"))
    if found:
        yield CLASS_NAME_MISMATCH.found(
            f"{shown(str(found[0].file), 30)}: {found[0].about}", places=found,
            instead=("Make the list of classes once, from the training set, and give it to both: a folder that one split does not have shifts all names behind it.",),
        )  # fmt: skip
