"""`stepscope.guard()`: the report stands under the exception's own traceback, and nothing else is changed."""

import sys

SHOWN = "error[RUN102] setup: likely: ValueError: "


def run(stage, text, *python):
    return stage.command([sys.executable, *python, stage.script(text)])


def test_the_report_stands_under_the_traceback_which_is_what_it_was(stage):
    text = """
        import contextlib, stepscope
        guard = {}
        with guard:
            raise ValueError("x")
    """
    bare = run(stage, text.format("contextlib.nullcontext()    "))
    guarded = run(stage, text.format("stepscope.guard(quiet=False)"))

    assert guarded.code == bare.code == 1
    assert guarded.err.startswith(bare.err + f"\n{SHOWN}x\n  --> train.py:5 ")
    assert guarded.err.count(SHOWN) == 1
    assert stage.left_behind == []


def test_a_decorated_function_is_guarded_without_a_frame_of_ours(stage):
    ended = run(stage, """
        import stepscope
        @stepscope.guard()
        def train(n: int) -> None:
            "Trains."
            raise ValueError(n)
        assert (train.__name__, train.__doc__, train.__annotations__["n"]) == ("train", "Trains.", int)
        train(7)
    """)  # fmt: skip

    assert SHOWN + "7" in ended.err
    assert "guarding.py" not in ended.err


def test_a_caught_exception_leaves_a_report_and_nothing_else(stage):
    ended = run(stage, """
        import gc, os, sys, weakref, stepscope
        class Heavy: pass
        heavy = Heavy()
        gone = weakref.ref(heavy)
        def train(heavy):
            raise ValueError("x")
        before = set(os.listdir(f"/proc/self/fd"))
        for _ in range(3):
            try:
                with stepscope.guard() as g:
                    train(heavy)
            except ValueError as exception:
                assert not hasattr(exception, "__notes__")
        print(g.report.findings[0].headline)
        del heavy
        assert gone() is None, gc.get_referrers(gone())
        print("end")
    """)  # fmt: skip

    assert (ended.code, ended.out) == (0, "ValueError: x\nend\n")
    assert ended.err == ""


def test_nothing_is_left_where_nothing_failed(stage):
    ended = run(stage, """
        import sys, signal, faulthandler, threading, stepscope
        state = lambda: (sys.excepthook, sys.exit, signal.getsignal(signal.SIGINT), signal.signal, faulthandler.is_enabled(), threading.active_count())
        before = state()
        with stepscope.guard() as g:
            pass
        assert state() == before and g.report is None
        try:
            with stepscope.guard() as g:
                sys.exit(4)
        finally:
            assert state() == before and g.report is None
    """)  # fmt: skip

    assert (ended.code, ended.err) == (4, "")
    assert stage.left_behind == []


def test_twice_in_one_process_tells_of_each(stage):
    ended = run(stage, """
        import stepscope
        def fails(word):
            with stepscope.guard() as g:
                raise ValueError(word)
        try:
            fails("first")
        except ValueError:
            pass
        fails("second")
    """)  # fmt: skip

    assert ended.err.count(SHOWN) == 1
    assert SHOWN + "second" in ended.err


def test_a_guard_within_a_guard_shows_one_report(stage):
    ended = run(stage, """
        import atexit, stepscope
        with stepscope.guard() as outer:
            atexit.register(lambda: print(outer.report is inner.report))
            with stepscope.guard() as inner:
                raise ValueError("x")
    """)  # fmt: skip

    assert ended.out == "True\n"
    assert ended.err.count(SHOWN) == 1


def test_an_excepthook_of_the_users_is_called_first_and_once(stage):
    ended = run(stage, """
        import sys, stepscope
        sys.excepthook = lambda kind, exception, traceback: print("mine:", exception, file=sys.stderr)
        with stepscope.guard():
            raise ValueError("x")
    """)  # fmt: skip

    assert ended.err.startswith(f"mine: x\n\n{SHOWN}x")


def test_under_stepscope_run_the_report_is_shown_once(stage):
    script = stage.script("import stepscope\nwith stepscope.guard():\n    raise ValueError('x')\n")
    ended = stage.guarded(script)

    assert ended.err.count(SHOWN) == 1
    assert ended.found["seen"]["says"] == "x"


LATE = """
    import torch
    from torch.utils.data import DataLoader, Dataset

    class Numbers(Dataset):
        def __len__(self):
            return 40
        def __getitem__(self, index):
            if index == 13:
                raise ValueError("no good")
            return torch.ones(4)

    def train(workers):
        model = torch.nn.Linear(4, 2)
        optimizer = torch.optim.SGD(model.parameters(), lr=0.1)
        for x in DataLoader(Numbers(), batch_size=4, num_workers=workers):
            model(x).sum().backward()
            optimizer.step()

    import stepscope
    for workers in (0, 1):
        try:
            with stepscope.guard() as g:
                train(workers)
        except ValueError:
            found = g.report.findings[0]
            print(found.stage.value, found.place.step, found.place.samples[0].index, found.place.line)
    from stepscope.collect.torch.loading.indices import Announced
    from stepscope.collect.torch.steps import STEPS
    batches = [iterator := iter(DataLoader(range(4), batch_size=2))] and list(iterator)
    print(Announced.asked, STEPS.page, torch.equal(batches[1], torch.tensor([2, 3])))
"""


def test_a_guard_that_comes_after_torch_sees_steps_samples_and_workers(stage):
    ended = run(stage, LATE)

    assert ended.out.splitlines() == ["data 4 13 10"] * 2 + ["None None True"], ended.err
    assert ended.err == ""
    assert stage.left_behind == []


def test_in_a_notebook_the_report_appears_once(stage):
    ended = run(stage, """
        from IPython.core.interactiveshell import InteractiveShell
        shell = InteractiveShell.instance()
        shell.run_cell("import stepscope")
        shell.run_cell("with stepscope.guard() as g:\\n    raise ValueError('first')")
        shell.run_cell("1 / 0")
        shell.run_cell("try:\\n    with g: raise ValueError('second')\\nexcept ValueError: pass")
        shell.run_cell("print(g.report.findings[0].seen['says'])")
    """)  # fmt: skip

    assert ended.err.count(SHOWN) == 1
    assert SHOWN + "first" in ended.err
    assert ended.out.count(": first") == 1
    assert ended.out.endswith("second\n")
