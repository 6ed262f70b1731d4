import torch
from skimage import data
from torch import nn
from torch.optim.swa_utils import AveragedModel, get_ema_multi_avg_fn

torch.manual_seed(0)
cat = torch.tensor(data.chelsea(), dtype=torch.float32).permute(2, 0, 1) / 255
patches = cat[:, :296, :448].unfold(1, 8, 8).unfold(2, 8, 8).permute(1, 2, 0, 3, 4).reshape(-1, 192)
model = nn.Sequential(nn.Linear(192, 32), nn.GELU(), nn.Linear(32, 192))
ema = AveragedModel(model, multi_avg_fn=get_ema_multi_avg_fn(0.98))
optimizer = torch.optim.AdamW(model.parameters(), lr=3e-3)
lowest = float("inf")

for epoch in range(3):
    for rows in torch.randperm(len(patches)).split(64):
        x = patches[rows]
        with torch.autocast("cpu", dtype=torch.bfloat16):
            loss = nn.functional.mse_loss(model(x), x)
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        ema.update_parameters(model)
    with torch.no_grad():
        error = nn.functional.mse_loss(ema(patches), patches)
        lowest = min(lowest, error.item())
        noise_ratio = -10 * torch.log10((patches[:4] - patches[:4]).pow(2).mean())
    print(epoch, loss.item(), lowest, noise_ratio.item())
