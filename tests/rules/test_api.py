import pytest

from stepscope.diagnose import diagnose
from stepscope.evidence import Callee, Failure, Frame, Lookup, Observation

LINE = Frame("train.py", 12, "main", "loss = nn.CrossEntropyLoss(pred, y)", user=True)
LOSS = Frame("/x/site-packages/torch/nn/_reduction.py", 30, "legacy_get_string")
MODULE = Frame("/x/site-packages/torch/nn/modules/module.py", 1900, "__getattr__")


def first(*pieces):
    return diagnose("run", [Observation(*pieces)]).findings[0]


def test_a_framework_function_that_refuses_its_arguments_is_a_misuse():
    failure = Failure("RuntimeError", "Boolean value of Tensor with more than one value is ambiguous", (LINE, LOSS))
    callee = Callee("nn.CrossEntropyLoss", "torch.nn.modules.loss", "torch", signature="(weight=None)")

    found = first(failure, callee)

    assert found.name == "api-misuse"
    assert found.seen["called"] == "`nn.CrossEntropyLoss(weight=None)`"


@pytest.mark.parametrize(
    ("kind", "text"),
    [
        ("TypeError", "cat(): argument 'tensors' (position 1) must be tuple of Tensors, not Tensor"),
        ("TypeError", "conv2d() received an invalid combination of arguments - got (list, Parameter), but expected one of:"),
    ],
)
def test_a_function_written_in_c_that_refuses_its_arguments_is_a_misuse(kind, text):
    assert first(Failure(kind, text, (LINE,)), Callee("torch.cat", "torch", "torch")).name == "api-misuse"


@pytest.mark.parametrize(
    ("kind", "text"),
    [
        ("AttributeError", "cannot assign module before Module.__init__() call"),
        ("NotImplementedError", 'Module [Net] is missing the required "forward" function'),
    ],
)
def test_steps_in_the_wrong_order_are_a_misuse(kind, text):
    assert first(Failure(kind, text, (LINE, MODULE))).name == "api-misuse"


def test_a_layer_that_the_users_module_does_not_have_is_the_users():
    assert first(Failure("AttributeError", "'Net' object has no attribute 'fc'", (LINE, MODULE))).name == "user-code-exception"


def test_the_users_own_function_called_wrongly_is_the_users():
    call = Frame("/x/site-packages/torch/nn/modules/module.py", 1789, "_call_impl")
    failure = Failure("TypeError", "Net.forward() missing 1 required positional argument: 'mask'", (LINE, call))

    assert first(failure, Callee("model", "__main__", "", user=True)).name == "user-code-exception"


def test_a_key_that_a_configuration_file_lacks_is_told_with_those_that_it_has():
    failure = Failure("KeyError", "'lr'", (LINE,), key="'lr'")

    assert first(failure, Lookup("params", "'lr'", ("epochs",), "json.load")).name == "configuration"
    assert first(failure, Lookup("logs", "'lr'", ("epochs",), "model.evaluate")).name != "configuration"


def test_a_rate_that_is_text_comes_from_a_configuration():
    adam = Frame("/x/site-packages/torch/optim/adam.py", 58, "__init__", "if not 0.0 <= lr:")

    assert first(Failure("TypeError", "'<=' not supported between instances of 'float' and 'str'", (LINE, adam))).name == "configuration"


def test_control_flow_over_tensors_is_told_at_the_users_line():
    text = 'Data-dependent branching\n  Explanation: Detected data-dependent branching\n\nfrom user code:\n   File "/home/u/net.py", line 8, in forward\n    if w.max() > 0.9:\n'

    named = Frame("/home/u/net.py", 8, "forward", "if w.max() > 0.9:", user=True)

    found = first(Failure("Unsupported", text, (LINE, named), ("RuntimeError",), "torch._dynamo.exc"))

    assert (found.name, found.place.line) == ("graph-mode-control-flow", 8)


def test_another_graph_break_is_the_compilers():
    text = "Unsupported context manager\n\nfrom user code:\n   File \"/home/u/net.py\", line 8, in forward\n    with lock:\n"

    assert first(Failure("Unsupported", text, (LINE,), ("RuntimeError",), "torch._dynamo.exc")).name == "compiler-failure"


def test_a_limit_of_recompilations_is_retracing():
    failure = Failure("FailOnRecompileLimitHit", "Hard failure due to fail_on_recompile_limit_hit", (LINE,), ("Exception",), "torch._dynamo.exc")

    assert first(failure).name == "retracing"


@pytest.mark.parametrize(
    ("text", "cure"),
    [
        ("grad can be implicitly created only for scalar outputs", "loss.mean()"),
        ("view size is not compatible with input tensor's size and stride (at least one dimension spans ...)", ".reshape("),
        ("embed_dim must be divisible by num_heads", "multiple of the number of heads"),
    ],
)
def test_what_the_frameworks_words_ask_for_comes_first(text, cure):
    found = first(Failure("RuntimeError", text, (LINE, LOSS)), Callee("x", "torch", "torch"))

    assert cure in found.fix[0]


@pytest.mark.parametrize(
    ("text", "cure"),
    [
        ("shape '[16, 1]' is invalid for input of size 4", "4 rows of 1"),
        ("shape '[32, 400]' is invalid for input of size 8192", "fill this shape with 256 in place of 400 on axis 1"),
        ("shape '[7, 400]' is invalid for input of size 8192", "do not fill this shape"),
        ("Expected hidden[0] size (1, 4, 8), got [1, 16, 8]", "drop_last"),
        ("Expected size for first two dimensions of batch2 tensor to be: [8, 16] but got: [8, 7].", "transpose"),
    ],
)
def test_sizes_that_a_line_of_the_users_fixes_are_cured_there(text, cure):
    found = first(Failure("RuntimeError", text, (LINE,)))

    assert found.name == "input-shape-mismatch"
    assert cure in found.fix[0]


def test_a_training_step_that_returns_no_loss_is_no_configuration():
    words = "In automatic_optimization, when `training_step` returns a dict, the 'loss' key needs to be present"
    inside = Frame("/x/site-packages/lightning/pytorch/loops/optimization/automatic.py", 70, "from_training_step_output")

    found = first(Failure("MisconfigurationException", words, (LINE, inside), bases=("Exception",)))

    assert found.name == "api-misuse"
    assert found.fix[0].startswith("Return the loss")
