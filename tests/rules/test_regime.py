import pytest

from stepscope.diagnose import diagnose
from stepscope.evidence import Failure, Frame, Observation

FIT = Frame("train.py", 30, "main", "trainer.fit(model, loader)", user=True)
CALLBACK = Frame("/x/site-packages/lightning/pytorch/callbacks/early_stopping.py", 175, "_validate_condition_metric")
TRAINER = Frame("/x/site-packages/transformers/trainer.py", 2192, "compute_loss")


def first(*pieces):
    return diagnose("run", [Observation(*pieces)]).findings[0]


@pytest.mark.parametrize(
    ("kind", "text", "advice"),
    [
        ("RuntimeError", "Early stopping conditioned on metric `acc` which is not available. Pass in or modify your `EarlyStopping` callback to use any of the following: `loss`, `val_acc`", "`val_acc`"),
        ("MisconfigurationException", "`ModelCheckpoint(monitor='dice')` could not find the monitored key in the returned metrics: ['loss', 'valid_dice']. HINT: Did you call `log('dice', value)`?", "`valid_dice`"),
        ("MisconfigurationException", "ReduceLROnPlateau conditioned on metric iou/val which is not available. Available metrics are: ['loss', 'val/iou']. Condition can be set using `monitor` key", ""),
        ("KeyError", "The `metric_for_best_model` training argument is set to 'eval_f1', which is not found in the evaluation metrics. The available evaluation metrics are: ['eval_loss', 'eval_macro_f1']", "`eval_macro_f1`"),
    ],
)  # fmt: skip
def test_a_watched_quantity_that_is_not_logged_is_named_with_the_nearest_that_is(kind, text, advice):
    finding = first(Failure(kind, text, (FIT, CALLBACK)))

    assert (finding.name, finding.stage.value) == ("monitor-misuse", "metrics")
    assert advice in finding.fix[0]


def test_a_batch_without_labels_leaves_a_trainer_without_a_loss():
    text = "The model did not return a loss from the inputs, only the following keys: logits. For reference, the inputs it received are {}."

    assert first(Failure("ValueError", text.format("input_ids,attention_mask"), (FIT, TRAINER))).name == "label-missing"
    assert first(Failure("ValueError", text.format("input_ids,labels"), (FIT, TRAINER))).name != "label-missing"
