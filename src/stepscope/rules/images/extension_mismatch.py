"""An image's content has another format than its file name says.

Why
---
Loaders that go by the name fail (`tf.image.decode_png` on a JPEG with some options, `nvJPEG`), others read it; a PNG named `.jpg` may carry transparency or
16 bits where nobody expects them.

Fix
---
- Rename the file after its content, in the annotations too.
- Or write it anew in the format of its name: `Image.open(path).convert("RGB").save(path)`.

Bad
---
    os.rename("photo.webp", "photo.jpg")

Good
----
    Image.open("photo.webp").convert("RGB").save("photo.jpg")
"""

from stepscope.evidence import Images, Stage
from stepscope.finding import Severity
from stepscope.rule import Rule, Witnessed
from stepscope.rules.found import at, counted, legible, shown

EXTENSION_MISMATCH = Rule("IMG106", Severity.WARNING, stage=Stage.DATA)

_FORMATS = {
    "jpg": ("JPEG", "MPO"), "jpeg": ("JPEG", "MPO"), "jpe": ("JPEG", "MPO"), "jfif": ("JPEG",), "png": ("PNG",), "apng": ("PNG",), "gif": ("GIF",), "bmp": ("BMP", "DIB"),
    "webp": ("WEBP",), "tif": ("TIFF",), "tiff": ("TIFF",), "ppm": ("PPM",), "pgm": ("PPM",), "pbm": ("PPM",), "pnm": ("PPM",), "avif": ("AVIF",), "jp2": ("JPEG2",),
    "tga": ("TGA",), "ico": ("ICO", "PNG", "BMP"),
}  # fmt: skip


@EXTENSION_MISMATCH.seen_in
def files(images: Images) -> Witnessed:
    formats, odd = images.facts["format"].tolist(), []
    for row in legible(images).nonzero()[0].tolist():
        named = _FORMATS.get(images.paths[row].rpartition(".")[2].lower())
        if named is not None and formats[row].decode() not in named:
            odd.append(row)
    if odd:
        places = at(images, odd)
        kinds = sorted({f"{images.paths[row].rpartition('.')[2].lower()} that are {formats[row].decode()}" for row in odd})
        yield EXTENSION_MISMATCH.found(
            f"{shown(places[0].file)} holds {formats[odd[0]].decode()}", seen={"images": counted(places, images), "kinds": ", ".join(kinds[:6])}, places=places
        )
