import random

import torch
from torch import nn
from torch.distributions import Categorical

random.seed(2)
torch.manual_seed(2)
policy = nn.Sequential(nn.Linear(9, 32), nn.Tanh(), nn.Linear(32, 9))
optimizer = torch.optim.Adam(policy.parameters(), lr=5e-3)
LINES = [(0, 1, 2), (3, 4, 5), (6, 7, 8), (0, 3, 6), (1, 4, 7), (2, 5, 8), (0, 4, 8), (2, 4, 6)]


def won(board, player):
    return any(all(board[i] == player for i in line) for line in LINES)


def play():
    board, log_probs = [0.0] * 9, []
    while True:
        state = torch.tensor(board)
        logits = policy(state).masked_fill(state != 0, float("-inf"))
        move = Categorical(logits=logits)
        action = move.sample()
        log_probs.append(move.log_prob(action))
        board[action.item()] = 1.0
        if won(board, 1.0):
            return log_probs, 1.0
        free = [i for i in range(9) if board[i] == 0]
        if not free:
            return log_probs, 0.0
        board[random.choice(free)] = -1.0
        if won(board, -1.0):
            return log_probs, -1.0


baseline, best = 0.0, float("-inf")
for update in range(40):
    games = [play() for _ in range(6)]
    loss = sum(-(reward - baseline) * torch.stack(lp).sum() for lp, reward in games) / len(games)
    optimizer.zero_grad()
    loss.backward()
    optimizer.step()
    mean = sum(reward for _, reward in games) / len(games)
    baseline = 0.9 * baseline + 0.1 * mean
    best = max(best, mean)
print(baseline, best, loss.item())
