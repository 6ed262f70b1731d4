import pytest

from stepscope.diagnose import diagnose
from stepscope.evidence import Callee, Failure, Frame, Observation, PlainModules

OPTIMIZER = Frame("train.py", 30, "main", "optimizer = torch.optim.Adam(model.parameters())", user=True)
LOAD = Frame("train.py", 12, "main", "model = torch.load(path)", user=True)
SERIALIZATION = Frame("/x/site-packages/torch/serialization.py", 1600, "load")
EMPTY = Failure("ValueError", "optimizer got an empty parameter list", (OPTIMIZER, Frame("/x/site-packages/torch/optim/adam.py", 1, "__init__")))


def first(*pieces):
    return diagnose("run", [Observation(*pieces)]).findings[0]


def test_layers_in_a_plain_list_are_told_at_the_line_that_makes_the_list():
    line = Frame("net.py", 9, "__init__", "self.layers = [nn.Linear(4, 4)]", user=True)

    found = first(EMPTY, PlainModules("Net", "layers", "list", 3, 6, 0, line=line))

    assert (found.name, found.place.line) == ("parameter-not-registered", 9)
    assert "plain list of 3 layers" in found.headline


def test_an_empty_optimizer_has_three_causes_that_the_model_tells_apart():
    assert first(EMPTY, PlainModules("", "", "", 0, 0, registered=0)).name == "parameter-not-registered"
    assert first(EMPTY, PlainModules("", "", "", 0, 0, registered=4, trainable=0)).name == "parameter-frozen"
    assert first(EMPTY, PlainModules("", "", "", 0, 0, registered=4, trainable=4)).name == "api-misuse"
    assert "used up" in first(EMPTY, Callee("torch.optim.Adam", library="torch"), PlainModules("", "", "", 0, 0, registered=4, trainable=4)).fix[0]


@pytest.mark.parametrize(
    ("kind", "text"),
    [
        ("AttributeError", "Can't get attribute 'FraudNet' on <module 'networks' from '/home/u/networks.py'>"),
        ("ModuleNotFoundError", "No module named 'oldproject.models'"),
        ("UnpicklingError", "Weights only load failed. ... WeightsUnpickler error: Unsupported global: GLOBAL models.Net was not an allowed global by default."),
        ("UnpicklingError", "Weights only load failed. ... Unsupported class __main__.Net"),
        ("ValueError", "Tokenizer class MyTokenizer does not exist or is not currently imported."),
    ],
)
def test_a_class_that_is_gone_when_loading_is_a_missing_object(kind, text):
    bases = {"ModuleNotFoundError": ("ImportError",), "UnpicklingError": ("PickleError",)}.get(kind, ())

    assert first(Failure(kind, text, (LOAD, SERIALIZATION), bases)).name == "custom-object-missing"


def test_an_import_that_the_user_wrote_is_not_a_missing_object():
    line = Frame("train.py", 1, "<module>", "import timm", user=True)

    assert first(Failure("ModuleNotFoundError", "No module named 'timm'", (line,), ("ImportError",))).name == "user-code-exception"


def test_a_spawned_worker_that_cannot_find_a_class_is_not_a_missing_object():
    spawn = Frame("/usr/lib/python3.11/multiprocessing/spawn.py", 132, "_main")
    text = "Can't get attribute 'collate' on <module '__main__' (built-in)>"

    assert first(Failure("AttributeError", text, (spawn,))).name != "custom-object-missing"
