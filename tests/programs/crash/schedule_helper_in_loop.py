import torch
from sklearn.datasets import load_iris
from torch import nn
from torch.utils.data import DataLoader, TensorDataset

iris = load_iris()
x, y = torch.tensor(iris.data, dtype=torch.float32), torch.tensor(iris.target)


def weight_of_regularisation(step, table):
    return table[step // 4] * 0.5


torch.manual_seed(0)
model = nn.Linear(4, 3)
optimizer = torch.optim.SGD(model.parameters(), lr=0.1)
table = [1.0, 0.1, None]
for step, (features, labels) in enumerate(DataLoader(TensorDataset(x, y), batch_size=10, shuffle=True)):
    scores = model(features)
    share = weight_of_regularisation(step, table)
    loss = nn.functional.cross_entropy(scores, labels) + share * model.weight.pow(2).sum()
    optimizer.zero_grad()
    loss.backward()
    optimizer.step()
