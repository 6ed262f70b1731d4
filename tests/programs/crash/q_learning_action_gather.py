import random
from collections import deque

import torch
from torch import nn

random.seed(1)
torch.manual_seed(1)

ACTIONS = 3
GAMMA = 0.95


class Corridor:
    """Walk to the right end of a corridor of ten cells."""

    def reset(self):
        self.cell = 0
        return self.observe()

    def observe(self):
        return torch.nn.functional.one_hot(torch.tensor(self.cell), 10).float()

    def step(self, action):
        self.cell = min(9, max(0, self.cell + (-1, 0, 1, 2)[action]))
        return self.observe(), float(self.cell == 9), self.cell == 9


policy = nn.Sequential(nn.Linear(10, 24), nn.ReLU(), nn.Linear(24, ACTIONS))
target = nn.Sequential(nn.Linear(10, 24), nn.ReLU(), nn.Linear(24, ACTIONS))
target.load_state_dict(policy.state_dict())
optimizer = torch.optim.RMSprop(policy.parameters(), lr=1e-3)
memory = deque(maxlen=500)


def choose(state, epsilon):
    if random.random() < epsilon:
        return random.randint(0, ACTIONS)
    with torch.no_grad():
        return policy(state).argmax().item()


def learn():
    states, actions, rewards, following, done = map(list, zip(*random.sample(memory, 32)))
    actions = torch.tensor(actions).unsqueeze(1)
    q = policy(torch.stack(states)).gather(1, actions).squeeze(1)
    with torch.no_grad():
        best = target(torch.stack(following)).max(1).values
        wanted = torch.tensor(rewards) + GAMMA * best * (1 - torch.tensor(done, dtype=torch.float))
    loss = nn.functional.smooth_l1_loss(q, wanted)
    optimizer.zero_grad()
    loss.backward()
    optimizer.step()


env = Corridor()
for episode in range(50):
    state, finished = env.reset(), False
    while not finished:
        action = choose(state, epsilon=0.5)
        following, reward, finished = env.step(action)
        memory.append((state, action, reward, following, finished))
        state = following
        if len(memory) >= 64:
            learn()
print("done")
