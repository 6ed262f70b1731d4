"""Logs whose course tells the cause: what was caught and trained past, losses that grew or were no number, what only names an exception."""

import pytest

import stepscope

WENT_ON = "step 1 loss 2.31\nstep 2 loss 2.10\nstep 3 loss 1.97\n"


def stopped(words, code="step(batch)", name="<module>", file="train.py"):
    return f'Traceback (most recent call last):\n  File "{file}", line 12, in {name}\n    {code}\n{words}\n'


CACHE = stopped("FileNotFoundError: [Errno 2] No such file or directory: 'cache.pkl'", "return pickle.load(open(path, 'rb'))", "load", "cache.py")
SHAPES = stopped("RuntimeError: mat1 and mat2 shapes cannot be multiplied (16x2048 and 512x10)", "scores = head(x)")


def primary(log):
    found = stepscope.explain(log).findings
    return found[0].name if found else None


def test_what_was_caught_and_trained_past_gives_way_to_what_ended_the_run():
    report = stepscope.explain(CACHE + WENT_ON + SHAPES)

    assert report.findings[0].name == "input-shape-mismatch"
    assert [each.type for each in report.consequences] == ["FileNotFoundError"]


@pytest.mark.parametrize(
    "log",
    [
        CACHE + SHAPES,  # nothing shows that it was handled
        CACHE.replace("in load", "in <module>") + WENT_ON + SHAPES,  # it ended its process: another rank trained on
        CACHE + WENT_ON + stopped("RuntimeError: Connection closed by peer [10.0.0.2]:1287"),
    ],
)
def test_the_first_failure_counts_where_it_may_have_ended_its_process(log):
    assert primary(log) == "missing-file"


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("non-finite-loss", "ValueError: Loss is NaN at step 812"),
        ("non-finite-loss", "AssertionError: loss=nan"),
        ("non-finite-loss", "RuntimeError: infinite loss, stopping"),
        ("non-finite-gradient", "AssertionError: Rank 5: found NaN in local grad norm in backward pass before data-parallel communication collective."),
        ("non-finite-gradient", "RuntimeError: gradients are not finite"),
        ("user-code-exception", "ValueError: unknown loss: focal, information is in the manual"),
        ("user-code-exception", "ValueError: no gradient for nan_guard"),
        ("user-code-exception", "ValueError: NaN in the cost matrix"),
    ],
)
def test_a_check_of_the_users_own_says_what_was_not_finite(name, words):
    assert primary(WENT_ON + stopped(words, "check(loss)")) == name


def test_a_loss_that_rises_by_orders_of_magnitude_to_the_end_diverged():
    losses = [0.9 * 3.0**step for step in range(24)]
    log = "".join(f"epoch {step} train_loss {loss:.4g}\n" for step, loss in enumerate(losses))

    assert stepscope.explain(log).findings[0].headline == "the training diverged: the loss rose from 0.9 to 8.47e+10"
    assert primary("".join(f"10/10 [====] - 0s 2ms/step - loss: {loss:.4f} - mae: 1.2\n" for loss in losses)) == "divergence"
    assert primary(log + "epoch 24 train_loss 0.8\nepoch 25 train_loss 0.7\n") is None  # a search for a learning rate, and the training after it
    assert primary("".join(f"epoch {step} train_loss {-loss:.4g}\n" for step, loss in enumerate(losses))) is None
    assert primary("".join(f"epoch {step} val_loss {loss:.4g}\n" for step, loss in enumerate(losses))) is None


@pytest.mark.parametrize(
    "log",
    [
        "tests/test_dist.py::test_timeout XFAIL (known RuntimeError: Timed out)   [100%]\n",
        "test_label (tests.Labels) RuntimeError: Target 11 is out of bounds ... ok\n",
        "usage: train.py [--on-error {raise,skip}]\n  --on-error            what to do when a sample raises (OSError: image file is truncated)\n  --max-nan N           abort with \"loss is nan\" after N batches\n",
        "| RuntimeError | 0 |\n| NaN loss | 0 |\nepoch 1 loss 0.4\nepoch 2 loss 0.3\n",
        "step 4: loss is nan in batch 17, left out\n" + WENT_ON,
    ],
)
def test_lines_that_only_name_a_failure_are_left_in_peace(log):
    assert primary(log) is None


@pytest.mark.parametrize("line", ["[1]    41221 killed     python train.py", "[2]  + 41221 killed     python train.py", "[1]+  Killed                  python train.py"])
def test_the_shells_word_on_a_job_that_was_killed_is_heard(line):
    assert primary(f"{WENT_ON}{line}\n") == "host-oom"


def test_what_starts_a_worker_does_not_tell_the_stage_of_the_users_code():
    ray = '  File "/opt/lib/python3.9/site-packages/ray/tune/trainable/trainable.py", line 331, in train\n    result = self.step()\n'
    log = stopped("torch.OutOfMemoryError: CUDA out of memory. Tried to allocate 1.50 GiB. GPU 0 has a total capacity of 14.75 GiB of which 1.02 GiB is free.", "out = net(x)", "train")
    head, _, rest = log.partition("\n")

    assert stepscope.explain(f"{head}\n{ray}{rest}").findings[0].stage.value == "forward"


def test_a_label_table_that_lacks_a_file_lacks_a_label_and_no_class():
    assert primary(stopped("KeyError: 'img_00412.jpg'", "label = self.labels[name]", "__getitem__")) == "label-missing"
    assert primary(stopped("KeyError: 'zebra'", "label = self.labels[name]", "__getitem__")) == "class-name-mismatch"


def test_a_process_whose_threads_outlived_it_was_mostly_let_down():
    assert stepscope.explain("step 2\nterminate called without an active exception\nAborted (core dumped)\n").findings[0].confidence.value == "likely"
    assert stepscope.explain("step 2\ndouble free or corruption (!prev)\nAborted (core dumped)\n").findings[0].confidence.value == "certain"
