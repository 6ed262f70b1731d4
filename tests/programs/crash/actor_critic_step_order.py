import torch
from torch import nn

torch.manual_seed(0)


def mlp(*sizes):
    layers = []
    for a, b in zip(sizes[:-1], sizes[1:]):
        layers.extend([nn.Linear(a, b), nn.Tanh()])
    return nn.Sequential(*layers[:-1])


class Agent(nn.Module):
    def __init__(self, observations=3, actions=1):
        super().__init__()
        self.actor = mlp(observations, 24, actions)
        self.critic = mlp(observations + actions, 24, 1)

    def q(self, state, action):
        return self.critic(torch.cat([state, action], dim=1))


def reward(state, action):
    return -(action - state[:, :1]).square()


agent = Agent()
actor_optimizer = torch.optim.Adam(agent.actor.parameters(), lr=1e-3)
critic_optimizer = torch.optim.Adam(agent.critic.parameters(), lr=1e-3)

for update in range(30):
    state = torch.randn(64, 3)
    action = agent.actor(state)
    policy_loss = -agent.q(state, action).mean()
    value_loss = nn.functional.mse_loss(agent.q(state, action.detach()), reward(state, action.detach()))

    critic_optimizer.zero_grad()
    value_loss.backward()
    critic_optimizer.step()

    actor_optimizer.zero_grad()
    policy_loss.backward()
    actor_optimizer.step()
    if update % 10 == 0:
        print(update, value_loss.item(), policy_loss.item())
