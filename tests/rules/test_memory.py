import pytest

from stepscope.diagnose import diagnose
from stepscope.evidence import Failure, Frame, Machine, Observation
from stepscope.finding import Confidence

LINE = Frame("train.py", 12, "main", "out = model(x)", user=True)
NEW = (
    "CUDA out of memory. Tried to allocate 98.00 MiB. GPU 0 has a total capacity of 11.76 GiB of which 61.50 MiB is free. Process 220714 has "
    "5.91 GiB memory in use. Including non-PyTorch memory, this process has 4.40 GiB memory in use. Of the allocated memory 4.02 GiB is allocated "
    "by PyTorch, and 155.02 MiB is reserved by PyTorch but unallocated."
)
OLD = (
    "CUDA out of memory. Tried to allocate 20.00 MiB (GPU 0; 11.17 GiB total capacity; 10.62 GiB already allocated; 145.81 MiB free; "
    "10.66 GiB reserved in total by PyTorch)"
)


def first(*pieces):
    return diagnose("run", [Observation(*pieces, Machine())]).findings[0]


def test_sizes_of_both_forms_of_the_words_become_facts():
    new, old = (first(Failure("OutOfMemoryError", text, (LINE,), ("RuntimeError",), "torch")).seen for text in (NEW, OLD))

    assert (new["asked for"], new["memory of the device"], new["free"]) == ("98.00 MiB", "11.76 GiB", "61.50 MiB")
    assert (old["asked for"], old["memory of the device"], old["free"]) == ("20.00 MiB", "11.17 GiB", "145.81 MiB")
    assert new["other processes on the device"] == "1"


@pytest.mark.parametrize(
    "text",
    [
        "CUDA error: out of memory\nCUDA kernel errors might be asynchronously reported",
        "MPS backend out of memory (MPS allocated: 8.00 GB, other allocations: 1 GB, max allowed: 9.07 GB). Tried to allocate 256 bytes on private pool.",
        "XPU out of memory. Tried to allocate 2.00 GiB",
        "HIP out of memory. Tried to allocate 2.00 GiB",
        "CUDA error: CUBLAS_STATUS_ALLOC_FAILED when calling `cublasCreate(handle)`",
        "cuDNN error: CUDNN_STATUS_ALLOC_FAILED",
    ],
)
def test_every_form_of_an_exhausted_device_is_one_cause(text):
    assert first(Failure("RuntimeError", text, (LINE,))).name == "gpu-oom"


def test_a_missing_cudnn_algorithm_is_only_possibly_a_lack_of_memory():
    found = first(Failure("RuntimeError", "Unable to find a valid cuDNN algorithm to run convolution", (LINE,)))

    assert (found.name, found.confidence) == ("gpu-oom", Confidence.POSSIBLE)


def test_memory_of_the_host_is_not_that_of_the_device():
    text = "[enforce fail at alloc_cpu.cpp:127] err == 0. DefaultCPUAllocator: can't allocate memory: you tried to allocate 40000000000 bytes."

    assert first(Failure("RuntimeError", text, (LINE,))).name == "host-oom"


@pytest.mark.parametrize(
    ("kind", "text", "errno"),
    [
        ("OSError", "[Errno 28] No space left on device", 28),
        ("OSError", "[Errno 122] Disk quota exceeded", 122),
        ("RuntimeError", "write(): fd 4 failed with No space left on device", None),
        ("SafetensorError", "Error while serializing: IoError(Os { code: 28, kind: StorageFull, message: \"No space left on device\" })", None),
    ],
)
def test_every_form_of_a_full_disk_is_one_cause(kind, text, errno):
    assert first(Failure(kind, text, (LINE,), errno=errno)).name == "disk-full"


def test_full_shared_memory_is_not_a_full_disk():
    text = "unable to resize file </torch_123_456_0> to the right size: No space left on device (28)"

    assert first(Failure("RuntimeError", text, (LINE,))).name == "shm-exhausted"


def test_windows_refusing_to_commit_is_the_paging_file():
    text = '[WinError 1455] The paging file is too small for this operation to complete. Error loading "cusolver64_11.dll" or one of its dependencies.'

    assert first(Failure("OSError", text, (LINE,))).name == "pagefile-too-small"
