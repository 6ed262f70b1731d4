"""Two threads that train at the same time: a healthy one says nothing of what becomes of the other's bad step."""

import pytest

TRAIN = """
    import threading
    barrier = threading.Barrier(2)
    def train(seed, bad):
        generator = torch.Generator().manual_seed(seed)
        net = nn.Linear(4, 1)
        OPTIMIZER
        for step in range(8):
            x = torch.rand(8, 4, generator=generator) + 0.1
            if step == bad: x[3, 1] = -1.0
            barrier.wait()
            features = x.log()
            loss = (net(features) - 1).square().mean()
            net.zero_grad(); loss.backward()
            barrier.wait()
            turn(seed, lambda: update(net))
    def turn(seed, act):
        if seed == FIRST: act()
        barrier.wait()
        if seed != FIRST: act()
        barrier.wait()
    threads = [threading.Thread(target=train, args=given) for given in [(0, 5), (1, -1)]]
    for thread in threads: thread.start()
    for thread in threads: thread.join()
"""


@pytest.mark.parametrize("first", ["0", "1"])
def test_another_threads_update_does_not_take_a_bad_step_for_left_out(findings, first):
    source = TRAIN.replace("FIRST", first).replace("OPTIMIZER", "optimizer = torch.optim.SGD(net.parameters(), 0.01)").replace("update(net)", "optimizer.step()")

    found, lines, ended = findings(source)

    assert [each["name"] for each in found] == ["non-finite-forward"], ended.stderr
    assert lines[found[0]["place"]["line"] - 1].strip() == "features = x.log()"
    assert found[0]["place"]["step"] == 6
