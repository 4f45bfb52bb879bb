"""How pictures of either width are laid out."""

from __future__ import annotations

import textwrap

from matplotlib.figure import Figure

from figures import style

LETTERS = 12  # of a title, an inch


def title(figure: Figure, words: str) -> None:
    """The figure's title, in as many lines as its width needs."""
    lines = [textwrap.fill(line, int(LETTERS * style.width()))
             for line in words.splitlines()]  # fmt: skip
    figure.suptitle("\n".join(lines))


def narrow(words: str, columns: int) -> str:
    """A panel's title, as wide as one of so many columns."""
    letters = int(1.1 * LETTERS * (style.width() - 0.7) / columns)
    return textwrap.fill(words, letters, break_long_words=False)


def height(rows: float, each: float, rest: float = 1.4) -> float:
    """Inches of a picture: rows, each so high on a page, and what lies around."""
    return rest + rows * each * (0.35 + 0.65 * style.width() / style.WIDTH)
