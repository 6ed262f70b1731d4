"""What was seen: plain frozen values, no framework."""

from stepscope.evidence.batch import Batch, Remainder
from stepscope.evidence.boxes import PART, Boxes
from stepscope.evidence.call import Call, Operand
from stepscope.evidence.callee import Callee, Lookup, Refused
from stepscope.evidence.collectives import Collectives, Waited
from stepscope.evidence.dataset import WHOLE, Expected, Flaw, Flaws, Inventory, Masks
from stepscope.evidence.ending import Death, Interruption, LateWorker, WorkerDeath
from stepscope.evidence.failure import Failure, Frame
from stepscope.evidence.file import Empty, File
from stepscope.evidence.history import History, OwnBackward, Reused, Written
from stepscope.evidence.images import FACTS, Images, State, Twins
from stepscope.evidence.indexed import Indexed
from stepscope.evidence.labels import Head, Labels
from stepscope.evidence.layer import Layer
from stepscope.evidence.log import Aside, Heard, Log, Said
from stepscope.evidence.machine import Machine
from stepscope.evidence.moment import Moment
from stepscope.evidence.nonfinite import Course, NonFinite
from stepscope.evidence.observation import Observation
from stepscope.evidence.overview import Chart, Colours, Overlap, Overview, Thumbnail
from stepscope.evidence.patterns import wording
from stepscope.evidence.picture import Picture, Unequal
from stepscope.evidence.plain import PlainModules
from stepscope.evidence.recursion import Recursion
from stepscope.evidence.regrouped import Regrouped
from stepscope.evidence.skipped import Skipped
from stepscope.evidence.stage import Stage
from stepscope.evidence.stale import OptimizerParameters
from stepscope.evidence.tensor import Tensor

__all__ = [
    "WHOLE",
    "FACTS",
    "PART",
    "Aside",
    "Batch",
    "Boxes",
    "Call",
    "Callee",
    "Chart",
    "Collectives",
    "Colours",
    "Course",
    "Death",
    "Empty",
    "Expected",
    "Failure",
    "File",
    "Flaw",
    "Flaws",
    "Frame",
    "Head",
    "Heard",
    "History",
    "Images",
    "Indexed",
    "Interruption",
    "Inventory",
    "Labels",
    "LateWorker",
    "Layer",
    "Log",
    "Lookup",
    "Machine",
    "Masks",
    "Moment",
    "NonFinite",
    "Observation",
    "Operand",
    "OptimizerParameters",
    "Overlap",
    "Overview",
    "OwnBackward",
    "Picture",
    "PlainModules",
    "Recursion",
    "Refused",
    "Regrouped",
    "Remainder",
    "Reused",
    "Said",
    "Skipped",
    "Stage",
    "State",
    "Tensor",
    "Thumbnail",
    "Twins",
    "Unequal",
    "Waited",
    "WorkerDeath",
    "Written",
    "wording",
]
