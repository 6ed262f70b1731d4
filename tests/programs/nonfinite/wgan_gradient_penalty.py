import numpy as np
import torch
from sklearn.datasets import load_digits
from torch import autograd, nn

torch.manual_seed(3)
np.random.seed(3)
images = torch.from_numpy(load_digits().data.astype("float32")) / 8 - 1


class Critic(nn.Module):
    def __init__(self):
        super().__init__()
        self.body = nn.Sequential(nn.Linear(64, 64), nn.ReLU(), nn.Linear(64, 24), nn.ReLU())
        self.score = nn.Linear(24, 1)
        nn.init.zeros_(self.score.weight)
        nn.init.zeros_(self.score.bias)

    def forward(self, x):
        return self.score(self.body(x))


def gradient_penalty(critic, real, fake):
    mix = torch.rand(len(real), 1)
    between = (mix * real + (1 - mix) * fake).requires_grad_(True)
    grad = autograd.grad(critic(between).sum(), between, create_graph=True)[0]
    slope = grad.pow(2).sum(dim=1).sqrt()
    return ((slope - 1) ** 2).mean()


critic = Critic()
generator = nn.Sequential(nn.Linear(10, 64), nn.ReLU(), nn.Linear(64, 64), nn.Tanh())
opt_c = torch.optim.Adam(critic.parameters(), lr=1e-4, betas=(0.5, 0.9))
opt_g = torch.optim.Adam(generator.parameters(), lr=1e-4, betas=(0.5, 0.9))

for step in range(60):
    real = images[np.random.choice(len(images), 32)]
    fake = generator(torch.randn(32, 10)).detach()
    c_loss = critic(fake).mean() - critic(real).mean() + 10 * gradient_penalty(critic, real, fake)
    opt_c.zero_grad()
    c_loss.backward()
    opt_c.step()
    if step % 5 == 4:
        g_loss = -critic(generator(torch.randn(32, 10))).mean()
        opt_g.zero_grad()
        g_loss.backward()
        opt_g.step()
        print(step, c_loss.item(), g_loss.item())
