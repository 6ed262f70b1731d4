"""Detectors: Ultralytics (v3 to v11), torchvision, mmdetection, detectron2, DETR and the COCO tools."""

from __future__ import annotations

from stepscope.evidence import Failure, Log, Stage, wording
from stepscope.rule import Witnessed
from stepscope.rules.api.api_misuse import API_MISUSE
from stepscope.rules.api.configuration import CONFIGURATION
from stepscope.rules.boxes.box_reversed import BOX_REVERSED
from stepscope.rules.datasets.empty_dataset import EMPTY_DATASET
from stepscope.rules.datasets.missing_file import MISSING_FILE
from stepscope.rules.distributed.collective_mismatch import COLLECTIVE_MISMATCH
from stepscope.rules.environment.device_not_visible import DEVICE_NOT_VISIBLE
from stepscope.rules.environment.version_incompatibility import VERSION_INCOMPATIBILITY
from stepscope.rules.labels.class_count_mismatch import CLASS_COUNT_MISMATCH
from stepscope.rules.labels.label_out_of_range import LABEL_OUT_OF_RANGE
from stepscope.rules.labels.target_shape_mismatch import TARGET_SHAPE_MISMATCH
from stepscope.rules.numerics.divergence import DIVERGENCE
from stepscope.rules.numerics.non_finite_forward import NON_FINITE_FORWARD
from stepscope.rules.numerics.non_finite_loss import NON_FINITE_LOSS
from stepscope.rules.sentences import LIKELY, in_logs
from stepscope.rules.shapes.input_rank import INPUT_RANK

in_logs(CLASS_COUNT_MISMATCH, (
    (r"'names' length (?P<names>\d+) and 'nc: (?P<nc>\d+)' must match", "{names} class names stand beside `nc: {nc}`"),
    (r"(?P<names>\d+) names found for nc=(?P<nc>\d+) dataset", "{names} class names stand beside `nc: {nc}`"),
    (r"`num_classes` \((?P<head>\d+)\) in (?P<where>\w+) .{0,60}does not match(?:es)? the length of `?(?:CLASSES|classes)`? \(?(?P<classes>\d+)", "{head} classes in {where}, {classes} in the data set"),
    (r"[Aa] prediction has class=(?P<label>\d+), but the dataset only has (?P<classes>\d+) classes", "class {label} is predicted, the data set has {classes} classes"),
    (r"number of classes in (?:the )?(?:model|head|config)\w* .{0,40}(?:does not|doesn't) match", "the number of classes differs between model and data"),
), stage=Stage.SETUP)  # fmt: skip
in_logs(CONFIGURATION, (
    (r"key missing[^\n]{0,5}\n+\W*'(?P<key>\w+):' key missing", "the data set's YAML has no `{key}:`"),
    (r"'train' and 'val' are required in all data YAMLs|key missing \W{0,3}either 'names' or 'nc' are required", "the data set's YAML lacks a key"),
    (r"'(?P<key>\w+)' is not a valid (?:YOLO|MMEngine) argument", "`{key}` is no argument of YOLO"),
    (r"'(?P<argument>[^']{1,60})' is of invalid (?:type|value)|is an invalid (?P<name>\w+)=", "an argument has a type or value that it cannot have"),
    (r"(?:batch-size|'?batch(?:=|\W{1,3}))\s?(?P<batch>\d+)'?,? (?:must be a |not (?:a )?)multiple of GPU count", "a batch of {batch} does not divide among the devices"),
    (r"['\"]?(?P<name>[\w.]+) is not in the (?P<registry>[\w:. ]+?) registry", "`{name}` is not in the registry `{registry}`"),
    (r"Dataset '(?P<name>[^']+)' is not registered", "the data set `{name}` is not registered"),
    (r"Non-existent config key: (?P<key>[\w.]+)", "the configuration knows no `{key}`"),
    (r"Key '?(?P<key>[\w.]+)'? is not in struct|Could not override '(?P<other>[\w.]+)'", "the configuration knows no such key"),
    (r"Unsupported model='?(?P<model>[^'\n]+)'? |'?(?P<file>\S+)'? is not a supported (?:model )?format", "the model's file or name is of no kind that is known"),
))  # fmt: skip
in_logs(DEVICE_NOT_VISIBLE, (
    (r"Invalid CUDA '(?:--)?device[= ](?P<device>[^']*)' requested", "no accelerator is seen: device {device} was asked for"),
    (r"CUDA unavailable, invalid device (?P<device>\S+) requested", "no accelerator is seen: device {device} was asked for"),
    (r"all CUDA-capable devices are busy or unavailable|CUDA-capable device\(s\) is/are busy or unavailable", "the devices are busy: another process holds them alone"),
))  # fmt: skip
in_logs(EMPTY_DATASET, (
    (r"No valid data found in (?P<name>[^\n]*?)\.?$", "the data set {name} has no annotated image"),
    (r"No (?:labels|images) (?:found )?in (?P<path>[^\n]+?)[.,]? (?:[Cc]an ?not (?:start )?train|Supported formats|See )|All labels empty in (?P<cache>[^\n,]+)", "no labelled image is found"),
    (r"This DataLoader does not contain any batches", "the loader has no batch"),
    (r"`Data[Ll]oader` returned 0 length|length of `Data[Ll]oader` across ranks is zero", "the loader has no batch"),
    (r"Instruction \"(?P<split>\w+)\" corresponds to no data", "the split {split} has no sample"),
    (r"There (?:are|is) (?:no|0) (?:train|valid|eval|test)\w* (?:examples|samples|data)", "the data set holds no sample"),
), stage=Stage.DATA)  # fmt: skip
in_logs(MISSING_FILE, (
    (r"images not found[^\n]*missing paths? '?(?P<path>[^'\n\]]+)", "{path} is not there"),
    (r"[Ee]rror loading data from [^\n]*?: [^\n]*?(?P<path>[\w./\\:-]+) does not exist", "{path} is not there"),
    (r"dataset '(?P<path>[^']+)' for task=\w+ not found", "{path} is not there"),
))  # fmt: skip
in_logs(LABEL_OUT_OF_RANGE, ((r"negative class labels?", "a class number is negative"),))
in_logs(VERSION_INCOMPATIBILITY, (
    (r"MM(?:CV|Engine|Det)==(?P<has>[\w.]+) is used but incompatible\. Please install (?P<needs>[^\n]+)", "mmcv {has} is installed, needed is {needs}"),
    (r"No module named 'mmcv\._ext'|No module named 'mmcv\.(?:runner|parallel|ops|utils\.\w+)'", "mmcv is installed without its operators, or in another version"),
))  # fmt: skip
in_logs(API_MISUSE, (
    (r"[Tt]argets should not be none when in training mode|In training mode, targets should be passed", "a detector in training mode is called without targets"),
    (r"Dataset '(?P<name>[^']+)' is already registered", "the data set {name} is registered twice"),
))  # fmt: skip
in_logs(TARGET_SHAPE_MISMATCH, (
    (r"Expected target boxes to be a tensor of shape \[N, 4\], got (?P<shape>[^\n]+?)\.?$", "boxes of shape {shape} where (N, 4) is expected"),
), fix=("An image without objects has `torch.zeros((0, 4))` as boxes.",))  # fmt: skip
in_logs(INPUT_RANK, ((r"images is expected to be a list of 3d tensors of shape \[C, H, W\], got (?P<shape>[^\n]+)", "images of shape {shape} where (C, H, W) is expected"),))
in_logs(DIVERGENCE, (
    (r"[Tt]raining has diverged", "boxes or scores that the model predicts are no numbers any more"),
    (r"Minimum loss scale reached \((?P<scale>[\d.e-]+)\)\. Your loss is probably exploding", "gradients overflow however small the loss scale is"),
))  # fmt: skip
in_logs(NON_FINITE_LOSS, (
    (r"Loss became infinite or NaN at iteration=(?P<step>\d+)", "the loss is no number at step {step}"),
    (r"The loss returned in `training_step` is (?P<kind>\w+)", "the loss is {kind}"),
    (r"(?:Train |Training )?[Ll]oss (?:is|became|was) (?P<kind>nan|NaN|inf)\b[^\n]{0,10}(?:stopping|abort|exit)", "the loss is {kind}"),
))  # fmt: skip
in_logs(NON_FINITE_FORWARD, (
    (r"cost matrix is infeasible|matrix contains invalid numeric entries", "the costs of matching are no numbers: the model's boxes or scores are not"),
), sure=LIKELY)  # fmt: skip
in_logs(COLLECTIVE_MISMATCH, ((r"loss log variables are different across GPUs", "ranks report different losses, so they reduce different numbers of them"),))

_PREDICTED = wording(r"(?:boxes1|boxes_?pred|pred_?boxes)\[:, 2:\] >= (?:boxes1|boxes_?pred|pred_?boxes)\[:, :2\]")
_TARGETED = wording(r"(?:boxes2|tgt_\w*|target_\w*)\[:, 2:\] >= (?:boxes2|tgt_\w*|target_\w*)\[:, :2\]")


@NON_FINITE_FORWARD.seen_in
def predicted(failure: Failure, log: Log) -> Witnessed:
    """Predicted boxes of DETR have no negative size by construction: where the check of their corners fails, they are NaN."""
    line = failure.innermost
    if line and failure.is_a("AssertionError") and _PREDICTED.search(line.code):
        yield NON_FINITE_FORWARD.found("the boxes that the model predicts are no numbers", LIKELY, seen={"checked": line.code[:200]})


@BOX_REVERSED.seen_in
def targeted(failure: Failure, log: Log) -> Witnessed:
    line = failure.innermost
    if line and failure.is_a("AssertionError") and _TARGETED.search(line.code):
        yield BOX_REVERSED.found("a box of the targets ends before it begins", LIKELY, stage=Stage.DATA, seen={"checked": line.code[:200]})
