"""The input itself holds NaN or infinity, before any operator of the model has seen it.

Why
---
One NaN in one sample makes the loss of its whole batch NaN, and one update with it makes every weight NaN. Missing values of a table, an empty cell
read as a float, a division by a standard deviation of zero in the preparation, or a damaged file put it there.

Fix
---
- Clean the data once, where they are read: fill or drop what is missing, and look with `torch.isfinite(x).all()`.
- Leave single bad samples out: drop them from the index list of the data set.

Bad
---
    frame = pandas.read_csv("table.csv")               # empty cells become NaN
    x = torch.tensor(frame.values)

Good
----
    frame = pandas.read_csv("table.csv").fillna(0)
    x = torch.tensor(frame.values)
"""

import ast

from stepscope.evidence import Flaws, NonFinite, Stage
from stepscope.finding import Severity
from stepscope.rule import Rule, Witnessed
from stepscope.rules.found import at_flaws, shown
from stepscope.rules.numerics.told import at, confidence, facts, kind, told

NON_FINITE_INPUT = Rule("NUM101", Severity.ERROR, stage=Stage.DATA)


@NON_FINITE_INPUT.seen_in
def repeated(step: NonFinite) -> Witnessed:
    """The repeated step met it in a tensor that no operator of the step had made."""
    if step.born != "input" or step.output is None or step.dropped:
        return
    name = f"`{step.name}`" if step.name else "the batch"
    rows = f", in {len(step.rows)} of {step.rows_of} {'entries' if _is_vector(step) else 'rows'}" if step.rows else ""
    when = "and the step writes over it in place" if step.written else f"before the model sees it{rows}"
    yield NON_FINITE_INPUT.found(
        f"{name} holds {_held(step)}{',' if step.written else ''} {when}",
        confidence(step),
        line=step.written,
        about="the step writes over it here" if step.written else "",
        fix=(_WRITTEN,) if step.written else _of_line(step.made.code) if step.made is not None and not step.beside else (),
        instead=(_BESIDE.format(name), _DIVISOR) if step.beside or _is_whole(step) else (),
        seen={
            "made at": at(step.made) if step.made is not None and step.made not in step.frames else "",
            "file": step.file,
            "values": told(step.output),
            "came in with": _ENTERED.get(step.entered, ""),
            "columns": ", ".join(map(str, step.columns)),
            **{name: text for name, text in facts(step).items() if name in ("not finite in", "in the loop", "drawn from", "left behind", "repeated") and not (name != "repeated" and _is_vector(step))},
            "first met by": f"`{step.operator}`" if step.operator else "",
        },
    )


_ENTERED = {"numpy": "an array of numpy's, which is so after this line", "python": "an array, a list or a number, on this line"}


_WRITTEN = "Make sure: `x = x / total` in place of `x /= total` leaves what came in as it was, and tells which of the two it was."
_DIVIDES = "The line divides: where a sample's divisor may be zero (the spread of a picture of one colour), keep it away from that: `/ (std + 1e-8)`."
_LOGARITHM = "The line takes a logarithm: keep what goes in above zero (`np.log(x + 1e-6)`), and look for zeros and negative numbers among the values."
_LOGS = {"log", "log2", "log10"}
_BESIDE = "Look at where {} is made: a count of zero, a mean over nothing, a value that was never filled in."
_DIVISOR = "Keep the divisor away from zero: a count as `count.clamp(min=1)`, a deviation as `std + 1e-8`."


def _is_whole(step: NonFinite) -> bool:
    """Whether a statement of the program's has made it, and no row or column of it is finite (an adjacency that was divided by the root of a degree of zero): nothing can be left out of it."""
    return step.made is not None and step.made not in step.frames and not step.rows and not step.columns


def _is_vector(step: NonFinite) -> bool:
    """Whether it is no batch's, and a list of numbers: its entries are no rows."""
    return step.beside and step.output is not None and len(step.output.shape) == 1


def _of_line(code: str) -> tuple[str, ...]:
    """What helps where the line of the loading code divides by something that varies, or takes a logarithm; the sample may have come so, so it is no more than that."""
    try:
        nodes = list(ast.walk(ast.parse(code.strip())))
    except SyntaxError:
        return ()
    divides = any(isinstance(node, (ast.BinOp, ast.AugAssign)) and isinstance(node.op, ast.Div) and not isinstance(_divisor(node), ast.Constant) for node in nodes)
    logs = any(isinstance(node, ast.Attribute) and node.attr in _LOGS for node in nodes)
    return (*(_DIVIDES,) * divides, *(_LOGARITHM,) * logs)


def _divisor(node: ast.BinOp | ast.AugAssign) -> ast.expr:
    return node.right if isinstance(node, ast.BinOp) else node.value


def _held(step: NonFinite) -> str:
    return "NaN" if step.output is not None and step.output.nan else kind(NonFinite(step.met, "inf", ""))


@NON_FINITE_INPUT.seen_in
def drawn(flaws: Flaws) -> Witnessed:
    """Samples of a data set were drawn, and looked at one by one."""
    found = flaws.of("not-finite")
    if found:
        yield NON_FINITE_INPUT.found(f"{shown(found[0].file)}: {found[0].says}", places=at_flaws(found))
