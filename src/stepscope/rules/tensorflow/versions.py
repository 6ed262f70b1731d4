"""What TensorFlow, Keras and JAX knew in one version and do not in another."""

from __future__ import annotations

import re

from stepscope.evidence import Failure, Stage, wording
from stepscope.rule import Draft, Witnessed
from stepscope.rules.environment.version_incompatibility import VERSION_INCOMPATIBILITY
from stepscope.rules.sentences import CERTAIN, LIKELY
from stepscope.rules.tensorflow.sayings import first, sayings

_NUMPY_CALL = wording(r"Cannot convert a symbolic (?:tf\.|Keras)?\w*[Tt]ensor \(?(?P<node>[\w/:.]*)\)? ?to a numpy array")
_PACKAGE = wording(r"-packages[/\\](?P<package>\w+)")
_OWN = {"tensorflow", "tensorflow_core", "keras", "tf_keras", "keras_core", "six", "absl", "decorator", "wrapt", "jax", "IPython", "ipykernel"}
_FRAMEWORKS = r"(?:tensorflow|keras|tf_keras|imageai|jax|jaxlib|flax|optax|tensorflow_\w+|object_detection|keras_\w+|h5py|google\.protobuf|tf_slim)"
_RENAMED = wording(
    r"Argument\(s\) not recognized: \{'(?P<name>\w+)'|(?:Unexpected keyword argument passed to optimizer|[Uu]nrecognized keyword arguments? passed to \w+): (?:\{')?(?P<other>\w+)"
    r"|[`']?(?P<old>decay|lr|schedule_decay)[`']? is deprecated in the new Keras optimizer|Keyword argument not understood:',? '(?P<kw>\w+)'|Unrecognized keyword arguments: \['(?P<kws>\w+)'"
)
_UNEXPECTED = wording(r"(?P<call>[\w.]+)\(\) got (?:an unexpected keyword argument|unexpected keyword arguments:?) '(?P<name>\w+)'")
_OLD_NAMES = {
    "lr", "decay", "nb_epoch", "samples_per_epoch", "nb_val_samples", "output_dim", "border_mode", "subsample", "nb_row", "nb_col", "init", "input", "output", "max_q_size",
    "nb_worker", "workers", "use_multiprocessing", "max_queue_size", "pickle_safe", "batch_input_shape", "epsilon_root", "save_format", "period", "keep_dims", "weights", "input_length",
    "custom_objects", "reduction_indices", "concat_dim", "squeeze_dims", "time_major", "batch_shape", "quantization_config", "experimental_relax_shapes", "experimental_compile",
}  # fmt: skip


@VERSION_INCOMPATIBILITY.seen_in
def arguments_of_another_version(failure: Failure) -> Witnessed:
    """An argument that Keras took in one version and does not take in another."""
    found, call = _RENAMED.search(failure.message), _UNEXPECTED.search(failure.message)
    name = next((value for value in found.groupdict().values() if value), "") if found else call["name"] if call and call["name"] in _OLD_NAMES and _of_keras(failure) else ""
    if not name and call and failure.passes("load_model", "deserialize", "from_config", "deserialize_keras_object", "model_from_config", "model_from_json", "load_weights_from_hdf5_group"):
        name = call["name"]
    if name:
        yield VERSION_INCOMPATIBILITY.found(
            f"this version of Keras takes no argument `{name}`", LIKELY, stage=Stage.ENVIRONMENT, seen={"says": first(failure)},
            instead=(
                "Since Keras 2.11 and 3 the optimizers take `learning_rate`, and a schedule in place of `decay`; `fit` takes no `workers`; layers take no `input_length`." if name in _OLD_NAMES else "Look the argument up in the documentation of the installed version; a model saved by another Keras loads with that one.",
                "Code of an older version runs with the TensorFlow it was written for, or with `tf_keras` (Keras 2): `TF_USE_LEGACY_KERAS=1`.",
            ),
        )  # fmt: skip


def _of_keras(failure: Failure) -> bool:
    line = failure.user_frame
    return bool(line and re.search(r"keras|\btf\.|layers\.|optimizers|\.(?:fit|compile|predict|evaluate|save)\w*\(", line.code)) or any(
        (found := _PACKAGE.search(frame.file)) and found["package"] in _OWN for frame in failure.frames
    )


@VERSION_INCOMPATIBILITY.seen_in
def library_of_another_time(failure: Failure) -> Witnessed:
    """A package on top of TensorFlow does what this TensorFlow does not allow (any more)."""
    package = next((found["package"] for frame in failure.frames[::-1] if not frame.user and (found := _PACKAGE.search(frame.file)) and found["package"] not in _OWN), "")
    creates = failure.says("tried to create variables on non-first call", "tf.function only supports singleton tf.Variables created on the first call")
    symbolic = _NUMPY_CALL.search(failure.message)
    if creates and package:
        yield _versions(f"{package} was written for another TensorFlow: it creates variables within a graph", failure)
    elif symbolic and re.search(r"strided_slice|lstm|gru|rnn|cond|while|zeros|Shape", symbolic["node"], re.IGNORECASE) and failure.is_a("NotImplementedError"):
        yield _versions("TensorFlow below 2.5 meets numpy 1.20 or later", failure, "Install `numpy<1.20`, or TensorFlow 2.5 or later.")


def _versions(headline: str, failure: Failure, fix: str = "Install the versions that the package names in its own requirements, or a newer release of it.") -> Draft:
    return VERSION_INCOMPATIBILITY.found(headline, CERTAIN if "numpy" in headline else LIKELY, stage=Stage.ENVIRONMENT, seen={"says": first(failure)}, instead=(fix,))


sayings(VERSION_INCOMPATIBILITY, (
    (rf"No module named '(?P<module>{_FRAMEWORKS}\.[\w.]+)'", "the installed version has no `{module}`"),
    (rf"cannot import name '(?P<name>\w+)' from (?:partially initialized module )?'(?P<module>{_FRAMEWORKS}[\w.]*)'", "the installed version has no `{module}.{name}`"),
    (r"cannot import name '(?P<name>get_config|to_categorical|np_utils|Layer|BatchNormalization|image_utils|multi_gpu_model|merge|InputLayer|Sequence|plot_model|_obtain_input_shape|topology)'", "the installed version has no `{name}`"),
    (rf"module '(?P<module>{_FRAMEWORKS}[\w.]*)' has no attribute '(?P<name>\w+)'", "the installed version has no `{module}.{name}`"),
    (r"'str' object has no attribute 'decode'", "h5py 3 meets a Keras that was written for h5py 2"),
    (r"(?:tf\.)?placeholder\(?\)? is not compatible with eager execution|`?(?:tf\.)?\w+`? is not (?:supported|compatible) when eager execution is enabled|Tensor\.(?:graph|op|name) is (?:not supported|meaningless|undefined) when eager execution|get_session[^\n]*is not available|tf\.gradients is not supported when eager", "code of TensorFlow 1 runs under TensorFlow 2"),
    (r"bad marshal data \(unknown type code\)|unknown opcode|The source code's bytecode|code\(\) (?:argument|takes)", "a model with a Lambda layer was saved by another Python"),
    (r"Could not deserialize class '(?P<name>\w+)' because its parent module (?P<module>\S+) cannot be imported|Error when deserializing class '(?P<cls>\w+)' using config|Unrecognized keyword arguments: \['batch_shape'\]|File format not supported: filepath=", "the model was saved by another version of Keras"),
    (r"Descriptors cannot not? be created directly|Your `?PyDataset`?|Keras (?:requires|cannot be imported)|requires (?:TensorFlow|tensorflow|jax|keras|Keras) ?(?:version )?[><=\d]|A module that was compiled using NumPy 1\.x|compiled against API version|np\.(?:float|int|object|bool)`? was a deprecated alias", "installed versions do not fit"),
    (r"Your currently installed version of Keras is Keras 3|Keras 3, (?:but|which) (?:this )?is not (?:yet )?supported|'Sequential' object has no attribute '(?:predict_classes|predict_proba|_\w+)'|object has no attribute '_(?:distribution_strategy|get_distribution_strategy|in_multi_worker_mode|ckpt_saved_epoch|is_graph_network|keras_history|keras_shape)'", "code of another Keras version runs here"),
    (r"(?:filepath|filename|path)[^\n]{0,20} must end in `?(?P<ending>\.(?:weights\.h5|keras|h5))", "this version of Keras saves under names that end in {ending}"),
    (r"jaxlib version (?P<has>\S+) is newer than and incompatible with|jaxlib is version (?P<old>\S+), but this version of jax requires|module compiled against ABI", "versions of jax and jaxlib do not fit"),
), stage=Stage.ENVIRONMENT)  # fmt: skip
