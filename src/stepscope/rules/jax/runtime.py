"""What XLA's runtime reports of one device: `XlaRuntimeError` and `JaxRuntimeError`, whose words begin with a status of absl."""

from __future__ import annotations

import re

from stepscope.evidence import Failure, Stage, wording
from stepscope.rule import Witnessed
from stepscope.rules.api.api_misuse import API_MISUSE
from stepscope.rules.environment.compiler_failure import COMPILER_FAILURE
from stepscope.rules.environment.device_not_visible import DEVICE_NOT_VISIBLE
from stepscope.rules.environment.library_init_failed import LIBRARY_INIT_FAILED
from stepscope.rules.memory.gpu_oom import GPU_OOM
from stepscope.rules.sentences import CERTAIN, LIKELY, words_from
from stepscope.rules.shapes.device_mismatch import DEVICE_MISMATCH
from stepscope.rules.tensorflow.sayings import sayings

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
