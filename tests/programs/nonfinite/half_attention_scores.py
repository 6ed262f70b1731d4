import torch
from skimage import data
from torch import nn

torch.manual_seed(0)
coins = torch.tensor(data.coins(), dtype=torch.float32)
patches = coins[:296, :376].unfold(0, 8, 8).unfold(1, 8, 8).reshape(37, 47, 64)
patches = patches[patches.amax(dim=(1, 2)).argsort()]


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
optimizer = torch.optim.SGD(model.parameters(), lr=1e-3)
scaler = torch.amp.GradScaler("cpu")
for epoch in range(3):
    losses = []
    for i in range(0, len(patches), 6):
        x = patches[i:i + 6] * 0.8
        with torch.autocast("cpu", dtype=torch.float16):
            prediction = model(x)
        loss = nn.functional.l1_loss(prediction.float(), x)
        optimizer.zero_grad()
        scaler.scale(loss).backward()
        scaler.step(optimizer)
        scaler.update()
        losses.append(loss.item())
    print(epoch, sum(losses) / len(losses), scaler.get_scale())
