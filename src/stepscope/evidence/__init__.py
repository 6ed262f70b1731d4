"""What was seen: plain frozen values, no framework."""

from stepscope.evidence.batch import Batch
from stepscope.evidence.call import Call, Operand
from stepscope.evidence.ending import Death, Interruption, WorkerDeath
from stepscope.evidence.failure import Failure, Frame
from stepscope.evidence.labels import Head, Labels
from stepscope.evidence.layer import Layer
from stepscope.evidence.machine import Machine
from stepscope.evidence.moment import Moment
from stepscope.evidence.observation import Observation
from stepscope.evidence.recursion import Recursion
from stepscope.evidence.stage import Stage
from stepscope.evidence.tensor import Tensor

__all__ = [
    "Batch",
    "Call",
    "Death",
    "Failure",
    "Frame",
    "Head",
    "Interruption",
    "Labels",
    "Layer",
    "Machine",
    "Moment",
    "Observation",
    "Operand",
    "Recursion",
    "Stage",
    "Tensor",
    "WorkerDeath",
]
