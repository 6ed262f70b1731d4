"""Tracebacks in all forms in which they are written."""

from textwrap import dedent

from stepscope.collect.logs.prefixes import peel
from stepscope.collect.logs.tracebacks import tracebacks


def read(text):
    return tracebacks([peel(number, line) for number, line in enumerate(dedent(text).strip("\n").split("\n"), 1)])


def only(text):
    found = read(text)
    assert len(found) == 1, found
    return found[0]


PLAIN = """
    Epoch 0:   0%|          | 0/16 [00:00<?, ?it/s]Traceback (most recent call last):
      File "/home/u/train.py", line 31, in <module>
        main()
        ~~~~^^
      File "/home/u/train.py", line 12, in main
        loss = crit(net(x), y)
               ^^^^^^^^^^^^^^^
      File "/opt/conda/lib/python3.11/site-packages/torch/nn/functional.py", line 3479, in cross_entropy
        return torch._C._nn.cross_entropy_loss(
    IndexError: Target 12 is out of bounds.
    2026-11-20 12:00:01,123 - trainer - INFO - bye
"""


def test_plain():
    told = only(PLAIN)
    assert (told.failure.type, told.failure.message) == ("IndexError", "Target 12 is out of bounds.")
    assert [(frame.line, frame.function, frame.user) for frame in told.failure.frames] == [(31, "<module>", True), (12, "main", True), (3479, "cross_entropy", False)]
    assert told.failure.frames[1].expression == "crit(net(x), y)"
    assert told.failure.is_a("LookupError")
    assert (told.first, told.last) == (1, 10)


def test_a_start_that_was_cut_off():
    told = only('  File "a.py", line 3, in f\n    g()\n  File "a.py", line 9, in g\n    raise ValueError("x")\nValueError: x')
    assert [frame.line for frame in told.failure.frames] == [3, 9]


def test_an_end_that_was_cut_off():
    told = only('Traceback (most recent call last):\n  File "a.py", line 3, in f\n    g()\n  File "a.py", line 9, in g\n')
    assert (told.failure.type, len(told.failure.frames)) == ("", 2)


def test_a_chain_is_one_with_its_causes():
    told = only("""
        Traceback (most recent call last):
          File "data.py", line 3, in load
            return table[name]
        KeyError: 'cat'

        The above exception was the direct cause of the following exception:

        Traceback (most recent call last):
          File "train.py", line 9, in <module>
            load("cat")
        RuntimeError: no label for cat
    """)
    assert told.failure.type == "RuntimeError"
    assert [(cause.type, cause.key) for cause in told.failure.causes] == [("KeyError", "'cat'")]


def test_a_loader_worker_stands_within_the_words_of_its_loader():
    told = only("""
        Traceback (most recent call last):
          File "train.py", line 9, in <module>
            for x in loader:
          File "/usr/lib/python3/dist-packages/torch/utils/data/dataloader.py", line 1326, in _next_data
            return self._process_data(data)
          File "/usr/lib/python3/dist-packages/torch/_utils.py", line 722, in reraise
            raise exception
        ValueError: Caught ValueError in DataLoader worker process 2.
        Original Traceback (most recent call last):
          File "data.py", line 5, in __getitem__
            raise ValueError("empty file")
        ValueError: empty file
    """)
    assert told.failure.message.startswith("Caught ValueError in DataLoader worker process 2.")
    assert [(cause.message, cause.frames[0].line) for cause in told.failure.causes] == [("empty file", 5)]


def test_a_group_is_read_through_its_bars():
    found = read("""
          + Exception Group Traceback (most recent call last):
          |   File "train.py", line 4, in <module>
          |     main()
          | ExceptionGroup: two of them (2 sub-exceptions)
          +-+---------------- 1 ----------------
            | Traceback (most recent call last):
            |   File "train.py", line 2, in main
            |     int("a")
            | ValueError: invalid literal for int() with base 10: 'a'
            +---------------- 2 ----------------
            | TypeError: other
            +------------------------------------
    """)
    types = [each.failure.type for each in found] + [cause.type for each in found for cause in each.failure.causes]
    assert {"ExceptionGroup", "ValueError"} <= set(types)


def test_a_notebook_before_and_after_ipython_8():
    old = only("""
        ---------------------------------------------------------------------------
        ValueError                                Traceback (most recent call last)
        <ipython-input-3-abc> in <module>()
              1 x = 1
        ----> 2 fit(x)

        ~/work/train.py in fit(x)
             10 def fit(x):
        ---> 11     raise ValueError("bad")
             12

        ValueError: bad
    """)
    new = only("""
        ---------------------------------------------------------------------------
        ValueError                                Traceback (most recent call last)
        Cell In[3], line 2
              1 x = 1
        ----> 2 fit(x)

        File ~/work/train.py:11, in fit(x)
             10 def fit(x):
        ---> 11     raise ValueError("bad")

        ValueError: bad
    """)
    for told in (old, new):
        assert [(frame.line, frame.code, frame.user) for frame in told.failure.frames] == [(2, "fit(x)", True), (11, 'raise ValueError("bad")', True)]
        assert told.failure.message == "bad"


def test_the_box_of_rich():
    told = only("""
        ╭───────────────────── Traceback (most recent call last) ──────────────────────╮
        │ /home/u/train.py:9 in <module>                                               │
        │                                                                              │
        │    8                                                                         │
        │ ❱  9 main()                                                                  │
        │                                                                              │
        │ /home/u/train.py:4 in main                                                   │
        │ ❱  4 │   return 1 / 0                                                        │
        ╰──────────────────────────────────────────────────────────────────────────────╯
        ZeroDivisionError: division by zero
    """)
    assert [(frame.line, frame.code) for frame in told.failure.frames] == [(9, "main()"), (4, "return 1 / 0")]
    assert told.failure.type == "ZeroDivisionError"


def test_repeated_lines_are_counted():
    told = only("""
        Traceback (most recent call last):
          File "a.py", line 3, in f
            return f()
          File "a.py", line 3, in f
            return f()
          [Previous line repeated 993 more times]
        RecursionError: maximum recursion depth exceeded
    """)
    assert told.repeated == 993


def test_words_go_on_until_the_log_does():
    told = only("""
        Traceback (most recent call last):
          File "/work/train.py", line 3, in main
            model.load_state_dict(state)
        RuntimeError: Error(s) in loading state_dict for Net:
        \tMissing key(s) in state_dict: "head.weight".
        \tsize mismatch for body.weight: copying a param with shape torch.Size([4]).

          3%|3         | 3/100 [00:00<00:01]
    """)
    assert told.failure.message.count("\n") == 2


def test_the_frames_that_an_op_error_names():
    told = only("""
        Traceback (most recent call last):
          File "/home/u/fit.py", line 20, in <module>
            model.fit(x, y)
        tensorflow.python.framework.errors_impl.InvalidArgumentError: Graph execution error:

        Detected at node 'net/dense/MatMul' defined at (most recent call last):
            File "/home/u/fit.py", line 20, in <module>
              model.fit(x, y)
            File "/home/u/layers.py", line 8, in call
              return tf.matmul(x, self.w)
        Node: 'net/dense/MatMul'
        Matrix size-incompatible: In[0]: [10,3], In[1]: [4,2]
        \t [[{{node net/dense/MatMul}}]] [Op:__inference_train_function_52]
    """)
    assert told.failure.frames[-1].file == "/home/u/layers.py"
    assert "Matrix size-incompatible" in told.failure.message


def test_a_warning_with_its_line_is_no_traceback():
    assert read('  File "a.py", line 3\nUserWarning\nEpoch 1 loss 0.3') == []
    assert read("/lib/x.py:3: UserWarning: this is slow\n  warnings.warn(text)\nEpoch 1") == []
