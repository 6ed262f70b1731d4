"""Functions of TensorFlow, Keras and JAX that are given what they do not take, in another order, or by another version's name."""

from __future__ import annotations

import re

from stepscope.evidence import Failure, Stage, wording
from stepscope.rule import Draft, Witnessed
from stepscope.rules.api.api_misuse import API_MISUSE
from stepscope.rules.api.graph_mode_control_flow import GRAPH_MODE_CONTROL_FLOW
from stepscope.rules.environment.version_incompatibility import VERSION_INCOMPATIBILITY
from stepscope.rules.sentences import CERTAIN, LIKELY
from stepscope.rules.shapes.dtype_mismatch import DTYPE_MISMATCH
from stepscope.rules.tensorflow.sayings import first, sayings

_UNSUPPORTED = wording(r"Failed to convert a NumPy array to a Tensor \(Unsupported object type (?P<type>[\w.]+)\)")
_PLAIN = ("float", "int", "str", "bool", "NoneType", "bytes", "Timestamp", "datetime", "date", "Decimal", "dict", "bool_", "string_", "str_")
_ROWS = ("numpy.ndarray", "ndarray", "list", "tuple")
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


@API_MISUSE.seen_in
def unsupported(failure: Failure) -> Witnessed:
    """Something that is no array is put into one, and given as data."""
    found = _UNSUPPORTED.search(failure.message)
    if found and found["type"] not in _PLAIN + _ROWS:
        yield API_MISUSE.found(
            f"a {found['type']} is given where an array of numbers is expected", CERTAIN, stage=Stage.DATA, seen={"says": first(failure)},
            instead=("Give a `tf.data.Dataset` or a generator to `fit` itself, not within a list or an array; give `fit` arrays of numbers.",),
        )  # fmt: skip


@DTYPE_MISMATCH.seen_in
def objects(failure: Failure) -> Witnessed:
    """An array of Python objects: numbers beside texts or empty cells."""
    found = _UNSUPPORTED.search(failure.message)
    if found and found["type"] in _PLAIN:
        yield DTYPE_MISMATCH.found(
            f"an array of objects ({found['type']}) is given where numbers are expected", LIKELY, stage=Stage.DATA, seen={"says": first(failure)},
            instead=("Look at `df.dtypes`: a column of type object holds text or empty cells. Encode it, fill it, then `x.astype('float32')`.",),
        )  # fmt: skip


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
    (r"must return the same (?:number of|structure)|true_fn and false_fn must|body_fun(?:ction)? (?:carry )?(?:input|output) and (?:output|input)|is not defined (?:in all branches|for all paths)|Undefined variable[^\n]*conditional|must also be initialized before the (?:loop|if)", "the branches of a graph's control flow differ"),
), stage=Stage.FORWARD, fix=_FLOW)  # fmt: skip

sayings(API_MISUSE, (
    (r"Encountered an unexpected tracer", "a traced value is kept outside of the function that traced it"),
    (r"Unrecognized data type: x=(?P<given>[^\n]{1,60})", "`fit` is given {given}, which is no data"),
    (r"Failed to find data adapter that can handle input: (?P<given>[^\n]{1,80})", "`fit` is given {given}, which it does not read"),
    (r"'(?P<data>\w*Dataset\w*|generator|\w*Generator|\w*Sequence|\w*Iterator)' object has no attribute '(?:ndim|shape|dtype)'", "a {data} is given where arrays are expected"),
    (r"'(?P<kind>SparseTensor|RaggedTensor|csr_matrix|coo_matrix)' object is not subscriptable|sparse matrix length is ambiguous", "a sparse matrix is given where rows are picked out"),
    (r"`?(?:y|sample_weight|validation_split|batch_size|x)`? (?:argument is not supported|is only supported) (?:when using|for)[^\n]{0,60}|`?(?:steps_per_epoch|batch_size)`? argument (?:must|should) not be specified", "an argument of `fit` does not go with this kind of data"),
    (r"(?:Layer|Model) \"?(?P<layer>[\w./-]+)\"? expects (?P<needs>\d+) input\(s\),? but it received (?P<got>\d+) input tensors", "`{layer}` takes {needs} inputs and is given {got}"),
    (r"Expected to see (?P<needs>\d+) array\(s\),? (?:for inputs[^\n]*)?but instead got the following list of (?P<got>\d+) arrays|Expected to see (?P<n>\d+) array", "the model takes {needs} arrays and is given {got}"),
    (r"The model expects (?P<needs>\d+) (?:input|target) arrays, but only received one array|No data provided for \"?(?P<name>[\w/.-]+)\"?", "the model has inputs or outputs that get no data"),
    (r"Graph disconnected: cannot obtain value for tensor|[Oo]utput tensors (?:of|to) a (?:Functional )?[Mm]odel must be the output of|Found unconnected|`inputs` not connected to `outputs`|disconnected from", "inputs and outputs of the model are not connected"),
    (r"is not an element of this graph|Tensor\S* must be from the same graph|Cannot interpret feed_dict key as Tensor|Fetch argument .* (?:has invalid type|cannot be interpreted)|The Session graph is empty", "a tensor of another graph is used in this session"),
    (r"You must feed a value for placeholder tensor '(?P<name>[^']+)'", "the placeholder `{name}` is not fed"),
    (r"Attempting to use uninitialized value (?P<name>\S+)|This could mean that the variable was uninitialized|[Vv]ariable (?P<var>\S+) is uninitialized", "a variable is used before it is initialised"),
    (r"tried to create variables on non-first call|tf\.function only supports singleton tf\.Variables|only supports singleton tf\.Variables", "a compiled function creates variables when it is called again"),
    (r"is out of scope and cannot be used here|was leaked|from a different (?:graph|FuncGraph)|is accessed from: FuncGraph", "a tensor of one function is used in another"),
    (r"already exists, disallowed\. Did you mean to set reuse|All layers (?:added to|in) a [^\n]*should have unique names|The name \"(?P<name>[^\"]+)\" is used \d+ times in the model", "two variables or layers have one name"),
    (r"The added layer must be an instance of class|[Oo]nly instances of `?keras\.Layer|Only instances of keras\.Layer can be added", "a layer of another Keras is added to the model"),
    (r"The first argument to `?Layer\.call`? must always be passed|Only input tensors may be passed as positional arguments|Expected (?:the )?first argument", "a layer is called without its input"),
    (r"Inputs to (?:a )?(?:layer|Concatenate|merge)[^\n]*(?:should|must) be (?:tensors|a list)|A merge layer should be called on a list|layer should be called on a list of (?:at least \d )?inputs|called with an input that isn't a symbolic tensor", "a layer is called on another thing than it takes"),
    (r"Unimplemented `tf\.keras\.Model\.call\(\)`|does not have a `call\(\)` method implemented|Model [^\n]{0,60}has no `call`", "the model has no `call`"),
    (r"Target data is missing|You must provide target data|None values not supported|expects target data to be (?:provided|passed)", "`fit` is given inputs without targets"),
    (r"[Cc]annot convert '[^\n]{1,60} to a shape|The `\w+` argument must be a tuple of|you should specify the `?(?:steps_per_epoch|steps)`? argument|you must specify the `?(?:steps_per_epoch|steps)`?", "an argument is left out, or of another form than it takes"),
    (r"Unknown (?P<what>activation|initializer|regularizer|constraint|optimizer|loss|metric)(?: function)?: ?['\"]?(?P<name>\w+)", "there is no {what} called `{name}`"),
    (r"`?loss`? must (?:be|return)|[Cc]ould not interpret (?:loss|optimizer|metric|activation)[^\n]*|Invalid (?:loss|optimizer|metric) (?:name|type)", "`compile` is given what it does not know"),
    (r"Attempt to convert a value \((?P<value>(?!PerReplica)[^\n]{1,40})\) with an unsupported type \(<class '(?P<type>[^']+)'>\) to a Tensor", "a {type} is given where a tensor is expected"),
    (r"Please (?:run|call) `?fit`?|must call `?(?:adapt|fit|build)\(?\)?`? (?:before|first)|This ImageDataGenerator specifies `\w+`, but it hasn't been fit", "a function is called before the one that prepares it"),
))  # fmt: skip

sayings(DTYPE_MISMATCH, (
    (r"Input '(?P<input>\w+)' of '(?P<op>\w+)' Op has type (?P<one>\w+) that does not match (?:expected )?type (?:of )?(?P<other>\w+)", "{op} meets {one} and {other}"),
    (r"Tensor conversion requested dtype (?P<one>\w+) for Tensor with dtype (?P<other>\w+)", "a tensor of {other} stands where {one} is needed"),
    (r"cannot compute (?P<op>\w+) as input #\d+\(zero-based\) was expected to be an? (?P<one>\w+) tensor but is an? (?P<other>\w+) tensor", "{op} needs {one} and gets {other}"),
    (r"Value passed to parameter '(?P<name>(?!labels)\w+)' has DataType (?P<one>\w+) not in list of allowed values: (?P<other>[\w, ]+)", "`{name}` is {one}, which is not among {other}"),
    (r"Value for attr 'T\w*' of (?P<one>\w+) is not in the list of allowed values: (?P<other>[\w, ]+)", "an operation does not take {one}"),
    (r"Cast (?P<one>string|resource|variant) to (?P<other>\w+) is not supported", "text ({one}) stands where {other} is needed"),
    (r"(?:lax\.\w+ requires arguments to have the same dtypes|requires dtypes to be equal|must have the same dtype)[,:]? got (?P<types>[\w, ()]+)", "an operation meets several types: {types}"),
    (r"Expected (?P<one>(?:u?int|b?float|complex|bool|string)\d*),? (?:passed parameter '\w+' of type '\w+'[^\n]*to op|got|but got) (?P<other>[^\n]{1,60})", "{one} is needed, {other} arrives"),
    (r"Invalid dtype: (?P<one>object|str\d*|string|<U\d+)|dtype=object is not a valid (?:JAX|tensor)|not a valid JAX (?:array )?type", "text or Python objects stand where numbers are needed"),
    (r"Invalid data type: (?P<one>object|str)|Cannot convert (?:the )?(?:value|argument) [^\n]{0,40}(?:to|into) (?:a |an )?(?:TensorFlow )?DType|`x` and `y` must have the same dtype, got tf\.(?P<a>\w+) != tf\.(?P<b>\w+)", "the types of two operands differ"),
), stage=Stage.FORWARD, fix=("Convert one of them where it is made: `tf.cast(x, tf.float32)`, `x.astype('float32')`; a layer of your own takes `self.compute_dtype`.",))  # fmt: skip

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

sayings(API_MISUSE, (
    (r"Not JIT compatible|Non-hashable static arguments|jax\.jit[^\n]*static_arg|vmap (?:got inconsistent sizes|in_axes)|Gradient only defined for scalar-output functions|pmap[^\n]*number of (?:logical )?devices", "a transformation of JAX is given what it does not take"),
))  # fmt: skip
