import torch
from sklearn.datasets import load_digits
from torch import nn
from torch.utils.data import DataLoader, Dataset

digits = load_digits()


class Readable(Dataset):
    def __len__(self):
        return 96

    def __getitem__(self, index):
        if 48 <= index < 56:
            return None
        return torch.tensor(digits.images[index], dtype=torch.float32).flatten(), int(digits.target[index])


def only_good(samples):
    samples = [sample for sample in samples if sample is not None]
    images = torch.stack([image for image, _ in samples])
    return images, torch.tensor([label for _, label in samples])


torch.manual_seed(0)
model = nn.Linear(64, 10)
optimizer = torch.optim.SGD(model.parameters(), lr=0.01)
for images, labels in DataLoader(Readable(), batch_size=8, collate_fn=only_good):
    loss = nn.functional.cross_entropy(model(images), labels)
    optimizer.zero_grad()
    loss.backward()
    optimizer.step()
