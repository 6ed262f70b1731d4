"""Dumps of PyTorch's flight recorders, as they are pasted: whole, cut off, on one line or on thousands."""

import json

import pytest

import stepscope


def call(number, name="all_reduce", state="completed", sizes=None, group="0", created=0):
    return {
        "collective_seq_id": number, "input_sizes": sizes or [[64]], "is_p2p": False, "pg_id": 0, "process_group": [group, "default_pg"], "profiling_name": f"nccl:{name}",
        "state": state, "time_created_ns": created or number,
    }  # fmt: skip


def dump(*calls, **more):
    groups = {"0": {"name": "0", "ranks": "[0, 1]"}, "1": {"name": "1", "ranks": "[0, 1]"}}
    return {"entries": list(calls), "pg_config": groups, "version": "2.9", **more}


BEFORE = [call(number) for number in range(1, 9)]
WAITS = dump(*BEFORE, call(9, state="started"))


def primary(*dumps, **form):
    log = "".join(f"==> /tmp/nccl_trace_rank_{rank}.json <==\n{json.dumps(each, **form)}\n" for rank, each in enumerate(dumps))
    found = stepscope.explain(log).findings
    return (found[0].name, found[0].headline) if found else None


@pytest.mark.parametrize("form", [{}, {"indent": 2}, {"separators": (",", ":"), "sort_keys": True}])
def test_the_ranks_are_compared_however_a_dump_is_written(form):
    assert primary(WAITS, dump(*BEFORE), **form) == ("collective-in-one-rank", "rank 1 did not come to all_reduce number 9")
    assert primary(WAITS, dump(*BEFORE, call(9, "broadcast", "scheduled")), **form) == ("collective-mismatch", "the ranks' calls of all_reduce number 9 differ")


def test_ranks_that_all_wait_in_one_call_are_at_work():
    assert primary(WAITS, WAITS) is None
    assert primary(dump(*BEFORE), dump(*BEFORE)) is None


def test_sizes_may_differ_where_the_collective_allows_it():
    assert primary(dump(call(1, sizes=[[3]])), dump(call(1, sizes=[[4]])))[0] == "collective-mismatch"
    assert primary(dump(call(1, "all_to_allv", sizes=[[3]])), dump(call(1, "all_to_allv", sizes=[[4]]))) is None


def test_the_group_that_was_called_first_counts():
    late, early = call(3, state="started", group="1", created=90), call(9, state="started", created=20)

    assert primary(dump(*BEFORE, early), dump(*BEFORE, late))[1] == "rank 1 did not come to all_reduce number 9"


@pytest.mark.parametrize("cut", [slice(100, None), slice(None, -60)])
def test_one_dump_that_is_cut_off_tells_what_was_waited_for(cut):
    finding = stepscope.explain(json.dumps(WAITS)[cut]).findings[0]

    assert (finding.name, finding.confidence, finding.seen["number"]) == ("hang-collective", "possible", "9")


def test_a_dump_as_python_prints_it_is_read_as_well():
    assert stepscope.explain(repr({**WAITS, "rank": 3})).findings[0].seen["waited"] == "rank 3"


def test_a_line_of_megabytes_is_read_to_its_end():
    long = dump(*[call(number) for number in range(9_000)], call(9_000, "all_gather", "started"))

    assert primary(long) == ("hang-collective", "all_gather waited in vain until the time-out")


@pytest.mark.parametrize("text", ['{"collective_seq_id":' * 9_000, '{"a": [' + '{"collective_seq_id": 1},' * 9_000, '{"entries": 3, "collective_seq_id": null}', '{"entries": [{"collective_seq_id": "x", "state": 1}, 7]}'])
def test_what_is_no_dump_is_left_alone(text):
    assert not stepscope.explain(text).findings
