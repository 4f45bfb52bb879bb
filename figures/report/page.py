"""The page: all parts, put into its template."""

from __future__ import annotations

from pathlib import Path

from jinja2 import Environment, FileSystemLoader, StrictUndefined, Template
from markupsafe import Markup

from figures.report import answers, experiments, ledger, maps, proofs, provenance
from figures.report.maths import markup
from figures.report.source import Source

FOLDER = Path(__file__).parent
MOST = 8e6  # bytes
LANGUAGE = {"holds": "✓", "supported": "≈", "refuted": "✗", "open": "?"}


def page(source: Source) -> str:
    """The whole page as HTML.

    Raises:
        ValueError: a result is damaged, or the page would be too large to send.
    """
    book = ledger.ledger(source)
    records = provenance.records(source, book)  # reads all: what is damaged is told
    regions = proofs.kept_regions()
    parts = {
        "ledger": book,
        "kinds": ledger.KINDS,
        "answers": answers.answers(book),
        "atlases": maps.atlases(source),
        "proofs": proofs.kept_proofs(),
        "regions": [file for file, _ in regions],
        "drawn": proofs.drawn(source, [shown for _, shown in regions]),
        "told": experiments.told(source),
        "here": provenance.here(),
        "records": records,
        "source": source,
    }
    text = template().render(
        style=asset("page.css"),
        script=asset("page.js"),
        meaning=ledger.meaning,
        **parts,
    )
    return fitting(text)


def fitting(text: str) -> str:
    """The page itself.

    Raises:
        ValueError: it is too large to be sent around.
    """
    size = len(text.encode())
    if size > MOST:
        raise ValueError(
            f"the page has {size / 1e6:.1f} MB, more than {MOST / 1e6:g}: write it "
            "from a folder with fewer maps."
        )
    return text


def template() -> Template:
    """The page's template; everything put into it is escaped unless it is markup."""
    environment = Environment(
        loader=FileSystemLoader(FOLDER),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters |= {"markup": markup, "brief": brief}
    environment.globals["sign"] = LANGUAGE.get
    return environment.get_template("page.html")


def brief(number: str) -> str:
    """A number beside an axis, with two digits."""
    return number if number == "none" else f"{float(number):.2g}"


def asset(name: str) -> Markup:
    """A file of ours that goes into the page as it is."""
    return Markup((FOLDER / name).read_text(encoding="utf-8"))
