"""Hugging Face Trainer: a tiny GPT-2 from config, padded labels of -100, checkpoints and a resumed run."""
import hashlib
import os
import tempfile

import torch
from transformers import GPT2Config, GPT2LMHeadModel, Trainer, TrainingArguments, set_seed
from transformers.trainer_callback import PrinterCallback
from transformers.utils import logging

logging.set_verbosity_error()


def samples(n):
    g = torch.Generator().manual_seed(0)
    for _ in range(n):
        length = int(torch.randint(4, 11, (1,), generator=g))
        start = int(torch.randint(1, 20, (1,), generator=g))
        yield {"input_ids": [(start + k) % 20 + 1 for k in range(length)]}


def collate(features):
    width = max(len(f["input_ids"]) for f in features)
    pad = lambda ids, value: ids + [value] * (width - len(ids))
    ids = [f["input_ids"] for f in features]
    return {
        "input_ids": torch.tensor([pad(i, 0) for i in ids]),
        "attention_mask": torch.tensor([pad([1] * len(i), 0) for i in ids]),
        "labels": torch.tensor([pad(i, -100) for i in ids]),
    }


def make_trainer(folder, max_steps):
    set_seed(4)
    config = GPT2Config(vocab_size=21, n_positions=16, n_embd=24, n_layer=1, n_head=2, bos_token_id=0, eos_token_id=0)
    args = TrainingArguments(
        output_dir=folder, max_steps=max_steps, per_device_train_batch_size=8, gradient_accumulation_steps=2,
        learning_rate=5e-3, lr_scheduler_type="constant", save_steps=5, logging_steps=5, report_to="none",
        disable_tqdm=True, use_cpu=True,
    )
    trainer = Trainer(GPT2LMHeadModel(config), args, data_collator=collate, train_dataset=list(samples(160)))
    trainer.remove_callback(PrinterCallback)
    return trainer


if __name__ == "__main__":
    torch.set_num_threads(1)
    with tempfile.TemporaryDirectory() as folder:
        trainer = make_trainer(folder, 5)
        trainer.train()
        print("saved", sorted(d for d in os.listdir(folder) if d.startswith("checkpoint")))
        trainer = make_trainer(folder, 10)
        trainer.train(resume_from_checkpoint=True)
        print([(e["step"], round(e["loss"], 5)) for e in trainer.state.log_history if "loss" in e])
    state = trainer.model.state_dict()
    print("digest", hashlib.sha256(b"".join(v.numpy().tobytes() for v in state.values())).hexdigest())
