"""The three laws: imports go one way, we are a guest in the user's process, our own failures change nothing."""

import ast
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]
SOURCE = ROOT / "src" / "stepscope"
FRAMEWORKS = ("torch", "keras", "tensorflow", "jax", "numpy")

HANDLED = """
    import multiprocessing, os, signal, sys, traceback, warnings
    import torch
    from torch.utils.data import DataLoader, Dataset, Sampler

    class Odd(Sampler):
        def __iter__(self):
            yield 0
            raise KeyError("sampler")

    class Numbers(Dataset):
        def __len__(self):
            return 8
        def __getitem__(self, index):
            if index == 5:
                raise ValueError("sample")
            return torch.ones(2)

    def child():
        raise OSError("child")

    def tried(function):
        try:
            function()
        except BaseException:
            traceback.print_exc()

    if __name__ == "__main__":
        tried(lambda: torch.optim.SGD([], lr=-1))
        tried(lambda: torch.optim.SGD([torch.ones(1)], lr=-1))
        tried(lambda: torch.nn.Linear(2))
        tried(lambda: torch.nn.Module(3))
        tried(lambda: list(DataLoader(Numbers(), sampler=Odd())))
        tried(lambda: list(DataLoader(Numbers(), batch_size=0)))
        tried(lambda: DataLoader(Numbers(), num_workers=10**4))     # a warning with a stack level
        tried(lambda: signal.signal(signal.SIGKILL, print))
        tried(lambda: signal.signal(signal.SIGINT, 7))
        tried(lambda: sys.exit("words"))
        process = multiprocessing.get_context("fork").Process(target=child, name="child")
        process.start()
        process.join()
        os.dup2(2, 9)                                                # numbers of files are the user's
        with open("some.txt", "w") as file:
            print("file", file.fileno() < 50, os.path.exists("/proc/self/fd/9"))
        compiled = torch.compile(lambda x: torch.nn.ReLU()(x).sum(), backend="eager", fullgraph=True)
        print("compiled", compiled(torch.ones(3)).item())
        list(DataLoader(Numbers(), num_workers=1))
"""


def test_no_frame_of_ours_stands_in_a_traceback(stage):
    script = stage.script(HANDLED)
    bare, guarded = stage.bare(script), stage.guarded(script)
    theirs, _, ours = guarded.err.partition("\nerror[")

    assert theirs == bare.err
    assert bare.err.count("Traceback (most recent call last)") > 10
    assert "sample 5" in ours
    assert (guarded.out, guarded.code) == (bare.out, bare.code)


IMPORTS = "import sys; sys.path.insert(0, {path!r}); import {modules}; print([name for name in {frameworks} if name in sys.modules])"


def loaded(stage, modules):
    code = IMPORTS.format(path=str(stage.folder), modules=modules, frameworks=FRAMEWORKS)
    return stage.bare("-c", code).out.strip()


def test_importing_us_loads_no_framework_nor_our_own_parts(stage):
    supervisor = "stepscope, stepscope.commands.run, stepscope.collect.process.supervisor, stepscope.diagnose, stepscope.report.json"

    assert loaded(stage, "stepscope") == "[]"
    assert loaded(stage, f"{supervisor}, stepscope.catalogue; stepscope.catalogue.catalogue()") == "[]"
    assert stage.bare("-c", "import stepscope, sys; print([n for n in sys.modules if n.startswith('stepscope.')])").out == "[]\n"


def test_a_loaded_framework_would_be_seen(stage):
    stage.script("", "jax.py")

    assert loaded(stage, "stepscope, jax") == "['jax']"


FAILS = "print('before')\n{}\nraise ValueError('mine')\n"


def told(ended):
    """What we said of our own failures."""
    return [line for line in ended.err.splitlines() if line.startswith("stepscope: ")]


@pytest.mark.parametrize(
    "provoked",
    [
        "import os, shutil; shutil.rmtree(os.environ['STEPSCOPE_RUN'])",
        "import stepscope.collect.torch.observe as o; o.observe = lambda *_: 1 / 0",
        "import resource; resource.setrlimit(resource.RLIMIT_FSIZE, (0, 0))",
        "import stepscope.collect.torch.observe as o; o.machine_now = lambda: 1 / 0",
    ],
    ids=["folder-deleted", "observation", "disk-full", "collector"],
)
def test_a_failure_of_ours_in_the_run_costs_one_line(stage, provoked):
    script = stage.script(FAILS.format(provoked))
    ended = stage.guarded(script)

    assert (ended.code, ended.out) == (1, "before\n")
    assert len(told(ended)) == 1
    assert "Traceback" not in ended.err.partition("ValueError: mine")[2]
    assert (ended.name == "user-code-exception") == ("machine_now" in provoked)


def test_a_run_goes_on_where_nothing_can_be_written(stage):
    """A full disk: no file may grow, so there is no heartbeat, and no observation can be told."""
    script = stage.script(FAILS.format("import torch; torch.utils.data.DataLoader; print(sum(torch.utils.data.DataLoader(range(9))).item())"))
    limited = ["bash", "-c", 'ulimit -f 0; exec "$0" "$@"', sys.executable]
    bare, guarded = stage.command([*limited, script]), stage.guarded("--", *limited, script)
    added = [line for line in guarded.err.splitlines() if line not in bare.err.splitlines() and line]

    assert (guarded.out, guarded.code) == (bare.out, bare.code) == ("before\n36\n", 1)
    assert added == [*told(guarded), "note: no Python process of this command was guarded"]
    assert [line.split(":")[1] for line in told(guarded)] == [
        " this process's deaths and signals are not watched", " could not write down what was seen",
    ]  # fmt: skip


def test_a_run_goes_on_where_there_is_no_folder_for_temporary_files(stage):
    script = stage.script("raise SystemExit(3)")
    nowhere = {**stage.environment, "TMPDIR": "/proc/none"}
    ended = stage.command([sys.executable, "-c", NO_FOLDER, script], env=nowhere)

    assert ended.code == 3
    assert len(told(ended)) == 1


NO_FOLDER = """
import sys, tempfile
tempfile.tempdir = "/proc/none"
sys.argv = ["stepscope", "run", *sys.argv[1:]]
from stepscope.commands.main import main
main()
"""

PLUGIN = '''"""A rule that fails.

Why
---
x

Fix
---
- x

Bad
---
    x

Good
----
    x
"""
from stepscope.evidence import Failure, Stage
from stepscope.finding import Severity
from stepscope.rule import Rule

FAILING = Rule("ZZZ999", Severity.ERROR, stage=Stage.DATA)


@FAILING.seen_in
def failure(failure: Failure):
    raise ZeroDivisionError("in a rule")
'''


def test_a_rule_that_fails_changes_nothing_of_the_run(stage):
    stage.script(PLUGIN, "plugin/failing_rule.py")
    stage.script("Metadata-Version: 2.1\nName: failing\nVersion: 1\n", "plugin/failing-1.dist-info/METADATA")
    stage.script("[stepscope.rules]\nfailing = failing_rule\n", "plugin/failing-1.dist-info/entry_points.txt")
    ended = stage.guarded(stage.script(FAILS), env={**stage.environment, "PYTHONPATH": str(stage.folder / "plugin")})

    assert (ended.code, ended.name) == (1, "user-code-exception")
    assert told(ended) == []
    assert [note for note in ended.report["notes"] if "ZeroDivisionError: in a rule" in note]


ORDER = ("evidence", "finding", "page", "rule", "rules", "catalogue", "diagnose", "report", "commands")
"""Each imports only what stands before it, and its own kind."""
AROUND = {
    "graph": {"graph"},
    "collect": {"collect", "evidence", "graph"},
    "guarding": {*ORDER[:-1], "collect"},
    "explaining": {*ORDER[:-2], "collect"},
    "checking": {*ORDER[:-1], "collect", "drawing"},
    "drawing": {*ORDER[:-1], "collect"},
    "repairing": {"checking", "collect"},
    "commands": {*ORDER, "checking", "collect", "explaining", "repairing"},
    "": {"checking", "commands", "explaining", "guarding", *ORDER[:-1]},
}
HOMES = {"torch": ("collect/torch", "train"), **dict.fromkeys(("keras", "tensorflow", "jax"), ("collect/keras", "train"))}


def allowed(part):
    """The parts of ours that a module of this part may import."""
    return AROUND[part] if part in AROUND else set(ORDER[: ORDER.index(part) + 1])


def imported(tree):
    """All modules named by the import statements of a file, those inside of functions too."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and not node.level:
            yield from [f"stepscope.{alias.name}" for alias in node.names] if node.module == "stepscope" else [node.module]


def against_the_law(path, text):
    """The imports of a file (named by its path in the package) that the law forbids."""
    part = path.partition("/")[0].removesuffix(".py")
    ours = allowed("" if part in ("__init__", "__main__") else part) | {"__version__"}
    for name in imported(ast.parse(text)):
        first, _, rest = name.partition(".")
        if first == "stepscope" and rest and rest.partition(".")[0] not in ours:
            yield f"{path} imports {name}"
        if first in HOMES and not path.startswith(HOMES[first]):
            yield f"{path} imports {name}"


def test_imports_go_one_way():
    files = {path.relative_to(SOURCE).as_posix(): path.read_text(encoding="utf-8") for path in SOURCE.rglob("*.py")}

    assert [fault for path, text in files.items() for fault in against_the_law(path, text)] == []
    assert {path.partition("/")[0].removesuffix(".py") for path in files} <= {*ORDER, *AROUND, "__init__", "__main__"}


TORCH = "stepscope.collect.torch."
ROOMS = (
    "forked", "loading", "autograd", "blaming", "skipping",
    "microscope.watching", "microscope.repeating", "microscope.samples", "microscope.tracing",
)  # fmt: skip
"""Of `collect/torch`: each imports only those before it, and what stands beside all rooms."""
DOORS = {"hooks", "observe", *(f"microscope.{name}" for name in ("look", "tries", "child", "in_place"))}
"""What leads into the rooms, and is imported by none of them."""


def room_of(module):
    """The room of a module in `collect/torch`; empty where it stands in none."""
    return next((room for room in ROOMS if module == room or module.startswith(f"{room}.")), "")


def against_the_order_of_rooms(module, text):
    """The imports of a module in `collect/torch` that lead to a room after its own."""
    for name in imported(ast.parse(text)):
        other = name.removeprefix(TORCH)
        if name != other and room_of(module) and (other in DOORS or room_of(other) in ROOMS[ROOMS.index(room_of(module)) + 1 :]):
            yield f"{module} imports {other}"


def test_the_rooms_of_torch_are_entered_one_after_the_other():
    home = SOURCE / "collect" / "torch"
    texts = {".".join(path.relative_to(home).with_suffix("").parts): path.read_text(encoding="utf-8") for path in home.rglob("*.py")}

    assert [fault for module, text in texts.items() for fault in against_the_order_of_rooms(module, text)] == []
    assert set(ROOMS) <= {module.removesuffix(".__init__") for module in texts}


@pytest.mark.parametrize(
    ("module", "text"),
    [
        ("loading.files", "from stepscope.collect.torch.blaming.kinds import kinds_of"),
        ("microscope.watching.sentinel", "def f():\n    from stepscope.collect.torch.microscope.look import look"),
        ("microscope.repeating.units", "import stepscope.collect.torch.microscope.tracing.births"),
    ],
)
def test_a_room_that_is_entered_too_early_would_be_seen(module, text):
    assert len(list(against_the_order_of_rooms(module, text))) == 1


@pytest.mark.parametrize(
    ("path", "text"),
    [
        ("evidence/call.py", "from stepscope.finding import Finding"),
        ("rules/data/x.py", "def f():\n    from stepscope.collect import stack"),
        ("page.py", "import stepscope.rule"),
        ("collect/stack.py", "from stepscope import diagnose"),
        ("collect/machine.py", "def f():\n    import torch.nn"),
        ("report/json.py", "from torch import nn"),
        ("graph/walk.py", "from stepscope.evidence import Frame"),
    ],
)
def test_an_import_against_the_direction_would_be_seen(path, text):
    assert len(list(against_the_law(path, text))) == 1
