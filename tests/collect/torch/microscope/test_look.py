"""Steps that are not finite, in all kinds of loops: each is run again, and its origin is named."""

import runpy
from textwrap import dedent

import pytest
import torch
from tests.collect.torch.microscope.conftest import BEGIN, told

import stepscope

NET = """
    class Net(nn.Module):
        def __init__(self):
            super().__init__()
            self.body = nn.Linear(4, 8)
            self.drop = nn.Dropout(0.3)
            self.head = nn.Linear(8, 3)
        def forward(self, x):
            x = torch.log(x)
            return self.head(self.drop(torch.relu(self.body(x))))
    x = torch.rand(60, 4) + 0.1
    x[37, 2] = -1.0
    y = torch.arange(60) % 3
    net = Net()
    optimizer = torch.optim.SGD(net.parameters(), 0.1)
"""
LOG = "x = torch.log(x)"
LOOPS = {
    "a loader": """
    for a, b in DataLoader(TensorDataset(x, y), batch_size=10, shuffle=True):
        loss = nn.functional.cross_entropy(net(a), b)
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
    """,
    "a loader whose batch is overwritten": """
    for step, (a, b) in enumerate(DataLoader(TensorDataset(x, y), batch_size=10, shuffle=True)):
        a = a * 2
        loss = nn.functional.cross_entropy(net(a), b)
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
    """,
    "slices of an array": """
    for i in range(0, 60, 10):
        loss = nn.functional.cross_entropy(net(x[i:i + 10]), y[i:i + 10])
        optimizer.zero_grad(); loss.backward(); optimizer.step()
    """,
    "an index vector": """
    for picked in torch.randperm(60).split(10):
        loss = nn.functional.cross_entropy(net(x[picked]), y[picked])
        optimizer.zero_grad(); loss.backward(); optimizer.step()
    """,
    "an iterator drawn by hand": """
    batches = iter(DataLoader(TensorDataset(x, y), batch_size=10))
    while True:
        try:
            a, b = next(batches)
        except StopIteration:
            break
        loss = nn.functional.cross_entropy(net(a), b)
        optimizer.zero_grad(); loss.backward(); optimizer.step()
    """,
    "a class with a private step": """
    class Trainer:
        def __step(self, batch):
            a, b = batch
            optimizer.zero_grad()
            loss = nn.functional.cross_entropy(net(a), b)
            loss.backward()
            optimizer.step()
        def fit(self, loader):
            for batch in loader:
                self.__step(batch)
    Trainer().fit(DataLoader(TensorDataset(x, y), batch_size=10))
    """,
    "a subclass that calls its parent": """
    class Base:
        def loss_of(self, a, b):
            return nn.functional.cross_entropy(net(a), b)
    class Trainer(Base):
        def loss_of(self, a, b):
            loss = super().loss_of(a, b)
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
            return loss
    trainer = Trainer()
    for a, b in DataLoader(TensorDataset(x, y), batch_size=10):
        trainer.loss_of(a, b)
    """,
    "gradients that are accumulated": """
    for step, (a, b) in enumerate(DataLoader(TensorDataset(x, y), batch_size=5)):
        loss = nn.functional.cross_entropy(net(a), b) / 3
        loss.backward()
        if step % 3 == 2:
            optimizer.step()
            optimizer.zero_grad()
    """,
    "a generator": """
    def batches():
        for i in range(0, 60, 10):
            yield x[i:i + 10], y[i:i + 10]
    for a, b in batches():
        loss = nn.functional.cross_entropy(net(a), b)
        optimizer.zero_grad(); loss.backward(); optimizer.step()
    """,
    "nested functions": """
    def main():
        count = 0
        def step(a, b):
            nonlocal count
            count += 1
            loss = nn.functional.cross_entropy(net(a), b)
            optimizer.zero_grad(); loss.backward(); optimizer.step()
        for a, b in DataLoader(TensorDataset(x, y), batch_size=10):
            step(a, b)
    main()
    """,
    "a check of the user's own": """
    for a, b in DataLoader(TensorDataset(x, y), batch_size=10):
        loss = nn.functional.cross_entropy(net(a), b)
        if not torch.isfinite(loss):
            break_here = ValueError("loss is nan")
            try:
                raise break_here
            finally:
                pass
        optimizer.zero_grad(); loss.backward(); optimizer.step()
    """,
}
WITHOUT_SAMPLE = {"a generator"}


@pytest.mark.parametrize("loop", [name for name in LOOPS if name != "a check of the user's own"])
def test_the_origin_is_named_whatever_the_loop_looks_like(diagnosed, loop):
    report, _, lines = diagnosed(NET + LOOPS[loop])
    cause, line, samples = told(report, lines)

    assert (cause, line) == ("non-finite-forward", LOG)
    assert samples == ([37] if loop not in WITHOUT_SAMPLE else samples)
    assert samples in ([37], [])
    assert report.findings[0].seen["repeated"] == "the step came out bit for bit the same"


def test_a_loss_that_the_users_own_check_stops_at_is_looked_at(tmp_path):
    script = tmp_path / "train.py"
    script.write_text(dedent(BEGIN) + dedent(NET) + dedent(LOOPS["a check of the user's own"]))

    with pytest.raises(ValueError, match="loss is nan"), stepscope.guard(quiet=True) as guard:
        runpy.run_path(str(script), run_name="__main__")

    assert told(guard.report, script.read_text().splitlines()) == ("non-finite-forward", LOG, [37])


ORIGINS = {
    "non-finite-input": ("""
    x = torch.randn(40, 3); x[13, 1] = float("nan")
    net = nn.Linear(3, 2); optimizer = torch.optim.Adam(net.parameters())
    for (a,) in DataLoader(TensorDataset(x), batch_size=8, shuffle=True):
        loss = net(a).square().mean()
        optimizer.zero_grad(); loss.backward(); optimizer.step()
    """, "for (a,) in DataLoader(TensorDataset(x), batch_size=8, shuffle=True):", [13]),
    "non-finite-loss": ("""
    p = torch.rand(40, 2) + 0.5; p[22] = 0
    net = nn.Linear(2, 1, bias=False); optimizer = torch.optim.SGD(net.parameters(), 1e-3)
    for (a,) in DataLoader(TensorDataset(p), batch_size=8):
        loss = -torch.log(net(a).abs()).mean()
        optimizer.zero_grad(); loss.backward(); optimizer.step()
    """, "loss = -torch.log(net(a).abs()).mean()", [22]),
    "non-finite-gradient": ("""
    a, b = torch.randn(40, 3), torch.randn(40, 3)
    b[17] = a[17]
    net = nn.Linear(3, 3); optimizer = torch.optim.SGD(net.parameters(), 1e-3)
    for i in range(0, 40, 8):
        distance = torch.sqrt(((net(a[i:i + 8]) - net(b[i:i + 8])) ** 2).sum(1))
        loss = distance.mean()
        optimizer.zero_grad(); loss.backward(); optimizer.step()
    """, "distance = torch.sqrt(((net(a[i:i + 8]) - net(b[i:i + 8])) ** 2).sum(1))", [17]),
    "custom-gradient-wrong": ("""
    class Root(torch.autograd.Function):
        @staticmethod
        def forward(ctx, x):
            root = x.clamp(min=0).sqrt()
            ctx.save_for_backward(root)
            return root
        @staticmethod
        def backward(ctx, gradient):
            (root,) = ctx.saved_tensors
            return gradient / (2 * root)
    net = nn.Linear(3, 3); optimizer = torch.optim.SGD(net.parameters(), 1e-3)
    for step in range(4):
        loss = Root.apply(net(torch.randn(8, 3))).mean()
        optimizer.zero_grad(); loss.backward(); optimizer.step()
    """, "return gradient / (2 * root)", []),
    "overflow-half": ("""
    net = nn.Linear(3, 3); optimizer = torch.optim.SGD(net.parameters(), 1e-6)
    for step in range(4):
        x = torch.randn(8, 3) * (1 if step < 2 else 4000)
        loss = (net(x).half() ** 2).mean()
        optimizer.zero_grad(); loss.backward(); optimizer.step()
    """, "loss = (net(x).half() ** 2).mean()", []),
    "lr-too-high": ("""
    x = torch.randn(50, 6); y = x.sum(1, keepdim=True)
    net = nn.Sequential(nn.Linear(6, 16), nn.ReLU(), nn.Linear(16, 1))
    optimizer = torch.optim.SGD(net.parameters(), lr=20.0)
    for step in range(60):
        loss = nn.functional.mse_loss(net(x), y)
        optimizer.zero_grad(); loss.backward(); optimizer.step()
    """, "optimizer = torch.optim.SGD(net.parameters(), lr=20.0)", []),
    "divergence": ("""
    x = torch.randn(50, 6) * 8; y = x.sum(1, keepdim=True)
    net = nn.Linear(6, 1)
    optimizer = torch.optim.SGD(net.parameters(), lr=0.1)
    for step in range(200):
        loss = nn.functional.mse_loss(net(x), y)
        optimizer.zero_grad(); loss.backward(); optimizer.step()
    """, "optimizer = torch.optim.SGD(net.parameters(), lr=0.1)", []),
    "weights-non-finite": ("""
    class Scaled(nn.Module):
        def __init__(self):
            super().__init__()
            self.scale = nn.Parameter(torch.full((3,), float("nan")))
        def forward(self, x):
            return x * self.scale
    net = Scaled(); optimizer = torch.optim.SGD(net.parameters(), 1e-3)
    for step in range(2):
        loss = net(torch.randn(8, 3)).mean()
        optimizer.zero_grad(); loss.backward(); optimizer.step()
    """, "return x * self.scale", []),
}  # fmt: skip


@pytest.mark.parametrize("cause", ORIGINS)
def test_each_kind_of_origin_is_told_from_the_others(diagnosed, cause):
    source, line, samples = ORIGINS[cause]
    report, _, lines = diagnosed(source)

    assert told(report, lines) == (cause, line, samples)


def test_a_text_that_speaks_of_loading_weights_loads_none(reported):
    source, line, _ = ORIGINS["weights-non-finite"]
    found, told_line = reported('\n    """Weights come by load_state_dict(...), if at all."""' + source)

    assert (found["name"], told_line) == ("weights-non-finite", line)


HARMLESS = {
    "a value that where drops": """
    x = torch.randn(8, 4); w = torch.ones(4, requires_grad=True); optimizer = torch.optim.SGD([w], 0.1)
    for step in range(3):
        safe = torch.where(x > 0, x, torch.ones_like(x))
        loss = (torch.where(x > 0, torch.log(safe), x.log()) .nan_to_num() * w).mean()
        optimizer.zero_grad(); loss.backward(); optimizer.step()
    """,
    "a mask of minus infinity": """
    net = nn.Linear(4, 4); optimizer = torch.optim.SGD(net.parameters(), 0.1)
    mask = torch.triu(torch.full((5, 5), float("-inf")), 1)
    for step in range(3):
        h = net(torch.randn(2, 5, 4))
        loss = ((h @ h.transpose(1, 2) + mask).softmax(-1) @ h).square().mean()
        optimizer.zero_grad(); loss.backward(); optimizer.step()
    """,
    "a bad step that the loop leaves out": """
    net = nn.Linear(4, 1); optimizer = torch.optim.SGD(net.parameters(), 0.1)
    for step in range(6):
        loss = net(torch.randn(8, 4)).mean() * (float("nan") if step == 3 else 1.0)
        optimizer.zero_grad()
        loss.backward()
        norm = nn.utils.clip_grad_norm_(net.parameters(), 1.0)
        if torch.isfinite(norm):
            optimizer.step()
    """,
    "a scaler that looks for its scale": """
    net = nn.Linear(4, 1); optimizer = torch.optim.SGD(net.parameters(), 0.1)
    scaler = torch.amp.GradScaler("cpu")
    for step in range(12):
        loss = net(torch.randn(8, 4)).square().mean().half() * 10
        optimizer.zero_grad()
        scaler.scale(loss).backward()
        scaler.step(optimizer)
        scaler.update()
    """,
    "a scale that is so high that the loss overflows and its gradients do not": """
    net = nn.Linear(4, 1); optimizer = torch.optim.SGD(net.parameters(), 0.001)
    scaler = torch.amp.GradScaler("cpu", init_scale=2.0**115)
    for step in range(12):
        loss = scaler.scale(net(torch.randn(8, 4)).square().mean() + 1e4)
        assert loss.isinf()
        optimizer.zero_grad()
        loss.backward()
        scaler.step(optimizer)
        scaler.update()
    """,
    "gradients that are cleaned by hand": """
    net = nn.Linear(4, 1); optimizer = torch.optim.SGD(net.parameters(), 0.01)
    for step in range(5):
        loss = torch.sqrt(net(torch.zeros(8, 4)) * 0.0).mean() + net(torch.randn(8, 4)).square().mean()
        optimizer.zero_grad()
        loss.backward()
        for p in net.parameters():
            p.grad.nan_to_num_(0.0, 0.0, 0.0)
        optimizer.step()
    """,
    "gradients that a hook of the optimizer cleans": """
    net = nn.Linear(4, 1); optimizer = torch.optim.SGD(net.parameters(), 0.01)
    def clean(optimizer, args, kwargs):
        for p in net.parameters():
            p.grad = torch.where(p.grad.isfinite(), p.grad, torch.zeros_like(p.grad))
    optimizer.register_step_pre_hook(clean)
    for step in range(5):
        loss = torch.sqrt(net(torch.zeros(8, 4)) * 0.0).mean() + net(torch.randn(8, 4)).square().mean()
        optimizer.zero_grad(); loss.backward(); optimizer.step()
    """,
    "an optimizer that refuses bad gradients": """
    class Careful(torch.optim.SGD):
        def step(self, closure=None):
            if all(p.grad.isfinite().all() for group in self.param_groups for p in group["params"]):
                return super().step(closure)
    net = nn.Linear(4, 1); optimizer = Careful(net.parameters(), 0.01)
    for step in range(6):
        x = torch.randn(8, 4) * (float("inf") if step in (0, 3) else 1.0)
        loss = net(x).square().mean()
        optimizer.zero_grad(); loss.backward(); optimizer.step()
    """,
    "a loss that is huge": """
    w = torch.ones(4, requires_grad=True); optimizer = torch.optim.SGD([w], 1e-38)
    for step in range(3):
        loss = (w * 1e33).sum()
        optimizer.zero_grad(); loss.backward(); optimizer.step()
    """,
}


@pytest.mark.parametrize("case", HARMLESS)
def test_what_reaches_no_weight_is_left_in_peace(diagnosed, case):
    report, names, _ = diagnosed(HARMLESS[case])

    assert report is None
    weights = [p for name in ("net", "w") if name in names for p in (names[name].parameters() if name == "net" else [names[name]])]
    assert all(p.isfinite().all() for p in weights)


@pytest.mark.parametrize("policy", ["skip", "stop"])
@pytest.mark.parametrize("case", [case for case in HARMLESS if "clean" in case])
def test_gradients_that_are_cleaned_in_time_are_the_update_under_every_policy(diagnosed, case, policy):
    source = HARMLESS[case].replace("range(5)", "range(2)")
    _, without, _ = diagnosed(source)
    report, names, _ = diagnosed(source, on_nonfinite=policy)

    assert report is None
    assert all(one.equal(other) for one, other in zip(names["net"].parameters(), without["net"].parameters(), strict=True))
    assert len(names["optimizer"]._optimizer_step_pre_hooks) <= 1


def test_skip_drops_the_update_alone(diagnosed):
    report, names, _ = diagnosed(NET + LOOPS["a loader"], on_nonfinite="skip")

    assert report.findings[0].name == "non-finite-forward"
    assert all(parameter.isfinite().all() for parameter in names["net"].parameters())
    assert all(parameter.grad is not None for parameter in names["net"].parameters())


AVERAGED = """
    x = torch.rand(60, 4) + 0.1; y = torch.arange(60) % 3; x[BAD, 2] = float("nan")
    def new(): return nn.Sequential(nn.Linear(4, 6), nn.BatchNorm1d(6), nn.ReLU(), nn.Linear(6, 3))
    net = new(); optimizer = torch.optim.SGD(net.parameters(), 0.1)
    for rows in torch.arange(60).split(10):
        if SKIPPED == int(rows[0]): continue
        loss = nn.functional.cross_entropy(net(x[rows]), y[rows])
        optimizer.zero_grad(); loss.backward(); optimizer.step()
"""


@pytest.mark.parametrize("bad", [3, 24])
def test_skip_takes_a_dropped_batch_out_of_the_running_averages_too(diagnosed, bad):
    report, names, _ = diagnosed(AVERAGED.replace("BAD", str(bad)).replace("SKIPPED", "-1"), on_nonfinite="skip")
    left_out, without, _ = diagnosed(AVERAGED.replace("BAD", str(bad)).replace("SKIPPED", str(bad // 10 * 10)))

    assert (report.findings[0].name, left_out) == ("non-finite-input", None)
    assert names["net"][1].running_mean.equal(without["net"][1].running_mean)
    assert names["net"][1].running_var.equal(without["net"][1].running_var)
    assert all(one.equal(other) for one, other in zip(names["net"].parameters(), without["net"].parameters(), strict=True))


def test_skip_under_a_guard_that_comes_after_the_model_spares_its_averages():
    net, batches = torch.nn.Sequential(torch.nn.Linear(4, 6), torch.nn.BatchNorm1d(6)), torch.rand(5, 8, 4)
    optimizer = torch.optim.SGD(net.parameters(), 0.1)
    batches[3, 2, 1] = float("nan")

    with stepscope.guard(on_nonfinite="skip", quiet=True):
        for batch in batches:
            optimizer.zero_grad()
            net(batch).square().mean().backward()
            optimizer.step()

    assert net[1].running_mean.isfinite().all()


def test_the_objects_in_memory_are_looked_through_once_for_all_optimizers_of_a_model(monkeypatch):
    import gc

    looked_through = []
    everything = gc.get_objects
    monkeypatch.setattr(gc, "get_objects", lambda *a: looked_through.append(1) or everything(*a))
    with stepscope.guard(on_nonfinite="skip", quiet=True):
        net = torch.nn.Sequential(torch.nn.Linear(4, 6), torch.nn.BatchNorm1d(6), torch.nn.Linear(6, 2))
        several = [torch.optim.SGD([weight], 0.1) for weight in net.parameters()]

    assert (len(several), len(looked_through)) == (6, 1)


@pytest.mark.parametrize("call", ["optimizer.step(closure)", "optimizer.step(closure=closure)"])
def test_skip_drops_an_update_whose_gradients_come_of_a_closure(diagnosed, call):
    report, names, _ = diagnosed(
        NET
        + f"""
    moved = []
    for i in range(0, 60, 10):
        def closure():
            optimizer.zero_grad()
            loss = nn.functional.cross_entropy(net(x[i:i + 10]), y[i:i + 10])
            loss.backward()
            return loss
        before = net.head.bias.detach().clone()
        {call}
        moved.append(not net.head.bias.equal(before))
    """,
        on_nonfinite="skip",
    )

    assert report.findings[0].name == "non-finite-forward"
    assert names["moved"] == [True, True, True, False, True, True]
    assert all(parameter.isfinite().all() and not parameter.grad.isnan().any() for parameter in names["net"].parameters())


def test_stop_ends_the_run(tmp_path):
    script = tmp_path / "train.py"
    script.write_text(dedent(BEGIN) + dedent(NET) + dedent(LOOPS["a loader"]) + "\nprint('not reached')\n")

    with pytest.raises(SystemExit, match="not finite"), stepscope.guard(quiet=True, on_nonfinite="stop") as guard:
        runpy.run_path(str(script), run_name="__main__")
    assert guard.report.findings[0].name == "non-finite-forward"


def test_a_diagnosis_leaves_no_trace_in_the_run(diagnosed, tmp_path):
    def weights(names):
        return [*names["net"].parameters()], torch.random.get_rng_state()

    import torch

    source = NET + LOOPS["a loader"] + "\n    again = torch.rand(3)\n"
    _, names, _ = diagnosed(source)
    bare = runpy.run_path(str(tmp_path / "train.py"), run_name="__main__")

    for one, other in zip(names["net"].parameters(), bare["net"].parameters(), strict=True):
        assert one.nan_to_num().equal(other.nan_to_num())
    assert names["again"].equal(bare["again"])


@pytest.mark.parametrize("shuffle", ["a = a[torch.randperm(10)]", "a = a[torch.argsort(a[:, 0])]", "a = a.index_select(0, torch.randperm(10))"])
def test_rows_that_the_step_has_moved_are_followed_back(diagnosed, shuffle):
    loop = LOOPS["a loader"].replace("loss =", shuffle + "\n        loss =")
    report, _, lines = diagnosed(NET + loop)

    assert told(report, lines) == ("non-finite-forward", LOG, [37])


def test_rows_that_the_model_has_moved_name_no_other_sample(diagnosed):
    net = NET.replace("x = torch.log(x)", "x = torch.log(x.flip(0))")
    report, _, _ = diagnosed(net + LOOPS["a loader"])

    assert report.findings[0].name == "non-finite-forward"
    assert [sample.index for sample in report.findings[0].place.samples] in ([], [37])


def test_a_loss_whose_gradient_is_asked_for_by_hand_is_looked_at(diagnosed):
    report, _, lines = diagnosed("""
    w = torch.ones(4, requires_grad=True)
    x = torch.rand(40, 4) + 0.1; x[25] = -1.0
    for i in range(0, 40, 8):
        loss = torch.sqrt((x[i:i + 8] * w).sum(1)).mean()
        (gradient,) = torch.autograd.grad(loss, w)
        w = (w - 0.01 * gradient).detach().requires_grad_()
    """)

    assert told(report, lines) == ("non-finite-loss", "loss = torch.sqrt((x[i:i + 8] * w).sum(1)).mean()", [25])
    assert report.findings[0].place.step == 4


@pytest.mark.parametrize("loop", ["a loader", "slices of an array", "a class with a private step"])
def test_where_nothing_can_be_forked_the_step_is_repeated_in_place(diagnosed, monkeypatch, tmp_path, loop):
    source = NET + LOOPS[loop] + "\n    again = torch.rand(3)\n"
    bare = None
    script = tmp_path / "bare.py"
    script.write_text(dedent(BEGIN) + dedent(source))
    bare = runpy.run_path(str(script), run_name="__main__")
    monkeypatch.setenv("STEPSCOPE_NO_FORK", "1")

    report, names, lines = diagnosed(source)

    assert told(report, lines)[:2] == ("non-finite-forward", LOG)
    assert "in place" in report.findings[0].seen["repeated"]
    assert all(one.nan_to_num().equal(other.nan_to_num()) for one, other in zip(names["net"].parameters(), bare["net"].parameters(), strict=True))
    assert names["again"].equal(bare["again"])


def test_a_generator_of_numpys_is_put_back_too(diagnosed):
    report, _, lines = diagnosed("""
    import numpy as np
    rng = np.random.default_rng(0)
    net = nn.Linear(4, 1); optimizer = torch.optim.SGD(net.parameters(), 0.01)
    for step in range(8):
        x = torch.from_numpy(rng.normal(size=(16, 4)).astype("float32"))
        scale = 0.0 if step == 5 else 1.0
        loss = (net(x) / scale).square().mean()
        optimizer.zero_grad(); loss.backward(); optimizer.step()
    """)

    assert told(report, lines)[:2] == ("non-finite-loss", "loss = (net(x) / scale).square().mean()")
    assert report.findings[0].seen["repeated"] == "the step came out bit for bit the same"


@pytest.mark.parametrize("loop", ["a loader", "a loader whose batch is overwritten"])
def test_a_loss_that_is_read_late_is_repeated_from_what_was_kept_of_its_step(diagnosed, monkeypatch, tmp_path, loop):
    script = tmp_path / "bare.py"
    script.write_text(dedent(BEGIN) + dedent(NET) + dedent(LOOPS[loop]))
    bare = runpy.run_path(str(script), run_name="__main__")
    monkeypatch.setenv("STEPSCOPE_READ_LATE", "1")

    report, names, lines = diagnosed(NET + "    x[37] = 1.0; x[7, 1] = -1.0\n" + LOOPS[loop])

    assert told(report, lines)[:2] == ("non-finite-forward", LOG)
    assert "the same within rounding; in place" in report.findings[0].seen["repeated"]
    assert bare
    assert all(parameter.isnan().any() for parameter in names["net"].parameters())


def test_a_sentinel_that_fails_never_ends_the_run(diagnosed, monkeypatch, capsys):
    from stepscope.collect.torch.microscope.watching.sentinel import Sentinel

    def fails(*_):
        raise RuntimeError("provoked")

    for deed in ("before", "stepping", "stepped", "drawn"):
        monkeypatch.setattr(Sentinel, deed, fails)
    report, names, _ = diagnosed(NET.replace("x[37, 2] = -1.0", "pass") + LOOPS["a loader"])

    assert report is None
    assert all(parameter.isfinite().all() for parameter in names["net"].parameters())


@pytest.mark.parametrize(
    ("line", "stage"),
    [
        ("cross_entropy(net(torch.log(a)), b)", "augment"),
        ("cross_entropy(net(net[0].weight[0].sub(9).log() * a), b)", "forward"),
        ("l1_loss(net(a), torch.log(a[:, :3]))", "loss"),
    ],
)
def test_what_stands_in_the_losss_line_and_goes_through_the_model_is_not_of_the_loss(diagnosed, line, stage):
    report, _, lines = diagnosed(f"""
    x = torch.rand(48, 5) + 0.1; x[30] = -1.0; y = torch.arange(48) % 3
    net = nn.Sequential(nn.Linear(5, 3)); optimizer = torch.optim.SGD(net.parameters(), 0.01)
    for i in range(0, 48, 6):
        a, b = x[i:i + 6], y[i:i + 6]
        loss = nn.functional.{line}
        optimizer.zero_grad(); loss.backward(); optimizer.step()
    """)

    assert report.findings[0].stage.value == stage
    assert told(report, lines)[1] == f"loss = nn.functional.{line}"


@pytest.mark.parametrize("bad", ["first", "second"])
@pytest.mark.parametrize("late", ["first", "second"])
def test_the_step_is_told_where_one_of_two_optimizers_begins_late(reported, late, bad):
    found, _ = reported(f"""
    x = torch.rand(96, 4); nets = {{name: nn.Linear(4, 1) for name in ("first", "second")}}
    optimizers = {{name: torch.optim.SGD(net.parameters(), 0.01) for name, net in nets.items()}}
    for step, (batch,) in enumerate(DataLoader(TensorDataset(x), batch_size=8), 1):
        for name, net in nets.items():
            if name == "{late}" and step < 5: continue
            loss = net(batch).square().mean() / (torch.zeros(()) if name == "{bad}" and step == 9 else 1)
            optimizers[name].zero_grad(); loss.backward(); optimizers[name].step()
    """)

    assert found["place"]["step"] == 9
