"""Reports of a data set with hostile names, many places and small pictures of real photos."""

import base64
import io

import skimage.data
from PIL import Image

from stepscope.diagnose import NotAsked, Report
from stepscope.evidence import Chart, Colours, Overlap, Overview, Thumbnail
from stepscope.finding import Confidence, Finding, Place, Severity, Stage

EVIL = "train/<script>document.title='owned'</script>\"'>&amp;\udcff\x00\u202egnp.jpg"


def thumbnail(photo):
    image = Image.fromarray(photo)
    small = image.copy()
    small.thumbnail((96, 96))
    target = io.BytesIO()
    small.save(target, "JPEG")
    return Thumbnail(image.width, image.height, "data:image/jpeg;base64," + base64.b64encode(target.getvalue()).decode())


def finding(severity, name, places=(), code="BOX101", **fields):
    first, *rest = places or (Place(),)
    return Finding(
        code, name, severity, Confidence.CERTAIN, Stage.DATA, fields.pop("headline", f"{name.replace('-', ' ')} in {len(places):,} places"), first, tuple(rest),
        max(1, len(places)), {"boxes": f"{len(places)} of 24,112", "share": "0.3 %"}, "Training sees nothing of what lies outside.", (), ("Clip the boxes.", "Check the form."), **fields,
    )  # fmt: skip


def full(places=10_000):
    """Three findings, of which one has this many places."""
    names = [f"train/images/{number:05}.jpg" for number in range(places)]
    many = [Place(name.replace("images", "labels"), number % 40 + 1, image=name, box=(300.0, 80.0, 560.0, 300.0), about="reaches 48 pixels past the right edge") for number, name in enumerate(names)]
    photos = (skimage.data.astronaut(), skimage.data.chelsea(), skimage.data.rocket(), skimage.data.coffee())
    small = {name: thumbnail(photos[number % 4]) for number, name in enumerate(names[:12])}
    overview = Overview(
        "yolo", 6000, {"train": 5000, "val": 1000}, ("cat", "dog", "<b>bold</b>"), {"train": (9000, 8000, 3000), "val": (2000, 2000, 112)}, 24112, (640, 480, 0.92),
        (Chart("Image sizes", "images", (("640 x 480", 5520), ("480 x 640", 480))), Chart("Channels and modes", "images", (("RGB", 5990), ("L", 10))),
         Chart("Boxes per image", "images", (("0", 10), ("1", 990), ("2", 2000), ("3 to 5", 3000)))),
        (Overlap("train", "val", 12, 3),), Colours((0.485, 0.456, 0.406), (0.229, 0.224, 0.225), 256, "images of train: 256 of 5,000, evenly spread"),
        {**small, EVIL: thumbnail(photos[0])},
    )  # fmt: skip
    findings = (
        finding(Severity.ERROR, "box-out-of-image", many),
        finding(Severity.WARNING, "exif-rotation", [Place(EVIL)], code="IMG105", headline=f"{EVIL} is stored on its side"),
        finding(Severity.NOTE, "one-class", code="DAT110", headline="there is a single class"),
    )
    return Report("check", findings, 61, (NotAsked("NAT101", "native-crash", "death"),), ("a note with <i>tags</i>",), overview=overview)
