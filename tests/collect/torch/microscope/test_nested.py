"""A guard within a guarded run, or within another guard, does what it was asked to do."""

TRAINING = """
    import stepscope, torch
    from torch.utils.data import DataLoader, Dataset
    torch.manual_seed(0)
    class Rows(Dataset):
        def __len__(self): return 40
        def __getitem__(self, i):
            if i == 13 and LOST: raise OSError("torn page")
            return torch.full((3,), -1.0 if i == 21 else 2.0)
    def train():
        net = torch.nn.Linear(3, 1); optimizer = torch.optim.SGD(net.parameters(), 0.01)
        for x in DataLoader(Rows(), 8):
            loss = net(x.log()).square().mean()
            optimizer.zero_grad(); loss.backward(); optimizer.step()
        print(bool(net.weight.isfinite().all()))
"""


def test_an_inner_guard_skips_the_update_and_the_outer_one_goes_on_as_before(diagnosed, capsys):
    source = TRAINING.replace("LOST", "False") + """
    with stepscope.guard(on_nonfinite="skip", quiet=True): train()
    torch.manual_seed(0)
    train()
    """
    diagnosed(source)
    assert capsys.readouterr().out.split("\n")[:-1] == ["True", "False"]


def test_an_inner_guard_replaces_bad_samples_as_long_as_it_stands(diagnosed, capsys):
    source = TRAINING.replace("LOST", "True").replace("-1.0 if", "2.0 if") + """
    with stepscope.guard(skip_bad_samples=1, quiet=True): train()
    try: train()
    except OSError as problem: print(problem)
    """
    diagnosed(source)
    assert capsys.readouterr().out.split("\n")[:-1] == ["True", "torn page"]
