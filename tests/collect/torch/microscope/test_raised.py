"""Steps that raise: over NaN, whoever noticed it, they are followed back; over anything else, a NaN beside them is no cause."""

import pytest

DATA = """
    x = torch.rand(48, 4) + 0.2
    x[30] = 0.0
    net = nn.Linear(4, 4)
    optimizer = torch.optim.Adam(net.parameters())
    for (b,) in DataLoader(TensorDataset(x), 8, shuffle=True):
        b = torch.log(b.sum(1, keepdim=True)) * b
"""
ORIGIN = "b = torch.log(b.sum(1, keepdim=True)) * b"
UPDATE = "        optimizer.zero_grad(); loss.backward(); optimizer.step()\n"
OVER_NAN = {
    "a distribution's parameters": """
        q = torch.distributions.Normal(net(b), 1.0)
        loss = -q.log_prob(torch.zeros(4)).mean()
    """,
    "a binary cross-entropy": """
        loss = nn.functional.binary_cross_entropy(net(b).sigmoid(), torch.ones(len(b), 4))
    """,
    "an assertion about values": """
        boxes = net(b).sigmoid()
        assert (boxes >= 0).all()
        loss = boxes.mean()
    """,
    "a factorisation": """
        h = net(b)
        loss = torch.linalg.cholesky(h.T @ h + torch.eye(4)).sum()
    """,
    "a check of one's own": """
        h = net(b)
        if h.isnan().any():
            raise ValueError("NaN among the scores")
        loss = h.mean()
    """,
    "an array's reader": """
        h = net(b)
        worst = int(h.detach().numpy().max())
        loss = h.mean()
    """,
}
BESIDE_NAN = {
    "a mask of another shape": "kept = gaps[~gaps.isnan()][torch.ones(3, 4, dtype=torch.bool)]",
    "an assertion about a size": "assert len(gaps) == 9",
    "a factorisation": "torch.linalg.cholesky(-torch.eye(4))",
}


@pytest.mark.parametrize("case", OVER_NAN)
def test_what_raises_over_nan_is_followed_back_to_its_origin(reported, case):
    found, line = reported(DATA + OVER_NAN[case].lstrip("\n").rstrip(" ") + UPDATE)

    assert found["name"] in ("non-finite-forward", "non-finite-input")
    assert (line, [sample["index"] for sample in found["place"]["samples"]]) == (ORIGIN, [30])


@pytest.mark.parametrize("case", OVER_NAN)
def test_what_raises_over_nan_in_a_loop_of_a_function_is_followed_back_too(reported, case):
    body = DATA + OVER_NAN[case].lstrip("\n").rstrip(" ") + UPDATE
    found, line = reported("    def train(epochs):" + body.replace("\n    ", "\n        ") + "    train(1)\n")

    assert found["name"] in ("non-finite-forward", "non-finite-input")
    assert (line, [sample["index"] for sample in found["place"]["samples"]]) == (ORIGIN, [30])


def test_the_words_of_anomaly_mode_are_followed_back_as_the_gradient_is(reported):
    found, line = reported("""
    x = torch.randn(40, 4)
    x[10] = 0.0
    net = nn.Linear(4, 3, bias=False)
    optimizer = torch.optim.Adam(net.parameters())
    for (b,) in DataLoader(TensorDataset(x), 8, shuffle=True):
        with torch.autograd.detect_anomaly(check_nan=True):
            size = net(b).pow(2).sum(1).sqrt()
            optimizer.zero_grad()
            size.mean().backward()
        optimizer.step()
    """)

    assert (found["name"], line) == ("non-finite-gradient", "size = net(b).pow(2).sum(1).sqrt()")
    assert [sample["index"] for sample in found["place"]["samples"]] == [10]


@pytest.mark.parametrize("case", BESIDE_NAN)
def test_a_nan_that_nobody_looked_at_is_not_the_cause(reported, case):
    found, line = reported(f"""
    net = nn.Linear(4, 2)
    optimizer = torch.optim.Adam(net.parameters())
    for i in range(4):
        gaps = torch.full((3,), float("nan"))
        {BESIDE_NAN[case]}
        loss = net(torch.rand(5, 4)).mean()
        optimizer.zero_grad(); loss.backward(); optimizer.step()
    """)

    assert not found["name"].startswith("non-finite")
    assert line == BESIDE_NAN[case]


CALLED = """
    class Model(nn.Module):
        def __init__(self): super().__init__(); self.net = nn.Linear(4, 4)
        def training_step(self, batch):
            b = batch[0]
            b = torch.log(b.sum(1, keepdim=True)) * b
            h = self.net(b)
            assert (h < 1e6).all()
            return h.mean()
    x = torch.rand(48, 4) + 0.2; x[30] = 0.0
    model = Model(); optimizer = torch.optim.Adam(model.parameters())
    def closure(kwargs):
        loss = model.training_step(**kwargs)
        optimizer.zero_grad(); loss.backward(); return loss
    for batch in DataLoader(TensorDataset(x), 8, shuffle=True):
        optimizer.step(lambda: closure({"batch": batch}))
"""


def test_the_sample_is_named_where_the_function_that_raised_holds_no_backward(reported):
    found, line = reported(CALLED)

    assert (line, [sample["index"] for sample in found["place"]["samples"]]) == (ORIGIN, [30])


LEAVES = """
    import sys
    def main():
        x = torch.rand(40, 4); x[33] = BAD
        net = nn.Linear(4, 2); optimizer = torch.optim.Adam(net.parameters())
        for i in range(0, 40, 8):
            loss = net(x[i:i + 8].log()).mean()
            if TEST:
                LEAVE
            optimizer.zero_grad(); loss.backward(); optimizer.step()
    main()
"""


@pytest.mark.parametrize("leave", ["sys.exit(1)", "sys.exit(2)", "sys.exit('the loss is NaN')", "sys.exit()", "exit()", "quit(1)"])
def test_an_exit_over_nan_is_followed_back_whatever_its_status(reported, leave):
    found, line = reported(LEAVES.replace("BAD", "-1.0").replace("TEST", "torch.isnan(loss)").replace("LEAVE", leave))

    assert (line, [sample["index"] for sample in found["place"]["samples"]]) == ("loss = net(x[i:i + 8].log()).mean()", [33])


@pytest.mark.parametrize(("test", "handled"), [("i == 24", False), ("torch.isnan(loss)", True), ("loss > 9", True)])
def test_an_exit_with_the_status_of_wrong_usage_is_no_failure_by_itself(findings, test, handled):
    source = LEAVES.replace("BAD", "1.0").replace("LEAVE", "sys.exit(2)").replace("TEST", test)
    ending = """
    try:
        main(); int("epochs")
    except ValueError:
        sys.exit(2)
"""
    found, _, ended = findings(source.replace("\n    main()\n", ending) if handled else source)

    assert (found, ended.returncode) == ([], 2)


@pytest.mark.parametrize(("bad", "test", "leave"), [
    ("1.0", "torch.isnan(loss) or i == 24", "exit()"),
    ("-1.0", "loss > 9 or i == 32", "exit()"),  # NaN is there, but nothing asks for it
    ("-1.0", "torch.isnan(loss)", "sys.exit(0)"),
])  # fmt: skip
def test_an_exit_that_tells_of_no_failure_is_none_unless_it_is_over_nan(silent, bad, test, leave):
    silent(LEAVES.replace("BAD", bad).replace("TEST", test).replace("LEAVE", leave))


def test_leaving_goes_as_it_would_without_us(stage):
    script = stage.script("""
        import sys, traceback
        print(exit, repr(quit))
        for leave in (lambda: exit(3), lambda: quit(), lambda: sys.exit("words"), lambda: exit(1, 2)):
            try:
                leave()
            except BaseException as exception:
                print(repr(exception))
                traceback.print_exc()
        exit(3)
    """)
    bare, guarded = stage.bare(script), stage.guarded(script)

    assert (guarded.code, guarded.out, guarded.err) == (bare.code, bare.out, bare.err)
    assert bare.code == 3


MOVES = """
    x, legal = torch.rand(120, 6), torch.rand(120, 4) < 0.5
    legal[:, 0] |= ~legal.any(1)
    legal[77] = ROW
    net = nn.Linear(6, 4); optimizer = torch.optim.SGD(net.parameters(), 0.05)
    for a, b in DataLoader(TensorDataset(x, legal), 12, shuffle=True):
        scores = net(a).masked_fill(~b, float("-inf"))
        moves = torch.distributions.Categorical(logits=scores)
        loss = -moves.log_prob(moves.sample()).mean()
        optimizer.zero_grad(); loss.backward(); optimizer.step()
"""


def test_the_infinities_of_a_mask_are_no_origin_where_a_library_refuses_nan(findings):
    found, lines, _ = findings(MOVES.replace("ROW", "False"))

    [first] = found
    assert lines[first["place"]["line"] - 1].strip() == "moves = torch.distributions.Categorical(logits=scores)"
    assert [sample["index"] for sample in first["place"]["samples"]] == [77]
    assert ("," in first["seen"]["not finite in"], "masked whole" in first["fix"][0]) == (False, True)


def test_moves_that_are_masked_in_part_are_no_failure(findings):
    assert findings(MOVES.replace("ROW", "True"))[0] == []


PIXELS = """
    x = torch.rand(48, 4) * 0.8 + 0.1
    x[30] = ROW
    net = nn.Linear(4, 4)
    optimizer = torch.optim.Adam(net.parameters())
    best = torch.tensor(float("inf"))
    for (b,) in DataLoader(TensorDataset(x), 8, shuffle=True):
        z = -torch.log(1 - b)
        loss = -torch.distributions.FAMILY.log_prob(z).mean() + net(b).square().mean()
        optimizer.zero_grad(); loss.backward(); optimizer.step()
"""


def test_infinities_that_a_distribution_refuses_as_its_values_are_followed_back(reported):
    found, line = reported(PIXELS.replace("ROW", "1.0").replace("FAMILY", "Normal(0.0, 1.0)"))

    assert line == "z = -torch.log(1 - b)"
    assert [sample["index"] for sample in found["place"]["samples"]] == [30]


def test_finite_values_that_a_distribution_refuses_are_no_nan_whatever_is_infinite_beside_them(reported):
    found, line = reported(PIXELS.replace("ROW", "-1.0").replace("FAMILY", "LogNormal(0.0, 1.0)"))

    assert (found["name"].startswith("non-finite"), "log_prob" in line) == (False, True)
