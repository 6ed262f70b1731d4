import torch
from torch import nn

torch.manual_seed(0)
g = torch.Generator().manual_seed(1)
lengths = torch.randint(8, 16, (120,), generator=g)
texts = [torch.randint(1, 7, (int(torch.randint(2, 12, (), generator=g)),), generator=g) for _ in range(120)]
clips = [torch.randn(int(n), 8, generator=g) for n in lengths]

lstm, letters = nn.LSTM(8, 16, bidirectional=True), nn.Linear(32, 7)
optimizer = torch.optim.Adam([*lstm.parameters(), *letters.parameters()], lr=3e-3)
ctc = nn.CTCLoss(zero_infinity=True)

for epoch in range(3):
    for i in range(0, 120, 12):
        padded = nn.utils.rnn.pad_sequence(clips[i:i + 12])
        target = torch.cat(texts[i:i + 12])
        sizes = torch.tensor([len(t) for t in texts[i:i + 12]])
        log_probs = letters(lstm(padded)[0]).log_softmax(-1)
        loss = ctc(log_probs, target, lengths[i:i + 12], sizes)
        with torch.no_grad():
            hopeless = torch.isinf(nn.functional.ctc_loss(log_probs, target, lengths[i:i + 12], sizes, reduction="none")).sum()
        optimizer.zero_grad()
        loss.backward()
        nn.utils.clip_grad_norm_(lstm.parameters(), 5.0)
        optimizer.step()
    print(epoch, loss.item(), hopeless.item())
