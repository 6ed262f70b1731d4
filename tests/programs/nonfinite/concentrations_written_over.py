import torch
from torch import nn
from torch.utils.data import DataLoader, TensorDataset

torch.manual_seed(3)
spectra = torch.rand(240, 16) * 4
spectra[187] = 0.0  # a blank measurement
grams = spectra[:, :4].sum(1)

model = nn.Sequential(nn.Linear(16, 24), nn.SiLU(), nn.Linear(24, 1))
adam = torch.optim.Adam(model.parameters(), lr=1e-3)

for epoch in range(2):
    for spectrum, gram in DataLoader(TensorDataset(spectra.clone(), grams), batch_size=12, shuffle=True):
        spectrum.div_(spectrum.sum(dim=1, keepdim=True))
        loss = (model(spectrum).squeeze(1) - gram).pow(2).mean()
        adam.zero_grad()
        loss.backward()
        adam.step()
