"""The page as a browser shows it."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest
from tests.report.pages import full

from stepscope.report import html

BROWSER = Path(__file__).with_name("browser.py")
SEARCH = """(() => {{
    const search = document.getElementById("search"); search.value = {word!r}; search.dispatchEvent(new Event("input"));
    return [...document.querySelectorAll("article")].filter(each => each.checkVisibility()).map(each => each.id); }})()"""
UNCHECK = """(() => { document.querySelector("[data-filter=error]").click();
    return [document.querySelectorAll("article:not([hidden])").length, document.getElementById("told").textContent]; })()"""


@pytest.fixture(scope="module")
def opened(tmp_path_factory):
    folder = tmp_path_factory.mktemp("page")
    (folder / "report.html").write_text(html.render(full()), encoding="utf-8")

    def opened(*scripts, shot="page.png", **environment):
        command = [sys.executable, str(BROWSER), str(folder / "report.html"), str(folder / shot), *scripts]
        ended = subprocess.run(command, capture_output=True, text=True, timeout=120, env={**os.environ, **environment})
        assert ended.returncode == 0, ended.stderr[-2000:]
        return json.loads(ended.stdout), folder / shot

    return opened


def test_the_page_opens_filters_and_shows_its_pictures(opened):
    told, shot = opened(
        "document.title", "[...document.images].map(each => [each.complete, each.naturalWidth, each.naturalHeight])", "document.querySelectorAll('article:not([hidden])').length",
        SEARCH.format(word="single class"), SEARCH.format(word="no such thing"), SEARCH.format(word=""), UNCHECK,
    )  # fmt: skip
    title, pictures, all_shown, found, none, every, unchecked = told["results"]

    assert told["console"] == []
    assert title == "stepscope check: 1 error, 1 warning, 1 note"
    assert len(pictures) == 13
    assert all(complete and width > 0 and height > 0 for complete, width, height in pictures)
    assert (all_shown, found, none, every) == (3, ["finding-3"], [], ["finding-1", "finding-2", "finding-3"])
    assert unchecked == [2, "2 of 3 shown"]
    assert shot.stat().st_size > 20_000


@pytest.mark.parametrize("width", ["390", "1100"])
def test_the_page_is_as_wide_as_its_window(opened, width):
    told, _ = opened("[document.documentElement.scrollWidth, innerWidth]", "[...document.querySelectorAll('[onclick],[onerror]')].length", PAGE_WIDTH=width)

    assert told["results"][0][0] <= told["results"][0][1]
    assert told["results"][1] == 0


LINES_OF_A_NAME = """(() => {
    document.querySelector(".seen td").textContent = "the step came out ".repeat(20);
    const range = document.createRange(); range.selectNodeContents(document.querySelector(".seen th")); return range.getClientRects().length; })()"""


@pytest.mark.parametrize("width", ["390", "1100"])
def test_the_name_of_a_fact_is_not_broken_beside_a_long_value(opened, width):
    told, _ = opened(LINES_OF_A_NAME, PAGE_WIDTH=width)

    assert told["results"] == [1]


def test_all_places_are_open_on_paper(opened):
    told, _ = opened("(window.dispatchEvent(new Event('beforeprint')), [...document.querySelectorAll('details')].every(each => each.open))")

    assert told["results"] == [True]


def test_boxes_lie_over_their_pictures(opened):
    told, _ = opened("(([box, image]) => [box.left > image.left, box.right - image.right, box.width > 5])([document.querySelector('rect'), document.images[0]].map(each => each.getBoundingClientRect()))")

    inside, beyond, wide = told["results"][0]
    assert inside
    assert wide
    assert beyond < 12
