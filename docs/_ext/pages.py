"""Markdown as the repository's own page shows it, and as one page of a tree.

A line `<a id="peer-1"></a>` is a target of links. A page has one title: where the notes
have several headings of the first level, all from the second of them on go down by one.
"""

import re

ANCHOR = re.compile(r'^<a id="(\S+)"></a>$', re.M)
PARTS = re.compile(r"(^```.*?^```$)", re.M | re.S)
TITLE = re.compile(r"^# ", re.M)
HEADING = re.compile(r"^(?=#+ )", re.M)


def one_title(text: str) -> str:
    """The page with one heading of the first level; code stays as it is."""
    titles, made = 0, []
    for part in PARTS.split(text):
        if not part.startswith("```"):
            starts = [m.start() for m in TITLE.finditer(part)]
            second = starts[max(0, 1 - titles) :][:1]
            if titles > 1 or second:
                cut = 0 if titles > 1 else second[0]
                part = part[:cut] + HEADING.sub("#", part[cut:])
            titles += len(starts)
        made.append(part)
    return "".join(made)


def _read(app, page, source):
    if app.env.doc2path(page).suffix == ".md":
        source[0] = one_title(ANCHOR.sub(r"(\1)=", source[0]))


def setup(app):
    """Changes a page's source before it is read."""
    app.connect("source-read", _read)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
