"""What is amiss in shards is named with the shard and the sample."""

from __future__ import annotations

import gzip
import io
import tarfile
from collections.abc import Callable
from pathlib import Path

from PIL import Image
from tests.collect.files.clean_sets import tar
from tests.collect.files.conftest import photo

from stepscope.checking import Looking, check


def members(more: dict[str, bytes | str]) -> dict[str, bytes | str]:
    return {**{f"{i:02}.{ending}": content for i in range(12) for ending, content in (("jpg", photo(i)), ("cls", str(i % 2)))}, **more}


def grey(number: int) -> bytes:
    buffer = io.BytesIO()
    Image.open(io.BytesIO(photo(number))).convert("L").save(buffer, "PNG")
    return buffer.getvalue()


def found_in(root: Path) -> set[tuple[str, str, str]]:
    report = check(root, looking=Looking(quick=True, cache=False))
    return {(each.name, Path(place.file or "").name, place.about.split()[0]) for each in report.findings for place in (each.place, *each.places)}


def test_a_class_without_an_image_is_named(written: Callable[..., Path]) -> None:
    assert found_in(written({"a.tar": tar(members({"99.cls": "1"}))})) == {("image-missing", "a.tar", "99")}


def test_a_class_beside_other_data_needs_no_image(written: Callable[..., Path]) -> None:
    assert not found_in(written({"a.tar": tar(members({"99.cls": "1", "99.npy": b"x"}))}))


def test_a_word_among_numbers_is_no_class(written: Callable[..., Path]) -> None:
    assert found_in(written({"a.tar": tar(members({"03.cls": "four"}))})) == {("annotation-value", "a.tar", "03")}


def test_a_compressed_shard_is_not_left_out_without_a_word(written: Callable[..., Path]) -> None:
    assert found_in(written({"a.tar": tar(members({})), "b.tar.gz": b"\x1f\x8b"})) == {("stray-file", "b.tar.gz", "is")}


def test_a_compressed_shard_is_known_by_its_bytes(written: Callable[..., Path]) -> None:
    assert found_in(written({"a.tar": tar(members({})), "b.tar": gzip.compress(tar(members({})))})) == {("stray-file", "b.tar", "is")}


def test_members_of_a_sample_that_do_not_stand_side_by_side_are_told(written: Callable[..., Path]) -> None:
    content = members({})
    first = content.pop("00.jpg")
    assert found_in(written({"a.tar": tar({**content, "00.jpg": first})})) == {("annotation-id-clash", "a.tar", "the")}


def test_a_link_in_place_of_an_image_is_named(written: Callable[..., Path]) -> None:
    buffer = io.BytesIO(tar(members({"99.cls": "1"})))
    with tarfile.open(fileobj=buffer, mode="a") as shard:
        link = tarfile.TarInfo("99.jpg")
        link.type, link.linkname = tarfile.SYMTYPE, "/etc/passwd"
        shard.addfile(link)
    assert ("unreadable-entry", "a.tar", "'99.jpg'") in found_in(written({"a.tar": buffer.getvalue()}))


def test_the_target_beside_each_photo_is_no_photo_but_looked_at(written: Callable[..., Path]) -> None:
    pairs = {name: content for i in range(4) for name, content in ((f"{i}.input.jpg", photo(i)), (f"{i}.target.png", grey(i)))}
    cut = grey(9)[:-40]
    report = check(written({"a.tar": tar({**pairs, "9.input.jpg": photo(9), "9.target.png": cut})}), looking=Looking(cache=False, workers=1))
    assert [(each.name, Path(each.place.file or "").name) for each in report.findings] == [("truncated-image", "9.target.png")]
