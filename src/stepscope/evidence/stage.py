"""The stages of a training run, a closed list."""

from __future__ import annotations

from enum import Enum


class Stage(str, Enum):
    """A step is data, augment, collate, transfer, forward, loss, backward, optimizer; the others stand around it."""

    SETUP = "setup"
    DATA = "data"
    AUGMENT = "augment"
    COLLATE = "collate"
    TRANSFER = "transfer"
    FORWARD = "forward"
    LOSS = "loss"
    BACKWARD = "backward"
    OPTIMIZER = "optimizer"
    METRICS = "metrics"
    LOGGING = "logging"
    CHECKPOINT = "checkpoint"
    DISTRIBUTED = "distributed"
    ENVIRONMENT = "environment"
