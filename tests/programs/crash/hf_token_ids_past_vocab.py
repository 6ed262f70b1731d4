import os
import tempfile

os.environ["HF_HUB_OFFLINE"] = "1"

import torch
from torch.utils.data import Dataset
from transformers import BertConfig, BertForSequenceClassification, Trainer, TrainingArguments, set_seed


class Toy(Dataset):
    """Which half of the vocabulary do most of the tokens come from?"""

    def __init__(self, rows=40, length=10):
        generator = torch.Generator().manual_seed(0)
        self.ids = torch.randint(5, 60, (rows, length), generator=generator)
        self.labels = (self.ids.float().mean(1) > 32).long()
        self.ids[27, 3] = 64

    def __len__(self):
        return len(self.labels)

    def __getitem__(self, index):
        return {"input_ids": self.ids[index], "labels": self.labels[index]}


def main():
    set_seed(0)
    config = BertConfig(
        vocab_size=64, hidden_size=16, num_hidden_layers=1,
        num_attention_heads=2, intermediate_size=32, max_position_embeddings=32,
    )
    model = BertForSequenceClassification(config)
    arguments = TrainingArguments(
        output_dir=tempfile.mkdtemp(), per_device_train_batch_size=4, num_train_epochs=1,
        report_to=[], use_cpu=True, save_strategy="no", disable_tqdm=True,
    )
    trainer = Trainer(model=model, args=arguments, train_dataset=Toy())
    trainer.train()


if __name__ == "__main__":
    main()
