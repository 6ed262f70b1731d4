"""Train the head on a frozen backbone kept in eval mode, then thaw it with a smaller rate (add_param_group)."""
import hashlib

import torch
from sklearn.datasets import load_wine
from torch import nn

torch.manual_seed(0)
torch.set_num_threads(1)
x, y = load_wine(return_X_y=True)
x, y = torch.tensor((x - x.mean(0)) / x.std(0)).float(), torch.tensor(y)


class Model(nn.Module):
    def __init__(self):
        super().__init__()
        self.backbone = nn.Sequential(nn.Linear(13, 24), nn.BatchNorm1d(24), nn.ReLU())
        self.head = nn.Linear(24, 3)
        self.frozen = True
        self.backbone.requires_grad_(False)

    def train(self, mode=True):
        super().train(mode)
        if self.frozen:
            self.backbone.eval()
        return self

    def thaw(self):
        self.frozen = False
        self.backbone.requires_grad_(True)
        self.train()

    def forward(self, x):
        return self.head(self.backbone(x))


model = Model()
optimizer = torch.optim.Adam(model.head.parameters(), lr=1e-2)
for epoch in range(8):
    if epoch == 4:
        model.thaw()
        optimizer.add_param_group({"params": model.backbone.parameters(), "lr": 1e-3})
        print("thawed,", len(optimizer.param_groups), "groups")
    model.train()
    for rows in torch.randperm(len(x)).split(32):
        loss = nn.functional.cross_entropy(model(x[rows]), y[rows])
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
    print(f"epoch {epoch} loss {loss.item():.6f} batches seen {model.backbone[1].num_batches_tracked.item()}")
print("digest", hashlib.sha256(b"".join(v.numpy().tobytes() for v in model.state_dict().values())).hexdigest())
