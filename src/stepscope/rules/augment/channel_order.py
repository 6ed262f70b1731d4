"""The channels stand in the last axis where the layer reads them before height and width.

Why
---
Image libraries and numpy keep a picture as (height, width, channels); PyTorch reads (channels, height, width). A convolution takes the
height for the channels (and a Conv1d the time for the features). With a `reshape` in place of a transposition, the run goes on with scrambled pictures.

Fix
---
- Transpose, never reshape: `x.permute(0, 3, 1, 2)` for a batch, `x.permute(2, 0, 1)` for one picture.
- `torchvision.transforms.ToTensor` does it for PIL images and uint8 arrays.

Bad
---
    images = torch.tensor(np.stack(pictures)).float()                        # (N, 28, 28, 3)
    nn.Conv2d(3, 8, 3)(images)

Good
----
    images = torch.tensor(np.stack(pictures)).permute(0, 3, 1, 2).float()    # (N, 3, 28, 28)
    nn.Conv2d(3, 8, 3)(images)
"""

from stepscope.evidence import Call, Failure, Flaws, Layer, Stage, wording
from stepscope.finding import Confidence, Severity
from stepscope.rule import Rule, Witnessed
from stepscope.rules.found import at_flaws, shown
from stepscope.rules.shapes.fit import fit_of

CHANNEL_ORDER = Rule("AUG105", Severity.ERROR, stage=Stage.AUGMENT)

_NORMALISED = wording(r"size of tensor a \((\d+)\) must match the size of tensor b \((?P<means>[134])\) at non-singleton dimension [01]\b")


@CHANNEL_ORDER.seen_in
def convolution(failure: Failure, layer: Layer, call: Call) -> Witnessed:
    """The last axis has the very number of channels that the layer expects, the channel axis has not."""
    fit = fit_of(layer, call, failure)
    if fit is None or fit.setting not in ("in_channels", "num_features") or fit.got == fit.expects or len(fit.shape) not in fit.dims:
        return
    if fit.shape[-1] != fit.expects or len(fit.shape) < 3:
        return
    shape, order = fit.shape, _order(len(fit.shape), len(fit.shape) == fit.dims[-1])
    yield CHANNEL_ORDER.found(
        f"channels stand last in ({', '.join(map(str, shape))}); {layer.kind} reads {fit.got} of them",
        seen={"arrives": fit.arrives, "layer": layer, "expects": f"{fit.expects} channels, found in the last axis"},
        fix=(f"Move them: `x.permute{order}`.",),
    )


@CHANNEL_ORDER.seen_in
def normalisation(failure: Failure, call: Call) -> Witnessed:
    """A mean per channel meets a picture whose last axis holds the channels."""
    found = _NORMALISED.search(failure.message)
    picture = next((operand.tensor for operand in call.operands if len(operand.tensor.shape) in (3, 4)), None)
    if not found or picture is None or call.function not in ("sub", "sub_", "div", "div_", "normalize"):
        return
    means = int(found["means"])
    if picture.shape[-1] == means and picture.shape[-3] != means:
        yield CHANNEL_ORDER.found(
            f"{means} means meet a picture of ({', '.join(map(str, picture.shape))})",
            Confidence.LIKELY,
            seen={"picture": picture, "says": failure.message[:160]},
        )


def _order(axes: int, batched: bool) -> tuple[int, ...]:
    """The permutation that puts the last axis where the channels belong."""
    return (0, axes - 1, *range(1, axes - 1)) if batched else (axes - 1, *range(axes - 1))


@CHANNEL_ORDER.seen_in
def drawn(flaws: Flaws) -> Witnessed:
    """Samples of a data set of PyTorch were drawn: their tensors keep the channels last."""
    found = flaws.of("channels-last")
    if found:
        yield CHANNEL_ORDER.found(f"{shown(found[0].file)} {found[0].says}: channels stand last", Confidence.LIKELY, severity=Severity.WARNING, places=at_flaws(found))
