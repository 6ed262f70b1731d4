"""A sample of a stream that fails is told by its file, where each has one of its own."""

import json
import os
import subprocess
import sys
from textwrap import dedent

import numpy as np
import pytest

STREAM = """
    import numpy as np, torch
    from torch import nn
    from torch.utils.data import DataLoader, IterableDataset, get_worker_info
    class Clips(IterableDataset):
        def __iter__(self):
            info = get_worker_info()
            for n in range(30) if info is None else range(info.id, 30, info.num_workers):
                wave = torch.from_numpy(np.load(f"clips/{n}.npy"))
                GIVE
    net = nn.Linear(6, 3)
    for x, y in DataLoader(Clips(), SETTINGS):
        nn.functional.cross_entropy(net(x), y).backward()
"""
WIDE, LABELLED = "yield wave, n % 3", "yield wave[:6] if n != 17 else torch.zeros(6), n % 3 if n != 13 else 7"


@pytest.fixture
def found(tmp_path):
    """The first finding about a stream that gives its samples, in batches, in this way."""
    (tmp_path / "clips").mkdir()
    for n in range(30):
        np.save(tmp_path / "clips" / f"{n}.npy", np.random.RandomState(n).rand(6 if n != 17 else 5).astype("float32"))

    def run(give, settings):
        script, output = tmp_path / "train.py", tmp_path / "report.json"
        script.write_text(dedent(STREAM).replace("GIVE", give).replace("SETTINGS", settings))
        command = [sys.executable, "-m", "stepscope", "run", "--quiet", "--output", str(output), str(script)]
        subprocess.run(command, check=False, capture_output=True, timeout=60, cwd=tmp_path, env={**os.environ, "OMP_NUM_THREADS": "1"})
        return json.loads(output.read_text())["findings"][0]

    return run


@pytest.mark.parametrize("settings", ["4", "4, num_workers=2"])
def test_the_row_with_a_label_that_does_not_fit_is_told_by_its_file(found, settings):
    told = found(LABELLED, settings)

    assert told["name"] == "label-out-of-range"
    assert [sample["file"] for sample in told["place"]["samples"]] == ["clips/13.npy"]


def test_the_row_that_could_not_be_collated_is_told_by_its_file(found):
    told = found(WIDE, "4")

    assert told["name"] == "collate-inconsistent-shapes"
    assert [(sample["row"], sample["file"]) for sample in told["place"]["samples"]] == [(1, "clips/17.npy")]


@pytest.mark.parametrize("settings", ["1", "None, num_workers=2"])
def test_a_sample_that_is_all_of_its_batch_is_at_hand(found, settings):
    told = found(WIDE if settings == "1" else "yield wave[None], torch.tensor([n % 3])", settings)

    assert (told["name"], told["place"]["samples"]) == ("input-shape-mismatch", [])
    assert told["seen"]["at hand"] == "what was read from clips/17.npy, a batch of its own"


@pytest.mark.parametrize(
    "give",
    [
        LABELLED.replace("wave[:6]", "wave + torch.rand(6)"),
        "yield from ((part[:5].repeat(2)[:6], n % 3 if n != 13 else 7) for part in (wave, wave / 2))",
    ],
)
def test_what_is_not_found_again_or_has_no_file_of_its_own_names_none(found, give):
    told = found(give, "4")

    assert told["name"] == "label-out-of-range"
    assert [sample["file"] for sample in told["place"]["samples"]] in ([None], [None, None])
