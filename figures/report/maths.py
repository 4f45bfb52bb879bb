"""Words with LaTeX in them as HTML: MathML where it can be, plain words elsewhere."""

from __future__ import annotations

import re
from functools import cache

from latex2mathml.converter import convert
from markupsafe import Markup, escape

from theory.plain import plain

FORMULA = re.compile(r"\$([^$]+)\$")
CODE = re.compile(r"`([^`]+)`")
# MathML is one long line else; what browsers know without them is left out.
PLAIN = re.compile(r' xmlns="[^"]*"| display="inline"')


def markup(text: str) -> Markup:
    r"""`the limit $2/\beta$` with its formula in MathML; all else is escaped."""
    parts = FORMULA.split(text)
    shown = [words(p) if k % 2 == 0 else formula(p) for k, p in enumerate(parts)]
    return Markup("").join(shown)


def words(text: str) -> Markup:
    """Plain words, with what stands between backticks as code."""
    code = Markup("<code>{}</code>").format
    return Markup("").join(
        escape(part.replace(r"\%", "%")) if k % 2 == 0 else code(part)
        for k, part in enumerate(CODE.split(text))
    )


@cache
def formula(latex: str) -> Markup:
    """One formula, in plain signs where there is no MathML for it."""
    try:
        made = convert(latex)
    except Exception:  # the library raises whatever its parser meets
        return Markup('<span class="formula">{}</span>').format(plain(f"${latex}$"))
    # An alternative for readers that do not speak MathML would be read twice.
    return Markup(PLAIN.sub("", made))
