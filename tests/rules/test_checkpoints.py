import pytest

from stepscope.diagnose import diagnose
from stepscope.evidence import Failure, Frame, Lookup, Machine, Moment, Observation, Refused, Stage

LOAD = Frame("train.py", 12, "main", "model.load_state_dict(torch.load(path))", user=True)
SAVE = Frame("train.py", 40, "main", "torch.save(state, path)", user=True)
SERIALIZATION = Frame("/x/site-packages/torch/serialization.py", 1600, "load")
PARALLEL = (
    "Error(s) in loading state_dict for Net:\n\tMissing key(s) in state_dict: \"fc.weight\", \"fc.bias\". "
    "\n\tUnexpected key(s) in state_dict: \"module.fc.weight\", \"module.fc.bias\". "
)
SIZES = (
    "Error(s) in loading state_dict for Net:\n\tsize mismatch for head.weight: copying a param with shape torch.Size([26, 48]) from checkpoint, "
    "the shape in current model is torch.Size([10, 48])."
)


def first(*pieces):
    return diagnose("run", [Observation(*pieces)]).findings[0]


def test_a_prefix_that_only_the_checkpoint_has_is_named_with_its_cure():
    found = first(Failure("RuntimeError", PARALLEL, (LOAD,)))

    assert found.name == "checkpoint-mismatch"
    assert "`module.`" in found.headline
    assert 'removeprefix("module.")' in found.fix[0]


def test_a_prefix_that_only_the_model_has_is_named_the_other_way_round():
    text = PARALLEL.replace("Missing", "X").replace("Unexpected", "Missing").replace("X key", "Unexpected key")

    assert first(Failure("RuntimeError", text, (LOAD,))).headline.startswith("the model's names begin with")


def test_a_head_of_another_size_is_told_with_both_sizes():
    found = first(Failure("RuntimeError", SIZES, (LOAD,)))

    assert found.name == "checkpoint-mismatch"
    assert "[26, 48]" in found.headline
    assert "[10, 48]" in found.headline


def test_a_key_that_a_checkpoint_lacks_is_told_with_those_that_it_has():
    line = Frame("train.py", 12, "main", 'model.load_state_dict(checkpoint["state_dict"])', user=True)
    lookup = Lookup("checkpoint", "'state_dict'", ("model", "epoch"), "torch.load")

    found = first(Failure("KeyError", "'state_dict'", (line,), key="'state_dict'"), lookup)

    assert found.name == "checkpoint-mismatch"
    assert found.seen["it holds"] == "model, epoch"


@pytest.mark.parametrize(
    ("kind", "text"),
    [
        ("RuntimeError", "PytorchStreamReader failed reading zip archive: failed finding central directory"),
        ("RuntimeError", "PytorchStreamReader failed reading file data/3: file read failed"),
        ("UnpicklingError", "invalid load key, '<'."),
        ("UnpicklingError", "Weights only load failed. ... WeightsUnpickler error: Unsupported operand 118"),
        ("UnpicklingError", "pickle data was truncated"),
        ("EOFError", "Ran out of input"),
        ("EOFError", ""),
        ("RuntimeError", "unexpected EOF, expected 4096 more bytes. The file might be corrupted."),
        ("OSError", "[Errno 22] Invalid argument"),
        ("RuntimeError", "Invalid magic number; corrupt file?"),
        ("SafetensorError", "Error while deserializing header: incomplete metadata, file not fully covered"),
    ],
)
def test_every_way_to_be_no_checkpoint_is_named(kind, text):
    errno = 22 if kind == "OSError" else None

    assert first(Failure(kind, text, (LOAD, SERIALIZATION), errno=errno)).name == "checkpoint-corrupt"


def test_an_empty_file_read_by_something_else_is_not_a_checkpoint():
    line = Frame("train.py", 3, "main", "value = parse(stream)", user=True)

    assert first(Failure("EOFError", "", (line,))).name == "user-code-exception"


@pytest.mark.parametrize(
    ("kind", "text"),
    [
        ("PicklingError", "Can't pickle <function <lambda> at 0x7f1e40209580>: attribute lookup <lambda> on __main__ failed"),
        ("AttributeError", "Can't pickle local object 'main.<locals>.<lambda>'"),
        ("AttributeError", "Can't get local object 'main.<locals>.<lambda>'"),
        ("TypeError", "cannot pickle '_thread.lock' object"),
        ("TypeError", "cannot pickle 'generator' object"),
    ],
)
def test_what_cannot_be_pickled_while_saving_is_not_serialisable(kind, text):
    found = first(Failure(kind, text, (SAVE, SERIALIZATION)))

    assert found.name == "not-serialisable"
    assert "0x7f" not in found.headline


def test_the_same_words_while_a_worker_is_spawned_are_the_workers():
    line = Frame("train.py", 9, "main", "for x, y in loader:", user=True)
    spawn = Frame("/usr/lib/python3.11/multiprocessing/reduction.py", 60, "dump")

    assert first(Failure("AttributeError", "Can't pickle local object 'main.<locals>.<lambda>'", (line, spawn))).name == "worker-pickle"


def test_a_full_disk_while_saving_is_a_full_disk_and_not_a_bad_checkpoint():
    cause = Failure("RuntimeError", "PytorchStreamWriter failed writing file data/0: file write failed", (SAVE,))
    failure = Failure("RuntimeError", "[enforce fail at inline_container.cc:603] . unexpected pos 448 vs 342", (SAVE, SERIALIZATION), causes=(cause,))

    assert first(failure, Machine()).name == "disk-full"


def test_a_damaged_archive_of_the_data_set_is_no_checkpoint():
    line = Frame("data.py", 9, "Volumes.__getitem__", "return np.load(io.BytesIO(archive.read(name)))", user=True)
    damaged = Failure("BadZipFile", "Bad CRC-32 for file '17.npy'", (line,))

    found = diagnose("run", [Observation(damaged, Moment(stage=Stage.DATA))]).findings[0]

    assert (found.name, found.stage) == ("unreadable-entry", Stage.DATA)


def test_the_value_that_json_cannot_hold_is_named_by_the_way_to_it():
    failure = Failure("TypeError", "Object of type int64 is not JSON serializable", (SAVE,))

    assert first(failure).headline == "JSON cannot hold a int64"
    assert first(failure, Refused("history[0]['worst']", "int64")).headline == "JSON cannot hold `history[0]['worst']`, of class int64"
