"""The auxiliary head is used in the first epoch only, and one layer is kept for export: grads stay None, on purpose."""
import hashlib

import torch
from torch import nn
from torch.utils.data import DataLoader, TensorDataset

torch.manual_seed(0)
torch.set_num_threads(1)


class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.stem = nn.Linear(8, 16)
        self.head = nn.Linear(16, 3)
        self.aux = nn.Linear(16, 3)
        self.export_scale = nn.Parameter(torch.ones(3))  # filled in by the exporter

    def forward(self, x, aux=False):
        h = torch.relu(self.stem(x))
        return (self.head(h), self.aux(h)) if aux else self.head(h)


x = torch.randn(300, 8)
y = x[:, :3].argmax(1)
model = Net()
optimizer = torch.optim.AdamW(model.parameters(), lr=0.01)
for epoch in range(3):
    for xb, yb in DataLoader(TensorDataset(x, y), batch_size=30, shuffle=True):
        optimizer.zero_grad()
        if epoch == 0:
            out, aux = model(xb, aux=True)
            loss = nn.functional.cross_entropy(out, yb) + 0.3 * nn.functional.cross_entropy(aux, yb)
        else:
            loss = nn.functional.cross_entropy(model(xb), yb)
        loss.backward()
        optimizer.step()
    idle = [n for n, p in model.named_parameters() if p.grad is None]
    print(f"epoch {epoch} loss {loss.item():.6f} without grad {idle}")
print("digest", hashlib.sha256(b"".join(p.detach().numpy().tobytes() for p in model.parameters())).hexdigest())
