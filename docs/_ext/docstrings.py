"""Docstrings are read as they are written: `code`, $formulas$, and plain words.

Autodoc reads reStructuredText, where `code` would be a reference and |x| or x_ marks of
another kind. What is between backticks or dollars becomes a literal or a formula, and
every other mark is escaped, after napoleon, whose fields (`:param x:`) stay. Napoleon
would take what stands before a colon in the line about an option for its type.
"""

import re

BULLET = re.compile(r"\s*[*-] ")
FIELD = re.compile(r"\s*:[a-z]+(?: [^:`]+)?:(?:\s|$)")
DIRECTIVE = re.compile(r"\s*\.\. ")
SPANS = re.compile(r"(``.+?``|:\w+:`.+?`|`.+?`|\$\$.+?\$\$|\$.+?\$)", re.S)
MARKS = re.compile(r"([\\*|_`])")


def readable(lines: list[str]) -> list[str]:
    """The lines of a docstring, as reStructuredText."""
    text = "\n".join(lines)
    return _spans(text).split("\n")


def _spans(text):
    parts = SPANS.split(text)
    return "".join(_marked(p) if i % 2 else _plain(p) for i, p in enumerate(parts))


def _marked(span):
    """One literal or formula; a line's end within it is a space."""
    if span.startswith(("``", ":")):
        return span
    word = " ".join(span.strip("`$").split())
    if span.startswith("`"):
        return f"\\ ``{word}``\\ "
    return f"\\ :math:`{word}`\\ "


def _plain(text):
    """Escapes what reStructuredText would read as a mark."""
    return "\n".join(map(_escaped, text.split("\n")))


def _escaped(line):
    kept = FIELD.match(line) or BULLET.match(line)
    start = kept.end() if kept else 0
    if DIRECTIVE.match(line):
        return line
    return line[:start] + MARKS.sub(r"\\\1", line[start:])


def _keep(app, what, name, obj, options, lines):
    if what == "attribute":
        app.env.temp_data["option"] = list(lines)


def _process(app, what, name, obj, options, lines):
    if what == "attribute":
        lines[:] = app.env.temp_data.pop("option")
    lines[:] = readable(lines)


def setup(app):
    """Registers the change, around napoleon's."""
    app.connect("autodoc-process-docstring", _keep, priority=400)
    app.connect("autodoc-process-docstring", _process, priority=600)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
