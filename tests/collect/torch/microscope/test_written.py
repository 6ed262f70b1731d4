"""The line that wrote NaN into a weight is told where nothing else can have done it."""

import pytest
from tests.collect.torch.microscope.conftest import told

LOOP = """
    net = nn.Linear(6, 3); optimizer = torch.optim.Adam(net.parameters(), 1e-3)
    average = nn.Linear(6, 3)
    def begin(layer):
        layer.weight.data.normal_(0, 0.3)
        layer.bias.data.fill_(-1.0)
    begin(net)
    for step in range(1, 41):
        x = torch.randn(4, 6)
        y = net(x).detach() if step == SAME else x[:, :3]
        loss = LOSS
        optimizer.zero_grad(); loss.backward(); optimizer.step()
        with torch.no_grad():
            zero = torch.tensor(float(step != 30))
            for mean, p in zip([average.weight], net.parameters()):
                mean.mul_(0.9).add_(p, alpha=0.1)
            WRITES
"""
SQUARES, ROOT = "(net(x) - y).square().mean()", "(net(x) - y).square().sum(1).sqrt().mean()"
WRITERS = [
    "net.weight.div_(zero)",
    "net.weight.data = net.weight.data / zero",
    "net.weight /= zero",
    "[p.copy_(p) for p in ()]; net.weight[1] /= zero",
    "net.weight.mul_(1.0); net.weight.copy_(\n                net.weight / zero)",
]


@pytest.mark.parametrize("writes", WRITERS)
def test_the_line_that_ruins_a_weight_is_told(reported, writes):
    found, line = reported(LOOP.replace("WRITES", writes).replace("LOSS", SQUARES).replace("SAME", "0"))

    assert found["name"] == "weights-non-finite"
    assert line in [part.strip() for part in writes.split("\n")]


def test_a_bad_gradient_that_nobody_read_is_told_and_no_line_blamed(diagnosed):
    report, _, lines = diagnosed(LOOP.replace("WRITES", "").replace("LOSS", ROOT).replace("SAME", "30"), budget=0.0)

    assert told(report, lines)[:2] == ("non-finite-gradient", f"loss = {ROOT}")
    assert "averages of Adam" in report.findings[0].seen["gradient"]
    assert report.findings[0].place.step == 31


def test_decay_that_holds_weights_in_the_averages_proves_nothing(diagnosed):
    source = LOOP.replace("1e-3)", "1e-3, weight_decay=0.1)").replace("WRITES", "").replace("LOSS", ROOT).replace("SAME", "30")
    report, _, lines = diagnosed(source, budget=0.0)

    assert told(report, lines)[:2] == ("weights-non-finite", f"loss = {ROOT}")


AVERAGED = """
    import copy
    net = nn.Linear(6, 3); optimizer = torch.optim.Adam(net.parameters(), 1e-3)
    average = copy.deepcopy(net)
    FOLLOW
    for step in range(1, 41):
        x = torch.randn(4, 6)
        loss = (net(x) - x[:, :3]).square().mean()
        optimizer.zero_grad(); loss.backward(); optimizer.step()
        with torch.no_grad():
            WRITES
            AVERAGES
"""
FOLLOW = """def follow(teacher, student):
        for mean, p in zip(teacher.parameters(), student.parameters()):
            mean.data = 0.9 * mean.data + 0.1 * p.data
"""
AVERAGES = [
    "for mean, p in zip(average.parameters(), net.parameters()): mean.mul_(0.9).add_(p, alpha=0.1)",
    "for (_, mean), (_, p) in zip(average.named_parameters(), net.named_parameters()): mean.lerp_(p, 0.1)",
    "follow(average, net)",
]


def averaged(writes, averages):
    return AVERAGED.replace("FOLLOW", FOLLOW if "follow" in averages else "").replace("WRITES", writes).replace("AVERAGES", averages)


@pytest.mark.parametrize("averages", AVERAGES)
def test_an_average_of_the_weights_is_no_writer_of_them(reported, averages):
    writes = "net.weight.mul_(torch.tensor(float(step != 30)).log() + 1)"
    found, line = reported(averaged(writes, averages))

    assert (found["name"], line) == ("weights-non-finite", writes)


@pytest.mark.parametrize("averages", AVERAGES)
def test_an_average_is_not_blamed_for_the_weights_that_it_is_made_of(reported, averages):
    hidden = "step == 30 and setattr(net, 'weight', nn.Parameter(net.weight * float('nan')))"
    found, line = reported(averaged(hidden, averages))

    assert (found["name"], line) == ("weights-non-finite", "loss = (net(x) - x[:, :3]).square().mean()")


def test_an_average_that_is_written_back_is_a_writer(reported):
    back = "for mean, p in zip(average.parameters(), net.parameters()): p.copy_(mean / float(step != 30) if step != 30 else mean * float('nan'))"
    found, line = reported(averaged("pass", back))

    assert (found["name"], line) == ("weights-non-finite", back)


TEACHER = """
    import copy
    class Teacher:
        def __init__(self, net): self.net, self.seen = copy.deepcopy(net).requires_grad_(False), 0
        @torch.no_grad()
        def follow(self, net):
            self.seen += 1
            keep = 1 - 1 / torch.tensor(float(self.seen - ZERO))
            for mean, p in zip(self.net.parameters(), net.parameters()):
                mean.mul_(keep).add_(p, alpha=0.1)
        def __call__(self, x): return self.net(x)
    class Distiller:
        def __init__(self):
            self.net = nn.Linear(4, 2); self.teacher = Teacher(self.net)
            self.optimizer = torch.optim.SGD(self.net.parameters(), 0.01)
        def step(self, x):
            loss = (self.net(x) - self.teacher(x).nan_to_num(NUMBER)).square().mean()
            self.optimizer.zero_grad(); loss.backward(); self.optimizer.step()
            self.teacher.follow(self.net)
    distiller = Distiller()
    for x in DataLoader(torch.randn(48, 4), 6):
        distiller.step(x)
"""


def test_a_teacher_that_only_an_object_of_an_object_holds_is_told_with_the_line_that_writes_to_it(reported):
    found, line = reported(TEACHER.replace("ZERO", "4").replace(".nan_to_num(NUMBER)", ""))

    assert (found["name"], line) == ("weights-non-finite", "mean.mul_(keep).add_(p, alpha=0.1)")
    assert found["headline"].startswith("`net.")


def test_a_teacher_whose_nan_is_cleaned_is_nobodys_business(silent):
    silent(TEACHER.replace("ZERO", "4").replace("NUMBER", "0.0"))


CLIMBS = """
    class Climb(torch.optim.Optimizer):
        def __init__(self, parameters, base):
            super().__init__(parameters, {"rho": 0.05}); self.base = base(self.param_groups, lr=0.1); self.param_groups = self.base.param_groups
        def step(self, closure):
            loss = closure()
            with torch.no_grad():
                norm = torch.stack([p.grad.norm() for p in self.param_groups[0]["params"]]).norm()
                for p in self.param_groups[0]["params"]:
                    self.state[p]["NAME"] = p.grad * (0.05 / (norm + EPS)); p.add_(self.state[p]["NAME"])
            closure()
            with torch.no_grad():
                for p in self.param_groups[0]["params"]: p.sub_(self.state[p]["NAME"])
            self.base.step()
            return loss
    net = nn.Linear(4, 1); optimizer = Climb(net.parameters(), torch.optim.SGD)
    for step in range(12):
        x = torch.rand(6, 4)
        def closure():
            optimizer.zero_grad()
            loss = torch.relu(net(x) + (5.0 if step != 6 else -50.0)).mean()
            loss.backward()
            return loss
        optimizer.step(closure)
"""


def test_what_an_optimizer_of_ones_own_keeps_is_no_average_of_gradients(reported):
    found, _ = reported(CLIMBS.replace("NAME", "climb").replace("EPS", "0.0"))

    assert found["name"] == "weights-non-finite"


def test_a_climb_whose_length_is_kept_from_zero_is_healthy(silent):
    silent(CLIMBS.replace("NAME", "climb").replace("EPS", "1e-12"))


FIRST = """
    net = nn.Sequential(nn.Linear(6, 4), nn.Linear(4, 3)); optimizer = torch.optim.Adam(net.parameters(), 1e-3)
    def unit_rows(layers):
        for layer in layers:
            layer.weight.data /= layer(torch.zeros(5, layer.in_features)).std(0)[:, None]
    ABOVE
    for x in torch.randn(5, 8, 6):
        loss = net(x).square().mean()
        optimizer.zero_grad(); loss.backward(); optimizer.step()
        BELOW
"""
FILLS = "net[0].weight = nn.Parameter(torch.full((4, 6), float('inf')))"


@pytest.mark.parametrize(
    ("above", "below", "told_line"),
    [
        ("unit_rows(net)", "pass", "layer.weight.data /= layer(torch.zeros(5, layer.in_features)).std(0)[:, None]"),
        (FILLS, "unit_rows(net)", "loss = net(x).square().mean()"),
        (f"{FILLS}; net.load_state_dict(net.state_dict())", "unit_rows(net)", f"{FILLS}; net.load_state_dict(net.state_dict())"),
    ],
)
def test_before_the_first_update_the_statement_that_has_been_run_is_told(reported, above, below, told_line):
    found, line = reported(FIRST.replace("ABOVE", above).replace("BELOW", below))

    assert (found["name"], line, found["seen"]["since"]) == ("weights-non-finite", told_line, "before the first update")
    assert ("division" in found["fix"][0]) is (above == "unit_rows(net)")


SHARP = """
    net = nn.Linear(6, 3); optimizer = torch.optim.SGD(net.parameters(), 0.1)
    x = torch.randn(40, 10, 6)  # all scores of one batch come to lie below zero
    @torch.no_grad()
    def move(by, moves):
        for p, step in zip(net.parameters(), moves): p.add_(by * step)
    for a in x:
        net(a)[:, 0].relu().mean().backward()
        norm = sum(p.grad.square().sum() for p in net.parameters()).sqrt()
        moves = [p.grad * (0.05 / norm) for p in net.parameters()]
        with torch.no_grad():
            UP
        optimizer.zero_grad()
        loss = net(a)[:, 0].relu().mean()
        loss.backward()
        with torch.no_grad():
            for p, step in zip(net.parameters(), moves): p.sub_(step)
        optimizer.step(); optimizer.zero_grad()
"""


@pytest.mark.parametrize(
    ("up", "told_line"),
    [
        ("for p, step in zip(net.parameters(), moves): p.add_(step)", "for p, step in zip(net.parameters(), moves): p.add_(step)"),
        ("move(1, moves)", "net(a)[:, 0].relu().mean().backward()"),
    ],
)
def test_of_several_writers_the_one_between_two_losses_of_a_step_is_told(reported, up, told_line):
    found, line = reported(SHARP.replace("UP", up))

    assert (found["name"], line) == ("weights-non-finite", told_line)
