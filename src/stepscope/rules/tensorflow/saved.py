"""Weights, models and optimizers that do not fit what they are loaded into."""

from __future__ import annotations

from stepscope.evidence import Failure, Moment, Stage, wording
from stepscope.rule import Witnessed
from stepscope.rules.checkpoints.checkpoint_corrupt import CHECKPOINT_CORRUPT
from stepscope.rules.checkpoints.checkpoint_mismatch import CHECKPOINT_MISMATCH
from stepscope.rules.checkpoints.not_serialisable import NOT_SERIALISABLE
from stepscope.rules.datasets.missing_file import MISSING_FILE
from stepscope.rules.datasets.unreadable_entry import UNREADABLE_ENTRY
from stepscope.rules.environment.version_incompatibility import VERSION_INCOMPATIBILITY
from stepscope.rules.gradients.backward_twice import BACKWARD_TWICE
from stepscope.rules.gradients.no_grad import NO_GRAD
from stepscope.rules.memory.disk_full import DISK_FULL
from stepscope.rules.models.custom_object_missing import CUSTOM_OBJECT_MISSING
from stepscope.rules.optimizers.optimizer_variable_mismatch import OPTIMIZER_VARIABLE_MISMATCH
from stepscope.rules.sentences import CERTAIN, LIKELY
from stepscope.rules.tensorflow.reading import SHAPE
from stepscope.rules.tensorflow.sayings import first, sayings

_UNKNOWN = wording(
    r"Unknown (?P<kind>layer|loss|metric|activation|initializer|regularizer|constraint|optimizer|object|entry|decay|config_item|interpolation)(?: function)?(?:\.)?:? ?['\"]?(?P<name>[\w>.]+)['\"]?"
    r"|Could not locate (?P<what>class|function) '(?P<object>[\w>.]+)'|Could not interpret (?P<which>activation function|initializer|loss|metric|regularizer|optimizer)[^:]*identifier: ?(?P<given>[\w.]+)"
)
_BUILT_IN = {
    "Functional", "Model", "Sequential", "Dense", "BatchNormalizationV1", "BatchNormalization", "Conv2D", "LSTM", "GRU", "CuDNNLSTM", "CuDNNGRU", "TFOpLambda", "SlicingOpLambda",
    "RandomFlip", "RandomRotation", "RandomZoom", "Rescaling", "TextVectorization", "Normalization", "MultiHeadAttention", "DepthwiseConv2D", "relu6", "swish", "gelu", "InputLayer",
    "Cast", "layers", "name", "Mean", "NotEqual", "DTypePolicy", "KerasTensor",
}  # fmt: skip
"""Names that Keras itself knew in one version and does not in another."""


@CUSTOM_OBJECT_MISSING.seen_in
def unknown(failure: Failure, moment: Moment) -> Witnessed:
    """A class or function of the user's own that is not known when a model is loaded."""
    found = _UNKNOWN.search(failure.message)
    if found is None:
        return
    name = (found["name"] or found["object"] or found["given"] or "").strip(".'\"")
    kind = found["kind"] or found["what"] or found["which"]
    if name.rpartition(">")[2] in _BUILT_IN or (kind not in ("layer", "object", "entry", "config_item", "class", "function") and not _is_loading(failure, moment)):
        return
    yield CUSTOM_OBJECT_MISSING.found(
        f"the saved model needs the {kind} `{name}`, which is not known here",
        CERTAIN if moment.stage is Stage.CHECKPOINT else LIKELY,
        stage=Stage.CHECKPOINT,
        seen={"says": first(failure)},
        instead=(
            f"Name it when loading: `load_model(path, custom_objects={{'{name}': {name}}})`; or put `@keras.saving.register_keras_serializable()` before its class and import it.",
            "To predict only, `load_model(path, compile=False)` does without losses and metrics.",
        ),
    )


def _is_loading(failure: Failure, moment: Moment) -> bool:
    """Whether a saved model was being read."""
    line = failure.user_frame
    return moment.stage is Stage.CHECKPOINT or failure.passes("load_model", "model_from_json", "model_from_config", "from_config") or bool(line and "load_model(" in line.code)


@VERSION_INCOMPATIBILITY.seen_in
def renamed(failure: Failure) -> Witnessed:
    """A layer of Keras's own that this version of Keras does not know."""
    found = _UNKNOWN.search(failure.message)
    name = (found["name"] or found["object"] or "").strip(".'\"").rpartition(">")[2] if found else ""
    if name in _BUILT_IN:
        yield VERSION_INCOMPATIBILITY.found(
            f"the model was saved by a Keras that knows `{name}`; this one does not", LIKELY, stage=Stage.ENVIRONMENT, seen={"says": first(failure)},
            instead=("Load it with the TensorFlow/Keras that saved it (or `tf_keras` for Keras 2), and import from one of `keras` and `tensorflow.keras` only.",),
        )  # fmt: skip


sayings(CHECKPOINT_MISMATCH, (
    (r"load a weight file containing (?P<saved>\d+) layers into a model with (?P<model>\d+) layers", "{saved} saved layers, a model of {model}"),
    (r"Layer count mismatch when loading weights from file\. Model expected (?P<model>\d+) layers, found (?P<saved>\d+)", "{saved} saved layers, a model of {model}"),
    (r"(?:Weight count mismatch for layer|Layer) #?\d* ?\((?:named|name) \"?(?P<layer>[\w/.-]+)\"?[^\n]*?(?:expects?|expected) (?P<model>\d+) (?:weight\(?s?\)?|variables?),? but (?:the saved weights have|received|found) (?P<saved>\d+)", "`{layer}` has {model} weights, the file {saved}"),
    (rf"Shape mismatch in layer #\d+ \(named \"?(?P<layer>[\w/.-]+)\"?\)[^\n]*(?:Weight expects|expects) shape (?P<model>{SHAPE}).*?(?:has|Received saved weight with) shape (?P<saved>{SHAPE})", "`{layer}` has {model}, the file {saved}"),
    (rf"Layer #\d+ \(named \"?(?P<layer>[\w/.-]+)\"?[^\n]*has shape (?P<model>{SHAPE}), but the saved weight has shape (?P<saved>{SHAPE})", "`{layer}` has {model}, the file {saved}"),
    (r"No model (?:config )?found in (?:the )?(?:file|config file)|Cannot create group in read[- ]only mode|The file [^\n]{0,80}does not (?:appear to )?contain (?:a )?(?:saved )?(?:model|weights)", "the file holds weights only, or no model"),
    (rf"(?s)objects could not be loaded.*?variable\.shape=(?P<model>{SHAPE}),? Received: value\.shape=(?P<saved>{SHAPE})", "a variable has {model}, the file {saved}"),
    (r"(?s)A total of (?P<count>\d+) objects could not be loaded", "{count} layers could not be loaded"),
    (r"Layer '(?P<layer>[\w/.-]+)' expected (?P<model>\d+) variables, but received (?P<saved>\d+) variables during loading", "`{layer}` has {model} variables, the file {saved}"),
    (r"Layer '?(?P<layer>[\w/.-]+)'? was never built and thus it doesn't have any variables|does not match any (?:layer|variable) (?:in|of) the (?:file|checkpoint)", "the file has weights for `{layer}`, which the model has not built"),
    (r"Assign requires shapes of both tensors to match\. lhs shape= ?(?P<model>\[[\d,]*\]) rhs shape= ?(?P<saved>\[[\d,]*\])", "a variable has {model}, the checkpoint {saved}"),
    (r"Dimension \d+ in both shapes must be equal, but are \d+ and \d+\. Shapes are (?P<model>\[[\d,?]*\]) and (?P<saved>\[[\d,?]*\])\.? for '(?:\w+/)*Assign", "a variable has {model}, the file {saved}"),
    (rf"incompatible tensor with shape (?P<saved>{SHAPE}) when attempting to restore variable with shape (?P<model>{SHAPE})(?: and name (?P<name>\S+))?", "a variable has {model}, the checkpoint {saved}"),
    (rf"[Tt]ensor'?s? shape (?P<saved>{SHAPE}) is not compatible with supplied shape (?P<model>{SHAPE})|Shape of variable (?P<name>\S+) \((?P<has>{SHAPE})\) doesn't match with shape of tensor", "the shape of a variable differs from the checkpoint's"),
    (r"Key (?P<key>\S+) not found in checkpoint|Tensor name \"(?P<name>[^\"]+)\" not found in checkpoint files", "a variable of the model is not in the checkpoint: {key}"),
    (r"Unresolved object in checkpoint|Nothing (?:except the root object )?(?:in the checkpoint )?(?:matched|to load)|No variables to restore|assert_consumed|Some Python objects were not bound to checkpointed values|object '?\w+'? doesn't exist\)", "the checkpoint belongs to another model"),
    (r"You called `set_weights\(weights\)` on layer \"(?P<layer>[^\"]+)\" with a weight list of length (?P<saved>\d+), but the layer was expecting (?P<model>\d+)", "`{layer}` has {model} weights, it is given {saved}"),
    (rf"Shape mismatch\.? ?The variable shape (?P<model>{SHAPE}),? and the assigned value shape (?P<saved>{SHAPE}) are incompatible", "a variable has {model}, it is given {saved}"),
    (rf"Layer (?P<layer>\S+ )?weight shape (?P<model>{SHAPE}) (?:is )?not compatible with provided weight shape (?P<saved>{SHAPE})", "a layer has weights of {model}, it is given {saved}"),
    (r"axes don't match array", "saved weights have other axes than the layer"),
), stage=Stage.CHECKPOINT, fix=(
    "Build the model as it was when it was saved: the same layers, sizes, vocabulary and number of classes; then load.",
    "To start from part of it: `load_weights(path, by_name=True, skip_mismatch=True)`, or leave the head out. A file of `save_weights` goes into `load_weights`, one of `save` into `load_model`.",
))  # fmt: skip

sayings(CHECKPOINT_CORRUPT, (
    (r"Unable to (?:synchronously )?open file \((?P<what>truncated file[^)]{0,80}|file signature not found|bad object header|bad superblock)", "the saved file is damaged: {what}"),
    (r"(?:Data loss|DATA_LOSS)?:? ?(?:not an sstable|file is too short to be an sstable|Unable to open table file|Checksum does not match|block checksum mismatch)", "the checkpoint is damaged, or no checkpoint"),
    (r"File is not a zip file|Error parsing (?:message|SavedModel)|Cannot parse file[^\n]*saved_model\.pb", "the saved model is damaged, or no saved model"),
), stage=Stage.CHECKPOINT)  # fmt: skip

sayings(MISSING_FILE, (
    (r"(?m)^(?P<file>[^\n;]{1,300}?); No such file or directory", "{file} is not there"),
    (r"Failed to create a (?:NewWriteableFile|directory):? ?(?P<file>[^\n]*?) ?[:;] (?:The system cannot find|No such file)", "the folder of {file} is not there"),
    (r"NewRandomAccessFile failed to Create/Open: (?P<file>[^\n:]*(?::\\[^\n:]*)?) : ", "{file} is not there"),
    (r"SavedModel file does not exist at: (?P<file>[^\n{]+)|File not found: filepath=(?P<path>[^\n]+?)\. Please|No file or directory found at (?P<other>\S+)|Failed to find any matching files for (?P<prefix>\S+)", "a saved model is not there"),
    (r"[Uu]nable to open file: name = '(?P<file>[^']+)', errno = 2|Could not find directory (?P<folder>\S+)|Directory not found: (?P<dir>\S+)", "{file} is not there"),
), stage=Stage.DATA)  # fmt: skip

sayings(DISK_FULL, ((r"No space left on device|ENOSPC|[Dd]isk quota exceeded|There is not enough space on the disk", "no space is left where it is written"),), CERTAIN, Stage.CHECKPOINT)

sayings(UNREADABLE_ENTRY, ((r"(?:corrupted|truncated) record at (?P<byte>\d+)", "a file of records is damaged at byte {byte}"), (r"(?m)^(?P<file>[^\n;]{1,300}?); (?:Permission denied|Input/output error|Is a directory)", "{file} may not be read or written"),), stage=Stage.DATA)

sayings(OPTIMIZER_VARIABLE_MISMATCH, (
    (r"optimizer cannot recognize variable (?P<variable>[\w/:.-]+)|Unknown variable: <(?:KerasVariable|Variable)[^>]*path=(?P<path>[\w/]+)", "the optimizer was not built for a variable that it is given"),
    (r"`?set_weights\(weights\)`? on optimizer (?P<optimizer>\S+) with a +weight list of length (?P<saved>\d+), but the optimizer was expecting (?P<model>\d+)", "the optimizer has {model} weights, it is given {saved}"),
    (r"This optimizer can only be called for the variables it was originally built with|Optimizer with `?trainable_variables`? is already built", "the optimizer was not built for a variable that it is given"),
), CERTAIN, Stage.OPTIMIZER, (
    "Take one optimizer for each set of variables (generator and discriminator), or build it once for all of them: `optimizer.build(all_variables)`.",
    "Variables that come later (layers unfrozen or added) need a new optimizer, or another `compile`.",
))  # fmt: skip

sayings(NO_GRAD, (
    (r"No gradients provided for any variable", "no gradient reaches any variable"),
    (r"An operation has `None` for gradient|gradient registry has no entry for: (?P<op>\w+)|No gradient defined for operation '(?P<name>[^']+)'|There is no gradient (?:function )?(?:defined )?for", "an operation on the way to the loss has no gradient"),
    (r"Variable (?P<variable>\S+ )?has `None` for gradient|the differentiated function is not differentiable", "a variable gets no gradient"),
), LIKELY, Stage.BACKWARD, (
    "Compute the loss from the model's output within the `GradientTape` (or within the function that `minimize` gets), with TensorFlow's operations only.",
    "`argmax`, `round`, `cast` to int, comparisons and `.numpy()` cut the way: keep probabilities, or take a smooth form.",
    "Look whether the variables that are given are those that the loss was computed from.",
))  # fmt: skip

sayings(BACKWARD_TWICE, (
    (r"GradientTape\.gradient can only be called once on non-persistent tapes|non-persistent GradientTape can only be used to compute one set of gradients", "a GradientTape is asked for gradients a second time"),
), CERTAIN, fix=("Ask once for all variables, `tape.gradient(loss, [*a, *b])`, or open it with `tf.GradientTape(persistent=True)`.",))  # fmt: skip

sayings(NOT_SERIALISABLE, (
    (r"must override `get_config|has arguments \[?[^\n]*in `__init__` and therefore must override|Object of type (?P<type>\w+) is not JSON serializable|Unable to serialize (?P<what>\S+) to JSON|Layer (?P<layer>\w+) (?:has arguments|was passed non-(?:JSON-)?serializable)", "a part of the model cannot be written into its configuration"),
    (r"Saving the model to HDF5 format requires|cannot be saved (?:because the input shapes|either)|Unable to create (?:link|dataset) \(name already exists\)|Model [^\n]{0,60}cannot be saved because|NotImplementedError: Saving", "the model cannot be saved in this form"),
), stage=Stage.CHECKPOINT)  # fmt: skip
