"""What the libraries of PyTorch's world print, and what rule each of it is; with look-alikes that must stay what they are."""

import pytest

import stepscope

LAST_LINES = [
    ("box-empty", "ValueError: All bounding boxes should have positive height and width. Found invalid box [14.0, 9.5, 14.0, 31.0] for target at index 2."),
    ("box-reversed", "AssertionError: All bounding boxes should have positive height and width. Found invalid box [90.0, 80.0, 40.0, 20.0] for target at index 0."),
    ("box-empty", "ValueError: x_max is less than or equal to x_min for bbox (0.25, 0.1, 0.25, 0.3, 2)."),
    ("box-out-of-image", "ValueError: Expected y_max for bbox (0.2, 0.4, 0.6, 1.004, 1) to be in the range [0.0, 1.0], got 1.004."),
    ("box-not-normalised", "ValueError: Expected x_min for bbox (212.0, 40.0, 300.0, 90.0, 1) to be in the range [0.0, 1.0], got 212.0."),
    ("box-not-normalised", "AssertionError: non-normalized or out of bounds coordinate labels: sets/labels/b7.txt"),
    ("box-not-normalised", "AssertionError: negative labels: sets/labels/b8.txt"),
    ("annotation-wrong-format", "AssertionError: > 5 label columns: sets/labels/b9.txt"),
    ("annotation-id-clash", "KeyError: \"Encountered category_id=9 but this id does not exist in 'categories' of the json file.\""),
    ("annotation-id-clash", "AssertionError: Results do not correspond to current coco set"),
    ("anchors-not-computable", "AssertionError: ERROR: scipy.cluster.vq.kmeans requested 9 points but returned only 4"),
    ("graph-mode-control-flow", "RuntimeError: vmap: It looks like you're calling .item() on a Tensor. We don't support vmap over calling .item() on a Tensor"),
    ("api-misuse", "RuntimeError: cudnn RNN backward can only be called in training mode"),
    ("api-misuse", "ValueError: The batch received was empty, your model won't be able to train on it. Double-check that your training dataset contains keys expected by the model: input_ids."),
    ("missing-file", "OSError: Repo id must be in the form 'repo_name' or 'namespace/repo_name': './runs/checkpoint-500'. Use `repo_type` argument if needed."),
    ("input-shape-mismatch", "RuntimeError: Given groups=1, weight of size [64, 128, 3, 3], expected input[8, 96, 28, 28] to have 128 channels, but got 96 chan"),
    ("device-mismatch", "RuntimeError: No backend type associated with device type cpu"),
    ("api-misuse", "AttributeError: 'tuple' object has no attribute 'backward'"),
    ("segment-invalid", "ValueError: Cannot create a polygon from 4 coordinates."),
    ("segment-mismatch", "ValueError: Height and Width of image, mask or masks should be equal. You can disable shapes check by setting a parameter."),
    ("target-shape-mismatch", "ValueError: Expected target boxes to be a tensor of shape [N, 4], got torch.Size([0])."),
    ("image-too-small", "ValueError: Required crop size (320, 320) is larger than input image size (200, 310)"),
    ("class-count-mismatch", "SyntaxError: birds.yaml 'names' length 6 and 'nc: 5' must match."),
    ("class-count-mismatch", "AssertionError: 6 names found for nc=5 dataset in birds.yaml"),
    ("class-count-mismatch", "AssertionError: The `num_classes` (6) in SSDHead of MMDataParallel does not matches the length of `CLASSES` 20) in VOCDataset"),
    ("configuration", "SyntaxError: 'epoc' is not a valid YOLO argument. Similar arguments are i.e. ['epochs=100']."),
    ("configuration", "KeyError: 'BirdDataset is not in the dataset registry'"),
    ("configuration", "KeyError: 'BirdNeck is not in the mmdet::model registry. Please check whether the value of `BirdNeck` is correct or it was registered as expected.'"),
    ("configuration", "KeyError: \"Dataset 'birds_train' is not registered! Available datasets are: coco_2017_train\""),
    ("configuration", "ValueError: Asking to pad but the tokenizer does not have a padding token. Please select a token to use as `pad_token`."),
    ("configuration", "ValueError: Target modules {'wq'} not found in the base model. Please check the target modules and try again."),
    ("configuration", "OSError: You are trying to access a gated repo.\nMake sure to have access to it at https://huggingface.co/some/model."),
    ("configuration", "AssertionError: Check batch related parameters. train_batch_size is not equal to micro_batch_per_gpu * gradient_acc_step * world_size 64 != 4 * 2 * 4"),
    ("configuration", "RuntimeError: Unknown model (resnest_51)"),
    ("configuration", "RuntimeError: cumsum_cuda_kernel does not have a deterministic implementation, but you set 'torch.use_deterministic_algorithms(True)'."),
    ("missing-file", "OSError: runs/a does not appear to have a file named config.json. Checkout 'https://huggingface.co/runs/a/main' for available files."),
    ("missing-file", "OSError: We couldn't connect to 'https://huggingface.co' to load this file, couldn't find it in the cached files."),
    ("missing-file", "RuntimeError: Dataset 'birds.yaml' error\nDataset 'birds.yaml' images not found, missing path '/sets/birds/val'"),
    ("empty-dataset", "AssertionError: No valid data found in birds_train."),
    ("empty-dataset", "ValueError: All labels empty in sets/train.cache, can not start training without labels."),
    ("empty-dataset", "ValueError: This DataLoader does not contain any batches"),
    ("device-not-visible", "ValueError: Invalid CUDA 'device=1' requested. Use 'device=cpu' or pass valid CUDA device(s) if available."),
    ("device-not-visible", "RuntimeError: CUDA error: all CUDA-capable devices are busy or unavailable"),
    ("device-unsupported", "ValueError: Your setup doesn't support bf16/gpu. You need torch>=1.10, using Ampere GPU with cuda>=11.0"),
    ("device-unsupported", "RuntimeError: nvrtc: error: invalid value for --gpu-architecture (-arch)"),
    ("version-incompatibility", "AssertionError: MMCV==2.2.0 is used but incompatible. Please install mmcv>=2.0.0rc4, <2.2.0."),
    ("version-incompatibility", "ModuleNotFoundError: No module named 'mmcv._ext'"),
    ("version-incompatibility", "ImportError: Using the `Trainer` with `PyTorch` requires `accelerate>=0.26.0`: Please run `pip install transformers[torch]`"),
    ("version-incompatibility", "AttributeError: 'Upsample' object has no attribute 'recompute_scale_factor'"),
    ("version-incompatibility", "TypeError: TrainingArguments.__init__() got an unexpected keyword argument 'evaluation_strategy'"),
    ("version-incompatibility", "NotImplementedError: Support for `validation_epoch_end` has been removed in v2.0.0. `Lit` implements this method."),
    ("api-misuse", "ValueError: You cannot perform fine-tuning on purely quantized models. Please attach trainable adapters on top of the quantized model."),
    ("api-misuse", "RuntimeError: grad can be implicitly created only for scalar outputs"),
    ("api-misuse", "ValueError: Default process group has not been initialized, please make sure to call init_process_group."),
    ("library-init-failed", "RuntimeError:\n        CUDA Setup failed despite GPU being available. Please run the following command to get more information:\n\n        python -m bitsandbytes\n"),
    ("driver-mismatch", "Failed to initialize NVML: Driver/library version mismatch"),
    ("compiler-failure", "deepspeed.ops.op_builder.builder.MissingCUDAException: CUDA_HOME does not exist, unable to compile CUDA op(s)"),
    ("compiler-failure", "triton.runtime.errors.OutOfResources: out of resource: shared memory, Required: 90112, Hardware limit: 65536. Reducing block sizes may help."),
    ("compiler-failure", "torch._inductor.exc.InductorError: CalledProcessError: Command '['/usr/bin/gcc', 'main.c']' returned non-zero exit status 1."),
    ("dtype-mismatch", "ValueError: Must flatten tensors with uniform dtype but got torch.float16 and torch.float32"),
    ("device-mismatch", "ValueError: SyncBatchNorm expected input tensor to be on GPU"),
    ("label-dtype", "RuntimeError: expected scalar type Long but found Float"),
    ("label-dtype", "RuntimeError: result type Float can't be cast to the desired output type Long"),
    ("loss-activation-mismatch", "RuntimeError: all elements of input should be between 0 and 1"),
    ("skip-connection-shape-mismatch", "RuntimeError: Sizes of tensors must match except in dimension 1. Expected size 14 but got size 15 for tensor number 1 in the list."),
    ("overflow-half", "Exception: Current loss scale already at minimum - cannot decrease scale anymore. Exiting run."),
    ("divergence", "FloatingPointError: Predicted boxes or scores contain Inf/NaN. Training has diverged."),
    ("non-finite-loss", "FloatingPointError: Loss became infinite or NaN at iteration=77!\nloss_dict = {'loss_cls': nan}"),
    ("non-finite-forward", "RuntimeError: probability tensor contains either `inf`, `nan` or element < 0"),
    ("non-finite-forward", "ValueError: matrix contains invalid numeric entries"),
    ("non-finite-gradient", "RuntimeError: Function 'SqrtBackward0' returned nan values in its 0th output."),
    ("non-finite-input", "ValueError: Input X contains NaN."),
    ("schedule-misuse", "ValueError: Tried to step 52 times. The total number of steps is 50"),
    ("communicator-setup", "ValueError: Error initializing torch.distributed using env:// rendezvous: environment variable WORLD_SIZE expected, but not set"),
    ("communicator-setup", "torch.distributed.DistNetworkError: The client socket has timed out after 300s while trying to connect to (10.1.1.1, 29400)."),
    ("communicator-setup", "torch.distributed.elastic.rendezvous.api.RendezvousTimeoutError"),
    ("interrupted-by-user", "torch.distributed.elastic.multiprocessing.api.SignalException: Process 311 got signal: 1"),
    ("worker-pickle", "AttributeError: Can't pickle local object 'make_loader.<locals>.<lambda>'"),
    ("spawn-main-guard", "RuntimeError:\n        An attempt has been made to start a new process before the\n        current process has finished its bootstrapping phase.\n"),
    ("generator-exception", "TypeError: default_collate: batch must contain tensors, numpy arrays, numbers, dicts or lists; found <class 'NoneType'>"),
    ("checkpoint-corrupt", "RuntimeError: PytorchStreamReader failed reading zip archive: failed finding central directory"),
    ("checkpoint-corrupt", "_pickle.UnpicklingError: invalid load key, 'v'."),
    ("checkpoint-mismatch", "KeyError: 'pytorch-lightning_version'"),
    ("host-oom", "numpy.core._exceptions._ArrayMemoryError: Unable to allocate 9.1 GiB for an array with shape (30000, 200, 200) and data type float64"),
    ("host-oom", "ray.exceptions.OutOfMemoryError: Task was killed due to the node running low on memory."),
    ("unreadable-entry", "OSError: [Errno 107] Transport endpoint is not connected: '/mnt/share'"),
    ("hang-device", "RuntimeError: CUDA error: the launch timed out and was terminated"),
    ("hang-worker", "RuntimeError: DataLoader timed out after 30 seconds"),
    ("imageai-misuse", "RuntimeError: You are trying to use a Tensorflow model with ImageAI. Please refer to the documentation."),
]  # fmt: skip
TOLD = {
    "box-not-normalised": """
        train: Scanning /sets/labels/train... 1 images, 0 backgrounds, 1 corrupt: 100%
        train: WARNING /sets/images/a.jpg: ignoring corrupt image/label: non-normalized or out of bounds coordinates [     310.5        222]
        Traceback (most recent call last):
          File "/opt/lib/python3.11/site-packages/ultralytics/data/dataset.py", line 150, in get_labels
            raise ValueError(f"All labels empty in {cache_path}, can not start training without labels.")
        ValueError: All labels empty in /sets/labels/train.cache, can not start training without labels.""",
    "box-out-of-image": """
        train: WARNING /sets/images/a.jpg: ignoring corrupt image/label: non-normalized or out of bounds coordinates [     1.0021]
        ValueError: All labels empty in /sets/labels/train.cache, can not start training without labels.""",
    "non-finite-forward": """
        Traceback (most recent call last):
          File "/w/detr/util/box_ops.py", line 51, in generalized_box_iou
            assert (boxes1[:, 2:] >= boxes1[:, :2]).all()
        AssertionError""",
    "empty-dataset": """
        `Trainer.fit` stopped: No training batches.
        Traceback (most recent call last):
          File "main.py", line 30, in <module>
            print(trainer.callback_metrics["train_loss"])
        KeyError: 'train_loss'""",
    "index-out-of-range": """
        ../aten/src/ATen/native/cuda/Indexing.cu:1292: indexSelectLargeIndex: block: [4,0,0], thread: [9,0,0] Assertion `srcIndex < srcSelectDimSize` failed.
        Traceback (most recent call last):
          File "clm.py", line 62, in main
            trainer.train()
        RuntimeError: CUDA error: CUBLAS_STATUS_NOT_INITIALIZED when calling `cublasCreate(handle)`""",
    "label-out-of-range": """
        ../aten/src/ATen/native/cuda/ScatterGatherKernel.cu:367: operator(): block: [0,0,0], thread: [2,0,0] Assertion `idx_dim >= 0 && idx_dim < index_size && "index out of bounds"` failed.
        Traceback (most recent call last):
          File "arc.py", line 51, in forward
            one_hot.scatter_(1, labels.view(-1, 1), 1)
        RuntimeError: CUDA error: device-side assert triggered""",
    "annotation-parse": """
        Traceback (most recent call last):
          File "voc.py", line 31, in convert
            left = int(obj.find('bndbox').find('xmin').text)
        AttributeError: 'NoneType' object has no attribute 'find'""",
    "memory-leak": """
        step 100 loss 2.1 mem 2.0G
        step 200 loss 2.0 mem 4.1G
        step 300 loss 1.9 mem 6.2G
        step 400 loss 1.8 mem 8.1G
        step 500 loss 1.7 mem 10.2G
        torch.cuda.OutOfMemoryError: CUDA out of memory. Tried to allocate 20.00 MiB""",
    "host-oom": """
        Loading checkpoint shards:  50%|#####     | 1/2 [00:12<00:12, 12.40s/it]
        [2024-08-02 11:01:03,201] [ERROR] [launch.py:321:sigkill_handler] ['/usr/bin/python3', 'sft.py'] exits with return code = -9""",
    "hang-collective": """
        [E ProcessGroupNCCL.cpp:474] [Rank 3] Watchdog caught collective operation timeout: WorkNCCL(SeqNum=82, OpType=ALLREDUCE, NumelIn=9, NumelOut=9, Timeout(ms)=600000) ran for 600740 milliseconds before timing out.""",
    "silent-broadcast": """
        loss.py:530: UserWarning: Using a target size (torch.Size([16])) that is different to the input size (torch.Size([16, 1])). This will likely lead to incorrect results due to broadcasting.
        epoch 1 loss 1.02
        epoch 2 loss 1.01""",
}
HEALTHY = [
    "epoch 1 loss 0.9\nDataset stats: 0 corrupt, 0 errors\nepoch 2 loss 0.7\n",
    "train: Scanning labels... 80 images, 1 backgrounds, 0 corrupt: 100%\n  1/1  2.1G  1.2  2.9  14  640: 100%\n1 epochs completed in 0.1 hours.\n",
    "OVERFLOW! Rank 0 Skipping step. Attempted loss scale: 65536, reducing to 32768\nstep 10 loss 2.1\nstep 20 loss 1.9\n",
    "Gradient overflow.  Skipping step, loss scaler 0 reducing loss scale to 32768.0\nstep 10 loss 2.1\nstep 20 loss 1.9\n",
    "Token indices sequence length is longer than the specified maximum sequence length for this model (700 > 512). Running this sequence through the model will result in indexing errors\nepoch 1 loss 0.4\n",
    "Batch size 8 failed, trying batch size 4\nFinished batch size finder, will continue with full run using batch size 4\nepoch 1 loss 0.4\n",
    "Monitored metric val_loss did not improve in the last 3 records. Best score: 0.5. Signaling Trainer to stop.\n",
    "[2024-08-02 11:00:21,224] [INFO] [launch.py:347:main] Process 31 exits successfully.\n",
    "[rank0]:[W1101 12:00:01.001 ProcessGroupNCCL.cpp:1250] Warning: process group has NOT been destroyed before we destruct ProcessGroupNCCL.\nepoch 1 loss 0.4\n",
    "node1:1:1 [0] NCCL INFO Call to connect returned Connection refused, retrying\nepoch 1 loss 0.4\nepoch 2 loss 0.3\n",
    "size mismatch for head.weight: copying a param with shape torch.Size([81, 8]) from checkpoint, the shape in current model is torch.Size([4, 8]).\nepoch 1 loss 0.4\n",
    "wandb: Network error (ReadTimeout), entering retry loop.\nepoch 1 loss 0.4\nepoch 2 loss 0.3\n",
    "UserWarning: Detected call of `lr_scheduler.step()` before `optimizer.step()`.\nepoch 1 loss 0.4\nepoch 2 loss 0.3\n",
    "step 10 loss 2.3 mem 2.0G\nstep 20 loss 2.2 mem 4.1G\nstep 30 loss 2.1 mem 6.2G\nstep 40 loss 2.0 mem 8.0G\nstep 50 loss 1.9 mem 9.9G\n",
    ("Traceback (most recent call last):\n  File \"t.py\", line 2, in load\n    state = torch.load(path)\nFileNotFoundError: [Errno 2] No such file or directory: 'last.pt'\n"
    "starting anew\nepoch 1/3 loss 1.9\nepoch 2/3 loss 1.5\nepoch 3/3 loss 1.3\nTraining finished.\n"),
]  # fmt: skip
ALIKE = [
    ("user-code-exception", "KeyError: 'learning_rate'"),
    ("user-code-exception", "TypeError: train() got an unexpected keyword argument 'dtype'"),
    ("user-code-exception", "AttributeError: 'Net' object has no attribute 'parameterz'"),
    ("gpu-oom", ("step 10 loss 2.3 mem 9.0G\nstep 20 loss 2.2 mem 9.1G\nstep 30 loss 2.1 mem 9.1G\nstep 40 loss 2.0 mem 9.1G\nstep 50 loss 1.9 mem 9.1G\n"
        "torch.cuda.OutOfMemoryError: CUDA out of memory. Tried to allocate 20.00 MiB")),
    ("missing-file", "Traceback (most recent call last):\n  File \"t.py\", line 2, in load\n    x = open(path)\nFileNotFoundError: [Errno 2] No such file or directory: 'a.csv'\nepoch 1 loss 1.9\n"),
    ("checkpoint-mismatch", "RuntimeError: Error(s) in loading state_dict for Net:\n\tsize mismatch for fc.weight: copying a param with shape torch.Size([9, 2]) from checkpoint, the shape in current model is torch.Size([5, 2])."),
]  # fmt: skip


def first(text):
    report = stepscope.explain(text)
    assert not report.notes
    return report.findings[0].name if report.findings else None


@pytest.mark.parametrize(("slug", "text"), LAST_LINES, ids=[f"{place}-{slug}" for place, (slug, _) in enumerate(LAST_LINES)])
def test_the_last_lines_of_a_paste_name_the_cause(slug, text):
    assert first(text) == slug


@pytest.mark.parametrize("slug", TOLD)
def test_lines_before_the_exception_tell_the_cause(slug):
    assert first("\n".join(line.removeprefix("        ") for line in TOLD[slug].splitlines())) == slug


@pytest.mark.parametrize("text", HEALTHY)
def test_a_run_that_goes_well_is_left_alone(text):
    assert first(text) is None


@pytest.mark.parametrize(("slug", "text"), ALIKE)
def test_what_looks_alike_stays_what_it_is(slug, text):
    assert first(text) == slug


def test_sentences_are_no_certainty_but_name_what_they_hold():
    finding = stepscope.explain("SyntaxError: birds.yaml 'names' length 6 and 'nc: 5' must match.").findings[0]

    assert finding.confidence.value == "likely"
    assert finding.headline == "6 class names stand beside `nc: 5`"


def test_a_clone_of_a_framework_is_heard_though_it_looks_like_the_users_code():
    text = 'Traceback (most recent call last):\n  File "/w/yolo/data.py", line 9, in check\n    raise SyntaxError(text)\nSyntaxError: birds.yaml \'names\' length 6 and \'nc: 5\' must match.'

    assert first(text) == "class-count-mismatch"
