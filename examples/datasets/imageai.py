"""An imageai detection set with three mistakes, from its folders to a set that may be trained on.

    python examples/datasets/imageai.py [FOLDER]

imageai keeps images in `train/images` and `validation/images`, a YOLO text file for each in `train/annotations` and `validation/annotations`, and `classes.txt` beside these.
"""

import sys
import tempfile
from pathlib import Path

from crops import crops, lines
from steps import stepscope


def write(root: Path) -> None:
    """Two dozen photos, of which three are spoilt."""
    for number, (image, boxes) in enumerate(crops()):
        split = root / ("validation" if number % 5 == 0 else "train")
        for folder in ("images", "annotations"):
            (split / folder).mkdir(parents=True, exist_ok=True)
        image.save(split / "images" / f"{number:03}.jpg", quality=90)
        (split / "annotations" / f"{number:03}.txt").write_text(lines(boxes))
        (split / "annotations" / "classes.txt").write_text("temple\nflower\n")
    (root / "train/annotations/007.txt").write_text("1 0.95 0.5 0.2 0.3\n")  # reaches over the right edge
    (root / "train/annotations/012.txt").write_text("2 0.5 0.5 0.2 0.3\n")  # there are classes 0 and 1
    whole = (root / "train/images/021.jpg").read_bytes()
    (root / "train/images/021.jpg").write_bytes(whole[: len(whole) // 2])  # a download that broke off


def main(folder: Path) -> int:
    """Write the set, check it, repair it, and do by hand what only a person can."""
    data, fixed = folder / "headsets", folder / "headsets-fixed"
    write(data)
    stepscope("check", str(data))
    print("\n1. What a machine can put right, it does in a copy; what is left only a person can know.")
    stepscope("check", str(data), "--fix", str(fixed))
    print("\n2. By hand: the class that is meant, and the cut-off image out with its text file.")
    label = fixed / "train/annotations/012.txt"
    label.write_text(label.read_text().replace("2 ", "1 ", 1))
    (fixed / "train/images/021.jpg").unlink()
    (fixed / "train/annotations/021.txt").unlink()
    code = stepscope("check", str(fixed), "--model-classes", "2", "--size", "128x128")
    print("\n3. Exit code", code, "- the set may be trained on." if code == 0 else "")
    return code


if __name__ == "__main__":
    if len(sys.argv) > 1:
        sys.exit(main(Path(sys.argv[1])))
    with tempfile.TemporaryDirectory() as temporary:
        sys.exit(main(Path(temporary)))
