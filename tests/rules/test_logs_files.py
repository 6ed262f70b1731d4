"""Saved models, configurations and calls, as logs tell of them; and what sounds alike."""

import pytest

import stepscope

SITE = "/opt/lib/python3.10/site-packages"
H5 = "OSError: Unable to open file (truncated file: eof = 94, sblock->base_addr = 0, stored_eof = 947)"
CHANGED = "_pickle.UnpicklingError: Weights only load failed. (1) In PyTorch 2.6, we changed the default value of the `weights_only` argument in `torch.load` from `False` to `True`. WeightsUnpickler error: Unsupported global: GLOBAL nets.Net was not an allowed global by default."


def stopped(words, *lines):
    """A traceback through these lines: the code of a line of the user's, or the file of a library."""
    frames = [f'  File "{line}", line 9, in f\n' if line.startswith(SITE) else f'  File "train.py", line 12, in main\n    {line}\n' for line in lines]
    return f"Traceback (most recent call last):\n{''.join(frames)}{words}\n"


@pytest.mark.parametrize(
    ("name", "log"),
    [
        ("checkpoint-corrupt", stopped(H5, "net.load_weights(path)", f"{SITE}/keras/engine/training.py", f"{SITE}/h5py/_hl/files.py")),
        ("checkpoint-corrupt", stopped(H5, f"{SITE}/h5py/_hl/files.py")),
        ("unreadable-entry", stopped(H5, "self.file = h5py.File(path)", f"{SITE}/h5py/_hl/files.py")),
        ("version-incompatibility", stopped(CHANGED, "net = torch.load(path)", f"{SITE}/torch/serialization.py")),
        ("custom-object-missing", stopped(CHANGED, "net = torch.load(path, weights_only=True)", f"{SITE}/torch/serialization.py")),
        ("custom-object-missing", stopped(CHANGED.replace("nets.Net", "__main__.Net"), "net = torch.load(path)", f"{SITE}/torch/serialization.py")),
        ("custom-object-missing", stopped(CHANGED.replace("nets.Net", "train.Net"), "net = torch.load(path)", f"{SITE}/torch/serialization.py")),
        ("version-incompatibility", stopped(CHANGED.replace("nets.Net", "argparse.Namespace"), "net = torch.load(path)", f"{SITE}/torch/serialization.py")),
        ("configuration", stopped('google.protobuf.text_format.ParseError: 103:5 : Message type "SsdFeatureExtractor" has no field named "batch_norm_trainable".')),
        ("annotation-parse", stopped("xml.etree.ElementTree.ParseError: mismatched tag: line 3, column 2", "tree = ET.parse(path)")),
        ("checkpoint-mismatch", stopped("ValueError: User-provided restore item and on-disk value metadata tree structures do not match: {'head': Diff(lhs=None, rhs=1)}", "state = manager.restore(step)")),
        ("unreadable-entry", stopped("tensorflow.python.framework.errors_impl.DataLossError: corrupted record at 1048576 [Op:IteratorGetNext]", "for batch in records:")),
        ("skip-connection-shape-mismatch", stopped("RuntimeError: Sizes of tensors must match except in dimension 1. Expected size 33 but got size 32 for tensor number 1 in the list.", "z = torch.cat([x, y], 1)")),
        ("user-code-exception", stopped("RuntimeError: Sizes of tensors must match except in dimension 1. Expected size 33 but got size 32 for tensor number 1 in the list.", "table = merged(rows)")),
        ("label-dtype", stopped("RuntimeError: expected target dtype to be Long or Byte, but got Float", "loss = F.cross_entropy(net(x), y)", f"{SITE}/torch/nn/functional.py")),
        ("api-misuse", stopped("TypeError: adamw() missing 1 required positional argument: 'learning_rate'", "tx = optax.adamw(weight_decay=0.1)")),
        ("api-misuse", stopped("TypeError: Linear.__init__() missing 1 required positional argument: 'out_features'", "self.head = nn.Linear(512)")),
        ("user-code-exception", stopped("TypeError: build() missing 1 required positional argument: 'width'", "net = build(3)")),
        ("user-code-exception", stopped("TypeError: Block.__init__() got an unexpected keyword argument 'width'", "net = blocks.Block(width=3)")),
    ],
)  # fmt: skip
def test_who_read_a_file_or_was_called_tells_the_mistake(name, log):
    assert stepscope.explain(log).findings[0].name == name


def test_a_class_that_yolo_counts_past_its_names_belongs_to_the_data():
    log = stopped("AssertionError: Label class 3 exceeds nc=3 in data/custom.yaml. Possible class labels are 0-2", "assert mlc < nc, f'Label class {mlc} exceeds nc={nc} in {data}.'")

    assert stepscope.explain(log).findings[0].stage.value == "data"


def test_a_kill_that_a_progress_bar_runs_into_is_heard():
    bar = " 98304/210000 [=============>................] - ETA: 951s - loss: 2.7719"

    assert stepscope.explain(f"Epoch 3/4\n{bar}Killed\n").findings[0].name == "host-oom"
    assert not stepscope.explain(f"Epoch 3/4\n{bar}\nKilled jobs of others: 2\n").findings


def test_text_labels_are_told_by_the_node_below_a_root_error():
    log = "2 root error(s) found.\n  (0) UNIMPLEMENTED:  Cast string to float is not supported\n\t [[node sparse_categorical_crossentropy/Cast (defined at train.py:50) ]]\n"

    assert stepscope.explain(log).findings[0].name == "label-dtype"


def test_a_numbered_line_without_a_node_is_no_root_error():
    assert not stepscope.explain("(0) Internal: clean up the room. (1) Unknown: who pays\nepoch 1 loss 0.3\n").findings


def test_a_shape_that_a_library_unpacks_has_another_number_of_axes():
    log = (
        'Traceback (most recent call last):\n  File "vit.py", line 31, in <module>\n    out = model(torch.zeros(3, 224, 224))\n'
        f'  File "{SITE}/torchvision/models/vision_transformer.py", line 268, in _process_input\n    n, c, h, w = x.shape\nValueError: not enough values to unpack (expected 4, got 3)\n'
    )

    assert stepscope.explain(log).findings[0].name == "input-rank"


def test_a_traceback_that_was_cut_off_counts_only_with_what_the_log_says_around_it():
    cut = 'Traceback (most recent call last):\n  File "train.py", line 12, in main\n    step.run()\n'

    assert not stepscope.explain(cut).findings
    assert stepscope.explain("E cuda_driver.cc:932] failed to allocate 88.31M: CUDA_ERROR_OUT_OF_MEMORY\n" + cut).findings[0].name == "gpu-oom"


def test_a_warning_of_retracing_counts_where_it_is_all_that_was_pasted():
    warning = "WARNING:tensorflow:5 out of the last 5 calls to <function train_function at 0x7f> triggered tf.function retracing. Tracing is expensive.\n"

    assert stepscope.explain(warning).findings[0].name == "retracing"
    assert not stepscope.explain(warning + "epoch 1 loss 0.5\nepoch 2 loss 0.4\n").findings
