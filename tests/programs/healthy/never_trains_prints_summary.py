"""Builds models and prints their sizes; nothing is trained, no loss, no optimizer step."""
import torch
from torch import nn

torch.set_num_threads(1)


def size(module):
    return sum(p.numel() for p in module.parameters())


models = {
    "mlp": nn.Sequential(nn.Linear(784, 256), nn.ReLU(), nn.Linear(256, 10)),
    "cnn": nn.Sequential(nn.Conv2d(3, 32, 3), nn.BatchNorm2d(32), nn.ReLU(), nn.AdaptiveAvgPool2d(1), nn.Flatten()),
    "encoder": nn.TransformerEncoderLayer(32, 4, 64, batch_first=True),
    "lstm": nn.LSTM(16, 32, num_layers=2, bidirectional=True),
    "lazy": nn.LazyLinear(7),
    "meta": nn.Linear(10_000, 10_000, device="meta"),
}
for name, model in models.items():
    if isinstance(model, nn.LazyLinear):
        print(name, "not initialised", model.has_uninitialized_params())
        model(torch.zeros(2, 5))
    print(f"{name:8s} {size(model):>12,} parameters")
print(models["mlp"])
torch.manual_seed(0)
print("output", models["encoder"].eval()(torch.zeros(1, 3, 32)).shape)
optimizer = torch.optim.Adam(models["mlp"].parameters())
print("groups", len(optimizer.param_groups), "state", len(optimizer.state))
