import os

import pytest

from stepscope.collect.spoken import file_of, look_at
from stepscope.evidence import Failure


def test_a_missing_file_is_told_with_the_part_that_is_there_and_the_names_like_it(tmp_path):
    (tmp_path / "train").mkdir()

    seen = look_at(str(tmp_path / "trian" / "a.png"))

    assert (seen.kind, seen.alike, seen.entries) == ("nothing", ("train",), 1)
    assert seen.nearest == str(tmp_path)


@pytest.mark.parametrize(
    ("data", "content", "whole"),
    [
        (b"", "empty", False),
        (b"\0" * 300, "zeros", False),
        (b"<!DOCTYPE html><p>", "HTML", None),
        (b"\xff\xd8\xff\xe0 ... \xff\xd9", "JPEG", True),
        (b"\xff\xd8\xff\xe0 ... ", "JPEG", False),
        (b"\x89PNG\r\n\x1a\n ... ", "PNG", False),
        (b"version https://git-lfs.github.com/spec/v1", "Git LFS pointer", None),
        (b"hello", "unknown", None),
    ],
)
def test_the_first_bytes_tell_what_a_file_holds(tmp_path, data, content, whole):
    path = tmp_path / "x.jpg"
    path.write_bytes(data)

    seen = look_at(str(path))

    assert (seen.kind, seen.content, seen.whole, seen.size) == ("file", content, whole, len(data))


def test_a_broken_link_is_told_with_its_target(tmp_path):
    os.symlink("gone.png", tmp_path / "a.png")

    assert (look_at(str(tmp_path / "a.png")).kind, look_at(str(tmp_path / "a.png")).target) == ("link", "gone.png")


def test_a_pipe_is_not_opened(tmp_path):
    os.mkfifo(tmp_path / "pipe")

    assert look_at(str(tmp_path / "pipe")).kind == "other"


def test_a_file_named_in_the_words_of_an_exception_is_found(tmp_path):
    (tmp_path / "a b.png").write_bytes(b"hello")

    seen = file_of(Failure("UnidentifiedImageError", f"cannot identify image file '{tmp_path / 'a b.png'}'"), None)

    assert seen.path == str(tmp_path / "a b.png")


def test_words_that_name_no_file_are_no_file():
    assert file_of(Failure("ValueError", "expected 'a/b' or 'c/d', got ratio 3/4"), None) is None


@pytest.mark.parametrize(("missing", "alike"), [("Rocket_033.JPG", ()), ("Rocket_043.JPG", ("rocket_043.jpg",)), ("rocket_43.png", ("rocket_043.jpg",))])
def test_the_file_of_another_number_is_no_name_like_it(tmp_path, missing, alike):
    (tmp_path / "rocket_043.jpg").touch()

    assert look_at(str(tmp_path / missing)).alike == alike


def test_a_name_in_other_capitals_comes_first_among_many_like_it(tmp_path):
    for number in range(30):
        (tmp_path / f"00{number:02d}.png").touch()
    (tmp_path / "0044.PNG").touch()

    assert look_at(str(tmp_path / "0044.png")).alike == ("0044.PNG",)
    assert look_at(str(tmp_path / "0045.png")).alike == ()
