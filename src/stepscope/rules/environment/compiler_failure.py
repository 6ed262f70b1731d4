"""A stage of the compiler failed: dynamo, inductor, triton, TorchScript, ONNX export, or a C++ compiler.

Why
---
The model itself may be sound: what failed is the translation of it. The message holds the generated code and several nested exceptions; the
innermost one says what stage it was.

Fix
---
- Run the same model without `torch.compile`: if it fails there too, the cause is in the model, with a clearer message.
- `torch.compile(backend="eager")`, then `"aot_eager"`, then `"inductor"` tells which stage fails.
- A missing compiler: install `gcc`/`g++` (or MSVC), `ninja`, `triton`; set `CC` and `CXX`.
- `torch._dynamo.config.suppress_errors = True` runs what cannot be compiled uncompiled.

Bad
---
    model = torch.compile(model)            # in an image without a C++ compiler

Good
----
    apt-get install -y g++ ninja-build
"""

from stepscope.evidence import Failure, Stage, wording
from stepscope.finding import Confidence, Severity
from stepscope.rule import Rule, Witnessed

COMPILER_FAILURE = Rule(
    "ENV106",
    Severity.ERROR,
    stage=Stage.SETUP,
    yields_to=(
        "graph-mode-control-flow", "retracing", "device-unsupported", "gpu-oom", "disk-full", "host-oom", "driver-mismatch",
        "input-shape-mismatch", "input-rank", "channel-mismatch", "skip-connection-shape-mismatch", "dtype-mismatch", "device-mismatch",
        "output-shape-vs-labels", "target-shape-mismatch", "index-out-of-range",
    ),
)

_TYPES = {
    "BackendCompilerFailed": "the backend of torch.compile",
    "InductorError": "inductor",
    "LoweringException": "inductor",
    "InvalidCxxCompiler": "inductor found no C++ compiler",
    "CppCompileError": "the C++ compiler",
    "CUDACompileError": "nvcc",
    "TritonMissing": "triton is not installed",
    "InternalTorchDynamoError": "dynamo",
    "TorchRuntimeError": "dynamo",
    "Unsupported": "dynamo",
    "UserError": "dynamo",
    "UncapturedHigherOrderOpError": "dynamo",
    "CompilationError": "triton",
    "OnnxExporterError": "the export to ONNX",
    "UnsupportedOperatorError": "the export to ONNX",
    "FrontendError": "TorchScript",
    "UnsupportedNodeError": "TorchScript",
    "NotSupportedError": "TorchScript",
    "XlaRuntimeError": "XLA",
}
_WORDS = wording(
    r"Error building extension|Ninja is required to load C\+\+ extensions|Cannot find a working triton installation|Failed to find C compiler"
    r"|is required to load C\+\+ extensions|command '[^']*(?:nvcc|ninja|g\+\+|gcc|cl\.exe)[^']*' (?:failed|returned)|fatal error: \S+\.h: No such file"
    r"|Compiler: .{0,40} is not found|torch\.compile (?:is )?not supported|Dynamo is not supported|Windows not yet supported for torch\.compile"
)
_OF_XLA = wording(r"[Cc]ompil|\bHLO\b|lowering|ptxas|Mosaic|autotun|LLVM|MLIR")
_INNER = wording(r"raised:\n(?P<inner>[^\n]+)")


@COMPILER_FAILURE.seen_in
def compiler(failure: Failure) -> Witnessed:
    stage = next((name for kind, name in _TYPES.items() if failure.is_a(kind)), None)
    if stage == "XLA" and not _OF_XLA.search(failure.message):
        stage = None  # the same class tells of everything that goes wrong on a device
    known = stage and any(word in failure.module for word in ("torch", "triton", "jax", "unknown"))
    found = _WORDS.search(failure.message)
    if not known and not found:
        return
    inner = _INNER.search(failure.message)
    text = inner["inner"] if inner else (failure.message.strip().splitlines() or [""])[0]
    yield COMPILER_FAILURE.found(
        f"{stage or 'a compiler'}: {text}",
        Confidence.POSSIBLE if failure.is_a("TorchRuntimeError") else Confidence.CERTAIN if known else Confidence.LIKELY,
        stage=Stage.SETUP,
        seen={"exception": failure.type, "says": text[:300]},
    )

