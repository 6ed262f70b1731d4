import pytest

from stepscope.diagnose import diagnose
from stepscope.evidence import (
    Course,
    Failure,
    Frame,
    History,
    Moment,
    NonFinite,
    Observation,
    OptimizerParameters,
    OwnBackward,
    Reused,
    Tensor,
    Written,
)
from stepscope.finding import Confidence

BACKWARD = Frame("train.py", 9, "main", "loss.backward()", user=True)
CUT = Frame("train.py", 7, "main", "loss = torch.tensor(value.item())", user=True)
NO_HISTORY = Failure("RuntimeError", "element 0 of tensors does not require grad and does not have a grad_fn", (BACKWARD,))


def first(*pieces):
    return diagnose("run", [Observation(*pieces)]).findings[0]


def test_a_loss_made_while_gradients_were_off_is_no_grad_at_the_line_that_switched_them_off():
    off = Frame("train.py", 3, "validate", "torch.set_grad_enabled(False)", user=True)

    found = first(NO_HISTORY, History(grad_mode=False, parameters=4, trainable=4, off=off))

    assert (found.name, found.place.line, found.confidence) == ("no-grad", 3, Confidence.CERTAIN)


def test_a_model_without_a_trainable_parameter_is_no_grad():
    assert "none of 4 parameters" in first(NO_HISTORY, History(parameters=4, trainable=0)).headline


def test_a_loss_that_left_the_graph_is_detached_at_the_line_that_cut_it():
    found = first(NO_HISTORY, History(parameters=4, trainable=4, cut=CUT, how=".item()", sure=True))

    assert (found.name, found.place.line) == ("graph-detached", 7)


def test_without_a_cut_a_missing_history_is_likely_no_grad():
    found = first(NO_HISTORY, History(parameters=4, trainable=4))

    assert (found.name, found.confidence, found.place.line) == ("no-grad", Confidence.LIKELY, 9)


@pytest.mark.parametrize("kind", ["float", "int", "numpy.float64"])
def test_a_number_has_no_backward(kind):
    assert first(Failure("AttributeError", f"'{kind}' object has no attribute 'backward'", (BACKWARD,))).name == "graph-detached"


def test_a_list_without_backward_is_the_users_own_mistake():
    assert first(Failure("AttributeError", "'list' object has no attribute 'backward'", (BACKWARD,))).name == "user-code-exception"


@pytest.mark.parametrize(
    "text",
    [
        "Trying to backward through the graph a second time (or directly access saved tensors after they have already been freed).",
        "Trying to backward through the graph a second time, but the saved intermediate results have already been freed.",
        "Trying to backward through the graph a second time, but the buffers have already been freed. Specify retain_graph=True",
    ],
)
def test_every_form_of_a_freed_graph_is_backward_twice(text):
    assert first(Failure("RuntimeError", text, (BACKWARD,))).name == "backward-twice"


def test_the_tensor_that_was_kept_is_named():
    made = Frame("train.py", 5, "main", "out, state = rnn(x, state)", user=True)
    failure = Failure("RuntimeError", "Trying to backward through the graph a second time", (BACKWARD,))

    found = first(failure, Reused("state", "carried over from the step before", made))

    assert "`state`" in found.headline
    assert found.place.line == 5
    assert "state.detach()" in found.fix[0]


CHANGED = (
    "one of the variables needed for gradient computation has been modified by an inplace operation: [torch.FloatTensor [64, 16]], "
    "which is output 0 of SigmoidBackward0, is at version 1; expected version 0 instead. Hint: enable anomaly detection"
)


@pytest.mark.parametrize(
    "text",
    [
        CHANGED,
        "a leaf Variable that requires grad is being used in an in-place operation.",
        "a leaf Variable that requires grad has been used in an in-place operation.",
        "a view of a leaf Variable that requires grad is being used in an in-place operation.",
        "Output 0 of UnbindBackward0 is a view and is being modified inplace. This view is the output of a function",
        "A view was created in no_grad mode and is being modified inplace with grad mode enabled. Given that this use case is",
        "leaf variable has been moved into the graph interior",
    ],
)
def test_every_form_of_a_change_in_place_is_named(text):
    assert first(Failure("RuntimeError", text, (BACKWARD,))).name == "inplace-modification"


def test_one_fitting_line_is_the_place_several_are_not():
    one, other = (Frame("net.py", line, "forward", "gate *= 2", user=True) for line in (4, 8))
    failure = Failure("RuntimeError", CHANGED, (BACKWARD,))

    assert first(failure, Written((one,))).place.line == 4
    assert first(failure, Written((one, other))).place.line == 9


def test_a_users_function_is_told_from_the_frameworks_by_its_name():
    own = "function QuantiseBackward returned an incorrect number of gradients (expected 2, got 1)"
    theirs = "Function MmBackward0 returned an invalid gradient at index 0 - got [3, 4] but expected shape compatible with [3, 5]"

    assert first(Failure("RuntimeError", own, (BACKWARD,))).name == "custom-gradient-wrong"
    assert first(Failure("RuntimeError", theirs, (BACKWARD,))).name != "custom-gradient-wrong"


def test_the_line_of_the_users_backward_is_the_place():
    line = Frame("ops.py", 12, "backward", "return grad", user=True)
    text = "function QuantiseBackward returned an incorrect number of gradients (expected 2, got 1)"

    assert first(Failure("RuntimeError", text, (BACKWARD,)), OwnBackward("Quantise", line)).place.line == 12


SCALER = Frame("/x/site-packages/torch/amp/grad_scaler.py", 342, "unscale_")


@pytest.mark.parametrize(
    ("kind", "text"),
    [
        ("RuntimeError", "unscale_() has already been called on this optimizer since the last update()."),
        ("RuntimeError", "unscale_() is being called after step()."),
        ("RuntimeError", "step() has already been called since the last update()."),
        ("AssertionError", "No inf checks were recorded for this optimizer."),
        ("AssertionError", "Attempted unscale_ but _scale is None.  This may indicate your script did not use scaler.scale(loss)"),
        ("ValueError", "Attempting to unscale FP16 gradients."),
    ],
)
def test_every_refusal_of_the_scaler_is_named(kind, text):
    step = Frame("train.py", 20, "main", "scaler.step(optimizer)", user=True)

    assert first(Failure(kind, text, (step, SCALER))).name == "grad-scaler-amp"


def test_a_scaler_without_gradients_tells_stale_parameters_from_a_missing_backward():
    failure = Failure("AssertionError", "No inf checks were recorded for this optimizer.", (SCALER,))

    assert first(failure, OptimizerParameters("SGD", 2, 0, 0, 1)).name == "optimizer-stale-parameters"
    assert first(failure, OptimizerParameters("SGD", 2, 2, 0, 1)).name == "grad-scaler-amp"


def test_clipping_before_the_first_backward_is_an_order_of_clipping():
    clip = Frame("train.py", 8, "main", "p.grad.data.clamp_(-1, 1)", user=True)
    failure = Failure("AttributeError", "'NoneType' object has no attribute 'data'", (clip,))

    assert first(failure, History(parameters=4, trainable=4, gradients=0)).name == "gradient-clip-order"
    assert first(failure, History(parameters=4, trainable=4, gradients=3)).name != "gradient-clip-order"


def test_parameters_changed_by_hand_are_to_be_changed_without_recording():
    line = Frame("train.py", 4, "initialise", "p.uniform_(-0.1, 0.1)", user=True)

    found = first(Failure("RuntimeError", "a leaf Variable that requires grad is being used in an in-place operation.", (line,)), Moment())

    assert found.name == "inplace-modification"
    assert "torch.no_grad()" in found.fix[0]
    assert "torch.nn.init" in found.fix[0]


def test_a_step_between_forward_and_backward_is_not_told_as_a_product_in_place():
    text = "one of the variables needed for gradient computation has been modified by an inplace operation: [torch.FloatTensor [32, 1]] is at version 2; expected version 1 instead"
    found = first(Failure("RuntimeError", text, (BACKWARD,)), Written((BACKWARD,), optimizer=True))

    assert found.name == "inplace-modification"
    assert found.fix[0].startswith("Call `optimizer.step()` only after")
    assert not any("x *= 2" in fix for fix in found.fix)


@pytest.mark.parametrize(("infinite", "name"), [(0, "exploding-gradient"), (140, "non-finite-gradient")])
def test_a_large_number_beside_infinities_that_were_asked_for_is_no_gradient_that_grew(infinite, name):
    given = Tensor((20, 6), "float32", minimum=-1e30, maximum=9.0, infinite=infinite)

    step = NonFinite("gradient", "nan", "backward", operator="sub", frames=(BACKWARD,), inputs=(given,), output=Tensor((20, 6), "float32", nan=1), node="LogsumexpBackward0", repeat="exact")

    assert first(step, Course()).name == name
