"""A strategy of tf.distribute is used in a way that it does not allow.

Why
---
A strategy makes variables for all of its replicas. Model, optimizer and metrics belong to the strategy under whose scope they were made, and
steps that need all replicas (a gradient's sum, an assignment) have to be reached by all of them, outside of nested graphs and branches. What was
made outside, or on another device, has no counterpart on the replicas. Several workers need one `TF_CONFIG` that they agree on.

Fix
---
- Make model, optimizer and metrics, and load weights, within `with strategy.scope():`, and use one strategy throughout.
- Run steps by `strategy.run` from within one outer `tf.function`; no `tf.function`, `tf.cond` or loop between it and `apply_gradients`.
- `TF_CONFIG`: the same `cluster` on all workers, `task.index` from 0 to the number of workers less one.

Bad
---
    model = build()
    with strategy.scope():
        model.compile("adam", "mse")

Good
----
    with strategy.scope():
        model = build()
        model.compile("adam", "mse")
"""

from stepscope.evidence import Failure, Stage, wording
from stepscope.finding import Confidence, Severity
from stepscope.rule import Rule, Witnessed

DISTRIBUTION_STRATEGY = Rule("DST107", Severity.ERROR, stage=Stage.DISTRIBUTED)

_FORMS: tuple[tuple[str, str, tuple[str, ...]], ...] = (
    (r"Trying to create optimizer slot variable under the scope for tf\.distribute\.Strategy", "the optimizer makes its variables under another scope than the model's", ("Make model and optimizer, and restore checkpoints, under one `strategy.scope()`.",)),
    (r"(?:was|were) (?:not )?created (?:in|within|under|outside)[^\n]{0,40}(?:distribution )?strategy(?:'s)? scope|created (?:in|under) (?:a )?different (?:strategy )?scope|Variable [^\n]{0,200}not created (?:in|under) [^\n]{0,40}strategy", "a variable was made outside of the strategy's scope", ()),
    (r"Mixing different (?:tf\.distribute\.)?Strategy objects|should be (?:called )?(?:in|inside|within) the (?:same )?(?:distribution )?strategy'?s? scope|Need to be inside \"with strategy\.scope\(\)\"|model\.compile\(\)`? (?:should|must)[^\n]{0,40}scope", "model, optimizer and training belong to different strategies", ()),
    (r"`?merge_call`? called while defining a new graph|requires? being in (?:a )?cross-replica context|[Mm]ethod requires being in (?:cross-)?replica context|in (?:a )?cross-replica context|`?\w+`? (?:must|should|can only) be called (?:in|inside|within)[^\n]{0,20}replica context|get_replica_context\(\)\.merge_call|not available outside the replica context", "a step that needs all replicas stands within a nested graph or a branch", ("Take `tf.function`, `tf.cond` and loops away from between `strategy.run` and `apply_gradients`; put one `tf.function` around it all.",)),
    (r"Trying to access resource (?P<resource>\S+) (?:\([^)]*\) )?located in device (?P<one>\S+) from device (?P<other>\S+)", "a variable lies on another device than the graph that uses it", ("Make (or load) the model under the strategy's scope, so that its variables lie on the replicas: a TPU does not reach variables of the CPU.",)),
    (r"task_id`? (?P<task>\d+) exceeds the maximum id of (?P<kind>\w+)|[Tt]ask (?:type|index|id)[^\n]{0,40}(?:not in|is not|exceeds|out of)[^\n]{0,20}cluster|There must be at (?:most|least) one '?\w+'? job|TF_CONFIG|`?cluster_spec`?[^\n]{0,40}(?:should|must|cannot)|The task type[^\n]{0,40}not", "`TF_CONFIG` names a task that its cluster does not have", ("`task.index` counts from 0: the last of n workers is n-1; `cluster` is the same on all.",)),
    (r"PerReplica(?:Spec)?[:(]|a value of type PerReplica|Cannot convert (?:a )?PerReplica|DistributedValues[^\n]{0,40}(?:cannot|not)", "a value per replica is used as one tensor", ("Take them together first: `strategy.reduce(tf.distribute.ReduceOp.SUM, value, axis=None)`, or `strategy.experimental_local_results(value)`.",)),
    (r"destinations must be one of a `?DistributedValues`? object|DistributedDelegate|must be (?:a )?DistributedValues", "a strategy is given tensors that it did not distribute", ()),
    (r"Collective ops must be configured (?:at|before)[^\n]*|Collective ops is not configured|MultiWorkerMirroredStrategy (?:must|should)[^\n]*|CollectiveAllReduceStrategy[^\n]{0,60}(?:must|cannot)", "the strategy is made after TensorFlow was already used", ("Make the strategy first in the program, before any tensor or data set.",)),
    (r"(?:batch[ _]size|number of (?:samples|elements))[^\n]{0,60}(?:must be |not |isn't )(?:evenly )?divisible by (?:the )?(?:number of )?(?:replicas|devices|workers)|global_batch_size[^\n]{0,40}divisible", "the batch does not divide among the replicas", ("Take a multiple of `strategy.num_replicas_in_sync`, and `drop_remainder=True`.",)),
    (r"We currently do not support distribution strategy|not supported (?:with|by|in|when using) (?:tf\.)?distribut(?:e|ion)[ .](?:strategy|Strategy)|do(?:es)? not support[^\n]{0,60}(?:TPUStrategy|MirroredStrategy|ParameterServerStrategy|distribution strateg)|SyncOnReadVariable does not support|colocation groups with incompatible assigned devices", "the strategy does not support what it is asked for", ()),
    (r"Please (?:provide a TPU Name|initialize the TPU)|TPUs? (?:have|has) not been initialized|Invalid TPU configuration|TPUClusterResolver|No TPU devices (?:were )?found|TPU system (?:is|has) not", "the TPU was not connected or initialised", ("First `resolver = TPUClusterResolver(...)`, `tf.config.experimental_connect_to_cluster(resolver)`, `tf.tpu.experimental.initialize_tpu_system(resolver)`.",)),
    (r"[Pp]lease use `?tf\.keras\.losses\.Reduction\.(?:SUM|NONE)`? (?:or [^\n]{0,40})?for loss reduction", "the loss averages per replica, where the strategy needs the global batch", ("Build the loss with `reduction='sum'` or `'none'`, and divide by the global batch: `tf.nn.compute_average_loss`.",)),
)
_COMPILED = tuple((wording(pattern), headline, fix) for pattern, headline, fix in _FORMS)


@DISTRIBUTION_STRATEGY.seen_in
def words(failure: Failure) -> Witnessed:
    for form, headline, fix in _COMPILED:
        if found := form.search(failure.message):
            told = {name: value for name, value in found.groupdict().items() if value}
            yield DISTRIBUTION_STRATEGY.found(headline, Confidence.LIKELY, stage=Stage.DISTRIBUTED, seen={**told, "says": failure.message.strip().splitlines()[0][:250]}, fix=fix)
            return
