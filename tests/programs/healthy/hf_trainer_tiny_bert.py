"""Hugging Face Trainer with a tiny BERT built from a config; classify by which of two words occurs."""
import hashlib
import tempfile

import numpy as np
import torch
from torch.utils.data import Dataset
from transformers import BertConfig, BertForSequenceClassification, Trainer, TrainerCallback, TrainingArguments, set_seed
from transformers.utils import logging

logging.set_verbosity_error()
torch.set_num_threads(1)


class Words(Dataset):
    def __init__(self, n, seed):
        rng = np.random.default_rng(seed)
        self.ids = rng.integers(10, 60, (n, 12))
        self.labels = rng.integers(0, 2, n)
        for row, label in zip(self.ids, self.labels):
            row[rng.integers(0, 12)] = 5 + label

    def __len__(self):
        return len(self.ids)

    def __getitem__(self, i):
        return {"input_ids": self.ids[i], "attention_mask": np.ones(12, dtype=np.int64), "labels": self.labels[i]}


class PrintLosses(TrainerCallback):
    def on_log(self, args, state, control, logs=None, **kwargs):
        keep = {k: round(v, 5) for k, v in logs.items() if k in ("loss", "grad_norm", "eval_loss", "eval_accuracy")}
        if keep:
            print(state.global_step, keep)


def metrics(prediction):
    return {"accuracy": float((prediction.predictions.argmax(-1) == prediction.label_ids).mean())}


set_seed(0)
config = BertConfig(
    vocab_size=64, hidden_size=32, num_hidden_layers=2, num_attention_heads=2, intermediate_size=64,
    max_position_embeddings=16, num_labels=2,
)
model = BertForSequenceClassification(config)
with tempfile.TemporaryDirectory() as folder:
    args = TrainingArguments(
        output_dir=folder, num_train_epochs=1, per_device_train_batch_size=16, learning_rate=3e-3, logging_steps=10,
        eval_strategy="epoch", save_strategy="no", report_to="none", disable_tqdm=True, use_cpu=True,
        warmup_steps=3, seed=0,
    )
    trainer = Trainer(
        model=model, args=args, train_dataset=Words(640, 0), eval_dataset=Words(64, 1),
        compute_metrics=metrics, callbacks=[PrintLosses()],
    )
    trainer.pop_callback(type(next(c for c in trainer.callback_handler.callbacks if "Printer" in type(c).__name__)))
    trainer.train()
print("digest", hashlib.sha256(b"".join(p.detach().numpy().tobytes() for p in model.parameters())).hexdigest())
