import pytest

from stepscope.diagnose import diagnose
from stepscope.evidence import Batch, Failure, Frame, LateWorker, Machine, Moment, Observation, Recursion, WorkerDeath

LINE = Frame("train.py", 12, "main", "for x, y in loader:", user=True)


def first(*pieces):
    return diagnose("run", [Observation(*pieces)]).findings[0]


@pytest.mark.parametrize(
    "text",
    [
        "DataLoader worker (pid 7030) is killed by signal: Bus error. It is possible that dataloader's workers are out of shared memory.",
        "unable to write to file </torch_18692_1954506624>",
        "unable to allocate shared memory(shm) for file </torch_1_2_3>: No space left on device (28)",
        "unable to mmap 1024 bytes from file </torch_1_2_3>: Cannot allocate memory (12)",
    ],
)
def test_every_form_of_exhausted_shared_memory_is_one_cause(text):
    assert first(Failure("RuntimeError", text, (LINE,)), Machine(shared_memory_megabytes=64.0, shared_memory_free_megabytes=1.0)).name == "shm-exhausted"


def test_a_bus_error_in_a_container_with_little_shared_memory_is_told_by_its_size():
    failure = Failure("RuntimeError", "DataLoader worker (pid(s) 70) exited unexpectedly", (LINE,))

    assert first(failure, WorkerDeath(0, 70, -7), Machine(shared_memory_megabytes=64.0)).name == "shm-exhausted"
    assert first(failure, WorkerDeath(0, 70, -7), Machine(shared_memory_megabytes=64000.0)).name == "worker-killed"


@pytest.mark.parametrize(
    ("kind", "text", "errno"),
    [
        ("OSError", "[Errno 24] Too many open files: 'data/1.bin'", 24),
        ("RuntimeError", "Too many open files. Communication with the workers is no longer possible.", None),
        ("RuntimeError", "received 0 items of ancdata", None),
        ("RuntimeError", "unable to open shared memory object </torch_1_2> in read-write mode: Too many open files (24)", None),
    ],
)
def test_every_form_of_too_many_open_files_is_one_cause(kind, text, errno):
    assert first(Failure(kind, text, (LINE,), errno=errno), Machine()).name == "too-many-open-files"


STACKING = Frame("lib/torch/utils/data/_utils/collate.py", 1, "default_collate")
UNEQUAL = "stack expects each tensor to be equal size, but got [10] at entry 0 and [12] at entry 2"


def test_a_batch_without_a_majority_names_no_sample_and_counts_each_kind():
    batch = Batch(indices=(4, 5, 6, 7), rows=4, kinds={"float32[10]": (0, 1), "float32[12]": (2, 3)})

    found = first(Failure("RuntimeError", UNEQUAL, (LINE, STACKING)), batch)

    assert found.headline == "4 samples of 2 shapes or types meet in one batch"
    assert found.seen["rows 0, 1"] == "float32[10] (samples 4, 5)"
    assert found.place.samples == ()


def test_pictures_of_two_kinds_without_a_majority_are_told_as_pictures():
    batch = Batch(indices=(4, 5), rows=2, kinds={"float32[1, 16, 16]": (0,), "float32[3, 16, 16]": (1,)})

    found = first(Failure("RuntimeError", UNEQUAL, (LINE, STACKING)), batch)

    assert found.headline == "pictures of 1 and of 3 channels meet in one batch"
    assert found.place.samples == ()


def test_a_worker_that_brings_nothing_in_time_is_a_hang_with_its_sample():
    failure = Failure("RuntimeError", "DataLoader timed out after 15 seconds", (LINE,))

    found = first(failure, LateWorker(1, 70, (4, 9), last=9))

    assert (found.name, found.headline) == ("hang-worker", "loader worker 1 brought no batch in time, loading sample 9")


FETCH = Frame("lib/torch/utils/data/_utils/fetch.py", 54, "fetch", "data = [self.dataset[idx] for idx in possibly_batched_index]")
RESHAPED = "cannot reshape array of size 0 into shape (8,8,3)"


@pytest.mark.parametrize(
    ("last", "collated"),
    [(Frame("train.py", 20, "Packed.__getitem__", "raw.reshape(8, 8, 3)", user=True), False), (Frame("train.py", 20, "<lambda>", "np.stack(rows)", user=True), True)],
)
def test_what_fails_within_one_sample_is_no_batch_of_several_shapes(last, collated):
    found = first(Failure("ValueError", RESHAPED, (LINE, FETCH, last)), Moment(step=9))

    assert (found.name == "collate-inconsistent-shapes") is collated


def test_an_attribute_that_a_worker_asks_for_before_it_is_there_has_its_own_cure():
    line = Frame("wrap.py", 9, "Cached.__getattr__", "return getattr(self.ds, name)", user=True)
    failure = Failure("RecursionError", "maximum recursion depth exceeded", (Frame("lib/multiprocessing/spawn.py", 122, "spawn_main"), line))

    found = first(failure, Recursion((line,), 996, "1 frame, 996 times", kind="attribute", endless=True))
    other = first(Failure("RecursionError", "maximum recursion depth exceeded", (line,)), Recursion((line,), 996, "1 frame, 996 times"))

    assert (found.name, found.stage.value) == ("recursion-limit", "data")
    assert "unpickling" in found.fix[0]
    assert (other.stage.value, "unpickling" in other.fix[0]) == ("forward", False)
