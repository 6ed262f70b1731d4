"""DQN on a corridor: replay buffer, gather by action, a detached target network synchronised now and then."""
import hashlib
import random
from collections import deque, namedtuple

import torch
from torch import nn, optim

Transition = namedtuple("Transition", "state action reward next_state done")


class Corridor:
    """Walk right to the end; -0.05 a step, +1 at the goal."""

    length = 6

    def reset(self):
        self.at = 0
        return self.observe()

    def observe(self):
        return torch.nn.functional.one_hot(torch.tensor(self.at), self.length).float()

    def step(self, action):
        self.at = max(0, self.at + (1 if action else -1))
        done = self.at == self.length - 1
        return self.observe(), 1.0 if done else -0.05, done


class Agent:
    def __init__(self):
        self.q = nn.Sequential(nn.Linear(6, 24), nn.ReLU(), nn.Linear(24, 2))
        self.target = nn.Sequential(nn.Linear(6, 24), nn.ReLU(), nn.Linear(24, 2))
        self.target.load_state_dict(self.q.state_dict())
        self.optimizer = optim.Adam(self.q.parameters(), lr=5e-3)
        self.memory = deque(maxlen=500)
        self.losses = []

    def act(self, state, epsilon):
        if random.random() < epsilon:
            return random.randrange(2)
        with torch.no_grad():
            return self.q(state).argmax().item()

    def learn(self, batch_size=32, gamma=0.95):
        if len(self.memory) < batch_size:
            return
        batch = Transition(*zip(*random.sample(self.memory, batch_size)))
        state, next_state = torch.stack(batch.state), torch.stack(batch.next_state)
        action, reward = torch.tensor(batch.action), torch.tensor(batch.reward)
        done = torch.tensor(batch.done, dtype=torch.float32)
        chosen = self.q(state).gather(1, action.unsqueeze(1)).squeeze(1)
        goal = reward + gamma * (1 - done) * self.target(next_state).max(1).values.detach()
        loss = nn.functional.huber_loss(chosen, goal)
        self.optimizer.zero_grad()
        loss.backward()
        self.optimizer.step()
        self.losses.append(loss.item())


random.seed(0)
torch.manual_seed(0)
torch.set_num_threads(1)
env, agent = Corridor(), Agent()
for episode in range(30):
    state, total = env.reset(), 0.0
    for _ in range(30):
        action = agent.act(state, epsilon=max(0.05, 1 - episode / 20))
        next_state, reward, done = env.step(action)
        agent.memory.append(Transition(state, action, reward, next_state, done))
        state, total = next_state, total + reward
        agent.learn()
        if done:
            break
    if episode % 2 == 0:
        agent.target.load_state_dict(agent.q.state_dict())
    if episode % 5 == 4:
        print(f"episode {episode} return {total:.2f} loss {agent.losses[-1] if agent.losses else 0:.6f}")
print("digest", hashlib.sha256(b"".join(p.detach().numpy().tobytes() for p in agent.q.parameters())).hexdigest())
