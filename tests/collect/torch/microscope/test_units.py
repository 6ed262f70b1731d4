"""Parts of the user's code that are run again."""

import sys
from textwrap import dedent

import pytest

from stepscope.collect.torch.microscope.look import stack_at
from stepscope.collect.torch.microscope.repeating.units import units


@pytest.fixture
def ran(tmp_path):
    """The units at the place where a script calls `here()`, and what the script's names are."""

    def run(source):
        script = tmp_path / "code.py"
        script.write_text(dedent(source))
        found = []
        names = {"__name__": "code", "here": lambda: found or found.append([*units(stack_at(sys._getframe(1)))])}
        exec(compile(script.read_text(), str(script), "exec"), names)
        return found[0], names

    return run


def test_a_loop_at_the_top_level_is_run_from_its_names(ran):
    found, names = ran("""
    seen = []
    for number in [1, 2, 3]:
        doubled = number * 2
        seen.append(doubled)
        if doubled == 4:
            here()
    """)

    found[0].run({**found[0].names, "number": 10})
    assert names["seen"] == [2, 4, 6, 20]


def test_continue_break_and_return_stand_where_they_stood(ran):
    found, names = ran("""
    seen = []
    def walk(items):
        for item in items:
            here()
            if item == 2:
                continue
            if item == 3:
                break
            if item == 4:
                return "left"
            seen.append(item)
    walk([1])
    """)

    for item in (2, 3, 4, 5):
        found[0].run({**found[0].names, "item": item})
    assert names["seen"] == [1, 5]


def test_a_method_keeps_its_private_names_and_its_super(ran):
    found, names = ran("""
    class Base:
        def step(self):
            return 10
    class Own(Base):
        def __init__(self):
            self.__count = 0
        def step(self):
            self.__count += super().step()
            here()
    own = Own()
    own.step()
    """)

    found[0].run(found[0].names)
    assert names["own"]._Own__count == 20


def test_nonlocal_and_global_names_are_known(ran):
    found, names = ran("""
    total = 0
    def outer():
        count = 5
        def inner():
            nonlocal count
            global total
            count += 1
            total += count
            here()
        inner()
    outer()
    """)

    found[0].run(found[0].names)
    assert names["total"] == 6 + 7


def test_a_generator_is_run_to_its_end(ran):
    found, names = ran("""
    seen = []
    def steps():
        for i in range(2):
            seen.append(i)
            here()
            yield i
    list(steps())
    """)

    found[0].run(found[0].names)
    assert names["seen"] == [0, 1, 0]


def test_the_lines_are_those_of_the_source(ran):
    found, _ = ran("""
    def step(x):
        here()
        return 1 / x
    step(1)
    """)

    with pytest.raises(ZeroDivisionError) as raised:
        found[0].run({"x": 0, "here": lambda: None})
    assert [entry.lineno for entry in raised.traceback][-1] == 3
    assert raised.traceback[-1].name == "step"


def test_the_smallest_part_comes_first_and_the_loop_around_it_next(ran):
    found, _ = ran("""
    def inner():
        here()
    def outer():
        for epoch in range(1):
            for batch in range(1):
                inner()
    outer()
    """)

    assert [getattr(unit.loop, "lineno", None) for unit in found[:3]] == [None, 6, 5]


def test_code_whose_source_has_changed_is_left_alone(tmp_path):
    script = tmp_path / "code.py"
    script.write_text("def step():\n    here()\n")
    found = []
    names = {"here": lambda: found.append([*units(stack_at(sys._getframe(1)))])}
    exec(compile(script.read_text(), str(script), "exec"), names)
    script.write_text("def step():\n    other()\n    here()\n")

    names["step"]()
    assert not [unit for unit in found[0] if unit.frame.f_code.co_filename == str(script)]


def test_names_that_the_body_binds_are_told(ran):
    found, _ = ran("""
    for x, batch in [(1, {})]:
        x = x + 1
        batch["a"] = 1
        here()
    """)

    assert found[0].rebound() >= {"x", "batch"}


def test_a_step_called_from_a_comprehension_is_repeated_though_the_optimizer_goes_through_its_hooks(reported):
    found, line = reported("""
    net = nn.Linear(4, 1); optimizer = torch.optim.SGD(net.parameters(), 0.01)
    def step(x):
        loss = net(x).square().mean()
        optimizer.zero_grad(); loss.backward()
        for p in net.parameters():
            p.grad = p.grad / (p.grad.norm() * float(x[0, 0] != 7))
        optimizer.step()
        return loss.item()
    x = torch.randn(24, 4); x[12, 0] = 7
    values = [step(part) for part in DataLoader(x, 6)]
    """)

    assert (found["name"], line) == ("non-finite-gradient", "p.grad = p.grad / (p.grad.norm() * float(x[0, 0] != 7))")
