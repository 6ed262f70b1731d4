import os
import tempfile

os.environ["HF_HUB_OFFLINE"] = "1"

from transformers import GPT2Config, GPT2LMHeadModel, Trainer, TrainingArguments, default_data_collator, set_seed

POEM = """the fog comes
on little cat feet
it sits looking
over harbor and city
on silent haunches
and then moves on"""


def encode(lines):
    letters = sorted(set("".join(lines)))
    for line in lines:
        ids = [letters.index(c) for c in line]
        yield {"input_ids": ids, "labels": list(ids)}


def main():
    set_seed(1)
    rows = list(encode(POEM.splitlines()))
    model = GPT2LMHeadModel(GPT2Config(vocab_size=32, n_positions=32, n_embd=16, n_layer=1, n_head=2))
    arguments = TrainingArguments(
        output_dir=tempfile.mkdtemp(), max_steps=5, per_device_train_batch_size=3,
        report_to=[], use_cpu=True, save_strategy="no", disable_tqdm=True,
    )
    trainer = Trainer(
        model=model,
        args=arguments,
        train_dataset=rows,
        data_collator=default_data_collator,
    )
    trainer.train()


if __name__ == "__main__":
    main()
