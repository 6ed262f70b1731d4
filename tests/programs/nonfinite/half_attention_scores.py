import torch
from skimage import data
from torch import nn

torch.manual_seed(0)
coins = torch.tensor(data.coins(), dtype=torch.float32)
patches = coins[:296, :376].unfold(0, 8, 8).unfold(1, 8, 8).reshape(37, 47, 64)


class PatchMixer(nn.Module):
    def __init__(self, width=64):
        super().__init__()
        self.to_q = nn.Linear(64, width, bias=False)
        self.to_k = nn.Linear(64, width, bias=False)
        self.to_v = nn.Linear(64, width, bias=False)
        self.out = nn.Linear(width, 64)

    def forward(self, x):
        q, k, v = self.to_q(x), self.to_k(x), self.to_v(x)
        scores = torch.matmul(q, k.transpose(-2, -1)) * q.shape[-1] ** -0.5
        return self.out(scores.softmax(dim=-1) @ v)


model = PatchMixer()
optimizer = torch.optim.SGD(model.parameters(), lr=1e-7)
scaler = torch.amp.GradScaler("cpu", init_scale=2.0 ** 4)
for epoch in range(5):
    for i in range(0, len(patches), 6):
        x = patches[i:i + 6]
        with torch.autocast("cpu", dtype=torch.float16):
            prediction = model(x)
        loss = nn.functional.l1_loss(prediction.float(), x)
        optimizer.zero_grad()
        scaler.scale(loss).backward()
        scaler.step(optimizer)
        scaler.update()
    print(epoch, loss.item(), scaler.get_scale())
