"""Tensors or modules that meet in one operation are on different devices.

Why
---
An operation runs on one device. A module moves with `.to(device)` only what it knows: parameters, buffers and modules, not tensors kept
as plain attributes, and not the batches, labels or hidden states that are made later.

Fix
---
- Move each batch where the model is: `x, y = x.to(device), y.to(device)`; the result of `.to` must be kept.
- Register constant tensors of a module: `self.register_buffer("table", table)`.
- Make new tensors where their partners are: `torch.zeros(n, device=x.device)`.

Bad
---
    class Positions(nn.Module):
        def __init__(self):
            super().__init__()
            self.table = torch.randn(64, 16)        # stays on the CPU

Good
----
    class Positions(nn.Module):
        def __init__(self):
            super().__init__()
            self.register_buffer("table", torch.randn(64, 16))
"""

from stepscope.evidence import Call, Failure, Layer, Stage, wording
from stepscope.finding import Confidence, Severity
from stepscope.rule import Rule, Witnessed

DEVICE_MISMATCH = Rule("SHP109", Severity.ERROR, stage=Stage.TRANSFER)

_WORDS = wording(
    r"[Ee]xpected all tensors to be on the same device|is not on the expected device|expected (?:to be )?(?:in|on) the same device|not at the same device"
    r"|Input type \(torch\.(?P<a>cuda\.|xpu\.|mps\.)?\w+\) and (?:weight|bias) type \(torch\.(?P<b>cuda\.|xpu\.|mps\.)?\w+\)"
    r"|Input type \(MPS|is on (?:CPU|cpu), but expected (?:it|them) to be on|Expected object of (?:device type|backend)"
    r"|should be either on (?:the )?(?:cpu|same device)|must have its parameters and buffers on device|Placeholder storage has not been allocated"
    r"|can't convert (?:cuda|xpu|mps|meta)\S* device type tensor to numpy|Expected a '\w+' device type for generator but found"
    r"|cannot be accessed from Triton \(cpu tensor|[Tt]ensors? (?:should|must) be on the same device|to have the same device|to be on the same device"
    r"|Cannot copy out of meta tensor|on different devices|unhandled device|expected device (?:meta|cpu|cuda|mps|xpu)\S* but got device"
)  # fmt: skip


@DEVICE_MISMATCH.seen_in
def operands(failure: Failure, call: Call) -> Witnessed:
    """The tensors of the call, device by device."""
    if not _about_devices(failure):
        return
    places: dict[str, str] = {}
    for operand in call.operands:
        places.setdefault(operand.tensor.device, operand.name)
    if len(places) > 1:
        (one, first), (other, second) = list(places.items())[:2]
        yield DEVICE_MISMATCH.found(
            f"`{first}` is on {one}, `{second}` on {other}",
            seen={f"`{operand.name}`": operand.tensor for operand in call.operands[:6]},
            fix=(f"Move one of them: `{second}.to({first}.device)`.",) if first.isidentifier() and second.isidentifier() else (),
        )


@DEVICE_MISMATCH.seen_in
def layer(failure: Failure, layer: Layer) -> Witnessed:
    """A layer's own tensors on one device, its input on another; or its own on two."""
    own = {tensor.device: name for name, tensor in layer.parameters.items()}
    given = {tensor.device for tensor in layer.inputs}
    if _about_devices(failure) and len(set(own) | given) > 1:
        where = ", ".join(sorted(given)) or "nothing"
        yield DEVICE_MISMATCH.found(
            f"{layer.kind} is on {', '.join(sorted(own)) or 'no device'}, its input on {where}",
            seen={"layer": layer, "its tensors": ", ".join(f"`{name}` on {device}" for device, name in own.items()), "input on": where},
        )


@DEVICE_MISMATCH.seen_in
def words(failure: Failure) -> Witnessed:
    if _about_devices(failure):
        text = failure.first_line
        yield DEVICE_MISMATCH.found(text, Confidence.LIKELY, seen={"says": failure.message[:300]})


def _about_devices(failure: Failure) -> bool:
    found = _WORDS.search(failure.message)
    return bool(found) and not (found is not None and found[0].startswith("Input type (torch.") and found["a"] == found["b"])
