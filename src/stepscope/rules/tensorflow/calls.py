"""Functions of TensorFlow, Keras and JAX that are given what they do not take, or in another order."""

from __future__ import annotations

from stepscope.evidence import Failure, Stage
from stepscope.rule import Witnessed
from stepscope.rules.api.api_misuse import API_MISUSE
from stepscope.rules.sentences import CERTAIN
from stepscope.rules.tensorflow.dtypes import PLAIN, ROWS, UNSUPPORTED
from stepscope.rules.tensorflow.sayings import first, sayings


@API_MISUSE.seen_in
def unsupported(failure: Failure) -> Witnessed:
    """Something that is no array is put into one, and given as data."""
    found = UNSUPPORTED.search(failure.message)
    if found and found["type"] not in PLAIN + ROWS:
        yield API_MISUSE.found(
            f"a {found['type']} is given where an array of numbers is expected", CERTAIN, stage=Stage.DATA, seen={"says": first(failure)},
            instead=("Give a `tf.data.Dataset` or a generator to `fit` itself, not within a list or an array; give `fit` arrays of numbers.",),
        )  # fmt: skip


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

sayings(API_MISUSE, (
    (r"Not JIT compatible|Non-hashable static arguments|jax\.jit[^\n]*static_arg|vmap (?:got inconsistent sizes|in_axes)|Gradient only defined for scalar-output functions|pmap[^\n]*number of (?:logical )?devices", "a transformation of JAX is given what it does not take"),
))  # fmt: skip
