"""What TensorFlow's own lines tell beside an exception: memory, versions, and that it stopped itself."""

from __future__ import annotations

import re

from stepscope.evidence import Log, wording

SPARED = wording(r"not a failure|performance gains|freed_by_count|_with_growth|retry", re.IGNORECASE)
TOLD_OOM = wording(r"CUDA_ERROR_OUT_OF_MEMORY|CUDNN_STATUS_ALLOC_FAILED|CUBLAS_STATUS_ALLOC_FAILED|ran out of memory trying to allocate|OOM when allocating tensor|Out of memory")
TOLD_VERSIONS = wording(r"Loaded (?:runtime )?CuDNN library: (?P<has>[\d.]+)[^\n]*but source was compiled with:? (?P<needs>[\d.]+)|Loaded cuDNN version \d+.*(?:minimum|required)", re.IGNORECASE)
KERNELS = wording(
    r"Failed to get convolution algorithm|Fail to find the dnn implementation|(?:No|no) DNN in stream executor|DNN library is not found|DNN library initialization failed|No algorithm worked!"
    r"|cuDNN launch failure|Failed to call ThenRnn|CUDNN_STATUS_EXECUTION_FAILED|GPU sync failed|[Bb]las x?G?E?M?[MV]?\w* ?launch failed|Attempting to perform (?:BLAS|DNN) operation using StreamExecutor without|[Ff]ailed to create cublas handle"
    r"|[Cc]ould not create cudnn handle|Failed to initialize (?:cuDNN|BLAS|cuBLAS)|cudaStreamCreate|Failed call to cudnnRNN|Could not find any valid algorithm for convolution"
)
_FATAL = wording(r"(?:^|: )F(?:\d{4} \S+ +\d+)? ?tensorflow/|Check failed: |Aborted \(core dumped\)|terminate called after")


def stopped(log: Log) -> bool:
    return log.find(_FATAL) is not None
