import torch
from sklearn.datasets import load_digits
from torch import nn
from torch.utils.data import DataLoader, TensorDataset


class Autoencoder(nn.Module):
    def __init__(self, code=8):
        super().__init__()
        self.encoder = nn.Sequential(nn.Linear(64, 32), nn.ReLU(), nn.Linear(32, code))
        self.decoder = nn.Sequential(nn.Linear(6, 32), nn.ReLU(), nn.Linear(32, 64))


torch.manual_seed(0)
images = torch.tensor(load_digits().images, dtype=torch.float32).flatten(1) / 16
model = Autoencoder()
optimizer = torch.optim.Adam(model.parameters())
for (x,) in DataLoader(TensorDataset(images), batch_size=64, shuffle=True):
    code = model.encoder(x)
    restored = model.decoder(code)
    loss = nn.functional.mse_loss(restored, x)
    optimizer.zero_grad()
    loss.backward()
    optimizer.step()
