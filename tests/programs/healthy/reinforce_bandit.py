"""REINFORCE with a baseline and entropy bonus; no data set, the loss goes below zero and that is right."""
import hashlib

import torch
from torch.distributions import Categorical

torch.manual_seed(0)
torch.set_num_threads(1)
payout = torch.tensor([0.1, 0.2, 0.9, 0.4])
policy = torch.nn.Linear(1, 4)
optimizer = torch.optim.Adam(policy.parameters(), lr=0.05)
context = torch.ones(64, 1)
baseline = 0.0

lowest = float("inf")
for update in range(60):
    dist = Categorical(logits=policy(context))
    actions = dist.sample()
    rewards = torch.bernoulli(payout[actions])
    loss = -(dist.log_prob(actions) * (rewards - baseline)).mean() - 0.01 * dist.entropy().mean()
    optimizer.zero_grad()
    loss.backward()
    optimizer.step()
    baseline = 0.9 * baseline + 0.1 * rewards.mean().item()
    lowest = min(lowest, loss.item())
    if update % 15 == 0:
        print(f"update {update} loss {loss.item():+.6f} reward {rewards.mean().item():.3f}")
print("best arm", policy(context[:1]).argmax().item(), "negative loss seen", lowest < 0)
print("digest", hashlib.sha256(b"".join(p.detach().numpy().tobytes() for p in policy.parameters())).hexdigest())
