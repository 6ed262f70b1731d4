"""The layer that was at work when a step failed, and the head of the model."""

from __future__ import annotations

from collections.abc import Iterator
from types import FrameType
from typing import Any

from stepscope.collect.owner import is_users
from stepscope.collect.torch.calls import Entry
from stepscope.collect.torch.resolve import stored_attributes
from stepscope.collect.torch.sites import SITES
from stepscope.collect.torch.stages import LOSS_CLASSES
from stepscope.collect.torch.syntax import receiver
from stepscope.collect.torch.tensors import is_tensor, tensor_of
from stepscope.evidence import Head, Layer, Tensor
from stepscope.evidence.call import Setting

_WRAPPERS = {"DataParallel", "DistributedDataParallel", "FullyShardedDataParallel", "OptimizedModule"}
_ACTIVATIONS = {"Softmax", "LogSoftmax", "Sigmoid", "Tanh", "ReLU", "Softmax2d"}


def is_module(value: Any) -> bool:
    """Whether the value is a torch.nn.Module, without importing torch."""
    return any(base.__name__ == "Module" and base.__module__ == "torch.nn.modules.module" for base in type(value).__mro__)


def is_loss(module: Any) -> bool:
    """Whether the module is a loss rather than a part of the model."""
    kind = type(module)
    return kind.__module__ == "torch.nn.modules.loss" or bool(LOSS_CLASSES.search(kind.__name__))


def layer_of(stack: list[Entry]) -> Layer | None:
    """The innermost module whose method was running; None outside of any, and in losses."""
    modules = running(stack)
    if not modules:
        return None
    root, (layer, frame) = modules[0][0], modules[-1]
    if type(root).__name__ in _WRAPPERS and len(modules) > 1:
        root = next((module for module, _ in modules if type(module).__name__ not in _WRAPPERS), root)
    if is_loss(layer):
        return None
    root = _whole(root, stack)
    path, container = path_of(root, layer)
    return Layer(
        path=path,
        kind=type(layer).__name__,
        model=type(root).__name__,
        settings=settings_of(layer),
        parameters=_own_parameters(layer),
        definition=SITES.of(layer) or (SITES.of(container) if container is not None else None),
        container=type(container).__name__ if container is not None else "",
        training=bool(stored_attributes(layer).get("training", True)),
        inputs=_inputs(frame),
    )


def path_of(root: Any, target: Any) -> tuple[str, Any]:
    """The attribute path from one module to another, and the module that holds it; empty for the module itself."""
    if root is target:
        return "", None
    for path, module, holder in walk_modules(root):
        if module is target:
            return path, holder
    return "", None


def walk_modules(root: Any) -> Iterator[tuple[str, Any, Any]]:
    """All modules below one, each once: path, module, holder. Iterative, so a circle or a deep tree does no harm."""
    seen = {id(root)}
    waiting: list[tuple[str, Any]] = [("", root)]
    while waiting:
        prefix, holder = waiting.pop()
        for name, module in list((stored_attributes(holder).get("_modules") or {}).items()):
            if module is None or id(module) in seen:
                continue
            seen.add(id(module))
            path = f"{prefix}.{name}" if prefix else str(name)
            yield path, module, holder
            waiting.append((path, module))


def settings_of(module: Any) -> dict[str, Setting]:
    """The module's plain attributes: what it was built with."""
    kept: dict[str, Setting] = {}
    for name, value in stored_attributes(module).items():
        if name.startswith("_") or name == "training":
            continue
        if isinstance(value, (int, float, str, bool)):
            kept[name] = value
        elif isinstance(value, tuple) and len(value) < 5 and all(isinstance(item, (int, float)) for item in value):
            kept[name] = str(value[0]) if len(value) == 1 else str(value)
    return dict(list(kept.items())[:40])


def head_of(stack: list[Entry], outputs: int) -> Head:
    """The last layer of a model in sight that gives this many scores; without a path where none does."""
    for root in models_in_sight(stack):
        modules = [("", root, None), *walk_modules(root)]
        heads = [(path, module) for path, module, _ in modules if _width(module) == outputs]
        if heads:
            path, module = heads[-1] if len(modules) < 3 else max(heads, key=lambda found: _order(root, found[0]))
            return Head(path, type(module).__name__, outputs, SITES.of(module))
    return Head("", "", outputs)


def head_activation(stack: list[Entry]) -> str | None:
    """The class of the last activation of a model in sight that ends in one."""
    for root in models_in_sight(stack):
        modules = [module for _, module, _ in walk_modules(root)]
        if modules and type(modules[-1]).__name__ in _ACTIVATIONS:
            return type(modules[-1]).__name__
    return None


def _order(root: Any, path: str) -> tuple[int, ...]:
    """Where a path stands in the order of registration."""
    order: list[int] = []
    for name in path.split(".") if path else []:
        table = stored_attributes(root).get("_modules") or {}
        order.append(list(table).index(name) if name in table else 0)
        root = table.get(name)
    return tuple(order)


def _width(module: Any) -> int | None:
    stored = stored_attributes(module)
    for name in ("out_features", "out_channels"):
        if isinstance(stored.get(name), int):
            return int(stored[name])
    return None


def running(stack: list[Entry]) -> list[tuple[Any, FrameType]]:
    """The modules whose methods are on the stack, the outermost first. A module's construction does not count."""
    found = []
    for frame, _, _ in stack:
        owner = frame.f_locals.get(receiver(frame.f_code))
        if owner is not None and is_module(owner) and frame.f_code.co_name != "__init__" and _is_method(frame, owner):
            found.append((owner, frame))
    return found


def _is_method(frame: FrameType, owner: Any) -> bool:
    """Whether the frame runs a method of this object, rather than a function that takes it first (`train(model, loader)`)."""
    methods = [vars(kind).get(frame.f_code.co_name) for kind in type(owner).__mro__]
    return "self" in frame.f_locals or any(getattr(getattr(m, "__wrapped__", m), "__code__", None) is frame.f_code for m in methods)


def _whole(part: Any, stack: list[Entry]) -> Any:
    """The largest model in sight that holds a module which was called by itself (`model.decoder(z)`); the module where none does."""
    models = [unwrapped(model) for model in models_in_sight(stack)]
    sizes = {id(model): [below for _, below, _ in walk_modules(model)] for model in models}
    holding = [model for model in models if any(below is part for below in sizes[id(model)])]
    return max(holding, key=lambda model: len(sizes[id(model)]), default=part)


def unwrapped(model: Any) -> Any:
    """The module inside of DataParallel, DistributedDataParallel or a compiled one; any other module itself."""
    children = (stored_attributes(model).get("_modules") or {}) if type(model).__name__ in _WRAPPERS else {}
    return children.get("module") or children.get("_orig_mod") or model


def models_in_sight(stack: list[Entry]) -> Iterator[Any]:
    """Models among the variables of the user's frames, the innermost frame first, each once."""
    seen: set[int] = set()
    for frame, _, _ in reversed(stack):
        if not is_users(frame.f_code.co_filename):
            continue
        candidates = [*frame.f_locals.values(), *_globals_used(frame)]
        candidates += [held for value in candidates for held in _held(value)]
        for value in candidates:
            if is_module(value) and not is_loss(value) and id(value) not in seen:
                seen.add(id(value))
                yield value


def _globals_used(frame: FrameType) -> list[Any]:
    return [frame.f_globals[name] for name in frame.f_code.co_names if name in frame.f_globals]


def _held(value: Any) -> list[Any]:
    """Modules that a plain object of the user's holds (a trainer's `self.model`)."""
    if is_module(value) or is_tensor(value) or type(value).__module__ in ("builtins", "torch", "numpy"):
        return []
    return [held for held in list(stored_attributes(value).values())[:100] if is_module(held)]


def _own_parameters(module: Any) -> dict[str, Tensor]:
    stored = stored_attributes(module)
    held = {**(stored.get("_parameters") or {}), **(stored.get("_buffers") or {})}
    return {name: tensor_of(value) for name, value in list(held.items())[:12] if is_tensor(value)}


def _inputs(frame: FrameType) -> tuple[Tensor, ...]:
    values = [value for name, value in list(frame.f_locals.items())[:12] if name != "self"]
    flat = [item for value in values for item in (value if isinstance(value, (tuple, list)) else (value,))[:8]]
    return tuple(tensor_of(value) for value in flat[:12] if is_tensor(value))
