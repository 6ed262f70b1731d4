"""A step that holds a lock while it computes its gradients."""

import pytest

LOCKED = """
    import threading
    from contextlib import nullcontext
    class Shared:
        lock = threading.Lock()
        def __init__(self): self.own = threading.Lock()
    shared, lock = Shared(), threading.Lock()
    x = torch.rand(48, 2); x[21, 0] = -1.0
    net = nn.Linear(2, 1); optimizer = torch.optim.SGD(net.parameters(), 0.1)
    def step(a):
        with LOCK:
            loss = net(a.log()).mean()
            optimizer.zero_grad(); loss.backward(); optimizer.step()
    for (a,) in DataLoader(TensorDataset(x), 8): step(a)
    print(lock.locked(), shared.own.locked())
"""


@pytest.mark.parametrize("lock", ["lock", "nullcontext(), shared.own", "threading.RLock()"])
def test_a_step_that_holds_a_lock_is_repeated_and_the_lock_is_given_back(findings, lock):
    found, _, ended = findings(LOCKED.replace("LOCK:", f"{lock}:"))

    assert found[0]["name"] == "non-finite-forward"
    assert found[0]["seen"]["repeated"] == "the step came out bit for bit the same"
    assert ended.stdout == "False False\n"
