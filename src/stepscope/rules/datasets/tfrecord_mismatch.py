"""The features of a record differ from what it is parsed with.

Why
---
`parse_single_example` takes out of each record what its specification names: a key that the writer spelt otherwise, an integer read as float, or
another number of values than the shape says stop the run at the first such record. `FixedLenFeature` needs exactly as many values, in each record.

Fix
---
- Print one record, `tf.train.Example.FromString(record)`, and write the specification from it: names, types, counts.
- For lists of varying length: `VarLenFeature`, or `FixedLenSequenceFeature(..., allow_missing=True)`; for a feature that may be absent, `default_value=`.
- A number written by `int64_list` is read as `tf.int64`, then cast.

Bad
---
    spec = {"image/encoded": tf.io.FixedLenFeature([], tf.string), "label": tf.io.FixedLenFeature([], tf.float32)}

Good
----
    spec = {"image_raw": tf.io.FixedLenFeature([], tf.string), "label": tf.io.FixedLenFeature([], tf.int64)}
"""

from stepscope.evidence import Failure, Stage, wording
from stepscope.finding import Confidence, Severity
from stepscope.rule import Rule, Witnessed

TFRECORD_MISMATCH = Rule("DAT117", Severity.ERROR, stage=Stage.DATA)

_FORMS = (
    (r"Feature:? (?P<feature>[\w/.-]+) \(data type: (?P<type>\w+)\) is required but could not be found", "records have no feature `{feature}` ({type})"),
    (r"Key: (?P<feature>[\w/.-]+)\.? +Data types don't match\. (?:Data type: (?P<has>\w+) but expected type: (?P<type>\w+)|Expected type: (?P<needs>\w+),? Data type: (?P<got>\w+))", "the feature `{feature}` is of another type than it is read as"),
    (r"Key: (?P<feature>[\w/.-]+)\.? +Number of (?P<type>\w+) values != expected\. +[Vv]alues size: (?P<count>\d+) but output shape: (?P<shape>\[[\d,]*\])", "`{feature}` has {count} values where {shape} is read"),
    (r"Key: (?P<feature>[\w/.-]+)\.? +Can't parse serialized Example|Could not parse example input|Invalid (?:serialized )?Example proto|Can't parse serialized Example|Could not parse serialized (?:Example|SequenceExample)", "a record is no tf.train.Example, or of another layout"),
    (r"Name: [^\n]{0,80}(?:Feature|Key|Context feature|Feature list)[: ]+'?(?P<feature>[\w/.-]+)'?[^\n]{0,80}(?:is required|could not be found|don't match|!= expected|missing)", "the feature `{feature}` differs from what it is read as"),
    (r"Input to DecodeRaw has length (?P<count>\d+) that is not a multiple of (?P<size>\d+)", "{count} raw bytes are no multiple of {size}, the size of the type they are read as"),
)  # fmt: skip
_COMPILED = tuple((wording(pattern), headline) for pattern, headline in _FORMS)


@TFRECORD_MISMATCH.seen_in
def words(failure: Failure) -> Witnessed:
    for form, headline in _COMPILED:
        if found := form.search(failure.message):
            told = {name: value or "?" for name, value in found.groupdict().items()}
            yield TFRECORD_MISMATCH.found(headline.format(**told), Confidence.CERTAIN, stage=Stage.DATA, seen={"says": failure.message.strip().splitlines()[0][:300]})
            return
