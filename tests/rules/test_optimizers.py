import pytest

from stepscope.diagnose import diagnose
from stepscope.evidence import Course, Failure, Frame, NonFinite, Observation

SCHEDULER = Frame("/x/site-packages/torch/optim/lr_scheduler.py", 300, "step")
OPTIMIZER = Frame("/x/site-packages/torch/optim/optimizer.py", 950, "load_state_dict")
LINE = Frame("train.py", 30, "main", "scheduler.step()", user=True)


def first(*pieces):
    return diagnose("run", [Observation(*pieces)]).findings[0]


@pytest.mark.parametrize(
    "text",
    [
        "loaded state dict contains a parameter group that doesn't match the size of optimizer's group",
        "loaded state dict has a different number of parameter groups",
        "some parameters appear in more than one parameter group",
        "can't optimize a non-leaf Tensor",
    ],
)
def test_parameters_that_do_not_fit_the_optimizer_are_named(text):
    assert first(Failure("ValueError", text, (LINE, OPTIMIZER))).name == "optimizer-variable-mismatch"


@pytest.mark.parametrize(
    ("kind", "text"),
    [
        ("ValueError", "Tried to step 7 times. The specified number of total steps is 6"),
        ("ValueError", "Tried to step 101 times. The specified number of total steps is 100"),
        ("ZeroDivisionError", "integer modulo by zero"),
        ("KeyError", "\"param 'initial_lr' is not specified in param_groups[0] when resuming an optimizer\""),
        ("ValueError", "You must define either total_steps OR (epochs AND steps_per_epoch)"),
        ("TypeError", "Adam is not an Optimizer"),
    ],
)
def test_what_a_schedule_refuses_is_its_misuse(kind, text):
    assert first(Failure(kind, text, (LINE, SCHEDULER))).name == "schedule-misuse"


def test_a_plateau_schedule_without_its_quantity_is_a_misuse():
    text = "ReduceLROnPlateau.step() missing 1 required positional argument: 'metrics'"

    assert first(Failure("TypeError", text, (LINE,))).name == "schedule-misuse"


def test_an_error_in_the_users_own_schedule_function_is_the_users():
    own = Frame("train.py", 4, "<lambda>", "lambda epoch: epoch / warmup", user=True)

    assert first(Failure("ZeroDivisionError", "division by zero", (LINE, SCHEDULER, own))).name == "user-code-exception"


@pytest.mark.parametrize(("momentum", "named"), [(1.05, True), (1.0, True), (0.9, False)])
def test_a_momentum_that_forgets_nothing_is_named_where_the_training_diverged(momentum, named):
    course = Course(losses=(3.0, 2.0, 1.0, 30.0, 4e3, 1e6), optimizer="SGD", lr=0.01, momentum=momentum, built=LINE)

    found = first(NonFinite("loss", "nan", "forward", "addmm"), course)

    assert (found.name, "momentum" in found.seen, "momentum" in found.fix[0]) == ("divergence", named, named)


@pytest.mark.parametrize(("lr", "word"), [(float("nan"), "NaN"), (float("inf"), "infinite")])
def test_a_learning_rate_that_is_not_finite_is_told_as_it_is(lr, word):
    course = Course(losses=(3.0, 2.0, 1.0), optimizer="SGD", lr=lr, lr_set=LINE, decay=lr)

    found = first(NonFinite("loss", "nan", "weight"), course)

    assert (found.name, found.place.line) == ("lr-too-high", LINE.line)
    assert found.headline.startswith(f"the learning rate itself has become {word}")
