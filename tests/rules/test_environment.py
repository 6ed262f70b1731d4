import pytest

from stepscope.diagnose import diagnose
from stepscope.evidence import Callee, Failure, Frame, Machine, Observation

LINE = Frame("train.py", 12, "main", "model = Net().cuda()", user=True)
TORCH = Frame("/x/site-packages/torch/cuda/__init__.py", 520, "_lazy_init")


def first(*pieces):
    return diagnose("run", [Observation(*pieces, Machine(framework="torch 2.6.0"))]).findings[0]


@pytest.mark.parametrize(
    ("kind", "text", "cause"),
    [
        ("AssertionError", "Torch not compiled with CUDA enabled", "device-not-visible"),
        ("RuntimeError", "Found no NVIDIA driver on your system. Please check that you have an NVIDIA GPU", "device-not-visible"),
        ("RuntimeError", "No CUDA GPUs are available", "device-not-visible"),
        ("RuntimeError", "CUDA error: invalid device ordinal\nCUDA kernel errors might be", "device-not-visible"),
        ("RuntimeError", "Attempting to deserialize object on a CUDA device but torch.cuda.is_available() is False.", "device-not-visible"),
        ("RuntimeError", "Attempting to deserialize object on CUDA device 3 but torch.cuda.device_count() is 1.", "device-not-visible"),
        ("RuntimeError", "PyTorch is not linked with support for mps devices", "device-not-visible"),
        ("MisconfigurationException", "No supported gpu backend found!", "device-not-visible"),
        ("RuntimeError", "The NVIDIA driver on your system is too old (found version 11040).", "driver-mismatch"),
        ("RuntimeError", "CUDA error: CUDA driver version is insufficient for CUDA runtime version", "driver-mismatch"),
        ("RuntimeError", "CUDA error: the provided PTX was compiled with an unsupported toolchain.", "driver-mismatch"),
        ("RuntimeError", "cuDNN version incompatibility: PyTorch was compiled  against (9, 1, 0) but found runtime version (8, 9, 2).", "driver-mismatch"),
        ("ImportError", "/x/libcusparse.so.12: undefined symbol: __nvJitLinkAddData_12_1, version libnvJitLink.so.12", "driver-mismatch"),
        ("RuntimeError", "CUDA error: no kernel image is available for execution on the device", "device-unsupported"),
        ("TypeError", "Cannot convert a MPS Tensor to float64 dtype as the MPS framework doesn't support float64.", "device-unsupported"),
        ("NotImplementedError", "The operator 'aten::_linalg_eigh' is not currently implemented for the MPS device.", "device-unsupported"),
        ("RuntimeError", "CUDA error: CUBLAS_STATUS_NOT_INITIALIZED when calling `cublasCreate(handle)`", "library-init-failed"),
        ("RuntimeError", "cuDNN error: CUDNN_STATUS_NOT_INITIALIZED", "library-init-failed"),
        ("RuntimeError", "Cannot re-initialize CUDA in forked subprocess. To use CUDA with multiprocessing, you must use the 'spawn' start method", "library-init-failed"),
        ("ImportError", "libcudart.so.11.0: cannot open shared object file: No such file or directory", "library-init-failed"),
        ("RuntimeError", "CUDA error: uncorrectable ECC error encountered", "hardware-failure"),
        ("ImportError", "/x/_C.so: undefined symbol: _ZN3c104cuda9SetDeviceEi", "version-incompatibility"),
        ("ValueError", "numpy.dtype size changed, may indicate binary incompatibility. Expected 96 from C header, got 88", "version-incompatibility"),
        ("RuntimeError", "operator torchvision::nms does not exist", "version-incompatibility"),
        ("ModuleNotFoundError", "No module named 'torch._six'", "version-incompatibility"),
        ("AttributeError", "module 'numpy' has no attribute 'float'.", "version-incompatibility"),
    ],
)
def test_the_words_of_an_environment_that_does_not_fit(kind, text, cause):
    bases = {"ModuleNotFoundError": ("ImportError",)}.get(kind, ())

    assert first(Failure(kind, text, (LINE, TORCH), bases)).name == cause


def test_an_argument_that_a_library_has_dropped_is_a_matter_of_versions():
    failure = Failure("TypeError", "ReduceLROnPlateau.__init__() got an unexpected keyword argument 'verbose'", (LINE,))

    assert first(failure, Callee("ReduceLROnPlateau", "torch.optim.lr_scheduler", "torch")).name == "version-incompatibility"


def test_an_argument_that_it_never_had_is_a_misuse_and_one_of_the_users_own_class_the_users():
    failure = Failure("TypeError", "Linear.__init__() got an unexpected keyword argument 'hidden'", (LINE,))

    assert first(failure, Callee("nn.Linear", "torch.nn.modules.linear", "torch")).name == "api-misuse"
    assert first(failure, Callee("Net", "__main__", "", user=True)).name == "user-code-exception"


def test_a_name_missing_from_the_users_own_module_is_the_users():
    failure = Failure("ImportError", "cannot import name 'Net' from 'models' (/home/u/models.py)", (LINE,))

    assert first(failure).name == "user-code-exception"


COMPILED = """backend='inductor' raised:
RuntimeError: Cannot find a working triton installation.

from user code:
   File "/home/u/train.py", line 14, in forward
    x = self.block(x)
"""


def test_a_failed_compiler_is_told_at_the_users_line_that_it_names():
    named = Frame("/home/u/train.py", 14, "forward", "x = self.block(x)", user=True)

    found = first(Failure("BackendCompilerFailed", COMPILED, (LINE, named), ("RuntimeError",), "torch._dynamo.exc"))

    assert (found.name, found.place.line) == ("compiler-failure", 14)
    assert "triton" in found.headline
