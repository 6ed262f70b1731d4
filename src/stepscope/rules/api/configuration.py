"""A value, key or path in a configuration does not fit.

Why
---
What a YAML, JSON or TOML file, a command line or a trainer's flags say is taken as it stands: a key that is not there, a number that is text (`1e-3`
without a dot is text in YAML), flags that exclude each other.

Fix
---
- Compare the key with those that the file has; give it a default with `config.get(key, default)`.
- Write `1.0e-3` in YAML, or convert: `float(config["lr"])`.
- Read the flags named in the message against the trainer's documentation of the installed version.

Bad
---
    lr: 1e-3                # YAML 1.1 reads text

Good
----
    lr: 1.0e-3
"""

import re

from stepscope.evidence import Failure, Lookup, Stage, wording
from stepscope.finding import Confidence, Severity
from stepscope.rule import Rule, Witnessed

CONFIGURATION = Rule(
    "API104",
    Severity.ERROR,
    stage=Stage.SETUP,
    yields_to=("device-not-visible", "grad-scaler-amp", "schedule-misuse", "monitor-misuse", "missing-file"),
)

_READERS = wording(r"(yaml|json|toml|tomllib|OmegaConf|configparser)\.\w*load\w*|ConfigParser|load_config|read_config|get_config|parse_config|safe_load|OmegaConf")
_CONFIG = wording(r"\b(cfg|conf|config|configs|configuration|hparams|hyperparams|hyperparameters)\b", re.IGNORECASE)
_TYPES = (
    "ConfigAttributeError", "ConfigKeyError", "MissingMandatoryValue", "ConfigCompositionException", "MissingConfigException",
    "ConfigTypeError", "InterpolationKeyError", "UnsupportedInterpolationType", "HydraException", "StrictDataclassFieldValidationError",
)  # fmt: skip
_UNREAD = ("YAMLError", "TOMLDecodeError", "JSONDecodeError", "MissingSectionHeaderError", "ParsingError")
_ORDER = wording(r"No `?\w+(?:\(\))?`? (?:method|property)|method defined|not defined|must be (?:implemented|overridden|called)|override|before calling|should return|when `\w+` returns")
_TRAINERS = ("transformers", "accelerate", "lightning", "pytorch_lightning", "deepspeed", "ultralytics", "mmengine", "mmcv", "mmdet", "detectron2", "trl", "peft", "keras", "tensorflow")
_TOGETHER = wording(
    r"\b(?:is|are) (?:in|not )compatible with|cannot be (?:used|combined|set) (?:together |at the same time )?with|mutually exclusive|can(?:not|'t) (?:both be|be both) (?:set|specified)"
    r"|(?:only|not) supported (?:with|when|if) \S+ is|(?:images|labels|path|dataset) not found, missing path"
)
_TEXT = wording(r"'(?:<=|<|>=|>)' not supported between instances of '(?:float|int|str)' and '(?:str|float|int)'")


@CONFIGURATION.seen_in
def key(failure: Failure, lookup: Lookup) -> Witnessed:
    if failure.is_a("KeyError") and (_READERS.search(lookup.origin) or (_CONFIG.search(lookup.name) and not lookup.origin.startswith("torch.load"))):
        yield CONFIGURATION.found(
            f"the configuration has no {lookup.key}",
            Confidence.LIKELY if _READERS.search(lookup.origin) else Confidence.POSSIBLE,
            stage=Stage.SETUP,
            seen={"it has": ", ".join(lookup.keys[:20]), "looked up": f"`{lookup.name}[{lookup.key}]`", "read by": lookup.origin},
        )


@CONFIGURATION.seen_in
def text_for_number(failure: Failure) -> Witnessed:
    """A rate that was read as text reaches the optimizer's own checks."""
    inner = failure.innermost
    if inner is None or not failure.is_a("TypeError") or not _TEXT.search(failure.message) or "'str'" not in failure.message:
        return
    if "/torch/optim/" in inner.file.replace("\\", "/"):
        yield CONFIGURATION.found(
            "a number of the configuration is text", Confidence.LIKELY, stage=Stage.SETUP,
            seen={"checked by": f"`{inner.code}`", "says": failure.message[:200]},
        )  # fmt: skip


@CONFIGURATION.seen_in
def unreadable(failure: Failure) -> Witnessed:
    """A file that the user's line itself calls a configuration."""
    line = failure.user_frame
    if failure.is_a(*_UNREAD) and line is not None and (_CONFIG.search(line.code) or _CONFIG.search(line.name.replace("_", " "))):
        yield CONFIGURATION.found(
            f"the configuration does not parse: {failure.first_line}",
            stage=Stage.SETUP,
            seen={"exception": failure.type, "says": failure.message[:300]},
        )


@CONFIGURATION.seen_in
def message(failure: Failure) -> Witnessed:
    """Protobuf's text format, which pipelines are configured in (`pipeline.config`), does not parse, or names a field that the message does not have."""
    if failure.is_a("ParseError") and (failure.module.startswith("google.protobuf") or failure.passes_file("protobuf/text_format.py")):
        yield CONFIGURATION.found(
            f"the configuration does not parse at {failure.first_line}", Confidence.LIKELY, stage=Stage.SETUP, seen={"says": failure.message[:300]},
            fix=("The numbers are line and column. A field that is not known is misspelt, in the wrong block, or of another release of the library.",),
        )  # fmt: skip


@CONFIGURATION.seen_in
def refused(failure: Failure) -> Witnessed:
    """Flags that a trainer or a configuration library refuses."""
    flags = failure.is_a("MisconfigurationException") and not _ORDER.search(failure.message)
    arguments = failure.is_a("ValueError") and failure.passes("__post_init__") and failure.passes_file("transformers/training_args.py")
    if flags or arguments or failure.is_a(*_TYPES):
        yield CONFIGURATION.found(
            failure.first_line.rstrip("."),
            Confidence.LIKELY,
            stage=Stage.SETUP,
            seen={"exception": failure.type, "says": failure.message[:300]},
        )


@CONFIGURATION.seen_in
def together(failure: Failure) -> Witnessed:
    """Settings that a library refuses to have together."""
    inner = failure.innermost
    if _TOGETHER.search(failure.message) and inner is not None and inner.package in _TRAINERS and failure.is_a("AssertionError", "ValueError", "RuntimeError", "NotImplementedError"):
        yield CONFIGURATION.found(f"settings do not go together: {failure.first_line}", Confidence.POSSIBLE, stage=Stage.SETUP, seen={"says": failure.message[:300]})
