import torch
import torch.multiprocessing as mp
from torch import nn
from torch.utils.data import DataLoader, Dataset

mp.set_start_method("spawn", force=True)


class Squares(Dataset):
    def __len__(self):
        return 200

    def __getitem__(self, index):
        x = torch.tensor([index / 100 - 1])
        return x, x ** 2


model = nn.Sequential(nn.Linear(1, 20), nn.Tanh(), nn.Linear(20, 1))
criterion = nn.MSELoss()
optimizer = torch.optim.Adam(model.parameters(), lr=0.01)
loader = DataLoader(Squares(), batch_size=20, shuffle=True, num_workers=1)

for epoch in range(3):
    for x, y in loader:
        loss = criterion(model(x), y)
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
    print("epoch", epoch, "loss", loss.item())
