"""Python within a graph: control flow over placeholders and traced values."""

from __future__ import annotations

import re

from stepscope.evidence import Failure, Stage
from stepscope.rule import Witnessed
from stepscope.rules.api.graph_mode_control_flow import GRAPH_MODE_CONTROL_FLOW
from stepscope.rules.sentences import LIKELY
from stepscope.rules.tensorflow.sayings import first, sayings


@GRAPH_MODE_CONTROL_FLOW.seen_in
def traced(failure: Failure) -> Witnessed:
    """JAX was about to say it of a value that is traced, and stumbled over a placeholder of Keras's."""
    inner = failure.innermost
    if inner is not None and inner.file.replace("\\", "/").endswith("jax/_src/errors.py") and re.search(r"boolean conversion|concrete|_error_repr", inner.code + failure.message[:300]):
        yield GRAPH_MODE_CONTROL_FLOW.found(
            "control flow asks a placeholder for its value", LIKELY, stage=Stage.FORWARD, seen={"line": inner.code, "says": first(failure)}, instead=_FLOW
        )


_FLOW = (
    "Write the choice with operations of the graph: `tf.where`, `tf.cond`, `keras.ops.where`, `jnp.where`, `jax.lax.cond`; loops with `tf.while_loop`, `jax.lax.scan`.",
    "Python's `if`, `for`, `int()` and `.numpy()` see no values while a function is traced; `@tf.function` converts plain `if` and `for` where AutoGraph is on.",
    "To look at values: `run_eagerly=True` in `compile`, `tf.print`, `jax.debug.print`.",
)

sayings(GRAPH_MODE_CONTROL_FLOW, (
    (r"[Uu]sing a (?:symbolic )?`?(?:tf\.)?Tensor`? as a Python `?bool`? is not allowed|[Ii]terating over (?:a symbolic )?`?(?:tf\.)?Tensor`? is not allowed", "control flow asks a symbolic tensor for its value"),
    (r"Attempted boolean conversion of (?:a )?traced|truth value of [^\n]{0,40}[Tt]race|Abstract tracer value encountered where (?:a )?concrete value is expected|The (?:__\w+__\(\)|numpy\.ndarray conversion) method was called on (?:the JAX Tracer|traced array)", "Python asks a traced value for its number"),
    (r"Array boolean indices must be concrete|Shapes must be 1D sequences of concrete values|cannot be interpreted as an integer[^\n]*[Tt]race|is not hashable[^\n]*Tracer", "a shape or an index depends on a traced value"),
    (r"'(?:Symbolic|Keras)?Tensor' object has no attribute 'numpy'|numpy\(\) is only available when eager execution|Cannot convert a symbolic (?:tf\.|Keras)?\w*[Tt]ensor|EagerTensor[^\n]*graph mode|KerasTensor is symbolic|KerasTensor cannot be used as input to a TensorFlow function", "a symbolic tensor is asked for its numbers"),
    (r"must return the same (?:number of|structure)|true_fn and false_fn must|body[_ ]fun(?:ction)? (?:carry )?(?:input|output) and (?:carry )?(?:output|input)|is not defined (?:in all branches|for all paths)|Undefined variable[^\n]*conditional|must also be initialized before the (?:loop|if)", "the branches of a graph's control flow differ"),
), stage=Stage.FORWARD, fix=_FLOW)  # fmt: skip
