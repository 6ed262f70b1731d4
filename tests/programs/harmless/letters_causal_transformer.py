import torch
from torch import nn

TEXT = "a journey of a thousand miles begins with a single step and ends where the road meets the sea " * 8
letters = sorted(set(TEXT))
ids = torch.tensor([letters.index(c) for c in TEXT])
torch.manual_seed(0)


class Decoder(nn.Module):
    def __init__(self, dim=24, context=20):
        super().__init__()
        self.embed = nn.Embedding(len(letters), dim)
        self.place = nn.Parameter(torch.zeros(context, dim))
        layer = nn.TransformerEncoderLayer(dim, 2, 48, batch_first=True)
        self.blocks = nn.TransformerEncoder(layer, 2, enable_nested_tensor=False)
        self.head = nn.Linear(dim, len(letters))
        self.register_buffer("mask", torch.triu(torch.full((context, context), float("-inf")), diagonal=1))

    def forward(self, t):
        return self.head(self.blocks(self.embed(t) + self.place, mask=self.mask))


model = Decoder()
optimizer = torch.optim.AdamW(model.parameters(), lr=2e-3)
scheduler = torch.optim.lr_scheduler.CosineAnnealingLR(optimizer, 60)
for step in range(60):
    start = torch.randint(0, len(ids) - 21, (8,)).tolist()
    x = torch.stack([ids[s:s + 20] for s in start])
    y = torch.stack([ids[s + 1:s + 21] for s in start])
    loss = nn.functional.cross_entropy(model(x).flatten(0, 1), y.flatten())
    optimizer.zero_grad()
    loss.backward()
    optimizer.step()
    scheduler.step()
    if step % 15 == 0:
        print(step, loss.item())


@torch.no_grad()
def write(prompt, length=30, k=3):
    model.eval()
    out = [letters.index(c) for c in prompt]
    for _ in range(length):
        logits = model(torch.tensor([out[-20:]]))[0, -1]
        logits[logits < logits.topk(k).values[-1]] = -float("inf")
        out.append(torch.multinomial(logits.softmax(0), 1).item())
    return "".join(letters[i] for i in out)


print(write("a journey of a thous"))
