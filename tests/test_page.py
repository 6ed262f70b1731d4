import pytest

from stepscope.page import Page, PageError

DOCSTRING = """A thing went astray.

Why
---
It costs
a night.

Fix
---
- First do this,
  on two lines.
- Then that.

Bad
---
    x = 1 / 0

Good
----
    x = 1
"""


def test_a_page_is_read_from_a_docstring():
    page = Page.read(DOCSTRING)

    assert page == Page("A thing went astray.", "It costs a night.", ("First do this, on two lines.", "Then that."), "x = 1 / 0", "x = 1")


@pytest.mark.parametrize("heading", ["Why", "Fix", "Bad", "Good"])
def test_a_page_without_one_of_its_parts_is_refused(heading):
    with pytest.raises(PageError, match=heading):
        Page.read(DOCSTRING.replace(f"{heading}\n---", "Other\n---"))


def test_the_markdown_holds_every_part_once():
    text = Page.read(DOCSTRING).markdown("ABC101", "thing-astray", "data", "error")

    assert text.splitlines()[0] == "# thing-astray (ABC101)"
    assert all(text.count(part) == 1 for part in ("It costs a night.", "Then that.", "x = 1 / 0", "| data | error |"))
