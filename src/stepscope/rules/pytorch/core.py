"""PyTorch's own sentences that the rules of live runs know by other evidence: a log has their words alone."""

from __future__ import annotations

import re

from stepscope.evidence import Failure, Log, Stage, wording
from stepscope.rule import Witnessed
from stepscope.rules.api.api_misuse import API_MISUSE
from stepscope.rules.api.configuration import CONFIGURATION
from stepscope.rules.checkpoints.checkpoint_corrupt import of_weights
from stepscope.rules.checkpoints.checkpoint_mismatch import CHECKPOINT_MISMATCH
from stepscope.rules.datasets.unreadable_entry import UNREADABLE_ENTRY
from stepscope.rules.distributed.communicator_setup import COMMUNICATOR_SETUP
from stepscope.rules.environment.compiler_failure import COMPILER_FAILURE
from stepscope.rules.environment.device_unsupported import DEVICE_UNSUPPORTED
from stepscope.rules.environment.driver_mismatch import DRIVER_MISMATCH
from stepscope.rules.environment.library_init_failed import LIBRARY_INIT_FAILED
from stepscope.rules.environment.version_incompatibility import VERSION_INCOMPATIBILITY
from stepscope.rules.labels.label_dtype import LABEL_DTYPE
from stepscope.rules.labels.target_shape_mismatch import TARGET_SHAPE_MISMATCH
from stepscope.rules.models.parameter_not_registered import PARAMETER_NOT_REGISTERED
from stepscope.rules.native.device_assert import DEVICE_ASSERT
from stepscope.rules.optimizers.schedule_misuse import SCHEDULE_MISUSE
from stepscope.rules.sentences import LIKELY, POSSIBLE, in_logs, words_from
from stepscope.rules.shapes.device_mismatch import DEVICE_MISMATCH
from stepscope.rules.shapes.input_shape_mismatch import INPUT_SHAPE_MISMATCH
from stepscope.rules.shapes.skip_connection_shape_mismatch import SKIP_CONNECTION_SHAPE_MISMATCH

_ENTRIES = ("state_dict", "model", "model_state_dict", "optimizer", "optimizer_state_dict", "epoch", "ema", "pytorch-lightning_version", "net", "weights", "hyper_parameters")
_CHECKPOINT = wording(r"ck?pt|check_?point|state|torch\.load|resume|pretrain|weights", re.IGNORECASE)
_UNOPENED = wording(r"Unable to (?:synchronously )?open file \((?P<why>truncated file|file signature not found|bad)[^)\n]*")
_JOINS = wording(r"\b(?:cat|concat|concatenate)\(")
_RENAMED = (
    "evaluation_strategy|gpus|dataset_text_field|max_seq_length|no_cuda|use_auth_token|progress_bar_refresh_rate|weights_summary|checkpoint_callback|tpu_cores|resume_from_checkpoint"
    "|auto_lr_find|per_gpu_train_batch_size|tokenizer|processing_class|eval_strategy|torchscript|use_reentrant|weights_only|dtype|device_map|attn_implementation|num_processes"
)

in_logs(DEVICE_ASSERT, ((r"CUDNN_STATUS_MAPPING_ERROR", "cuDNN met a device whose state a failed kernel has spoilt"),), sure=POSSIBLE)
in_logs(LIBRARY_INIT_FAILED, (
    (r"CUDNN_STATUS_(?:EXECUTION_FAILED|INTERNAL_ERROR|BAD_PARAM|ARCH_MISMATCH)\w*", "cuDNN could not run its kernel"),
    (r"CUBLAS_STATUS_(?:EXECUTION_FAILED|INTERNAL_ERROR|INVALID_VALUE|NOT_SUPPORTED)", "cuBLAS could not run its kernel"),
), sure=POSSIBLE)  # fmt: skip
in_logs(DRIVER_MISMATCH, ((r"Driver/library version mismatch", "the driver in the kernel and its library are of different versions: the machine was not restarted"),))
in_logs(VERSION_INCOMPATIBILITY, (
    (r"'(?P<kind>\w+)' object has no attribute '(?P<name>recompute_scale_factor|_non_persistent_buffers_set|_is_full_backward_hook|_backward_pre_hooks|_forward_hooks_with_kwargs|approximate|norm_first|_reversed_padding_repeated_twice)'", "the saved `{kind}` is of another PyTorch: it has no `{name}`"),
    (rf"(?P<call>(?:[A-Z]\w*\.)?__init__|from_pretrained|load|checkpoint|prepare_model_for_\w+|get_peft_model)\(\) got an unexpected keyword argument '(?P<name>{_RENAMED})'", "the installed `{call}` takes no `{name}`"),
    (r"module 'distutils' has no attribute 'version'|No module named '(?P<module>distutils|imp|pkg_resources|torch\._six|torchtext\.legacy\S*)'", "a module that newer versions do not have is used"),
), stage=Stage.ENVIRONMENT)  # fmt: skip
in_logs(CONFIGURATION, (
    (r"(?P<call>\w+) does not have a deterministic implementation, but you set|Deterministic behavior was enabled with either", "deterministic algorithms are asked of an operator that has none"),
))  # fmt: skip
in_logs(API_MISUSE, (
    (r"grad can be implicitly created only for scalar outputs", "`backward` is called on a loss of more than one number"),
    (r"step\(\) missing 1 required positional argument: 'closure'", "this optimizer's `step` needs a closure"),
    (r"'(?P<kind>dict|tuple|list|float|NoneType|OrderedDict|\w+Output)' object has no attribute 'backward'", "`backward` is called on a {kind}, not on the loss"),
    (r"Your 'label_fields' are not valid", "the `label_fields` of the transform are no arguments of its call"),
    (r"can't use batches of different size with `?dispatch_batches|Expected to dispatch batches of equal size", "batches that differ in size are to be dispatched"),
    (r"cudnn RNN backward can only be called in training mode", "a recurrent layer is trained while its model is in evaluation mode"),
    (r"[Dd]efault process group has not been initialized", "a collective is called before `init_process_group`"),
))  # fmt: skip
in_logs(COMMUNICATOR_SETUP, (
    (r"client socket has (?:timed out after (?P<after>\S+) while trying|failed) to connect to (?:any network address of )?\(?(?P<address>[^)\n]+)", "nobody answers at {address}"),
    (r"Unable to find address for: (?P<interface>\S+)|no socket interface found", "the network interface is not there"),
    (r"connection to the C10d store has failed", "the store of the rendezvous cannot be reached"),
))  # fmt: skip
in_logs(TARGET_SHAPE_MISMATCH, (
    (r"Expected (?P<which>input|target)_lengths to have value at most (?P<most>\d+), but got value (?P<got>\d+)", "CTC is told of a length of {got}, of at most {most}"),
))  # fmt: skip
in_logs(INPUT_SHAPE_MISMATCH, (
    (r"Wrong input shape height=(?P<height>\d+), width=(?P<width>\d+)\. Expected image height and width divisible by (?P<by>\d+)", "pictures of {height} x {width} where multiples of {by} are needed"),
), stage=Stage.FORWARD)  # fmt: skip
in_logs(PARAMETER_NOT_REGISTERED, ((r"optimizer got an empty parameter list", "the optimizer is given no parameter"),))
in_logs(SCHEDULE_MISUSE, ((r"(?:ReduceLROnPlateau\.)?step\(\) missing 1 required positional argument: 'metrics'", "the plateau's schedule is stepped without its metric"),))
in_logs(DEVICE_MISMATCH, (
    (r"No backend type associated with device type (?P<device>\w+)|Tensors must be CUDA and dense", "a collective of NCCL is given a tensor that is not on its device"),
    (r"SyncBatchNorm expected input tensor to be on (?:GPU|\w+)", "SyncBatchNorm is given a tensor on the CPU"),
))  # fmt: skip
in_logs(DEVICE_UNSUPPORTED, (
    (r"invalid value for --gpu-architecture|Value '(?P<arch>sm_\w+)' is not defined for option 'gpu-name'", "the compiler of kernels does not know this device"),
))  # fmt: skip
in_logs(COMPILER_FAILURE, ((r"out of resource: (?P<what>[\w ]+), Required: (?P<needs>\d+), Hardware limit: (?P<has>\d+)", "a kernel needs {needs} of {what}, the device has {has}"),))
in_logs(LABEL_DTYPE, ((r"one_hot is only applicable to index tensor", "one_hot takes int64, it is given another type"),))
in_logs(UNREADABLE_ENTRY, (
    (r"[Tt]ransport endpoint is not connected|[Ss]tale (?:NFS )?file handle", "the mounted folder has lost its server"),
), stage=Stage.DATA)  # fmt: skip


@UNREADABLE_ENTRY.seen_in
def cut_short(failure: Failure, log: Log) -> Witnessed:
    """An HDF5 file that is damaged, and no checkpoint."""
    found = _UNOPENED.search(failure.message)
    if found and not of_weights(failure):
        yield UNREADABLE_ENTRY.found(f"the file is cut short or damaged: {found['why']}", LIKELY, stage=Stage.DATA, seen={"says": words_from(failure, found.start())})


@COMMUNICATOR_SETUP.seen_in
def rendezvous(failure: Failure, log: Log) -> Witnessed:
    if failure.is_a("RendezvousTimeoutError"):
        yield COMMUNICATOR_SETUP.found("not all nodes came to the rendezvous in time", LIKELY, stage=Stage.DISTRIBUTED, seen={"says": failure.message[:200] or failure.type})


@SKIP_CONNECTION_SHAPE_MISMATCH.seen_in
def joined(failure: Failure, log: Log) -> Witnessed:
    """The last line alone, or below a line that joins: tensors joined along axis 1 are feature maps, joined by their channels."""
    found = re.search(r"Sizes of tensors must match except in dimension 1\. (?:Expected size|Got) (?P<one>\d+) (?:but got size|and) (?P<other>\d+)", failure.message)
    line = failure.user_frame
    if found and not failure.loads_a_sample and (line is None or _JOINS.search(line.code)):
        yield SKIP_CONNECTION_SHAPE_MISMATCH.found(f"feature maps of {found['one']} and {found['other']} are joined", LIKELY, seen={"says": words_from(failure)})


@CHECKPOINT_MISMATCH.seen_in
def entry(failure: Failure, log: Log) -> Witnessed:
    """A checkpoint of another program: it lacks the entry that is asked of it."""
    key, line = (failure.key or "").strip("'\""), failure.user_frame
    if failure.is_a("KeyError") and key in _ENTRIES and (key == "pytorch-lightning_version" or (line and _CHECKPOINT.search(line.code))):
        yield CHECKPOINT_MISMATCH.found(f"the checkpoint has no entry `{key}`", LIKELY, stage=Stage.CHECKPOINT, seen={"line": line.code[:200] if line else ""})


@API_MISUSE.seen_in
def restored(failure: Failure, log: Log) -> Witnessed:
    """Lightning builds the module from what `save_hyperparameters` has kept."""
    if failure.is_a("TypeError") and failure.says("required positional argument") and failure.passes("load_from_checkpoint", "_load_from_checkpoint"):
        yield API_MISUSE.found(
            "the checkpoint does not know the arguments of the module", LIKELY, stage=Stage.CHECKPOINT, seen={"says": words_from(failure)},
            fix=("Call `self.save_hyperparameters()` in `__init__`, or pass the arguments to `load_from_checkpoint`.",),
        )  # fmt: skip
