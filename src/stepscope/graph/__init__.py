"""Iterative walks over module trees, autograd graphs, Python objects and any graph of the user's."""

from .autograd import autograd_depth, count_nodes
from .backward import Gradients, backward
from .circle import Circle
from .cycle import CycleError
from .modules import module_path, named_modules, object_cycle
from .objects import depth, find_object_cycle
from .search import cycles, find_cycle
from .walk import topological, walk

__all__ = [
    "Circle",
    "CycleError",
    "Gradients",
    "autograd_depth",
    "backward",
    "count_nodes",
    "cycles",
    "depth",
    "find_cycle",
    "find_object_cycle",
    "module_path",
    "named_modules",
    "object_cycle",
    "topological",
    "walk",
]
