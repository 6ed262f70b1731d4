import torch
from sklearn.datasets import load_digits
from torch import nn
from torch.utils.data import DataLoader, TensorDataset

digits = load_digits()


class Rows(nn.Module):
    def __init__(self, width=6):
        super().__init__()
        self.reader = nn.GRU(8, width, batch_first=True)
        self.head = nn.Linear(8 * width, 10)

    def forward(self, x):
        states, _ = self.reader(x)
        return self.head(states.transpose(1, 2).view(x.size(0), -1))


torch.manual_seed(0)
model = Rows()
optimizer = torch.optim.Adam(model.parameters())
data = TensorDataset(torch.tensor(digits.images, dtype=torch.float32), torch.tensor(digits.target))
for x, y in DataLoader(data, batch_size=64, shuffle=True):
    loss = nn.functional.cross_entropy(model(x), y)
    optimizer.zero_grad()
    loss.backward()
    optimizer.step()
