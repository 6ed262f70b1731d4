"""A stream's sample that is not finite is told by its line, and by its file where that is its own."""

import numpy as np
import pytest
from tests.collect.torch.microscope.conftest import told

STREAM = """
    import numpy as np
    from torch.utils.data import IterableDataset, get_worker_info
    class Clips(IterableDataset):
        def __iter__(self):
            info = get_worker_info()
            names = range(40) if info is None else range(info.id, 40, info.num_workers)
            READ
    net = nn.Linear(6, 1); optimizer = torch.optim.SGD(net.parameters(), 0.01)
    for x in DataLoader(Clips(), 4, num_workers=WORKERS):
        loss = net(x).square().mean()
        optimizer.zero_grad(); loss.backward(); optimizer.step()
"""
ONE_EACH = """
            for name in names:
                wave = torch.from_numpy(np.load(f"clips/{name}.npy"))
                spectrum = torch.log(wave)
                yield spectrum
"""
SHUFFLED = """
            kept = []
            for name in names:
                wave = torch.from_numpy(np.load(f"clips/{name}.npy"))
                kept.append(torch.log(wave))
                if len(kept) > 8:
                    yield kept.pop(name % 7)
"""


@pytest.fixture
def clips(tmp_path, monkeypatch):
    (tmp_path / "clips").mkdir()
    for name in range(40):
        np.save(tmp_path / "clips" / f"{name}.npy", np.full(6, 0.0 if name in (17, 30) else 1.0 + name / 40, dtype=np.float32) + np.eye(6, dtype=np.float32)[name % 6] / 8)
    monkeypatch.chdir(tmp_path)


@pytest.mark.parametrize("workers", ["0", "2"])
def test_the_file_of_a_stream_s_sample_is_named(clips, diagnosed, workers):
    report, _, lines = diagnosed(STREAM.replace("READ", ONE_EACH.strip()).replace("WORKERS", workers))

    assert told(report, lines)[:2] == ("non-finite-input", "spectrum = torch.log(wave)")
    assert report.findings[0].seen["file"] == "clips/17.npy"


def test_a_stream_that_reads_ahead_names_no_file(clips, diagnosed):
    report, _, _ = diagnosed(STREAM.replace("READ", SHUFFLED.strip()).replace("WORKERS", "0"))

    assert report.findings[0].name == "non-finite-input"
    assert not report.findings[0].seen.get("file")
