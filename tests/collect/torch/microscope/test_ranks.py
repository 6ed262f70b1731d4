"""Collectives within the step that is repeated."""

import pytest

BEGIN = """
    import tempfile
    import torch.distributed as dist
    from torch.distributed import all_reduce, all_gather
    from torch.nn.parallel import DistributedDataParallel
    dist.init_process_group("gloo", init_method=f"file://{tempfile.mkdtemp()}/ranks", rank=0, world_size=1)
    net = NET; optimizer = torch.optim.SGD(net.parameters(), 0.01)
    x = torch.rand(64, 4) + 0.1
    x[37] = 0
    for (x,) in DataLoader(TensorDataset(x), batch_size=8):
        scale = torch.ones(1); work = dist.all_reduce(scale, async_op=True); work.wait(); all_reduce(scale)
        parts = [torch.empty(1)]; all_gather(parts, scale); dist.all_gather_into_tensor(scale, parts[0])
        told = [None]; dist.all_gather_object(told, 1.0); dist.broadcast_object_list(told, src=0); dist.barrier()
        loss = net(x).square().sqrt().mean() * scale * told[0]
        optimizer.zero_grad(); loss.backward(); optimizer.step()
    dist.destroy_process_group()
"""


@pytest.mark.parametrize("net", ["nn.Linear(4, 1, bias=False)", "DistributedDataParallel(nn.Linear(4, 1, bias=False))"], ids=["plain", "ddp"])
def test_a_step_is_repeated_without_the_other_ranks(reported, net):
    found, line = reported(BEGIN.replace("NET", net))

    assert (found["name"], line) == ("non-finite-gradient", "loss = net(x).square().sqrt().mean() * scale * told[0]")
    assert [sample["index"] for sample in found["place"]["samples"]] == [37]
    assert found["seen"]["repeated"] == "the step came out bit for bit the same"


def test_a_rank_that_only_got_the_gradients_of_another_is_no_finding(findings):
    found, _, _ = findings("""
    import os, tempfile
    import torch.distributed as dist
    def train(rank, folder):
        dist.init_process_group("gloo", init_method=f"file://{folder}/ranks", rank=rank, world_size=2)
        net = nn.Linear(4, 1); optimizer = torch.optim.SGD(net.parameters(), 0.01)
        for step in range(3):
            x = torch.ones(8, 4) - 2.0 * (rank == step == 1)
            loss = net(x.log()).mean()
            optimizer.zero_grad(); loss.backward()
            for parameter in net.parameters(): dist.all_reduce(parameter.grad)
            optimizer.step()
        dist.destroy_process_group()
    if __name__ == "__main__":
        torch.multiprocessing.spawn(train, (tempfile.mkdtemp(),), 2)
    """)

    assert [(each["name"], each["place"]["rank"]) for each in found[:1]] == [("non-finite-forward", 1)]
    assert not [each["headline"] for each in found if "could not be seen" in each["headline"]]
