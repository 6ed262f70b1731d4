"""Complex-valued parameters, double precision, an rfft in the model, meta-device construction with to_empty."""
import hashlib

import torch
from torch import nn

torch.manual_seed(0)
torch.set_num_threads(1)


class Spectral(nn.Module):
    def __init__(self, n):
        super().__init__()
        self.filter = nn.Parameter(torch.empty(n // 2 + 1, dtype=torch.complex128))
        self.gain = nn.Parameter(torch.empty((), dtype=torch.float64))

    def reset_parameters(self):
        with torch.no_grad():
            self.filter.copy_(torch.complex(torch.rand(self.filter.shape).double(), torch.zeros(self.filter.shape).double()))
            self.gain.fill_(1.0)

    def forward(self, x):
        return self.gain * torch.fft.irfft(torch.fft.rfft(x) * self.filter, n=x.shape[-1])


with torch.device("meta"):
    model = Spectral(32)
print("on", model.gain.device)
model.to_empty(device="cpu")
model.reset_parameters()

x = torch.randn(64, 32, dtype=torch.float64)
kernel = torch.exp(-torch.arange(32, dtype=torch.float64) / 4)
y = torch.fft.irfft(torch.fft.rfft(x) * torch.fft.rfft(kernel), n=32)
optimizer = torch.optim.Adam(model.parameters(), lr=0.1)
for step in range(40):
    loss = (model(x) - y).abs().square().mean()
    optimizer.zero_grad()
    loss.backward()
    optimizer.step()
    if step % 10 == 0:
        print(step, f"{loss.item():.10f}")
print("dtypes", model.filter.grad.dtype, model.gain.grad.dtype)
print("digest", hashlib.sha256(b"".join(p.detach().numpy().tobytes() for p in model.parameters())).hexdigest())
