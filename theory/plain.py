r"""LaTeX as plain text for the terminal."""

from __future__ import annotations

import re
from functools import cache
from typing import Any

# What the library drops, or takes for something else.
_SIGNS = {
    r"\\lVert\s*": "‖",
    r"\\rVert": "‖",
    r"\\[lr]vert\s*": "|",
    r"(?<!\\)%": r"\\%",
    r"\\ne(?![a-z])": "≠",
    r"\\bmod(?![a-z])": "~mod~",
    "''": "′′",
    # A space that ends a macro's name would end there.
    r"(?<=[\w}])\s*(\\(?:max|min|ln|log)(?![a-z]))": r"~\1",
    r"(\\(?:max|min|ln)(?:_\w)?)\s*(?=\\?[A-Za-z|])": r"\1~",
}
_SIGNS |= {r"\\tfrac": r"\\frac", r"\\[,;!]|\\quad": " "}
_RAISED = re.compile(r"([_^])\{((?:[^{}]|\{[^{}]*\})*)\}")
_RELATION = re.compile(r" *([≤≥≠≈→∝≪]) *")


@cache
def _converter() -> Any:
    from pylatexenc import latex2text

    texts = latex2text.get_default_latex_context_db()
    fraction = latex2text.MacroTextSpec("frac", _fraction)
    texts.add_context_category("own", prepend=True, macros=[fraction])
    return latex2text.LatexNodes2Text(texts, math_mode="text")


def _fraction(node: Any, l2tobj: Any) -> str:
    """`a/b`, with brackets around what is a sum or a product."""
    above, below = (
        l2tobj.nodelist_to_text([part]) for part in node.nodeargd.argnlist[:2]
    )
    return "/".join(
        part if re.fullmatch(r"\S|[\d.]+", part) else f"({part})"
        for part in (above, below)
    )


def _raised(found: re.Match) -> str:
    """An exponent or index: of a sum or a fraction the braces mean something."""
    mark, inner = found.groups()
    bare = re.fullmatch(r"\(.*\)|-?\w+|\\[a-z]+", inner)
    return f"{mark}{{{inner}}}" if bare else f"{mark}{{({inner})}}"


def plain(text: str) -> str:
    r"""`$\eta \le \frac{2}{\beta}$` as `η ≤ 2/β`."""
    for pattern, sign in _SIGNS.items():
        text = re.sub(pattern, sign, text)
    said = _converter().latex_to_text(_RAISED.sub(_raised, text))
    said = _RELATION.sub(r" \1 ", said).replace("′′", "''")
    return " ".join(said.split())
