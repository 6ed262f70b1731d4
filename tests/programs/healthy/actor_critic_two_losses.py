"""Shared body, two heads, two losses with retain_graph, gather of the taken actions."""
import hashlib

import torch
import torch.nn as nn
import torch.nn.functional as F

torch.manual_seed(0)
torch.set_num_threads(1)


class ActorCritic(nn.Module):
    def __init__(self):
        super().__init__()
        self.body = nn.Sequential(nn.Linear(4, 32), nn.Tanh())
        self.actor, self.critic = nn.Linear(32, 3), nn.Linear(32, 1)

    def forward(self, s):
        h = self.body(s)
        return F.log_softmax(self.actor(h), -1), self.critic(h).squeeze(-1)


net = ActorCritic()
optimizer = torch.optim.RMSprop(net.parameters(), lr=3e-3)
for update in range(40):
    state = torch.rand(64, 4)
    log_probs, values = net(state)
    actions = torch.multinomial(log_probs.exp().detach(), 1)
    rewards = (state[:, :3].argmax(1, keepdim=True) == actions).float().squeeze(1)
    advantage = (rewards - values).detach()
    actor_loss = -(log_probs.gather(1, actions).squeeze(1) * advantage).mean()
    critic_loss = F.mse_loss(values, rewards)
    optimizer.zero_grad()
    actor_loss.backward(retain_graph=True)
    critic_loss.backward()
    torch.nn.utils.clip_grad_norm_(net.parameters(), 0.5)
    optimizer.step()
    if update % 10 == 0:
        print(f"{update} actor {actor_loss.item():+.6f} critic {critic_loss.item():.6f} reward {rewards.mean().item():.4f}")
print("digest", hashlib.sha256(b"".join(p.detach().numpy().tobytes() for p in net.parameters())).hexdigest())
