"""What XLA's runtime reports of one device: `XlaRuntimeError` and `JaxRuntimeError`, whose words begin with a status of absl."""

from __future__ import annotations

import re

from stepscope.evidence import Failure, Stage, wording
from stepscope.rule import Witnessed
from stepscope.rules.api.api_misuse import API_MISUSE
from stepscope.rules.distributed.distribution_strategy import DISTRIBUTION_STRATEGY
from stepscope.rules.environment.compiler_failure import COMPILER_FAILURE
from stepscope.rules.environment.device_not_visible import DEVICE_NOT_VISIBLE
from stepscope.rules.environment.library_init_failed import LIBRARY_INIT_FAILED
from stepscope.rules.memory.gpu_oom import GPU_OOM
from stepscope.rules.optimizers.optimizer_variable_mismatch import OPTIMIZER_VARIABLE_MISMATCH
from stepscope.rules.sentences import CERTAIN, LIKELY, words_from
from stepscope.rules.shapes.device_mismatch import DEVICE_MISMATCH
from stepscope.rules.tensorflow.sayings import sayings

_TREES = wording(r"Dict key mismatch|(?:Tuple|List|Custom node) (?:arity|type) mismatch|Mismatch custom node data|[Ee]xpected (?:dict|list|tuple|None), got |pytree structure")
_OF_FLAX = (
    "State that a module writes (batch statistics) is passed as mutable and kept: `y, state = model.apply(variables, x, mutable=['batch_stats'])`.",
    "Each kind of randomness has its key: `model.apply(variables, x, rngs={'dropout': key})`; for evaluation say so (`deterministic=True`, `use_running_average=True`).",
    "Submodules are made in `setup` or in the one `@nn.compact` method.",
)
ERRORS = ("XlaRuntimeError", "JaxRuntimeError")
"""The class of all that goes wrong below JAX: `jaxlib.xla_extension.XlaRuntimeError` until 0.5, `jax.errors.JaxRuntimeError` since."""
_EXHAUSTED = wording(r"RESOURCE_?EXHAUSTED|Resource exhausted|\bOUT_OF_MEMORY\b", re.IGNORECASE)
_OF_MEMORY = wording(r"memory|alloca|\b[hv]mem\b|\bhbm\b|\bsmem\b|\bbytes\b|\d ?[KMG]i?B?\b", re.IGNORECASE)
_OF_MESSAGES = wording(r"message larger than|quota|too many (?:requests|connections)|file descriptors?", re.IGNORECASE)
"""What else is exhausted: gRPC has the same status for a message that is too long."""
_DEVICES = wording(
    r"Received incompatible devices for (?:jitted computation|pjitted computation)|[Ii]ncompatible devices (?:for|in)[^\n]{0,60}|Primitive \w+ requires that all (?:inputs|devices) [^\n]{0,40}same"
)
_PLACED = wording(r"(?P<what>argument [\w.\[\]'\"]+ of [\w.<>]+|[\w.\[\]']+) with shape (?P<shape>\w+\[[\d,]*\]) and device ids \[(?P<ids>[\d, ]*)\](?: on platform (?P<platform>\w+))?")


@GPU_OOM.seen_in
def exhausted(failure: Failure) -> Witnessed:
    """The status alone says that a resource was exhausted; its words that it was memory."""
    if failure.is_a(*ERRORS) and _EXHAUSTED.search(failure.message[:200]) and _OF_MEMORY.search(failure.message[:2000]) and not _OF_MESSAGES.search(failure.message[:2000]):
        yield GPU_OOM.found(
            "the memory of the device is exhausted", LIKELY, seen={"says": words_from(failure)},
            instead=(
                "Lower the batch size, or recompute activations: `jax.checkpoint` (`nn.remat` in Flax).",
                "JAX takes three quarters of the memory at its start: another process on the device leaves it without; `XLA_PYTHON_CLIENT_PREALLOCATE=false` or `XLA_PYTHON_CLIENT_MEM_FRACTION=.5`.",
                "Donate what is replaced in each step (`jax.jit(step, donate_argnums=0)`), and shard what does not fit on one device.",
            ),
        )  # fmt: skip


@DEVICE_MISMATCH.seen_in
def apart(failure: Failure) -> Witnessed:
    """A compiled function is given arrays that were put on different devices."""
    if not _DEVICES.search(failure.message):
        return
    placed = [f"{each['what']} on {each['platform'] or 'device'} {each['ids']}" for each in _PLACED.finditer(failure.message[:4000])]
    yield DEVICE_MISMATCH.found(
        "a compiled function is given arrays on different devices", CERTAIN, stage=Stage.TRANSFER, seen={"arrays": "; ".join(placed[:3]), "says": words_from(failure)},
        instead=("Put all of them on the same devices: `jax.device_put(x, y.sharding)`. What a checkpoint or `jax.device_put(x, device)` has committed to one device stays there.",),
    )  # fmt: skip


sayings(API_MISUSE, (
    (r"(?:Array|[Bb]uffer) has been deleted(?: or donated)?(?: with shape=(?P<shape>\S+?)\.?)?(?:\s|$)|[Dd]onated buffer (?:was )?used|buffer that has been (?:deleted|donated)", "an array is used after it was donated to a compiled function, or deleted"),
    (r"Attempt to donate the same buffer twice", "the same array is donated twice in one call"),
), fix=(
    "Go on with what the function returned: `state = step(state, batch)`, where `state` is donated (`donate_argnums`). A copy that has to stay: `jax.tree.map(jnp.copy, state)`.",
))  # fmt: skip

@API_MISUSE.seen_in
def of_flax(failure: Failure) -> Witnessed:
    """The classes of `flax.errors`: each stands for a use of modules, scopes or random keys that Flax does not allow. Sizes of parameters are another's."""
    if failure.module == "flax.errors" and "Shape" not in failure.type and "Checkpoint" not in failure.type:
        yield API_MISUSE.found(f"Flax refuses: {failure.first_line}", LIKELY, stage=Stage.FORWARD, seen={"exception": failure.type, "says": words_from(failure)}, instead=_OF_FLAX)


@OPTIMIZER_VARIABLE_MISMATCH.seen_in
def other_tree(failure: Failure) -> Witnessed:
    """Optax walks over gradients, parameters and its own state at once: trees that differ are of different models, or of different depth."""
    if any(frame.package == "optax" for frame in failure.frames) and (found := _TREES.search(failure.message)):
        yield OPTIMIZER_VARIABLE_MISMATCH.found(
            "the optimizer's state has another tree than the gradients", LIKELY, stage=Stage.OPTIMIZER, seen={"says": words_from(failure, found.start())},
            instead=("`tx.init` and `tx.update` take the same tree: both `variables['params']`, or both the whole. A state that was restored goes with the parameters it was made for.",),
        )  # fmt: skip


sayings(DISTRIBUTION_STRATEGY, (
    (r"size of its dimension (?P<axis>\d+) should be divisible by (?P<by>\d+), but it is equal to (?P<size>\d+)|is partitioned (?P<parts>\d+) times, but the dimension size is (?P<has>\d+)", "an array does not divide among the devices of its mesh"),
    (r"requires (?P<asked>\d+) logical devices, but only (?P<has>\d+) XLA devices are available", "{asked} devices are asked for, {has} are there"),
), stage=Stage.DISTRIBUTED, fix=(
    "Take a batch that is a multiple of the devices along the mesh's axis (`drop_remainder=True`, or padding), and a mesh of the devices that `jax.devices()` shows.",
))  # fmt: skip
sayings(DEVICE_NOT_VISIBLE, (
    (r"CUDA_ERROR_NO_DEVICE|hipErrorNoDevice", "the driver sees no accelerator"),
    (r"Unknown backend:? '?(?P<backend>\w+)'? requested|Backend '(?P<name>\w+)' (?:failed to initialize|is not in the list of known backends)", "JAX has no backend for what is asked"),
), stage=Stage.ENVIRONMENT)  # fmt: skip

sayings(LIBRARY_INIT_FAILED, (
    (r"DNN library initialization failed|Unable to load (?P<library>cu\w+)(?:\.| library)|cu\w+ version (?:\d+ )?(?:is )?(?:too old|not found)|the library was not initialized|cudaGetErrorString symbol not found", "a library of the device could not be started"),
), stage=Stage.ENVIRONMENT)  # fmt: skip

sayings(COMPILER_FAILURE, (
    (r"(?:INTERNAL|UNIMPLEMENTED|INVALID_ARGUMENT|NOT_FOUND): [^\n]{0,200}(?:[Cc]ompilation|[Cc]ompiler|HLO|MLIR|LLVM|ptxas|Mosaic|[Ll]owering|libdevice)", "XLA could not compile a function"),
), stage=Stage.SETUP)  # fmt: skip
