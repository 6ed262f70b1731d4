"""Cross-validation that checks that nothing keeps the last fold's model, optimizer and loss alive."""
import gc
import hashlib
import weakref

import torch
from sklearn.datasets import load_iris
from sklearn.model_selection import StratifiedKFold
from torch import nn

torch.set_num_threads(1)
x, y = load_iris(return_X_y=True)
features, labels = torch.tensor(x).float(), torch.tensor(y)
digest = hashlib.sha256()
ghosts = []


def fold(train, test, seed):
    torch.manual_seed(seed)
    model = nn.Sequential(nn.Linear(4, 16), nn.ReLU(), nn.Linear(16, 3))
    optimizer = torch.optim.Adam(model.parameters(), lr=0.02)
    for epoch in range(20):
        loss = nn.functional.cross_entropy(model(features[train]), labels[train])
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
    accuracy = (model(features[test]).argmax(1) == labels[test]).float().mean().item()
    print(f"fold {seed} loss {loss.item():.6f} accuracy {accuracy:.4f}")
    for p in model.parameters():
        digest.update(p.detach().numpy().tobytes())
    ghosts.extend((weakref.ref(model), weakref.ref(optimizer), weakref.ref(model[0].weight)))


for seed, (train, test) in enumerate(StratifiedKFold(4, shuffle=True, random_state=0).split(x, y)):
    fold(torch.tensor(train), torch.tensor(test), seed)
gc.collect()
print("alive", sum(ghost() is not None for ghost in ghosts))
print("digest", digest.hexdigest())
