"""A batch norm that trains writes to its running averages and does not read them: those that the step itself has ruined are no cause."""

import pytest

TRAINED = """
    class Net(nn.Module):
        def __init__(self):
            super().__init__()
            self.first, self.norm, self.last = nn.Linear(4, 8), NORM, nn.Linear(8, 1)
        def forward(self, x):
            x = torch.log(x)
            h = self.first(x)
            return self.last(torch.relu(SHAPED))
    x = torch.rand(64, 4) + 0.1
    x[37, 2] = -1
    net = Net(); optimizer = torch.optim.Adam(net.parameters(), 1e-3)
    for x, y in DataLoader(TensorDataset(x, torch.rand(64, 1)), batch_size=8, shuffle=True):
        loss = (net(x) - y).square().mean()
        optimizer.zero_grad(); loss.backward(); optimizer.step()
"""
FLAT, DEEP = "self.norm(h)", "self.norm(h[:, :, None].expand(-1, -1, 3)).mean(2)"


@pytest.mark.parametrize(
    ("norm", "shaped"),
    [("nn.BatchNorm1d(8)", FLAT), ("nn.BatchNorm1d(8, momentum=None, affine=False)", DEEP), ("nn.InstanceNorm1d(8, track_running_stats=True)", DEEP)],
    ids=["batch", "cumulative", "instance"],
)
def test_the_operator_is_told_and_not_the_averages_that_it_has_ruined(reported, norm, shaped):
    found, line = reported(TRAINED.replace("NORM", norm).replace("SHAPED", shaped))

    assert (found["name"], line) == ("non-finite-forward", "x = torch.log(x)")
    assert [sample["index"] for sample in found["place"]["samples"]] == [37]


def test_averages_that_a_frozen_norm_reads_are_told(reported):
    source = TRAINED.replace("NORM", "nn.BatchNorm1d(8)").replace("SHAPED", FLAT).replace("x[37, 2] = -1", "x[37, 2] = 1")
    found, _ = reported(source.replace("optimizer = ", "net.norm.running_var[3] = torch.nan; net.norm.eval(); optimizer = "))

    assert (found["name"], "`norm.running_var`" in found["headline"]) == ("weights-non-finite", True)
