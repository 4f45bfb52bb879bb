"""Pictures that stand inside of the page."""

from __future__ import annotations

import base64
from collections.abc import Callable
from dataclasses import dataclass
from io import BytesIO
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from matplotlib.figure import Figure

DPI = 144  # sharp on a fine screen, and a page of them stays below its size


@dataclass(frozen=True)
class Picture:
    """A picture as a data URI, with its words, and its size in CSS pixels."""

    name: str
    shows: str
    uri: str
    width: int
    height: int


def picture(name: str, shows: str, draw: Callable[[], Figure]) -> Picture:
    """Draws one on white, which suits its colours in light and dark alike."""
    from figures import style

    content = BytesIO()
    with style.use("screen"):
        figure = draw()
        figure.savefig(content, format="png", dpi=DPI, metadata={"Software": None})
    width, height = (round(96 * float(side)) for side in figure.get_size_inches())
    return Picture(name, shows, uri("image/png", reduced(content)), width, height)


def reduced(content: BytesIO) -> bytes:
    """The same with 256 colours, a third of the size."""
    from PIL import Image

    made = BytesIO()
    with Image.open(content) as image:
        flat = image.convert("RGB").quantize(256, dither=Image.Dither.NONE)
        flat.save(made, format="png", optimize=True)
    return made.getvalue()


def uri(kind: str, content: bytes) -> str:
    """A file as its own address."""
    return f"data:{kind};base64,{base64.b64encode(content).decode()}"
