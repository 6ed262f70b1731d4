"""The picture of the sample that failed, held against those beside it on disk."""

from __future__ import annotations

from dataclasses import dataclass

BANDS = {"1": 1, "L": 1, "P": 1, "I": 1, "F": 1, "I;16": 1, "I;16B": 1, "LA": 2, "PA": 2, "RGB": 3, "YCbCr": 3, "RGBA": 4, "CMYK": 4}
"""The values that an array of a picture of this mode has for each pixel."""


@dataclass(frozen=True)
class Picture:
    """A picture whose mode ("L", "RGBA", as Pillow has it) is not that of the `others` beside it, which all have the `usual` one."""

    file: str
    mode: str
    usual: str
    others: int

    @property
    def told(self) -> dict[str, str]:
        """For a person."""
        return {"picture": f"{self.file}, {self.mode}", "beside it": f"{self.others} of {self.usual}"}


@dataclass(frozen=True)
class Unequal:
    """A picture and its mask, by the user's names, whose heights and widths differ while their sample is loaded."""

    image: str
    mask: str
    of_image: tuple[int, int]
    of_mask: tuple[int, int]

    @property
    def turned(self) -> bool:
        """Whether one of them lies on its side."""
        return self.of_image == self.of_mask[::-1]
