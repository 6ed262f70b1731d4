import torch
from torch import nn
from torch.utils.data import DataLoader, Dataset


class Formulas(Dataset):
    """Nested sums as (left, right) trees; does the number of leaves end in an even digit?"""

    def __init__(self):
        self.depths = [1 + i % 6 for i in range(32)]
        self.depths[25] = 1500

    def __len__(self):
        return 32

    def __getitem__(self, index):
        tree = index % 5
        for level in range(self.depths[index]):
            tree = (tree, level % 5)
        return tree, self.depths[index] % 2


class TreeNet(nn.Module):
    def __init__(self, dim=12):
        super().__init__()
        self.leaf = nn.Embedding(5, dim)
        self.join = nn.Linear(2 * dim, dim)
        self.out = nn.Linear(dim, 2)

    def encode(self, tree):
        if isinstance(tree, int):
            return self.leaf(torch.tensor(tree))
        left, right = tree
        both = torch.cat([self.encode(left), self.encode(right)])
        return torch.tanh(self.join(both))

    def forward(self, tree):
        return self.out(self.encode(tree))


def main():
    torch.manual_seed(0)
    model = TreeNet()
    optimizer = torch.optim.Adam(model.parameters(), lr=0.01)
    loader = DataLoader(Formulas(), batch_size=4, shuffle=True, collate_fn=list)
    for epoch in range(2):
        for batch in loader:
            scores = torch.stack([model(tree) for tree, _ in batch])
            labels = torch.tensor([label for _, label in batch])
            loss = nn.functional.cross_entropy(scores, labels)
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
        print(epoch, loss.item())


if __name__ == "__main__":
    main()
