import torch
from accelerate import Accelerator
from sklearn.datasets import load_iris
from torch import nn
from torch.utils.data import DataLoader, TensorDataset


def error_rate(logits, y):
    predicted = logits.argmax(dim=1)
    return (predicted != y).float().mean()


def main():
    torch.manual_seed(0)
    accelerator = Accelerator(cpu=True, gradient_accumulation_steps=2)
    X, y = load_iris(return_X_y=True)
    loader = DataLoader(TensorDataset(torch.tensor(X).float(), torch.tensor(y)), batch_size=15, shuffle=True)
    model = nn.Sequential(nn.Linear(4, 12), nn.ReLU(), nn.Linear(12, 3))
    optimizer = torch.optim.SGD(model.parameters(), lr=0.1)
    model, optimizer, loader = accelerator.prepare(model, optimizer, loader)
    for epoch in range(3):
        for inputs, targets in loader:
            with accelerator.accumulate(model):
                loss = error_rate(model(inputs), targets)
                accelerator.backward(loss)
                optimizer.step()
                optimizer.zero_grad()
        accelerator.print(f"epoch {epoch} loss {loss.item():.3f}")


if __name__ == "__main__":
    main()
