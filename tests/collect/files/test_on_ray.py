"""The same data set, inspected on a Ray cluster of two: the report is the same, byte for byte."""

import json

import pytest
from PIL import Image
from skimage import data

from stepscope import check
from stepscope.checking import Looking
from stepscope.report import json as as_json


@pytest.fixture
def photos(tmp_path):
    whole = Image.fromarray(data.astronaut())
    for number in range(90):
        path = tmp_path / ("train" if number % 4 else "val") / "ab"[number % 2] / f"{number:03d}.jpg"
        path.parent.mkdir(parents=True, exist_ok=True)
        whole.rotate(7 * number).crop((60, 60, 300 + number, 280)).save(path, quality=80)
    damaged = tmp_path / "train" / "b" / "013.jpg"
    damaged.write_bytes(damaged.read_bytes()[:3000])
    return tmp_path


def test_ray_and_this_machine_say_the_same(photos):
    here, there = (as_json.render(check(photos, looking=Looking(workers=2, cache=False, engine=engine))) for engine in ("local", "ray"))

    assert here == there
    assert json.loads(here)["findings"][0]["name"] == "truncated-image"
