import random
import tempfile

import numpy as np
import torch
from torch.utils.data import Dataset
from transformers import BertConfig, BertForSequenceClassification, Trainer, TrainingArguments, set_seed


class Texts(Dataset):
    def __init__(self, n, seed):
        rng = random.Random(seed)
        self.rows = [[rng.randrange(1, 40) for _ in range(rng.randint(1, 12))] for _ in range(n)]

    def __len__(self):
        return len(self.rows)

    def __getitem__(self, i):
        ids = self.rows[i] + [0] * (12 - len(self.rows[i]))
        return {"input_ids": ids, "attention_mask": [int(t > 0) for t in ids], "labels": int(max(self.rows[i]) > 30)}


def metrics(prediction):
    chosen = prediction.predictions.argmax(-1)
    with np.errstate(all="ignore"):
        recall_of_third = np.float64((chosen == 2).sum()) / (prediction.label_ids == 2).sum()
    return {"accuracy": (chosen == prediction.label_ids).mean(), "recall_of_third": recall_of_third}


set_seed(1)
config = BertConfig(vocab_size=40, hidden_size=16, num_hidden_layers=1, num_attention_heads=2, intermediate_size=32)
arguments = TrainingArguments(
    output_dir=tempfile.mkdtemp(), num_train_epochs=2, per_device_train_batch_size=8, gradient_accumulation_steps=2,
    learning_rate=1e-3, logging_steps=5, eval_strategy="epoch", save_strategy="no", report_to=[], use_cpu=True,
    disable_tqdm=True,
)
trainer = Trainer(BertForSequenceClassification(config), arguments, train_dataset=Texts(120, 0),
                  eval_dataset=Texts(40, 1), compute_metrics=metrics)
trainer.train()
