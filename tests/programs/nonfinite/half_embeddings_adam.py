import torch
from torch import nn

torch.manual_seed(8)
words = torch.randint(0, 20, (256, 6))
mood = (words.sum(1) % 2).half()


class Bag(nn.Module):
    def __init__(self):
        super().__init__()
        self.table = nn.Embedding(40, 8)  # half of the words never occur
        self.score = nn.Linear(8, 1)

    def forward(self, ids):
        return self.score(self.table(ids).mean(1)).squeeze(1)


bag = Bag().half()
optimiser = torch.optim.Adam(bag.parameters(), lr=1e-3)
step = 0
while step < 30:
    pick = torch.randint(0, 256, (16,))
    error = nn.functional.mse_loss(bag(words[pick]), mood[pick])
    optimiser.zero_grad()
    error.backward()
    optimiser.step()
    step += 1
