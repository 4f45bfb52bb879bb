"""Formulas as MathML, which browsers draw themselves: no script, nothing fetched."""

import re

from docutils import nodes
from latex2mathml.converter import convert
from sphinx.util import logging

logger = logging.getLogger(__name__)

# What the converter does not know, in words that it does.
SPELT = {r"[lr]?Vert": r"\|", r"cr": "\\\\", r"arg": r"\operatorname{arg}"}
# |x| stands close, though its strokes alone could be operators.
STROKE = re.compile(r'<mo(?: stretchy="false")?>(?=&#x0007C;<)')
CLOSE = '<mo stretchy="false" lspace="0em" rspace="0em">'
UNKNOWN = re.compile(r">(\\[A-Za-z]+)<")


def mathml(latex: str, display: str) -> str:
    """The markup of a formula.

    Args:
        latex: without dollars.
        display: `inline` or `block`.

    Raises:
        ValueError: a command in it is unknown.
    """
    for command, words in SPELT.items():
        latex = re.sub(rf"\\{command}(?![A-Za-z])", lambda _, to=words: to, latex)
    try:
        markup = convert(latex, display=display)
    except Exception as error:  # the converter's kinds of error share no base
        raise ValueError(f"no formula `{latex}`: {error!r}") from error
    if found := UNKNOWN.search(markup):
        raise ValueError(f"no formula `{latex}`: {found[1]} is unknown")
    return STROKE.sub(CLOSE, markup)


def _write(writer, node, display, frame="{}"):
    """A formula that does not convert is a warning, and warnings end the build."""
    try:
        writer.body.append(frame.format(mathml(node.astext(), display)))
    except ValueError as error:
        logger.warning("%s", error, location=node)
    raise nodes.SkipNode


def _inline(writer, node):
    _write(writer, node, "inline")


def _block(writer, node):
    _write(writer, node, "block", '<div class="math">{}</div>')


def setup(app):
    """Registers the renderer."""
    app.add_html_math_renderer("mathml", (_inline, None), (_block, None))
    app.config.html_math_renderer = "mathml"
    return {"parallel_read_safe": True, "parallel_write_safe": True}
