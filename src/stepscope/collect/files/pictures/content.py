"""What a file is that is not an image, told by how it begins."""

from __future__ import annotations

_BEGINS = (
    (b"version https://git-lfs", "is a Git LFS pointer: its content was never downloaded"), (b"%PDF", "begins like a PDF"), (b"PK\x03\x04", "begins like a ZIP archive"),
    (b"\x1f\x8b", "begins like a gzip archive"), (b"7z\xbc\xaf", "begins like a 7z archive"), (b"Rar!", "begins like a RAR archive"), (b"\x93NUMPY", "begins like a NumPy array"),
    (b"\x7fELF", "begins like a program"), (b"MZ", "begins like a program"), (b"\x1aE\xdf\xa3", "begins like a video (Matroska)"), (b"ID3", "begins like a sound (MP3)"),
)  # fmt: skip
_BRANDS = {
    b"heic": "is HEIC, which Pillow opens with a plug-in only", b"heix": "is HEIC, which Pillow opens with a plug-in only",
    b"mif1": "is HEIF, which Pillow opens with a plug-in only",
}  # fmt: skip
_HTML = (b"<!doctype html", b"<html", b"<head", b"<body")


def described(head: bytes) -> str:
    """What a file without a known image format is, by its first bytes."""
    for begins, words in _BEGINS:
        if head.startswith(begins):
            return words
    if head[4:8] == b"ftyp":
        return _BRANDS.get(head[8:12], "begins like a video (MP4)")
    return _text(head) if head.strip(b"\0") else "begins with zero bytes only"


def _text(head: bytes) -> str:
    begins = head[:1024].lstrip(b"\xef\xbb\xbf \r\n\t").lower()
    if begins.startswith(_HTML):
        return "is an HTML page"
    if begins.startswith((b"<?xml", b"<svg")):
        return "is SVG, a drawing without pixels" if b"<svg" in begins else "begins like XML, such as an error page of a storage service"
    if begins.startswith((b"{", b"[")):
        return "begins like JSON"
    if begins and begins.isascii() and all(byte >= 32 or byte in b"\t\r\n\f" for byte in begins[:200]):
        return f"is text: {begins[:40].decode().splitlines()[0]!r}"
    return "no image format is known that begins like this"
