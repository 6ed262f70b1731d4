"""What is compiled whole stays whole: a step, an optimizer's update, the gradient of a function transform, and a backward under compiled autograd."""
import torch
from torch import nn
from torch._dynamo.testing import CompileCounterWithBackend

torch.manual_seed(0)
model = nn.Sequential(nn.Linear(8, 8), nn.Tanh(), nn.Linear(8, 1))
optimizer = torch.optim.SGD(model.parameters(), 0.05, momentum=0.9)


def told(name, counter):
    print(name, counter.frame_count, counter.op_count)


def step(x):
    loss = model(x).square().mean()
    optimizer.zero_grad()
    loss.backward()
    optimizer.step()
    return loss.detach()


counter = CompileCounterWithBackend("eager")
compiled = torch.compile(step, backend=counter)
for _ in range(4):
    loss = compiled(torch.randn(4, 8))
told("step", counter)

counter = CompileCounterWithBackend("eager")
update = torch.compile(lambda: optimizer.step(), backend=counter)
for _ in range(4):
    optimizer.zero_grad()
    model(torch.randn(4, 8)).square().mean().backward()
    update()
told("update", counter)

counter = CompileCounterWithBackend("eager")
slope = torch.compile(torch.func.grad(lambda x: model(x).square().mean()), backend=counter, fullgraph=True)
print(round(slope(torch.randn(4, 8)).sum().item(), 6))
told("slope", counter)

torch._dynamo.config.compiled_autograd = True


@torch.compile(backend="eager")
def differentiate(x):
    loss = model(x).square().mean()
    loss.backward()
    return loss


for _ in range(4):
    optimizer.zero_grad()
    loss = differentiate(torch.randn(4, 8))
    optimizer.step()
print(round(loss.item(), 6), round(sum(parameter.double().sum().item() for parameter in model.parameters()), 6))
