"""WGAN-GP on a ring of Gaussians: negative losses, autograd.grad with create_graph, several critic steps."""
import hashlib
import math

import torch
from torch import nn


def sample_ring(n):
    angle = torch.randint(0, 8, (n,)) * (2 * math.pi / 8)
    centre = torch.stack([angle.cos(), angle.sin()], 1)
    return centre + 0.05 * torch.randn(n, 2)


def gradient_penalty(critic, real, fake):
    mix = torch.rand(real.size(0), 1)
    points = (mix * real + (1 - mix) * fake).requires_grad_(True)
    scores = critic(points)
    (grad,) = torch.autograd.grad(scores.sum(), points, create_graph=True)
    return ((grad.norm(2, dim=1) - 1) ** 2).mean()


def mlp(*sizes):
    layers = []
    for a, b in zip(sizes, sizes[1:]):
        layers += [nn.Linear(a, b), nn.SiLU()]
    return nn.Sequential(*layers[:-1])


def main():
    torch.manual_seed(5)
    torch.set_num_threads(1)
    gen, critic = mlp(4, 32, 2), mlp(2, 32, 32, 1)
    opt_g = torch.optim.RMSprop(gen.parameters(), lr=5e-4)
    opt_c = torch.optim.RMSprop(critic.parameters(), lr=1e-3)
    for it in range(60):
        for p in critic.parameters():
            p.requires_grad_(True)
        for _ in range(3):
            real = sample_ring(64)
            with torch.no_grad():
                fake = gen(torch.randn(64, 4))
            loss_c = critic(fake).mean() - critic(real).mean() + 10 * gradient_penalty(critic, real, fake)
            opt_c.zero_grad()
            loss_c.backward()
            opt_c.step()
        for p in critic.parameters():
            p.requires_grad_(False)
        loss_g = -critic(gen(torch.randn(64, 4))).mean()
        opt_g.zero_grad()
        loss_g.backward()
        opt_g.step()
        if it % 20 == 0:
            print(f"{it} critic {loss_c.item():.6f} generator {loss_g.item():.6f}")
    digest = hashlib.sha256()
    for p in [*gen.parameters(), *critic.parameters()]:
        digest.update(p.detach().numpy().tobytes())
    print("digest", digest.hexdigest())


if __name__ == "__main__":
    main()
