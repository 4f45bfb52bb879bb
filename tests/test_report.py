"""The report: complete, whole, safe, and one clear line where it cannot be made."""

import base64
import json
import re
import sys
from collections import Counter

import pytest
import xarray

from experiments.store import FORMAT
from figures.report import __main__ as command
from figures.report import ledger, maps, maths, noted
from figures.report.page import MOST, fitting
from figures.report.source import Source
from tests import report_page
from theory import claims, console, proofs, regions
from theory.claim import VERDICTS
from theory.verdict import Verdict

COUNTS = re.compile(r"(\d+) hold, (\d+) supported\D*(\d+) open, (\d+) refuted")


@pytest.fixture(scope="session")
def report(tmp_path_factory):
    return report_page.written(tmp_path_factory)


@pytest.fixture(scope="session")
def text(report):
    return report.read_text(encoding="utf-8")


@pytest.fixture(scope="session")
def page(text):
    return report_page.Page(text)


def test_the_page_is_well_formed(page):
    assert not page.unclosed and not page.open


def test_the_page_is_small(report):
    assert report.stat().st_size < MOST == 8e6


def test_the_page_asks_nobody_for_anything(page):
    addresses = [
        attrs[key]
        for _, attrs, _ in page.elements
        for key in ("src", "href", "action", "data", "poster", "srcset")
        if key in attrs
    ]
    assert len(addresses) > 100
    assert {re.split("[:#]", a)[0] for a in addresses} == {"data", ""}
    assert not re.search(r"@import|url\(|fetch\(|XMLHttpRequest|import\(", _own(page))


def _own(page):
    """The page's own style and script."""
    return "".join(text for tag in ("style", "script") for _, text in page.all(tag))


def test_every_link_within_the_page_has_its_target(page):
    ids = [attrs["id"] for _, attrs, _ in page.elements if "id" in attrs]
    assert len(ids) == len(set(ids))
    links = [attrs["href"] for attrs, _ in page.all("a")]
    assert {link[1:] for link in links if link.startswith("#")} <= set(ids)


def test_the_six_answers_come_first_each_with_all_its_parts(page):
    sections = [attrs["id"] for attrs, _ in page.all("section")]
    assert sections[0] == "answers"
    answers = [e for e in page.all("article") if "answer" in e[0].get("class", "")]
    assert [attrs["id"] for attrs, _ in answers] == [
        f"answer-P{k}" for k in range(1, 7)
    ]
    told = noted.rows()
    for (_, words), k in zip(answers, range(1, 7), strict=True):
        assert f"python -m theory P{k} --explain" in words
        assert re.search(rf"P{k}\s.*?{told[f'P{k}'].verdict}", words, re.DOTALL)
        assert "Not told" not in words
    pictures = [a for a, _ in page.all("img")]
    assert len(pictures) >= 6
    assert all(p["alt"] and int(p["width"]) > 100 for p in pictures)


def test_every_statement_and_every_claim_is_a_row(page):
    rows = {attrs["id"]: words for attrs, words in page.all("tr") if "id" in attrs}
    statements = [claims.load(name) for name in claims.names()]
    for statement in statements:
        assert statement.title in rows[statement.id]
        assert statement.source in rows[statement.id]
        for claim in statement.claims:
            name = claim.id if claim.id != statement.id else f"{claim.id}-claim"
            assert re.search("1.25, [≤≥=] 2.5", rows[name])  # the number of its case
    assert len(rows) == len(statements) + sum(len(s.claims) for s in statements)


def test_what_the_notes_have_of_the_ledger_is_read_back_whole():
    book = ledger.ledger(Source(None))
    counts = COUNTS.search(noted.NOTES.read_text(encoding="utf-8"))
    assert [book.counts[v] for v in ("holds", "supported", "open", "refuted")] == [
        int(number) for number in counts.groups()
    ]
    for row in book.rows:
        own = [claim.verdict for claim in row.claims]
        assert set(own) <= set(VERDICTS)
        if not claims.load(row.id).combines:
            assert row.verdict == min(own, key=VERDICTS.index)
        assert any(claim.number for claim in row.claims), row.id


@pytest.mark.parametrize(
    ("name", "verdict", "number"),
    [
        ("L1", "holds", "0.048974, = 0.048974"),
        ("P6.normalised", "refuted", "-0.625, ≥ 0"),
        ("P6.sgd", "open", ""),
        ("L32.sam", "supported", "0.80562, ≤ 1"),
        ("T17.ssam", "holds", ""),
    ],
)
def test_a_written_verdict_goes_to_its_own_claim(name, verdict, number):
    rows = {row.id: row for row in ledger.ledger(Source(None)).rows}
    (claim,) = [c for c in rows[name.partition(".")[0]].claims if c.id == name]
    assert (claim.verdict, claim.number) == (verdict, number)


def test_without_notes_no_verdict_is_made_up(monkeypatch, tmp_path):
    monkeypatch.setattr(noted, "NOTES", tmp_path / "paper_notes.md")
    book = ledger.ledger(Source(None))
    assert book.claim_counts["unknown"] == sum(book.claim_counts.values())
    assert "no verdict is known" in book.origin


def test_formulas_are_mathml_and_none_is_left_as_latex(page):
    assert len(page.all("math")) > 700
    said = " ".join(text for tag in ("td", "li", "p") for _, text in page.all(tag))
    assert not re.search(r"\$|\\[a-zA-Z]", said)


def test_a_formula_that_no_mathml_serves_is_told_in_signs(monkeypatch):
    def refuses(latex):
        raise KeyError(latex)

    maths.formula.cache_clear()
    monkeypatch.setattr(maths, "convert", refuses)
    assert maths.markup(r"a $\eta < 2$") == 'a <span class="formula">η &lt; 2</span>'
    maths.formula.cache_clear()


def test_words_of_a_result_stay_words(text, page):
    assert report_page.HOSTILE not in text
    assert sum(report_page.HOSTILE in words for _, words in page.all("td")) == 2
    assert len(page.all("script")) == 1
    assert not any(
        key.startswith("on") for _, attrs, _ in page.elements for key in attrs
    )


def test_a_screen_reader_finds_its_way(page):
    (html,) = page.all("html")
    assert html[0]["lang"].startswith("en")
    assert {"header", "nav", "main", "footer"} <= {tag for tag, _, _ in page.elements}
    levels = [int(t[1]) for t, _, _ in page.elements if re.fullmatch("h[1-6]", t)]
    assert levels[0] == 1 and levels.count(1) == 1
    assert all(b - a <= 1 for a, b in zip(levels, levels[1:], strict=False))
    assert all(attrs.get("scope") in ("col", "row") for attrs, _ in page.all("th"))
    assert next(attrs["href"] for attrs, _ in page.all("a")) == "#answers"


def test_every_proof_is_in_the_page_byte_for_byte(page):
    found = {a["download"]: a["href"] for a, _ in page.all("a") if "download" in a}
    assert len(found) == len(proofs.KEPT) + len(regions.KEPT)
    for folder, kept in ((proofs.FOLDER, proofs.KEPT), (regions.FOLDER, regions.KEPT)):
        for name in kept:
            content = base64.b64decode(found[f"{name}.json"].partition(",")[2])
            assert content == (folder / f"{name}.json").read_bytes()


def test_a_map_s_cells_are_what_most_starts_do():
    atlas = maps.surfaces(report_page.regimes(), proofs.FOLDER)
    gd, sam = atlas.charts[0].panels
    point, stalled, away = (
        str(int(v)) for v in (Verdict.CONVERGED, Verdict.STALLED, Verdict.DIVERGED)
    )
    assert sam.cells == ((point, point), (stalled, ""), (away, away))
    assert sam.details[0] == ("75 % of the starts",) * 2
    assert gd.rhos == ("none",) and sam.rhos == ("0.1", "0.4")
    assert atlas.kinds[stalled].words == "stalls at a saddle or maximum"


def test_a_map_s_rectangles_cover_its_cells_once():
    for panel in maps.surfaces(report_page.regimes(), proofs.FOLDER).charts[0].panels:
        width, height = panel.size
        area = Counter()
        for kind, _, _, w, h in panel.rectangles:
            area[kind] += w * h / (width * height)
        cells = Counter(kind for row in panel.cells for kind in row if kind)
        count = len(panel.etas) * len(panel.rhos)
        shares = {kind: n / count for kind, n in cells.items()}
        # Positions are rounded to a hundredth of a pixel.
        assert area == pytest.approx(shares, rel=1e-3)


def test_results_of_others_and_lacking_ones_are_named(text):
    assert "weather.nc: left out" in text
    assert "learning_rate_regimes.nc: it lacks what a whole result has" in text


def run(monkeypatch, capsys, *words):
    """The exit code, and what was said on stderr."""
    monkeypatch.setattr(sys, "argv", ["figures", *map(str, words)])
    with pytest.raises(SystemExit) as stop:
        console.main(command.Options, command.work, "figures.report")
    return stop.value.code, capsys.readouterr().err


def no_folder(path):
    return path / "nowhere", "is not there"


def a_file(path):
    (path / "notes.txt").write_text("hello")
    return path / "notes.txt", "is a file"


def empty(path):
    return path, "no result of this toolkit"


def foreign(path):
    report_page.save(xarray.Dataset({"t": ("x", [1.0])}), path / "weather.nc")
    return path, "no result of this toolkit"


def foreign_under_our_name(path):
    report_page.save(xarray.Dataset({"t": ("x", [1.0])}), path / "stability.nc")
    return path, f"has format None, this version reads {FORMAT}"


def damaged(path):
    (path / "network_regimes.nc").write_bytes(b"CDF\x01 no more")
    return path, "is damaged or no netCDF file"


def no_json(path):
    (path / "ledger.json").write_text("[{")
    return path, "is damaged or not a ledger of this version"


def another_json(path):
    row = {"id": "T1", "verdict": "holds", "cases": [], "claims": [{}]}
    (path / "ledger.json").write_text(json.dumps([row]))
    return path, "is damaged or not a ledger of this version"


@pytest.mark.parametrize(
    "made",
    [no_folder, a_file, empty, foreign, foreign_under_our_name, damaged, no_json,
     another_json],
)  # fmt: skip
def test_bad_input_is_told_in_one_line(made, monkeypatch, capsys, tmp_path):
    results = tmp_path / "results"
    results.mkdir()
    folder, rule = made(results)
    out = tmp_path / "report.html"
    code, said = run(monkeypatch, capsys, "--from", folder, "--out", out)
    assert code == 2
    assert said.count("\n") == 1 and rule in said and "Traceback" not in said
    assert not out.exists()


def test_a_folder_is_no_place_for_the_page(monkeypatch, capsys, tmp_path):
    code, said = run(monkeypatch, capsys, "--out", tmp_path)
    assert code == 2 and "--out takes a file" in said


def test_a_page_too_large_is_refused():
    with pytest.raises(ValueError, match=r"the page has 9.0 MB, more than 8"):
        fitting("x" * 9_000_000)
