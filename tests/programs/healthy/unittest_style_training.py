"""Trains inside unittest cases: one expected failure, one exception that is asserted; the result goes to stdout."""
import hashlib
import io
import unittest

import torch
from torch import nn

torch.set_num_threads(1)
digests = []


class TrainingTest(unittest.TestCase):
    def setUp(self):
        torch.manual_seed(0)
        self.model = nn.Sequential(nn.Linear(3, 8), nn.Tanh(), nn.Linear(8, 2))
        self.optimizer = torch.optim.SGD(self.model.parameters(), lr=0.3)
        self.x = torch.randn(60, 3)
        self.y = (self.x[:, 0] > 0).long()

    def step(self, x, y):
        loss = nn.functional.cross_entropy(self.model(x), y)
        self.optimizer.zero_grad()
        loss.backward()
        self.optimizer.step()
        return loss.item()

    def test_loss_falls(self):
        losses = [self.step(self.x, self.y) for _ in range(20)]
        print("losses", [round(v, 6) for v in losses[::5]])
        digests.extend(p.detach().numpy().tobytes() for p in self.model.parameters())
        self.assertLess(losses[-1], losses[0])

    def test_wrong_width_is_refused(self):
        with self.assertRaisesRegex(RuntimeError, "shapes cannot be multiplied"):
            self.step(self.x[:, :2], self.y)

    def test_label_outside_is_refused(self):
        with self.assertRaises(IndexError):
            self.step(self.x, self.y + 2)

    def test_second_backward_is_refused(self):
        loss = self.model(self.x).square().sum()
        loss.backward()
        self.assertRaises(RuntimeError, loss.backward)

    @unittest.expectedFailure
    def test_perfect_in_one_step(self):
        self.assertEqual(self.step(self.x, self.y), 0.0)


suite = unittest.defaultTestLoader.loadTestsFromTestCase(TrainingTest)
result = unittest.TextTestRunner(stream=io.StringIO()).run(suite)
print("run", result.testsRun, "failures", len(result.failures), "errors", len(result.errors), "expected", len(result.expectedFailures))
print("digest", hashlib.sha256(b"".join(digests)).hexdigest())
raise SystemExit(0 if result.wasSuccessful() else 1)
