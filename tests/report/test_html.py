"""The page as a parser reads it."""

import time
from html.parser import HTMLParser
from itertools import pairwise

import jsonschema
import pytest
from tests.report.pages import EVIL, finding, full
from tests.report.test_formats import REPORT, SCHEMA

from stepscope.diagnose import Report
from stepscope.report import html, terminal
from stepscope.report.pictured import PER_FINDING, PER_PAGE, pictured
from stepscope.report.plain import plain


class Reader(HTMLParser):
    """The elements of a page, each with its attributes, and the text."""

    VOID = ("meta", "img", "input", "rect", "link", "br")

    def __init__(self, page):
        super().__init__(convert_charrefs=True)
        self.elements, self.open, self.text = [], [], ""
        self.feed(page)
        self.close()

    def handle_starttag(self, tag, attrs):
        self.elements.append((tag, dict(attrs)))
        if tag not in self.VOID:
            self.open.append(tag)

    def handle_startendtag(self, tag, attrs):
        self.elements.append((tag, dict(attrs)))

    def handle_endtag(self, tag):
        assert self.open.pop() == tag

    def handle_data(self, data):
        self.text += data if self.open and self.open[-1] not in ("script", "style") else ""

    def all(self, tag):
        return [attributes for name, attributes in self.elements if name == tag]


@pytest.fixture(scope="module")
def page():
    return html.render(full())


def test_every_element_is_closed(page):
    assert Reader(page).open == []


def test_what_a_file_name_holds_is_text(page):
    read = Reader(page)

    assert len(read.all("script")) == 1
    assert "document.title='owned'" in read.text
    assert not [name for tag, attributes in read.elements for name in attributes if name.startswith("on")]
    page.encode("utf-8")
    assert "\x00" not in page


def test_nothing_is_fetched(page):
    read = Reader(page)

    assert {attributes["src"][:5] for attributes in read.all("img")} == {"data:"}
    assert not read.all("link")
    assert all(attributes["href"].startswith("#") for attributes in read.all("a"))
    assert "url(" not in page
    assert "@import" not in page


def test_every_picture_is_told_in_words(page):
    assert all(attributes["alt"] for attributes in Reader(page).all("img"))


def test_the_boxes_of_a_finding_are_drawn(page):
    assert Reader(page).all("rect")[0] == {"x": "300", "y": "80", "width": "260", "height": "220"}


def test_ten_thousand_places_are_counted_and_two_hundred_are_listed(page):
    read = Reader(page)

    assert "10,000 places" in read.text
    assert "9,800 more" in read.text
    assert len(page) < 600_000


def test_a_page_of_ten_thousand_places_is_written_in_a_moment():
    report = full()
    began = time.perf_counter()
    html.render(report)

    assert time.perf_counter() - began < 5


def test_headings_go_down_by_one(page):
    levels = [int(tag[1]) for tag, _ in Reader(page).elements if tag in ("h1", "h2", "h3", "h4")]

    assert levels[0] == 1
    assert all(after - before <= 1 for before, after in pairwise(levels))


@pytest.mark.parametrize("report", [REPORT, Report("run"), Report("explain", notes=("a note",))])
def test_every_command_has_a_page(report):
    read = Reader(html.render(report))

    assert read.open == []
    assert "The data set" not in read.text


def test_a_page_holds_as_many_pictures_as_it_can_bear():
    findings = [finding(full().findings[0].severity, "x", full(PER_FINDING * 3).findings[0].places) for _ in range(2)]

    assert len(pictured(findings)) <= PER_FINDING
    assert PER_PAGE == 300


def test_the_numbers_of_the_data_set_are_in_the_json_without_pictures():
    told = plain(full(3))

    jsonschema.validate(told, SCHEMA)
    assert told["overview"]["overlaps"] == [{"first": "train", "second": "val", "same": 12, "alike": 3}]
    assert "thumbnails" not in told["overview"]


def test_the_terminal_tells_the_data_set_in_a_paragraph():
    told = " ".join(terminal.render(full(3)).split())

    assert "6,000 images in train 5,000 / val 1,000 · 3 classes (3,112 to 11,000 boxes each) · 640 x 480 mostly · 24,112 boxes" in told


def test_code_in_our_words_is_set_as_code():
    assert str(html._prose("Set `a < b`, then `c`.")) == "Set <code>a &lt; b</code>, then <code>c</code>."
    assert str(html._prose("one ` alone")) == "one ` alone"


def test_nothing_makes_a_name_run_backwards(page):
    assert "\u202e" in EVIL
    assert "\u202e" not in page
