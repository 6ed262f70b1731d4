import random
import tempfile

import torch
from torch.utils.data import Dataset
from transformers import BertConfig, BertForMaskedLM, Trainer, TrainingArguments, set_seed

MASK = 1


class Corpus(Dataset):
    def __init__(self, n=96):
        rng = random.Random(5)
        self.rows = []
        for _ in range(n):
            words = [rng.randrange(4, 50) for _ in range(10)]
            hidden = [rng.random() < 0.3 for _ in words]
            hidden[rng.randrange(10)] = True
            self.rows.append((words, hidden))
        words, _ = self.rows[58]
        self.rows[58] = (words, [False] * 10)

    def __len__(self):
        return len(self.rows)

    def __getitem__(self, i):
        words, hidden = self.rows[i]
        return {
            "input_ids": torch.tensor([MASK if h else w for w, h in zip(words, hidden)]),
            "labels": torch.tensor([w if h else -100 for w, h in zip(words, hidden)]),
        }


class SentenceMeanTrainer(Trainer):
    def compute_loss(self, model, inputs, return_outputs=False, **kwargs):
        labels = inputs.pop("labels")
        outputs = model(**inputs)
        per_token = torch.nn.functional.cross_entropy(
            outputs.logits.transpose(1, 2), labels, ignore_index=-100, reduction="none"
        )
        per_sentence = per_token.sum(dim=1) / (labels != -100).sum(dim=1)
        loss = per_sentence.mean()
        return (loss, outputs) if return_outputs else loss


def main():
    set_seed(3)
    config = BertConfig(vocab_size=50, hidden_size=16, num_hidden_layers=1, num_attention_heads=2, intermediate_size=32)
    arguments = TrainingArguments(
        output_dir=tempfile.mkdtemp(), num_train_epochs=2, per_device_train_batch_size=8, learning_rate=1e-3,
        logging_steps=4, logging_nan_inf_filter=False, save_strategy="no", report_to=[], use_cpu=True, disable_tqdm=True,
    )
    trainer = SentenceMeanTrainer(model=BertForMaskedLM(config), args=arguments, train_dataset=Corpus())
    result = trainer.train()
    print(result.training_loss)


if __name__ == "__main__":
    main()
