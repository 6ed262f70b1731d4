import random

import torch
from torch import nn
from torch.distributions import Categorical


class Corridor:
    def __init__(self, rng):
        self.rng = rng

    def reset(self):
        self.position = self.rng.choice([1, 2, 3, 4, 5, 6])
        return self.observe()

    def observe(self):
        return nn.functional.one_hot(torch.tensor(self.position), 8).float()

    def step(self, action):
        self.position += 1 if action == 1 else -1
        done = self.position in (0, 7)
        return self.observe(), (5.0 if self.position == 7 else -0.1), done


def discounted(rewards, gamma=0.97):
    returns, running = [], 0.0
    for r in reversed(rewards):
        running = r + gamma * running
        returns.append(running)
    return torch.tensor(returns[::-1])


class Reinforce:
    def __init__(self, policy, lr):
        self.policy = policy
        self.optimizer = torch.optim.Adam(policy.parameters(), lr=lr)

    def play(self, env):
        observation, done = env.reset(), False
        log_probs, rewards = [], []
        while not done and len(rewards) < 40:
            choice = Categorical(logits=self.policy(observation))
            action = choice.sample()
            log_probs.append(choice.log_prob(action))
            observation, reward, done = env.step(action.item())
            rewards.append(reward)
        return torch.stack(log_probs), rewards

    def update(self, log_probs, rewards):
        returns = discounted(rewards)
        advantages = (returns - returns.mean()) / (returns.std() + 1e-8)
        loss = -(log_probs * advantages).mean()
        self.optimizer.zero_grad()
        loss.backward()
        self.optimizer.step()
        return loss.item()


torch.manual_seed(8)
agent = Reinforce(nn.Linear(8, 2), lr=1e-2)
env = Corridor(random.Random(8))
for episode in range(80):
    log_probs, rewards = agent.play(env)
    loss = agent.update(log_probs, rewards)
    if episode % 20 == 0:
        print(episode, len(rewards), loss)
