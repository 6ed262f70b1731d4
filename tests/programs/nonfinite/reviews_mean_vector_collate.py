import random

import torch
from torch import nn
from torch.utils.data import DataLoader

WORDS = "good fine great lovely bad poor awful dull film plot scene actor story end".split()
TABLE = torch.randn(len(WORDS), 12, generator=torch.Generator().manual_seed(0))


def reviews(n=360):
    rng = random.Random(3)
    result = []
    for i in range(n):
        label = i % 2
        pool = WORDS[:4] if label else WORDS[4:8]
        text = [rng.choice(pool + WORDS[8:]) for _ in range(rng.randint(3, 9))]
        result.append((text, label))
    result[264] = (["...", "?!"], 0)
    return result


def collate(batch):
    vectors = []
    for text, _ in batch:
        ids = [WORDS.index(w) for w in text if w in WORDS]
        vectors.append(TABLE[ids].mean(dim=0))
    return torch.stack(vectors), torch.tensor([float(label) for _, label in batch])


if __name__ == "__main__":
    torch.manual_seed(16)
    loader = DataLoader(reviews(), batch_size=15, shuffle=True, collate_fn=collate, num_workers=2)
    classifier = nn.Sequential(nn.Linear(12, 16), nn.Tanh(), nn.Linear(16, 1), nn.Flatten(0))
    optimizer = torch.optim.Adagrad(classifier.parameters(), lr=0.05)
    for epoch in range(2):
        for vectors, labels in loader:
            loss = nn.functional.binary_cross_entropy_with_logits(classifier(vectors), labels)
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
        print(epoch, loss.item())
