import torch
from sklearn.datasets import load_digits
from torch import nn
from torch.utils.data import DataLoader, TensorDataset


class AmpTrainer:
    def __init__(self, model, loader, clip=1.0):
        self.model, self.loader, self.clip = model, loader, clip
        self.optimizer = torch.optim.SGD(model.parameters(), lr=0.05)
        self.scaler = torch.amp.GradScaler("cpu")

    def clip_gradients(self):
        self.scaler.unscale_(self.optimizer)
        nn.utils.clip_grad_norm_(self.model.parameters(), self.clip)

    def log_gradient_norm(self):
        optimizer = self.optimizer
        self.scaler.unscale_(optimizer)
        return sum(p.grad.norm().item() for p in self.model.parameters())

    def epoch(self):
        for x, y in self.loader:
            self.optimizer.zero_grad()
            with torch.autocast("cpu", dtype=torch.bfloat16):
                loss = nn.functional.cross_entropy(self.model(x), y)
            self.scaler.scale(loss).backward()
            norm = self.log_gradient_norm()
            self.clip_gradients()
            self.scaler.step(self.optimizer)
            self.scaler.update()
        print(f"loss {loss.item():.3f} gradient {norm:.3f}")


def main():
    torch.manual_seed(0)
    X, y = load_digits(return_X_y=True)
    data = TensorDataset(torch.tensor(X).float() / 16, torch.tensor(y))
    model = nn.Sequential(nn.Linear(64, 32), nn.ReLU(), nn.Linear(32, 10))
    trainer = AmpTrainer(model, DataLoader(data, batch_size=128, shuffle=True))
    for _ in range(2):
        trainer.epoch()


if __name__ == "__main__":
    main()
