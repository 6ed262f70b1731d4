"""A single sample of length or size 0: an empty text, a silent clip, a crop without area.

Why
---
One row of a table is blank, one clip is shorter than the window, one box has no area: the sample is there, but there is nothing in it, and the first
function that needs a length of at least one stops the run.

Fix
---
- Drop such samples where the data set is built: `rows = [row for row in rows if row["text"].strip()]`.
- Or give them a token of their own, so that their length is 1.

Bad
---
    lengths = torch.tensor([len(text.split()) for text in batch])        # one of them is ""
    packed = pack_padded_sequence(x, lengths, enforce_sorted=False)

Good
----
    batch = [text for text in batch if text.strip()]
    lengths = torch.tensor([len(text.split()) for text in batch])
"""

from stepscope.evidence import Failure, Flaws, Stage, wording
from stepscope.finding import Confidence, Severity
from stepscope.rule import Rule, Witnessed
from stepscope.rules.found import at_flaws, shown
from stepscope.rules.shapes.negative_dimension import too_small

EMPTY_SAMPLE = Rule("DAT103", Severity.ERROR, stage=Stage.DATA)

_NOTHING_READ = wording(r"cannot reshape array of size 0 into shape|is invalid for input of size 0\b")
_WORDS = ("length of all samples has to be greater than 0", "expected a non-zero length", "expected sequence length to be larger than 0")

_READ = (
    "Look at what the named sample is read from, and from where on: past the end of a file or an array there is nothing, and no error.",
    "A place counted in a small type overflows without one: `int16` ends at 32,767, `uint8` at 255. Count in `int`.",
)


@EMPTY_SAMPLE.seen_in
def words(failure: Failure) -> Witnessed:
    if failure.says(*_WORDS):
        yield EMPTY_SAMPLE.found("a sample of the batch has length 0", Confidence.CERTAIN, stage=Stage.DATA, seen={"says": failure.message[:200]})


@EMPTY_SAMPLE.seen_in
def small(failure: Failure) -> Witnessed:
    """A function within the loading code that needs more of a sample than there is."""
    if failure.loads_a_sample and too_small(failure):
        yield EMPTY_SAMPLE.found(
            "a sample is empty, or smaller than what reads it",
            Confidence.LIKELY,
            stage=Stage.DATA,
            seen={"says": failure.first_line[:300]},
            instead=(
                "Look up the named sample: a clip shorter than the window, a box or a crop without area.",
                "Leave such samples out where the data set is built, or pad them to the length that is needed.",
            ),
        )


@EMPTY_SAMPLE.seen_in
def nothing_read(failure: Failure) -> Witnessed:
    """Loading code gives a shape to what it has read, and it has read nothing."""
    if failure.passes("__getitem__", "__getitems__") and _NOTHING_READ.search(failure.message):
        yield EMPTY_SAMPLE.found("nothing was read of a sample", Confidence.LIKELY, stage=Stage.DATA, seen={"says": failure.message[:200]}, instead=_READ)


@EMPTY_SAMPLE.seen_in
def drawn(flaws: Flaws) -> Witnessed:
    """Samples of a data set were drawn: some have a length of 0."""
    found = flaws.of("empty-sample")
    if found:
        yield EMPTY_SAMPLE.found(f"{shown(found[0].file)} {found[0].says}", stage=Stage.DATA, seen={"samples": f"{len(found):,}"}, places=at_flaws(found))
