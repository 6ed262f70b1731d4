"""The number of classes differs between model, loss, configuration, data or checkpoint.

Why
---
Each of them carries the number on its own: the head, the class weights, the metric, the list of names, the checkpoint. Where two of them
disagree, the run stops at the first operation that holds both.

Fix
---
- Write the number once, and derive the rest: `classes = len(names)`; `nn.Linear(512, classes)`; `torch.ones(classes)`.
- Weights computed from the labels of one split lack the classes that the split does not have: `torch.bincount(y, minlength=classes)`.

Bad
---
    criterion = nn.CrossEntropyLoss(weight=torch.ones(9))      # the head has 10 outputs

Good
----
    criterion = nn.CrossEntropyLoss(weight=torch.ones(10))
"""

from stepscope.evidence import WHOLE, Call, Expected, Failure, Flaws, Inventory, Stage, wording
from stepscope.finding import Confidence, Place, Severity
from stepscope.rule import Rule, Witnessed
from stepscope.rules.found import at_flaws, shown
from stepscope.rules.losses.meeting import INDEXED, PAIRED

CLASS_COUNT_MISMATCH = Rule("LBL108", Severity.ERROR, stage=Stage.SETUP)

_WORDS = wording(
    r"weight tensor should be defined either for all (?:\d+ )?classes|weight tensor should be defined either for all or no classes"
    r"|The parameter 'num_classes' expected value (?P<a>\d+) but got (?P<b>\d+)"
    r"|`preds\.shape\[1\]` should be equal to number of classes|`preds\.shape\[1\]` should be (?:equal to|smaller than) the (?:`num_classes`|number of classes)"
    r"|to be equal to (?:the number of labels|`num_labels`|`num_classes`)|Detected more unique values in `preds` than expected"
    r"|[Nn]umber of (?:given labels|classes)[^.\n]*(?:not equal|does not match|different from)|contain different number of classes"
    r"|num_classes`?\W{0,3}\(?\d*\)?.{0,60}(?:do(?:es)? not match|mismatch|not equal|different)"
    r"|number of classes in labels is different from that in y_pred|inconsistent number of classes|num_classes mismatch"
)


@CLASS_COUNT_MISMATCH.seen_in
def weights(failure: Failure, call: Call) -> Witnessed:
    """Weights per class beside an output that has another number of them."""
    output, weight = call.operand("input"), call.operand("weight", "pos_weight")
    if call.function not in INDEXED + PAIRED or output is None or weight is None or len(output.tensor.shape) < 2:
        return
    classes, has = output.tensor.shape[1], weight.tensor.shape[-1] if weight.tensor.shape else 1
    target = call.operand("target")
    fits = has in (1, classes) or (call.function in PAIRED and (target is None or target.tensor.shape != output.tensor.shape))
    if fits or len(weight.tensor.shape) != 1 or (call.function in PAIRED and len(output.tensor.shape) != 2):
        return
    yield CLASS_COUNT_MISMATCH.found(
        f"{has} class weights meet {classes} classes",
        stage=Stage.LOSS,
        seen={"weights": f"`{weight.name}`, {weight.tensor}", "scores": output.tensor, "loss": call.function},
        fix=(f"Give the loss {classes} weights, one per class.",),
    )


@CLASS_COUNT_MISMATCH.seen_in
def words(failure: Failure) -> Witnessed:
    found = _WORDS.search(failure.message)
    if found:
        headline = f"{found['b']} classes where {found['a']} are expected" if found["a"] else "two numbers of classes disagree"
        yield CLASS_COUNT_MISMATCH.found(headline, Confidence.LIKELY, seen={"says": failure.message[:300]})


@CLASS_COUNT_MISMATCH.seen_in
def files(flaws: Flaws) -> Witnessed:
    """What a data set says of itself does not agree."""
    found = flaws.of("class-count")
    if found:
        yield CLASS_COUNT_MISMATCH.found(f"{shown(found[0].file, 30)}: {found[0].says}", places=at_flaws(found))


@CLASS_COUNT_MISMATCH.seen_in
def model(inventory: Inventory, expected: Expected) -> Witnessed:
    """The model has another number of classes than the data set."""
    if expected.classes is not None and inventory.classes and len(inventory.classes) != expected.classes:
        yield CLASS_COUNT_MISMATCH.found(
            f"{len(inventory.classes)} classes in the data set, {expected.classes} outputs of the model",
            severity=Severity.ERROR if len(inventory.classes) > expected.classes else Severity.WARNING,
            seen={"classes": ", ".join(inventory.classes[:20])}, places=[Place(WHOLE)],
        )  # fmt: skip
