import os
import tempfile

os.environ["HF_HUB_OFFLINE"] = "1"

import torch
from transformers import DistilBertConfig, DistilBertForSequenceClassification, Trainer, TrainingArguments

LABELS = {"negative": 0, "neutral": 1, "positive": 2, "mixed": 3}
WORDS = ["bad", "okay", "good", "plot", "actor", "music"]


def examples(count=48):
    generator = torch.Generator().manual_seed(4)
    for i in range(count):
        ids = torch.randint(0, len(WORDS), (3,), generator=generator)
        bad, good = bool((ids == 0).any()), bool((ids == 2).any())
        name = {(0, 0): "neutral", (1, 0): "negative", (0, 1): "positive", (1, 1): "mixed"}[bad, good]
        yield {"input_ids": ids + 1, "attention_mask": torch.ones(3, dtype=torch.long), "label": LABELS[name]}


config = DistilBertConfig(vocab_size=10, dim=16, hidden_dim=32, n_layers=1, n_heads=2, num_labels=3)
arguments = TrainingArguments(
    output_dir=tempfile.mkdtemp(),
    max_steps=20,
    per_device_train_batch_size=4,
    gradient_accumulation_steps=2,
    learning_rate=1e-3,
    report_to="none",
    use_cpu=True,
    save_strategy="no",
    disable_tqdm=True,
)
trainer = Trainer(DistilBertForSequenceClassification(config), arguments, train_dataset=list(examples()))
trainer.train()
