from stepscope.collect.process.channel import decode, read, write
from stepscope.collect.process.gather import merged, with_steps
from stepscope.evidence import Batch, Failure, Frame, Moment, NonFinite, Observation, Stage, Tensor

RERAISE = Frame("/x/torch/_utils.py", 794, "ExceptionWrapper.reraise")
MAIN = Observation(
    Failure("ValueError", "Caught ValueError in DataLoader worker process 1.\nOriginal ...", (RERAISE,)), Moment(step=7, time=3.0)
)


def worker(number, time=1.0, kind="ValueError", words="bad"):
    return Observation(Failure(kind, words), Moment(Stage.DATA, worker=number, time=time))


def test_the_rank_that_failed_first_is_the_cause():
    late, early = (Observation(Failure("A", ""), Moment(rank=rank, time=time)) for rank, time in ((0, 5.0), (1, 4.0)))

    assert [seen.moment.rank for seen in merged([late, early], ())] == [1]


def test_a_workers_exception_takes_the_place_of_its_copy_and_keeps_the_step():
    (seen,) = merged([worker(0), worker(1), MAIN], ())

    assert (seen.moment.worker, seen.moment.step, seen.get(Failure).message) == (1, 7, "bad")


def test_of_two_exceptions_of_a_worker_the_one_that_was_raised_again_counts():
    again = Observation(Failure("ValueError", "Caught ValueError in DataLoader worker process 1.\nValueError: bad 45", (RERAISE,)), Moment(time=3.0))

    (seen,) = merged([worker(1, 1.0, words="bad 13"), worker(1, 2.0, words="bad 45"), worker(1, 2.5, words="bad 61"), again], ())

    assert seen.get(Failure).message == "bad 45"


def test_a_workers_exception_that_the_main_process_survived_is_no_finding():
    assert merged([worker(0)], ()) == []


def test_a_failure_of_the_main_process_itself_is_not_blamed_on_a_worker():
    own = Observation(Failure("KeyError", "'x'"), Moment(time=9.0))

    assert merged([worker(0, kind="KeyError"), own], ()) == [own]


def test_an_observation_survives_the_run_folder(tmp_path):
    seen = Observation(
        Failure("ValueError", "half \ud800 of a pair", (Frame("a.py", 1, "f"),), causes=(Failure("KeyError", "x"),)),
        Batch(indices=(3, 4), files={1: "x.png"}, fields={"x": Tensor((2, 3), "float32", maximum=float("1e30"))}),
        Moment(Stage.LOSS, step=3),
    )

    write(tmp_path, seen)
    (back,) = read(tmp_path)

    assert back.get(Batch) == seen.get(Batch)
    assert back.moment == seen.moment
    assert back.get(Failure).causes == seen.get(Failure).causes


def test_what_is_not_an_observation_is_left_out(tmp_path):
    (tmp_path / "1-2.observation.json").write_text('[{"type": "Fail')

    assert read(tmp_path) == []
    assert list(decode(b'[{"type": "Unheard", "value": 1}]')) == []


def launched(root):
    words = f"\ntrain.py FAILED\nFailures:\n[1]:\n  exitcode  : -15 (pid: 7)\nRoot Cause (first observed failure):\n[0]:\n  rank : 1\n  exitcode  : {root} (pid: 8)\n"
    return Observation(Failure("ChildFailedError", words), Moment(time=9.0))


STEP = Observation(NonFinite(met="loss", kind="nan", born="forward", operator="log"), Moment(rank=1, step=4, time=2.0))


def test_a_launcher_that_tells_of_a_rank_which_was_stopped_over_its_step_is_an_echo():
    assert with_steps([STEP], [launched(1)]) == [STEP]


def test_a_launcher_that_tells_of_a_kill_or_of_no_step_is_heard():
    killed, left = launched("-9"), launched(1)

    assert with_steps([STEP], [killed]) == [killed, STEP]
    assert with_steps([], [left]) == [left]
