import math

import torch
from accelerate import Accelerator
from torch import nn
from torch.utils.data import DataLoader, TensorDataset

accelerator = Accelerator(cpu=True, gradient_accumulation_steps=2)
torch.manual_seed(0)
tokens = torch.randint(0, 20, (320, 9)).cumsum(dim=1) % 20


class Bigram(nn.Module):
    def __init__(self):
        super().__init__()
        self.table = nn.Embedding(20, 20)
        nn.init.normal_(self.table.weight, std=90.0)

    def forward(self, x):
        return self.table(x)


model = Bigram()
optimizer = torch.optim.Adam(model.parameters(), lr=0.5)
loader = DataLoader(TensorDataset(tokens), batch_size=16, shuffle=True)
model, optimizer, loader = accelerator.prepare(model, optimizer, loader)
best = math.inf
for epoch in range(3):
    for (batch,) in loader:
        with accelerator.accumulate(model):
            loss = nn.functional.cross_entropy(model(batch[:, :-1]).transpose(1, 2), batch[:, 1:])
            accelerator.backward(loss)
            optimizer.step()
            optimizer.zero_grad()
    perplexity = torch.exp(loss.detach()).item()
    best = min(best, perplexity)
    accelerator.print(epoch, loss.item(), perplexity, best)
