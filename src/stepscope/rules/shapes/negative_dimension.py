"""The feature map has become smaller than the next kernel or window: too many pooling or stride steps for this input.

Why
---
Each pooling or stride divides height and width. After a few of them nothing is left to divide; PyTorch says "Output size is too
small" or "Kernel size can't be greater than actual input size".

Fix
---
- Take away a pooling or stride step, or feed larger images.
- `padding=1` with kernels of 3 keeps the size; `nn.AdaptiveAvgPool2d` takes any size.

Bad
---
    model = nn.Sequential(nn.MaxPool2d(4), nn.MaxPool2d(4), nn.MaxPool2d(4))     # 28 -> 7 -> 1 -> nothing

Good
----
    model = nn.Sequential(nn.MaxPool2d(2), nn.MaxPool2d(2), nn.MaxPool2d(2))     # 28 -> 14 -> 7 -> 3
"""

from stepscope.evidence import Failure, Stage, wording
from stepscope.finding import Confidence, Severity
from stepscope.rule import Rule, Witnessed

NEGATIVE_DIMENSION = Rule("SHP105", Severity.ERROR, stage=Stage.SETUP, yields_to=("augmentation-failure",))

_KERNEL = wording(r"padded input size per channel: \((?P<size>[\d x]+)\)\. Kernel size: \((?P<kernel>[\d x]+)\)")
_POOL = wording(r"Given input size: \((?P<size>[\dx]+)\)\. Calculated output size: \((?P<out>[-\dx]+)\)")
_OTHER = wording(
    r"Kernel size can't be greater than actual input size|Output size is too small|Invalid computed output size|smaller than kernel size"
    r"|[Pp]adding size should be less than the corresponding input dimension|calculated shape of the array of sliding blocks"
    r"|too large relative to input|Input and output sizes should be greater than 0|maximum size for tensor at dimension \d+ is \d+ but size is"
    r"|Trying to create tensor with negative dimension|calculated output .* is too small|Expected output spatial size to be positive"
)


@NEGATIVE_DIMENSION.seen_in
def words(failure: Failure) -> Witnessed:
    if failure.loads_a_sample:
        return
    kernel, pool = _KERNEL.search(failure.message), _POOL.search(failure.message)
    if kernel:
        headline = f"a feature map of {kernel['size']} meets a kernel of {kernel['kernel']}"
    elif pool:
        headline = f"pooling {_spatial(pool['size'])} would leave {_spatial(pool['out'])}"
    elif _OTHER.search(failure.message):
        headline = "the feature map is smaller than the kernel or window that reads it"
    else:
        return
    sure = Confidence.CERTAIN if kernel or pool else Confidence.LIKELY
    yield NEGATIVE_DIMENSION.found(headline, sure, stage=Stage.FORWARD, seen={"says": failure.first_line[:300]})


def too_small(failure: Failure) -> bool:
    """Whether PyTorch says that something is smaller than what reads it."""
    return any(form.search(failure.message) for form in (_KERNEL, _POOL, _OTHER))


def _spatial(size: str) -> str:
    """Height and width of "64x1x1": what stands after the channels."""
    return " x ".join(size.split("x")[1:]) or size
