"""Evidence becomes a report: every rule whose evidence is at hand is asked, the others are listed."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

from stepscope.catalogue import catalogue
from stepscope.evidence import Aside, Batch, Call, Failure, Frame, Layer, Log, NonFinite, Observation, Overview, Skipped, Stage
from stepscope.evidence.ending import Death, Interruption
from stepscope.finding import Confidence, Finding, Place, Sample, Severity
from stepscope.rule import Draft, Rule

_SURE = (Confidence.CERTAIN, Confidence.LIKELY, Confidence.POSSIBLE)
_GRAVE = (Severity.ERROR, Severity.WARNING, Severity.NOTE)
_STEP = (
    Stage.SETUP, Stage.DATA, Stage.AUGMENT, Stage.COLLATE, Stage.TRANSFER, Stage.FORWARD, Stage.LOSS, Stage.BACKWARD, Stage.OPTIMIZER,
    Stage.METRICS, Stage.LOGGING,
)  # fmt: skip
"""The stages in the order of a step."""
SAMPLES_KEPT = 4096
"""Samples that a finding lists, whatever a report shows of them."""


@dataclass(frozen=True)
class NotAsked:
    """A rule that could not be asked, with the evidence that it needs."""

    code: str
    name: str
    needs: str


@dataclass(frozen=True)
class Report:
    """What a command found. `findings[0]` is the primary cause; `skipped` are the samples that others took the place of.

    Of a log: `lines` is how many it has, `consequences` are the failures that were considered and set aside. Of a data set: `overview`.
    """

    command: str
    findings: tuple[Finding, ...] = ()
    asked: int = 0
    not_asked: tuple[NotAsked, ...] = ()
    notes: tuple[str, ...] = ()
    skipped: tuple[Skipped, ...] = ()
    consequences: tuple[Aside, ...] = ()
    lines: int = 0
    overview: Overview | None = None

    @property
    def has_errors(self) -> bool:
        """Whether any finding is an error."""
        return any(finding.severity is Severity.ERROR for finding in self.findings)


def diagnose(command: str, observations: Sequence[Observation], notes: Iterable[str] = ()) -> Report:
    """Ask every rule about every observation. The observations come in the order of their time."""
    rules = catalogue()
    problems: list[str] = []
    findings = [finding for observation in observations for finding in _findings(rules, observation, problems)]
    asked = {rule.code for rule in rules if any(_can_ask(rule, observation) for observation in observations)}
    return Report(
        command=command,
        findings=tuple(sorted(findings, key=lambda finding: _GRAVE.index(finding.severity))),
        asked=len(asked),
        not_asked=tuple(
            NotAsked(rule.code, rule.name, " or ".join(dict.fromkeys(w.needs_text for w in rule.witnesses)))
            for rule in rules
            if rule.code not in asked
        ),
        notes=(*notes, *problems),
    )


def _can_ask(rule: Rule, observation: Observation) -> bool:
    return any(all(kind in observation for kind in witness.needs) for witness in rule.witnesses)


def _findings(rules: Sequence[Rule], observation: Observation, problems: list[str]) -> list[Finding]:
    drafts = [draft for rule in rules for draft in _best_of(rule, observation, problems)]
    spoken = {draft.rule.name for draft in drafts}
    # A data set holds many mistakes at once, each with its places: one of them does not explain another.
    drafts = [draft for draft in drafts if draft.places or not spoken.intersection(draft.rule.yields_to)]
    drafts.sort(key=lambda draft: (draft.rule.fallback, _SURE.index(draft.confidence)))
    if not observation.has_one_cause:
        return [_complete(draft, observation) for draft in drafts]
    return [replace(_complete(drafts[0], observation), alternatives=_alternatives(drafts))] if drafts else []


def _alternatives(drafts: Sequence[Draft]) -> tuple[str, ...]:
    """What else the evidence allows, where it is not certain: the names of other mistakes, with what speaks for them."""
    if drafts[0].confidence is Confidence.CERTAIN:
        return ()
    return tuple(f"{draft.rule.name} ({draft.rule.code}): {draft.headline}" for draft in drafts[1:] if not draft.rule.fallback)


def _best_of(rule: Rule, observation: Observation, problems: list[str]) -> list[Draft]:
    """The surest witness of a rule, the first of them where several are: one mistake, one finding.

    A witness that fails is our problem: it is noted, and the other rules speak.
    """
    failure = observation.get(Failure)
    if failure is not None and failure.by_user and not (rule.fallback or rule.hears_users):
        guarded = observation.with_(replace(failure, message=""))
    else:
        guarded = observation
    drafts: list[Draft] = []
    for witness in rule.witnesses:
        try:
            drafts += witness.ask(observation if witness.verbatim else guarded)
        except Exception as problem:
            problems.append(f"{rule.name} could not be asked: {type(problem).__name__}: {problem}")
    drafts.sort(key=lambda draft: _SURE.index(draft.confidence))
    return drafts[:1] if observation.has_one_cause else drafts


def _complete(draft: Draft, observation: Observation) -> Finding:
    if draft.places:
        return draft.rule.finding(draft, draft.stage or draft.rule.stage, draft.places[0], tuple(draft.places[1:]))
    failed = _failed_line(observation)
    layer = observation.get(Layer)
    definition = Place(
        file=layer.definition.file, line=layer.definition.line, code=layer.definition.code, about="the layer was built here"
    ) if layer and layer.definition and (layer.path or NonFinite not in observation) else None  # fmt: skip
    place = _place(draft, observation, draft.line or failed)
    others = []
    if draft.line and failed and (draft.line.file, draft.line.line) != (failed.file, failed.line):
        others.append(Place(failed.file, failed.line, failed.code, "first met here" if NonFinite in observation else "the run stopped here"))
    if definition and (definition.file, definition.line) not in {(p.file, p.line) for p in (place, *others)}:
        others.append(definition)
    log = observation.get(Log)
    if log is not None and log.at:
        others.append(Place(log.name, draft.said.line if draft.said else log.at, about="the log says so here"))
    draft = replace(draft, seen={**draft.seen, **_at_hand(observation.get(Batch))})
    return draft.rule.finding(draft, _stage(draft, observation), place, tuple(others))


def _stage(draft: Draft, observation: Observation) -> Stage:
    """Where nothing tells more, the stage at which the mistake is usually seen, or a later one that the step had come to."""
    usual, around = draft.rule.stage, observation.moment.around
    late = around is not None and usual in _STEP and _STEP.index(around) > _STEP.index(usual)
    return draft.stage or observation.moment.stage or (around if around and late else usual)


def _place(draft: Draft, observation: Observation, line: Frame | None) -> Place:
    moment, layer, call, step = observation.moment, observation.get(Layer), observation.get(Call), observation.get(NonFinite)
    made_here = step.made_by if step is not None and line == step.line else None
    return Place(
        file=line.file if line else moment.script,
        line=line.line if line else None,
        code=line.code if line else "",
        about=draft.about,
        step=moment.step,
        epoch=moment.epoch,
        layer=draft.layer or (layer.path if layer else None),
        operator=draft.operator or made_here or (call.function if call else None),
        rank=moment.rank,
        samples=_samples(observation.get(Batch)),
    )


def _samples(batch: Batch | None) -> tuple[Sample, ...]:
    if batch is None:
        return ()
    alone = batch.listed or (len(batch.indices) == 1 and batch.rows != 1)  # the one sample that is known of a batch: its row is not
    return tuple(
        Sample(index=batch.indices[row] if row < len(batch.indices) else None, row=None if alone else row, file=batch.files.get(row))
        for row in batch.culprits[:SAMPLES_KEPT]
    )


def _at_hand(batch: Batch | None) -> dict[str, str]:
    """The sample that a batch consists of, where nothing shows that it is at fault: it is the one to try again, not the one to blame."""
    if batch is None or batch.culprits:
        return {}
    if not batch.indices and 0 in batch.files:
        return {"at hand": f"what was read from {batch.files[0]}, a batch of its own"}
    if len(batch.indices) != 1:
        return {}
    file = f" ({batch.files[0]})" if 0 in batch.files else ""
    return {"at hand": f"sample {batch.indices[0]}{file}, a batch of its own"}


def _failed_line(observation: Observation) -> Frame | None:
    failure, death, stop = observation.get(Failure), observation.get(Death), observation.get(Interruption)
    step = observation.get(NonFinite)
    if step and step.line:
        return step.line
    if failure:
        chain = [f for f in (failure, *failure.causes) if any(frame.user for frame in f.frames)]
        return (chain or [failure])[0].user_frame
    stack = death.stack if death else stop.stacks.get("main", ()) if stop else ()
    users = [frame for frame in stack if frame.user]
    return users[-1] if users else None
