"""What trainings leave in a data folder: their pictures and predictions are no samples."""

from __future__ import annotations

import re

from stepscope.collect.files.tree import Tree, shown

_PLACES = re.compile(r"^(?P<runs>(?:.*/)?runs)/(?:detect|segment|classify|pose|obb|train|val|predict)\w*/|^(?P<logs>(?:.*/)?(?:wandb(?=/(?:offline-)?run-)|lightning_logs(?=/version_\d)|mlruns(?=/\d)))/")
_NAMES = frozenset(("runs", "wandb", "lightning_logs", "mlruns"))
_MARKS = re.compile(r"/(?:args|opt|hyp)\.yaml$|/results\.csv$|/weights/[^/]+\.pt$|/events\.out\.tfevents")
"""Files without which a folder called runs is one of the data set."""


def without_outputs(tree: Tree) -> Tree:
    """The same tree without the folders that Ultralytics, Weights & Biases, Lightning and MLflow write; its notes name them."""
    marked: dict[str, bool] = {}
    for path in tree.files if any(folder.rpartition("/")[2] in _NAMES for folder in tree.folders) else ():
        found = _PLACES.match(path)
        if found:
            folder = found["runs"] or found["logs"]
            marked[folder] = marked.get(folder, False) or bool(found["logs"]) or bool(_MARKS.search(path))
    left = [folder for folder, is_output in marked.items() if is_output]
    for folder in left:
        tree.files = {path: status for path, status in tree.files.items() if not path.startswith(folder + "/")}
        tree.folders = {path for path in tree.folders if path != folder and not path.startswith(folder + "/")}
        tree.notes.append(f"left out: {shown(folder)}, where trainings wrote their results")
    return tree
