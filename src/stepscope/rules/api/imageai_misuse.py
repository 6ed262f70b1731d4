"""imageai is called out of order, by the names of another class or version, or with folders that it does not read.

Why
---
Each class of imageai knows its own models: `ClassificationModelTrainer` the classifiers, `DetectionModelTrainer` YOLO alone. The steps have an
order: type, then data, then configuration, then training or loading. Version 3 (on PyTorch) has other arguments than version 2 (on TensorFlow),
and reads YOLO text files where version 2 reads Pascal VOC.

Fix
---
- To train a detector: `DetectionModelTrainer`, `setModelTypeAsYOLOv3()`, `setDataDirectory`, `setTrainConfig`, `trainModel`, in this order.
- To train a classifier: `ClassificationModelTrainer`; the folders are `train/<class>/` and `test/<class>/`.
- Look up the arguments for the installed version (`pip show imageai`): what was `num_objects` in 2 is counted from the folders in 3.

Bad
---
    trainer = ClassificationModelTrainer()
    trainer.setModelTypeAsYOLOv3()

Good
----
    trainer = DetectionModelTrainer()
    trainer.setModelTypeAsYOLOv3()
"""

from stepscope.evidence import Failure, Log, Stage, wording
from stepscope.finding import Confidence, Severity
from stepscope.rule import Rule, Witnessed

IMAGEAI_MISUSE = Rule("API105", Severity.ERROR, stage=Stage.SETUP, hears_users=True)

_CLASSES = r"(?:ModelTraining|ClassificationModelTrainer|DetectionModelTrainer|ImagePrediction|CustomImagePrediction|ImageClassification|CustomImageClassification|ObjectDetection|CustomObjectDetection|VideoObjectDetection|CustomVideoObjectDetection)"
_ATTRIBUTE = wording(rf"'(?P<kind>{_CLASSES})' object has no attribute '(?P<name>_?\w+)'")
_METHODS = (
    r"(?:trainModel|setTrainConfig|setModelTypeAs\w+|setDataDirectory|setModelPath|setJsonPath|loadModel|loadFullModel|evaluateModel|detectObjectsFrom\w+|detectCustomObjectsFrom\w+"
    r"|predictImage|predictMultipleImages|classifyImage|detectCustomObjects|CustomObjects|predictPrimary)"
)
_ARGUMENT = wording(rf"(?:\w+\.)?(?P<call>{_METHODS})\(\) (?:got an unexpected keyword argument '(?P<name>\w+)'|missing \d+ required positional arguments?: (?P<missing>[^\n]{{1,80}})|takes [^\n]{{1,60}})")
_WORDS = wording(
    r"[Yy]ou must (?:set|call|specify|load)[^\n]{0,60}(?:[Mm]odel ?[Tt]ype|model path|loadModel|setModel\w*|json|call (?:the )?loadModel)|[Mm]odel not loaded|must call (?:the )?function loadModel"
    r"|[Ss]et (?:a )?valid model type|Ensure you specified correct input image|Invalid model(?: path| file)? |Kindly (?:set|provide|specify)|does not contain a (?:train|validation|test) folder"
    r"|should point to a valid (?:directory|path)|(?:Tensorflow|TensorFlow) model with ImageAI|is not (?:a )?valid model type"
)


@IMAGEAI_MISUSE.seen_in
def attribute(failure: Failure) -> Witnessed:
    found = _ATTRIBUTE.search(failure.message)
    if found and failure.is_a("AttributeError"):
        yield IMAGEAI_MISUSE.found(f"`{found['kind']}` has no `{found['name']}`", Confidence.LIKELY, stage=Stage.SETUP, seen={"says": failure.message[:200]})


@IMAGEAI_MISUSE.seen_in
def argument(failure: Failure) -> Witnessed:
    """An argument of another version of imageai, or one that is left out."""
    found = _ARGUMENT.search(failure.message)
    if found and failure.is_a("TypeError"):
        what = f"takes no `{found['name']}`" if found["name"] else f"needs {found['missing']}" if found["missing"] else "takes other arguments"
        yield IMAGEAI_MISUSE.found(f"`{found['call']}` of this imageai {what}", Confidence.LIKELY, stage=Stage.SETUP, seen={"says": failure.message[:200]})


@IMAGEAI_MISUSE.seen_in
def words(failure: Failure, log: Log) -> Witnessed:
    inside = "ImageAI" in failure.message or any("imageai" in frame.file.lower() for frame in failure.frames)
    if inside and (found := _WORDS.search(failure.message)):
        yield IMAGEAI_MISUSE.found(found[0], Confidence.LIKELY, stage=Stage.SETUP, seen={"says": failure.message[:200]})
