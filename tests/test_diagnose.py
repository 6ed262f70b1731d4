from stepscope.diagnose import diagnose
from stepscope.evidence import Batch, Failure, Frame, Head, Labels, Layer, Moment, Observation, Stage, Tensor
from stepscope.finding import Confidence, Severity

LINE = Frame("train.py", 41, "main", "loss = F.cross_entropy(logits, y)", user=True)
FAILURE = Failure("IndexError", "Target 12 is out of bounds.", (LINE, Frame("/x/torch/nn/functional.py", 3, "cross_entropy")))
LABELS = Labels("y", Tensor((4,), "int64", minimum=0, maximum=12), 10, outside=((2, 12.0),), outside_count=1, total=4)
BATCH = Batch(indices=(7, 3, 1203, 5), culprits=(2,), files={2: "data/x.png"})
HEAD = Head("fc", "Linear", 10, Frame("model.py", 31, "__init__", "self.fc = nn.Linear(512, 10)"))


def test_live_values_beat_words():
    (finding,) = diagnose("run", [Observation(FAILURE, LABELS, HEAD, BATCH, Moment(step=812, rank=0))]).findings

    assert (finding.name, finding.confidence) == ("label-out-of-range", Confidence.CERTAIN)
    assert "12" in finding.headline


def test_the_place_is_filled_in_from_the_observation():
    (finding,) = diagnose("run", [Observation(FAILURE, LABELS, HEAD, BATCH, Moment(Stage.LOSS, step=812, epoch=3, rank=0))]).findings

    place = finding.place
    assert (place.file, place.line, place.step, place.epoch, place.rank, place.layer) == ("train.py", 41, 812, 3, 0, "fc")
    assert [(s.index, s.row, s.file) for s in place.samples] == [(1203, 2, "data/x.png")]


def test_a_sample_that_is_only_at_hand_is_not_blamed():
    (finding,) = diagnose("run", [Observation(FAILURE, LABELS, HEAD, Batch(indices=(75,), rows=1), Moment(Stage.LOSS))]).findings

    assert finding.place.samples == ()
    assert finding.seen["at hand"] == "sample 75, a batch of its own"


def test_words_alone_still_name_the_cause_but_less_surely():
    (finding,) = diagnose("run", [Observation(FAILURE)]).findings

    assert (finding.name, finding.confidence) == ("label-out-of-range", Confidence.LIKELY)


def test_the_line_to_change_comes_first_and_the_one_that_failed_stays_among_the_places():
    built = Frame("model.py", 31, "__init__", "self.fc = nn.Linear(512, 10)", user=True)
    failure = Failure("RuntimeError", "mat1 and mat2 shapes cannot be multiplied (32x2048 and 512x10)", (LINE,))
    layer = Layer("fc", "Linear", "Net", {"in_features": 512, "out_features": 10}, definition=built)

    (finding,) = diagnose("run", [Observation(failure, layer)]).findings

    assert finding.name == "input-shape-mismatch"
    assert {(p.file, p.line) for p in (finding.place, *finding.places)} == {("model.py", 31), ("train.py", 41)}


def test_an_exception_that_no_rule_knows_is_still_told():
    (finding,) = diagnose("run", [Observation(Failure("ZeroDivisionError", "division by zero", (LINE,)))]).findings

    assert (finding.name, finding.place.line) == ("user-code-exception", 41)


def test_one_failure_gives_one_finding():
    assert len(diagnose("run", [Observation(FAILURE, LABELS, HEAD, BATCH)]).findings) == 1


def test_rules_without_their_evidence_are_listed_and_not_counted_as_passed():
    report = diagnose("run", [])

    assert report.asked == 0
    assert "label-out-of-range" in {rule.name for rule in report.not_asked}
    assert all(rule.needs for rule in report.not_asked)


def test_a_deliberate_interruption_is_no_error():
    report = diagnose("run", [Observation(Failure("KeyboardInterrupt", "", (LINE,)))])

    assert report.findings[0].severity is Severity.NOTE
    assert not report.has_errors


def test_a_rule_that_fails_is_noted_and_the_others_speak(monkeypatch):
    from stepscope.catalogue import find

    def broken(failure: Failure):
        raise LookupError("our own mistake")

    rule = find("no-grad")
    monkeypatch.setattr(rule, "witnesses", [*rule.witnesses, type(rule.witnesses[0])(broken, (Failure,))])

    report = diagnose("run", [Observation(FAILURE, LABELS, HEAD, BATCH)])

    assert report.findings[0].name == "label-out-of-range"
    assert report.notes == ("no-grad could not be asked: LookupError: our own mistake",)


def test_a_frameworks_meaning_is_not_read_into_the_users_own_words():
    own = Frame("train.py", 9, "check", 'raise ValueError("CUDA out of memory is not the reason")', user=True)

    (finding,) = diagnose("run", [Observation(Failure("ValueError", "CUDA out of memory is not the reason", (LINE, own)))]).findings

    assert finding.name == "user-code-exception"
