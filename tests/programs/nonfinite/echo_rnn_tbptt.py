import torch
from torch import nn

torch.manual_seed(6)


class EchoNet(nn.Module):
    def __init__(self, hidden=48):
        super().__init__()
        self.rnn = nn.RNN(1, hidden, nonlinearity="relu", batch_first=True)
        self.out = nn.Linear(hidden, 1)
        nn.init.eye_(self.rnn.weight_hh_l0)

    def forward(self, x, state):
        y, state = self.rnn(x, state)
        return self.out(y), state


def wave(batch, steps, delay=5):
    signal = torch.rand(batch, steps, 1)
    target = torch.roll(signal, delay, dims=1)
    target[:, :delay] = 0
    return signal, target


model = EchoNet()
optimizer = torch.optim.SGD(model.parameters(), lr=0.005)
window = 50

for sequence in range(6):
    signal, target = wave(16, 400)
    state = None
    for start in range(0, 400, window):
        output, state = model(signal[:, start:start + window], state)
        loss = nn.functional.mse_loss(output, target[:, start:start + window])
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        state = state.detach()
    print(sequence, loss.item())
