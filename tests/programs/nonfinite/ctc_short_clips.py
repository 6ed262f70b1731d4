import torch
from torch import nn
from torch.utils.data import DataLoader, Dataset


class Clips(Dataset):
    def __init__(self, n=200):
        g = torch.Generator().manual_seed(1)
        self.items = []
        for i in range(n):
            frames = int(torch.randint(14, 24, (), generator=g))
            letters = int(torch.randint(2, 6, (), generator=g))
            text = torch.randint(1, 9, (letters,), generator=g)
            if i == 122:
                text = torch.randint(1, 9, (30,), generator=g)
            self.items.append((torch.randn(frames, 10, generator=g), text))

    def __len__(self):
        return len(self.items)

    def __getitem__(self, i):
        return self.items[i]


def collate(batch):
    clips, texts = zip(*batch)
    padded = nn.utils.rnn.pad_sequence(clips)
    return padded, torch.tensor([len(c) for c in clips]), torch.cat(texts), torch.tensor([len(t) for t in texts])


torch.manual_seed(0)
lstm = nn.LSTM(10, 20)
to_letters = nn.Linear(20, 9)
parameters = list(lstm.parameters()) + list(to_letters.parameters())
optimizer = torch.optim.Adam(parameters, lr=1e-3)
ctc = nn.CTCLoss(blank=0)

for epoch in range(2):
    for clips, clip_lengths, texts, text_lengths in DataLoader(Clips(), batch_size=10, shuffle=True, collate_fn=collate):
        hidden, _ = lstm(clips)
        log_probs = to_letters(hidden).log_softmax(dim=-1)
        loss = ctc(log_probs, texts, clip_lengths, text_lengths)
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
    print(epoch, loss.item())
