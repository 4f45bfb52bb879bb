"""Where links of Markdown pages lead, as the repository's own pages read them."""

import re
from functools import cache
from pathlib import Path
from urllib.parse import unquote, urlparse

from markdown_it import MarkdownIt
from mdit_py_plugins.anchors import anchors_plugin

ROOT = Path(__file__).resolve().parent.parent
MARKDOWN = MarkdownIt("commonmark").enable("table")
MARKDOWN.use(anchors_plugin, max_level=6)
NAMED = re.compile(r'<a id="(\S+)"></a>')
ELSEWHERE = ("http", "https", "mailto")


def faults(page: Path) -> list[str]:
    """The links and pictures of a page that lead nowhere, and why."""
    found = [fault(page, target) for target in _targets(page)]
    return [said for said in found if said]


def fault(page: Path, target: str) -> str:
    """What is wrong with one link; "" if nothing is. Other places are not asked."""
    parts = urlparse(target)
    if parts.scheme:
        sound = parts.scheme in ELSEWHERE and "." in parts.netloc + parts.path
        return "" if sound and " " not in unquote(target) else f"{target}: malformed"
    place = (page.parent / unquote(parts.path)).resolve() if parts.path else page
    if not place.exists():
        return f"{target}: no such file"
    if parts.fragment and unquote(parts.fragment) not in anchors(place):
        return f"{target}: no such heading"
    return ""


def _targets(page):
    for token in MARKDOWN.parse(page.read_text(encoding="utf-8")):
        for part in token.children or ():
            target = part.attrGet("href") or part.attrGet("src")
            if target:
                yield str(target)


@cache
def anchors(page: Path) -> set[str]:
    """Names of a page's headings, and of its own targets."""
    text = page.read_text(encoding="utf-8")
    tokens = MARKDOWN.parse(text)
    return {str(t.attrGet("id")) for t in tokens if t.type == "heading_open"} | {
        *NAMED.findall(text)
    }
