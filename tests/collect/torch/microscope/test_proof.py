"""Samples are named where each is proven by itself, and weights and batches are told apart."""

import pytest
from tests.collect.torch.microscope.conftest import told

NET = """
    x = torch.rand(60, 5) + 0.5; x[23, 3] = -900.0
    class Net(nn.Module):
        def __init__(self): super().__init__(); self.head = nn.Linear(5, 1)
        def forward(self, a): return self.head(torch.log(a))
    net = Net(); optimizer = torch.optim.SGD(net.parameters(), 0.01)
    for (a,) in DataLoader(TensorDataset(x), 10, shuffle=True):
        MIX
        loss = net(a).square().mean()
        optimizer.zero_grad(); loss.backward(); optimizer.step()
"""
MIXED = {
    "with a permutation": "a = 0.7 * a + 0.3 * a[torch.randperm(len(a))]",
    "with a roll": "a = 0.7 * a + 0.3 * a.roll(3, 0)",
    "with its mean": "a = torch.where(a < 0, a, a + 0.0 * a.mean())",
    "with an index": "a = 0.7 * a + 0.3 * a.index_select(0, torch.arange(9, -1, -1))",
}


@pytest.mark.parametrize("mix", MIXED)
def test_a_sample_that_another_was_mixed_with_is_not_named(diagnosed, mix):
    report, _, lines = diagnosed(NET.replace("MIX", MIXED[mix]))

    cause, line, samples = told(report, lines)
    assert (cause, line) == ("non-finite-forward", "def forward(self, a): return self.head(torch.log(a))")
    assert samples == [23]


def test_each_of_two_bad_samples_in_a_batch_is_named(diagnosed):
    source = NET.replace("x[23, 3] = -900.0", "x[23, 3] = x[27, 1] = -900.0").replace("shuffle=True", "shuffle=False")
    report, _, lines = diagnosed(source.replace("MIX", MIXED["with a roll"]))

    assert told(report, lines)[2] == [23, 27]


def test_more_samples_than_are_shown_are_all_named_where_a_step_is_short(diagnosed):
    source = NET.replace("rand(60, 5)", "rand(96, 5)").replace("x[23, 3]", "x[3:43, 3]").replace("10, shuffle=True", "48, shuffle=False").replace("MIX", "pass")
    report, _, lines = diagnosed(source)

    assert told(report, lines)[2] == list(range(3, 43))
    assert report.findings[0].place.operator == "log"


def test_a_divergence_names_no_sample(diagnosed):
    report, _, _lines = diagnosed("""
    x = torch.randn(256, 10) * 5; y = x @ torch.randn(10, 1)
    net = nn.Sequential(nn.Linear(10, 64), nn.ReLU(), nn.Linear(64, 1)); optimizer = torch.optim.SGD(net.parameters(), lr=0.5, momentum=0.9)
    for epoch in range(4):
        for i in range(0, 256, 32):
            loss = ((net(x[i:i + 32]) - y[i:i + 32]) ** 2).mean()
            optimizer.zero_grad(); loss.backward(); optimizer.step()
    """)

    assert report.findings[0].name in ("divergence", "lr-too-high")
    assert report.findings[0].place.samples == ()
    assert [place.about for place in report.findings[0].places][:1] == ["first met here"]  # not that the run has stopped: it goes on


@pytest.mark.parametrize("encoder", ["h = encoder(x)", "h = encoder(x).detach()", "with torch.no_grad(): h = encoder(x)"])
def test_what_weights_had_a_part_in_is_no_normalisation_of_the_batch(diagnosed, encoder):
    report, _, lines = diagnosed(f"""
    encoder, decoder = nn.Linear(6, 4), nn.Linear(4, 6)
    optimizer = torch.optim.Adam([*encoder.parameters(), *decoder.parameters()], 1e-2)
    for step in range(11):
        temperature = 1.0 - step / 10
        x = torch.randn(10, 6)
        {encoder}
        z = (h / temperature).softmax(-1)
        loss = (decoder(z) - x).square().mean()
        optimizer.zero_grad(); loss.backward(); optimizer.step()
    """)

    assert told(report, lines) == ("non-finite-forward", "z = (h / temperature).softmax(-1)", [])


ADAM = """
    embedding, head = nn.Embedding(50, 8), nn.Linear(8, 2)
    TYPE
    optimizer = torch.optim.Adam([*embedding.parameters(), *head.parameters()], lr=1e-3, eps=EPS)
    for step in range(6):
        ids = torch.randint(0, 40, (6, 5)); y = torch.randint(0, 2, (6,))
        loss = nn.functional.cross_entropy(head(embedding(ids).mean(1)).float(), y)
        optimizer.zero_grad(); loss.backward(); optimizer.step()
"""
HALF = "embedding.half(); head.half()"


@pytest.mark.parametrize(("kind", "eps"), [("pass", "0.0"), (HALF, "1e-8")])
def test_an_update_that_divides_by_nothing_is_told_with_its_optimizer(diagnosed, kind, eps):
    report, _, lines = diagnosed(ADAM.replace("TYPE", kind).replace("EPS", eps))
    found = report.findings[0]

    assert told(report, lines)[0] == "weights-non-finite"
    assert lines[found.place.line - 1].strip().startswith("optimizer = torch.optim.Adam")
    assert found.headline == "Adam made `embedding.weight` NaN in an update before this step"
    assert len(found.fix) == 1
    assert "eps" in found.fix[0]


@pytest.mark.parametrize(("kind", "eps"), [("pass", "1e-8"), (HALF, "1e-4")])
def test_an_optimizer_with_an_eps_is_left_in_peace(diagnosed, kind, eps):
    assert diagnosed(ADAM.replace("TYPE", kind).replace("EPS", eps))[0] is None


TABLE = """
    kept = torch.cumprod(1 - torch.linspace(0, 0.02, 200), 0); points = torch.rand(1000, 2) + 0.1; BAD
    net = nn.Linear(2, 2); optimizer = torch.optim.Adam(net.parameters())
    for step in range(100):
        rows = torch.randint(0, 1000, (8,)); x = PICK
        level = torch.randint(LEAST, 200, (8,))
        loss = (kept[level] / (1 - kept[level]) * net(torch.log(x)).square().mean(1)).mean()
        optimizer.zero_grad(); loss.backward(); optimizer.step()
"""


@pytest.mark.parametrize("pick", ["points[rows]", "points[step * 8:step * 8 + 8]", "points.split(8)[step]"])
def test_an_entry_of_a_table_is_no_sample(diagnosed, pick):
    report, _, lines = diagnosed(TABLE.replace("PICK", pick).replace("LEAST", "0").replace("BAD", ""))

    assert told(report, lines) == ("non-finite-loss", lines[report.findings[0].place.line - 1].strip(), [])


def test_a_sample_beside_a_table_is_named(diagnosed):
    report, _, lines = diagnosed(TABLE.replace("PICK", "points[step * 8:step * 8 + 8]").replace("LEAST", "1").replace("BAD", "points[77, 1] = -1.0"))

    assert told(report, lines)[2] == [77]


TWO = """
    source, y = torch.rand(160, 5) + 0.2, torch.randint(2, (160,))
    other = torch.rand(160, 5) + 0.2; other[44, 2] = VALUE
    class Net(nn.Module):
        def __init__(self): super().__init__(); self.head = nn.Linear(5, 2)
        def forward(self, a): return self.head(torch.log(a))
    net = Net(); optimizer = torch.optim.SGD(net.parameters(), 0.01)
    for (a, labels), (b,) in zip(DataLoader(TensorDataset(source, y), 16, shuffle=True), DataLoader(TensorDataset(other), SIZE, shuffle=True)):
        loss = nn.functional.cross_entropy(net(a), labels) + 0.1 * net(b).logsumexp(1).mean()
        optimizer.zero_grad(); loss.backward(); optimizer.step()
"""


@pytest.mark.parametrize("size", ["16", "20"])
@pytest.mark.parametrize(("value", "cause"), [("-9.0", "non-finite-forward"), ("float('nan')", "non-finite-input")])
@pytest.mark.parametrize("turned", [False, True])
def test_a_sample_is_named_by_the_loader_that_handed_it_out(diagnosed, size, value, cause, turned):
    source = TWO.replace("SIZE", size).replace("VALUE", value)
    if turned:  # the loader of the bad sample is drawn from first
        first, second = source.split("in zip(")[1].split("):\n")[0].split(", DataLoader")
        source = source.replace(f"(a, labels), (b,) in zip({first}, DataLoader{second}", f"(b,), (a, labels) in zip(DataLoader{second}, {first}")
    report, _, lines = diagnosed(source)

    assert told(report, lines)[::2] == (cause, [44])
    assert "something has changed them" not in str(report.findings[0].seen)


@pytest.mark.parametrize(("value", "seen"), [("-9.0", "not finite in"), ("float('nan')", "values")])
@pytest.mark.parametrize("others", [True, False])
def test_of_several_loaders_the_one_is_told_that_the_sample_was_drawn_from(diagnosed, value, seen, others):
    source = TWO.replace("DataLoader(TensorDataset(source, y), 16, shuffle=True)", "first").replace("DataLoader(TensorDataset(other), SIZE, shuffle=True)", "second" if others else "[(other[32:48],)] * 3")
    source = source.replace("    net =", "    first = DataLoader(TensorDataset(source, y), 16, shuffle=True)\n    second = DataLoader(TensorDataset(other), 16, shuffle=True)\n    net =")
    report, _, _ = diagnosed(source.replace("VALUE", value))
    found = report.findings[0].seen

    assert seen in found
    assert found.get("drawn from", "").endswith(", `second = DataLoader(TensorDataset(other), 16, shuffle=True)`") is others


def test_what_was_put_together_of_two_loaders_names_no_sample_of_the_wrong_one(diagnosed):
    source = TWO.replace("SIZE", "16").replace("VALUE", "-9.0")
    source = source.replace("loss = nn", "both = torch.cat([b, a]); score = step(both); optimizer.zero_grad(); score.backward(); optimizer.step(); continue; nn")
    source = source.replace("    for (a", "    def step(x): return net(x).square().mean()\n    for (a")
    report, _, lines = diagnosed(source)

    cause, _, samples = told(report, lines)
    assert cause == "non-finite-forward"
    assert samples in ([], [44])


NESTED = """
    def together(*loaders):
        for one, two in zip(*loaders): yield {"source": one, "other": two}
    def step(batch):
        (a, labels), (b,) = batch["source"], batch["other"]
        return nn.functional.cross_entropy(net(a), labels) + 0.1 * net(b).logsumexp(1).mean()
    for batch in together("""


def test_batches_of_two_loaders_in_one_mapping_are_told_apart(diagnosed):
    source = TWO.replace("SIZE", "16").replace("VALUE", "-9.0").replace("    for (a, labels), (b,) in zip(", NESTED.lstrip("\n"))
    source = source[: source.index("        loss =")] + "        loss = step(batch)\n" + source[source.index("        optimizer.zero_grad()") :]
    report, _, lines = diagnosed(source)

    assert told(report, lines)[::2] == ("non-finite-forward", [44])


GRAPHS = """
    class Graph:
        def __init__(self, x, links): self.x, self.links = x, links
    class Together:
        def __init__(self, graphs):
            self.x = torch.cat([graph.x for graph in graphs]); self.number = len(graphs)
            sizes = torch.tensor([0, *(len(graph.x) for graph in graphs)]).cumsum(0)
            self.links = torch.cat([graph.links + size for graph, size in zip(graphs, sizes)], 1)
    def ring(i):
        n = 4 + i % 5; links = torch.stack([torch.arange(n), (torch.arange(n) + 1) % n])
        return Graph(torch.randn(n, 3), links[:, links[1] > ALONE] if i == 37 else links)
    graphs = [ring(i) for i in range(60)]
    class Mean(nn.Module):
        def __init__(self): super().__init__(); self.head = nn.Linear(3, 1)
        def forward(self, batch):
            summed = torch.zeros_like(batch.x).index_add(0, batch.links[1], batch.x[batch.links[0]])
            count = torch.bincount(batch.links[1], minlength=len(batch.x)).unsqueeze(1)
            return self.head(summed / count)
    net = Mean(); optimizer = torch.optim.SGD(net.parameters(), 0.01)
    for batch in DataLoader(graphs, 12, shuffle=True, collate_fn=Together):
        loss = net(batch).square().mean()
        optimizer.zero_grad(); loss.backward(); optimizer.step()
"""


@pytest.mark.parametrize("alone", ["0", "1"])
def test_a_graph_with_a_node_that_has_no_neighbour_is_named(diagnosed, alone):
    report, _, lines = diagnosed(GRAPHS.replace("ALONE", alone))

    cause, line, samples = told(report, lines)
    assert (cause, line, samples) == ("non-finite-forward", "return self.head(summed / count)", [37])


def test_of_two_graphs_that_fail_the_step_none_is_named(diagnosed):
    report, _, lines = diagnosed(GRAPHS.replace("ALONE", "0").replace("i == 37", "i in (3, 7)").replace("shuffle=True, ", ""))

    assert told(report, lines)[::2] == ("non-finite-forward", [])
