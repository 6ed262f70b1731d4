import torch
from sklearn.datasets import load_digits
from torch import nn
from torch.utils.data import DataLoader, TensorDataset, random_split


def per_class_accuracy(logits, labels, classes=12):
    correct = logits.argmax(1) == labels
    hits = torch.zeros(classes).index_add_(0, labels, correct.float())
    count = torch.bincount(labels, minlength=classes)
    return hits / count


def precision(logits, labels, c):
    predicted = logits.argmax(1) == c
    return ((predicted & (labels == c)).sum() / predicted.sum()).item()


def main():
    torch.manual_seed(2)
    bunch = load_digits()
    full = TensorDataset(torch.tensor(bunch.data, dtype=torch.float32) / 16, torch.tensor(bunch.target))
    train, valid = random_split(full, [1500, 297])
    model = nn.Sequential(nn.Linear(64, 32), nn.ReLU(), nn.Dropout(0.1), nn.Linear(32, 12))
    optimizer = torch.optim.Adam(model.parameters(), lr=2e-3)
    for epoch in range(3):
        model.train()
        for x, y in DataLoader(train, batch_size=50, shuffle=True, num_workers=2):
            logits = model(x)
            loss = nn.functional.cross_entropy(logits, y)
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
        accuracy = per_class_accuracy(logits.detach(), y)
        print("train", epoch, loss.item(), accuracy.tolist())
        model.eval()
        with torch.inference_mode():
            scores = torch.cat([model(x) for x, _ in DataLoader(valid, batch_size=99)])
            labels = torch.cat([y for _, y in DataLoader(valid, batch_size=99)])
            print("valid", per_class_accuracy(scores, labels).nanmean().item(), precision(scores, labels, 11))


if __name__ == "__main__":
    main()
