"""Layers are kept in a plain list or dictionary, so that the optimizer, the device and the checkpoint never see them.

Why
---
A module finds its parameters through its attributes: modules, parameters, `ModuleList`, `ModuleDict`, `ParameterList`. A Python list
or dict of layers is an ordinary attribute; its layers run in `forward`, but they are not trained, not moved and not saved.

Fix
---
- `nn.ModuleList([...])` instead of a list, `nn.ModuleDict({...})` instead of a dict, `nn.ParameterList` for bare parameters.
- Build layers in `__init__`, not in `forward`: the optimizer is given what is there when it is built.

Bad
---
    self.layers = [nn.Linear(a, b) for a, b in zip(sizes, sizes[1:])]

Good
----
    self.layers = nn.ModuleList([nn.Linear(a, b) for a, b in zip(sizes, sizes[1:])])
"""

from stepscope.evidence import Failure, PlainModules, Stage
from stepscope.finding import Confidence, Severity
from stepscope.rule import Rule, Witnessed

PARAMETER_NOT_REGISTERED = Rule("MOD101", Severity.ERROR, stage=Stage.SETUP)

_EMPTY = "optimizer got an empty parameter list"


@PARAMETER_NOT_REGISTERED.seen_in
def plain(failure: Failure, plain: PlainModules) -> Witnessed:
    """An optimizer without parameters, and a plain container that holds some."""
    if not failure.says(_EMPTY) or not plain.parameters:
        return
    yield PARAMETER_NOT_REGISTERED.found(
        f"`{plain.owner}.{plain.attribute}` is a plain {plain.kind} of {plain.modules or plain.parameters} "
        f"{'layers' if plain.modules else 'parameters'}",
        stage=Stage.SETUP,
        line=plain.line,
        about="the layers are put into a plain container here" if plain.line else "",
        seen={
            "kept in": f"`{plain.owner}.{plain.attribute}`, a {plain.kind} with {plain.modules} modules",
            "parameters in it": plain.parameters,
            "parameters that the model knows": plain.registered,
        },
        fix=(f"`self.{plain.attribute} = nn.{'ModuleDict' if plain.kind == 'dict' else 'ModuleList'}(...)`.",) if plain.modules else (),
    )


@PARAMETER_NOT_REGISTERED.seen_in
def other_device(failure: Failure, plain: PlainModules) -> Witnessed:
    """`model.to(device)` moved all but the layers in a plain container."""
    if failure.says("same device", "device type") and plain.modules and plain.parameters:
        yield PARAMETER_NOT_REGISTERED.found(
            f"`{plain.owner}.{plain.attribute}`, a plain {plain.kind}, stayed behind on its device",
            Confidence.LIKELY,
            line=plain.line,
            seen={"parameters in it": plain.parameters, "says": failure.message[:200]},
        )


@PARAMETER_NOT_REGISTERED.seen_in
def nothing_registered(failure: Failure, plain: PlainModules) -> Witnessed:
    """The model knows no parameter, whatever holds its layers."""
    if failure.says(_EMPTY) and not plain.parameters and not plain.registered:
        yield PARAMETER_NOT_REGISTERED.found(
            "the model has no parameter when the optimizer is built",
            Confidence.LIKELY,
            seen={"parameters that the model knows": 0, "says": failure.message[:200]},
            fix=("Build the layers in `__init__`, as attributes of the module.",),
        )
