"""Pictures as decoders and augmentation of TensorFlow and Keras refuse them."""

from __future__ import annotations

from stepscope.evidence import Failure, Log, Stage, wording
from stepscope.rule import Witnessed
from stepscope.rules.augment.augmentation_failure import AUGMENTATION_FAILURE
from stepscope.rules.datasets.missing_file import MISSING_FILE
from stepscope.rules.images.channel_mismatch import CHANNEL_MISMATCH
from stepscope.rules.images.corrupt_image import CORRUPT_IMAGE
from stepscope.rules.sentences import LIKELY, POSSIBLE
from stepscope.rules.tensorflow.data import OF_NOTHING
from stepscope.rules.tensorflow.reading import SHAPE
from stepscope.rules.tensorflow.sayings import first, sayings

_UNREAD = wording(r"imread_\('(?P<file>[^']+)'\): can't open/read file|Could not (?:open|read|find) (?:image|file) ?:? ?'?(?P<other>[^'\n]+)")

_DECODER = wording(r"(?:\{\{node |\[\[node |\[Op:)(?P<node>(?:[\w.-]+/)*Decode(?:Image|Jpeg|Png|Bmp|Gif|WebP|AndCropJpeg)(?:_\d+)?)\b")


@MISSING_FILE.seen_in
def not_read(failure: Failure, log: Log) -> Witnessed:
    """OpenCV says that it cannot open a picture and returns None; the next line stumbles over it."""
    heard = log.find(_UNREAD)
    if heard and OF_NOTHING.search(failure.message):
        name = (heard.match["file"] or heard.match["other"] or "").strip()
        yield MISSING_FILE.found(
            f"{name[-50:]} cannot be opened", LIKELY, stage=Stage.DATA,
            seen={"the log says": heard.said.text.strip()[:250], "then": f"{failure.type}: {first(failure, 120)}", "files": str(sum(1 for _ in log.every(_UNREAD)))},
            instead=("Compare the path with the folder: capitals of the extension, the folder that relative paths start from. `cv2.imread` returns None where it cannot read.",),
        )  # fmt: skip


@CORRUPT_IMAGE.seen_in
def at_decoder(failure: Failure) -> Witnessed:
    """A decoder's own node refused what it was given: its only argument that data decide is the file's bytes."""
    if failure.is_a("InvalidArgumentError") and (found := _DECODER.search(failure.message)):
        yield CORRUPT_IMAGE.found(f"a picture cannot be decoded: {first(failure, 60)}", POSSIBLE, stage=Stage.DATA, seen={"node": found["node"], "says": first(failure)})


sayings(CORRUPT_IMAGE, (
    (r"got unknown format starting with '(?P<start>[^']{1,80})|Unknown image file format", "a file is not a picture that TensorFlow decodes"),
    (r"Invalid JPEG data(?: or crop window)?(?:, data size (?P<size>\d+))?", "a JPEG file is damaged or ends early"),
    (r"Invalid PNG(?: data|\.)|PNG (?:data )?(?:size|header)[^\n]*(?:invalid|mismatch)|Invalid GIF data|Invalid BMP|[Uu]nable to decode|[Ii]mage (?:file )?is corrupt|Input is empty\.|Incomplete bmp content|jpeg::Uncompress failed", "a picture cannot be decoded"),
    (r"Trying to decode (?P<format>\w+) format using a wrong op", "a file is {format}, and another decoder is called for it"),
    (r"[Tt]runcated File Read|image file is truncated", "a picture ends early"),
), LIKELY, Stage.DATA, (
    "Find the file: decode each one by itself (`PIL.Image.open(path).load()`), and take out or convert those that fail; files may be named .jpg and be WebP, HTML or empty.",
    "To pass over them: `ds.ignore_errors()` (`tf.data.experimental.ignore_errors()`).",
))  # fmt: skip

sayings(AUGMENTATION_FAILURE, (
    (rf"Input to `?\.fit\(\)`? should have rank 4\. Got array with shape: (?P<shape>{SHAPE})", "ImageDataGenerator takes (N, H, W, C), and gets {shape}"),
    (rf"Input data in `?NumpyArrayIterator`? should have rank 4\. You passed an array with shape:? ?(?P<shape>{SHAPE})", "ImageDataGenerator takes (N, H, W, C), and gets {shape}"),
    (r"Expected image tensor to have rank 3 \(single image\) or 4|preprocessing layers? (?:expects?|should)[^\n]*rank|Input image must be (?:either )?rank 3 or 4|is incompatible with layer (?:random|center)_\w+", "an augmentation layer gets another number of axes than it takes"),
    (r"assertion failed: \[(?:width|height) must be >= (?:target|offset)[^\]]*\]|Need value\.shape >= size, got +(?P<has>\[[^\]]*\]) (?P<needs>\[[^\]]*\])", "a crop is larger than the picture"),
    (r"'images?' must (?:be|have) (?:at least )?(?:three|3)-?dimension|'images?' \(shape \([^)]*\)\) must be (?:at least )?three-dimensional|\(?'?images'? contains no shape|'images' must have either 3 or 4 dimensions|(?:Unsupported number of image dimensions|Image tensor must be)", "a function for pictures gets another number of axes than it takes"),
), stage=Stage.AUGMENT)  # fmt: skip

sayings(CHANNEL_MISMATCH, ((r"Number of channels inherent in the image must be 1, 3 or 4, was (?P<got>\d)|channels attribute (?P<needs>\d) does not match bits per pixel", "a picture has another number of channels than the decoder gives"),), stage=Stage.DATA)
