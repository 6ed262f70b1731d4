"""An Ultralytics detection set whose classes count from 1, from its folders to a set that may be trained on.

    python examples/datasets/ultralytics.py [FOLDER]

Ultralytics keeps images in `images/train` and `images/val`, a text file for each in `labels/train` and `labels/val`, and a `data.yaml` that names paths and classes.
"""

import sys
import tempfile
from pathlib import Path

from crops import crops, lines
from steps import stepscope

YAML = "path: .\ntrain: images/train\nval: images/val\nnames:\n  0: temple\n  1: flower\n"


def write(root: Path) -> None:
    """Two dozen photos; the labels were exported with classes 1 and 2, and one image lies in both splits."""
    for number, (image, boxes) in enumerate(crops()):
        split = "val" if number % 5 == 0 else "train"
        for folder in ("images", "labels"):
            (root / folder / split).mkdir(parents=True, exist_ok=True)
        image.save(root / "images" / split / f"{number:03}.jpg", quality=90)
        (root / "labels" / split / f"{number:03}.txt").write_text(lines([(label + 1, *box) for label, *box in boxes]))
    for folder, ending in (("images", "jpg"), ("labels", "txt")):
        (root / folder / "val" / f"copy.{ending}").write_bytes((root / folder / "train" / f"003.{ending}").read_bytes())
    (root / "data.yaml").write_text(YAML)


def main(folder: Path) -> int:
    """Write the set, check it, repair it with the numbers that are meant, and take the copy out of validation."""
    data, fixed = folder / "shop", folder / "shop-renumbered"
    write(data)
    stepscope("check", str(data / "data.yaml"))
    print("\n1. All labels count from 1: they are given new numbers, in a copy.")
    stepscope("check", str(data), "--fix", str(fixed), "--renumber", "1:0,2:1")
    print("\n2. By hand: the image that stands in both splits, out of validation.")
    (fixed / "images/val/copy.jpg").unlink()
    (fixed / "labels/val/copy.txt").unlink()
    code = stepscope("check", str(fixed / "data.yaml"), "--model-classes", "2", "--size", "128x128")
    print("\n3. Exit code", code, "- the set may be trained on." if code == 0 else "")
    return code


if __name__ == "__main__":
    if len(sys.argv) > 1:
        sys.exit(main(Path(sys.argv[1])))
    with tempfile.TemporaryDirectory() as temporary:
        sys.exit(main(Path(temporary)))
