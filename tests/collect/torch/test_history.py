import pytest
import torch
from torch import nn

from stepscope.collect.source import entries
from stepscope.collect.torch.autograd.history import history_of
from stepscope.collect.torch.autograd.plain import plain_modules_of
from stepscope.collect.torch.autograd.reuse import BEFORE, CARRIED, reused_of
from stepscope.collect.torch.autograd.writes import written_of


def seen(collect, run):
    with pytest.raises((RuntimeError, AttributeError, ValueError)) as caught:
        run()
    return collect(list(entries(caught.value.__traceback__)), caught.value)


class Judge(nn.Module):
    def __init__(self):
        super().__init__()
        self.inner = nn.Linear(3, 2)

    def forward(self, x):
        return self.inner(x).argmax(1).float()


@torch.no_grad()
def silent(model, x):
    return model(x)


def compared(model, x):
    hits = model(x) > 0
    return hits.float().mean()


def test_a_cut_inside_of_the_models_forward_is_found_there():
    def run():
        model = Judge()
        loss = model(torch.ones(4, 3)).mean()
        loss.backward()

    history = seen(history_of, run)

    assert history.cut.code == "return self.inner(x).argmax(1).float()"
    assert (history.how, history.sure, history.trainable) == (".argmax()", True, 2)


def test_a_cut_inside_of_a_function_of_the_users_is_found_there():
    def run():
        model = nn.Linear(3, 1)
        compared(model, torch.ones(4, 3)).backward()

    assert seen(history_of, run).cut.code == "hits = model(x) > 0"


class Guesser:
    """Whose methods call their object otherwise than `self`."""

    def __init__(me):
        me.model = nn.Linear(3, 2)

    def guess(me, x):
        return me.model(x).argmax(1)

    def distance(me, guess, y):
        return (guess - y).float().pow(2).mean()

    def fit(me):
        loss = me.distance(me.guess(torch.ones(4, 3)), torch.zeros(4))
        loss.backward()


def test_a_cut_is_found_whatever_a_method_calls_its_object():
    history = seen(history_of, lambda: Guesser().fit())

    assert (history.how, history.sure) == (".argmax()", True)
    assert history.cut.code == "return me.model(x).argmax(1)"


def test_numbers_gathered_in_a_list_are_followed_to_where_they_became_numbers():
    def run():
        model, losses = nn.Linear(3, 1), []
        for _ in range(2):
            value = model(torch.ones(4, 3)).mean()
            losses.append(value.item())
        torch.tensor(losses).sum().backward()

    assert seen(history_of, run).how == ".item()"


def test_a_decorator_that_switches_gradients_off_is_no_cut():
    def run():
        model = nn.Linear(3, 1)
        loss = silent(model, torch.ones(4, 3)).mean()
        loss.backward()

    history = seen(history_of, run)

    assert history.cut is None
    assert history.off.code == "@torch.no_grad()"


def test_a_detached_target_is_not_taken_for_the_cut():
    def run():
        model, teacher = nn.Linear(3, 1), nn.Linear(3, 1)
        x = torch.ones(4, 3)
        with torch.no_grad():
            out = model(x)
        nn.functional.mse_loss(out, teacher(x).detach()).backward()

    assert seen(history_of, run).off.code == "with torch.no_grad():"


def test_a_loss_of_data_alone_has_neither_cut_nor_switch():
    def run():
        model, x = nn.Linear(3, 1), torch.ones(4, 3)
        model.train()
        x.pow(2).sum().backward()

    history = seen(history_of, run)

    assert (history.cut, history.off, history.trainable) == (None, None, 2)


def test_a_state_that_is_carried_over_is_told_from_one_made_before_the_loop():
    def carried():
        model, state = nn.Linear(3, 3), torch.ones(2, 3)
        for _ in range(2):
            state = model(state).tanh()
            state.sum().backward()

    def before():
        model = nn.Linear(3, 3)
        anchor = model(torch.ones(2, 3)).tanh()
        for _ in range(2):
            loss = (model(torch.ones(2, 3)) * anchor).sum()
            loss.backward()

    assert [(seen(reused_of, run).name, seen(reused_of, run).how) for run in (carried, before)] == [("state", CARRIED), ("anchor", BEFORE)]


def test_a_counter_is_not_taken_for_a_change_in_place():
    def run():
        model, count = nn.Linear(3, 3), 0
        gate = torch.sigmoid(model(torch.ones(2, 3)))
        count += 1
        gate *= 2
        gate.sum().backward()

    assert [line.code for line in seen(written_of, run).lines] == ["gate *= 2"]


def test_layers_in_a_plain_dictionary_are_counted_and_placed():
    class Heads(nn.Module):
        def __init__(self):
            super().__init__()
            self.heads = {"a": nn.Linear(3, 1), "b": nn.Linear(3, 1)}

    def run():
        model = Heads()
        torch.optim.SGD(model.parameters(), lr=0.1)

    plain = seen(plain_modules_of, run)

    assert (plain.owner, plain.attribute, plain.kind, plain.modules, plain.parameters) == ("Heads", "heads", "dict", 2, 4)
    assert plain.line.code.startswith("self.heads = {")


class Step(nn.Module):
    def __init__(self, kept):
        super().__init__()
        self.layer, self.kept = nn.Linear(3, 1), kept

    def training_step(self, x):
        terms = self.kept()
        terms.add(self.layer(x).mean())
        return terms.total()


class Numbers:
    def __init__(self):
        self.terms = []

    def add(self, term):
        self.terms.append(term.item())

    def total(self):
        return torch.as_tensor(sum(self.terms))


def fitted(tmp_path, kept):
    file = tmp_path / "site-packages" / "loop.py"
    file.parent.mkdir()
    file.write_text("def fit(module, x):\n    loss = module.training_step(x)\n    loss.backward()\n    raise RuntimeError('does not require grad')\n")
    names = {}
    exec(compile(file.read_text(), str(file), "exec"), names)
    return seen(history_of, lambda: names["fit"](Step(kept), torch.ones(2, 3)))


def test_where_a_framework_runs_backward_the_steps_return_is_told(tmp_path):
    history = fitted(tmp_path, Numbers)

    assert history.cut is None
    assert (history.returned.name, history.returned.code) == ("training_step", "return terms.total()")


def test_a_loop_of_the_users_own_hands_nothing_over():
    def run():
        model = Step(Numbers)
        loss = model.training_step(torch.ones(2, 3))
        loss.backward()

    assert seen(history_of, run).returned is None
