"""Compilers of graphs: XLA, and what it calls."""

from __future__ import annotations

from stepscope.evidence import Stage
from stepscope.rules.environment.compiler_failure import COMPILER_FAILURE
from stepscope.rules.tensorflow.sayings import sayings

sayings(COMPILER_FAILURE, (
    (r"Detected unsupported operations when trying to compile graph[^:]*on (?P<compiler>XLA_\w+): (?P<op>\w+)", "XLA cannot compile the operation {op}"),
    (r"No registered '(?P<op>\w+)' OpKernel for (?P<compiler>XLA_\w+)", "XLA has no kernel for {op}"),
    (r"(?:Could not find|could not find registered) compiler for platform (?P<platform>\w+)", "there is no compiler for the platform {platform}"),
    (r"libdevice not found at|Can't find libdevice|libdevice is required by this HLO", "XLA does not find libdevice of CUDA"),
    (r"Compilation failure: (?P<says_why>[^\n]{1,80})|[TX]PU compilation failed|tf2xla conversion failed|TPU compile(?:r|d)? fail", "a graph could not be compiled for the device"),
    (r"XLA (?:can't deduce|compilation (?:requires|failed))|must be a compile-time constant|[Cc]ouldn't (?:get|invoke) ptxas|ptxas (?:exited|returned an error)|Mosaic failed to compile|INTERNAL: .{0,60}(?:ptxas|nvlink)|Failed to compile (?:generated|PTX)|PJRT[^\n]*compil", "a graph could not be compiled for the device"),
), stage=Stage.SETUP, fix=(
    "Compile without XLA to be sure: `model.compile(..., jit_compile=False)`, no `@tf.function(jit_compile=True)`, no `TF_XLA_FLAGS`.",
    "Take the named operation out of the compiled part, or use one that the compiler knows (an LSTM that is not cuDNN's: `recurrent_dropout`, `unroll`); on a TPU all shapes must be fixed: `drop_remainder=True`.",
))  # fmt: skip
