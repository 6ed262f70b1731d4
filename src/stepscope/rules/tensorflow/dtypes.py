"""Element types that do not fit, and arrays of objects."""

from __future__ import annotations

from stepscope.evidence import Failure, Stage, wording
from stepscope.rule import Witnessed
from stepscope.rules.sentences import LIKELY
from stepscope.rules.shapes.dtype_mismatch import DTYPE_MISMATCH
from stepscope.rules.tensorflow.sayings import first, sayings

UNSUPPORTED = wording(r"Failed to convert a NumPy array to a Tensor \(Unsupported object type (?P<type>[\w.]+)\)")
PLAIN = ("float", "int", "str", "bool", "NoneType", "bytes", "Timestamp", "datetime", "date", "Decimal", "dict", "bool_", "string_", "str_")
ROWS = ("numpy.ndarray", "ndarray", "list", "tuple")


@DTYPE_MISMATCH.seen_in
def objects(failure: Failure) -> Witnessed:
    """An array of Python objects: numbers beside texts or empty cells."""
    found = UNSUPPORTED.search(failure.message)
    if found and found["type"] in PLAIN:
        yield DTYPE_MISMATCH.found(
            f"an array of objects ({found['type']}) is given where numbers are expected", LIKELY, stage=Stage.DATA, seen={"says": first(failure)},
            instead=("Look at `df.dtypes`: a column of type object holds text or empty cells. Encode it, fill it, then `x.astype('float32')`.",),
        )  # fmt: skip


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
