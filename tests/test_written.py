"""Parts of a file that are written by machine, and those of the notes."""

import pytest

from figures import paper_notes
from theory import errata, kept, written
from theory.claim import Claim, Statement
from theory.judge import judge
from theory.ledger import Row

BEGIN, END = written.markers("sum")


@pytest.fixture
def file(tmp_path):
    path = tmp_path / "notes.md"
    path.write_text(f"a\n{BEGIN}\nold\n{END}\nb\n", encoding="utf-8")
    return path


def test_what_stands_around_a_part_stays(file):
    written.renew(file, {"sum": "new\n"})
    assert file.read_text() == f"a\n{BEGIN}\n\nnew\n\n{END}\nb\n"
    assert written.part(file, "sum") == "new"
    written.renew(file, {"sum": "new"})
    assert file.read_text() == f"a\n{BEGIN}\n\nnew\n\n{END}\nb\n"


@pytest.mark.parametrize("text", ["", "a", f"{BEGIN} but no end", END])
def test_a_file_without_markers_is_refused_and_kept(file, text):
    file.write_text(text)
    with pytest.raises(ValueError, match="`notes.md` lacks the markers `<!-- sum: b"):
        written.renew(file, {"sum": "new"})
    assert file.read_text() == text


def test_all_parts_are_written_or_none(file):
    before = file.read_text()
    with pytest.raises(ValueError, match="other"):
        written.renew(file, {"sum": "new", "other": "new"})
    assert file.read_text() == before and len([*file.parent.iterdir()]) == 1


def row(name, measured, waits=""):
    claim = Claim(
        id=name,
        says="$1 = 1$",
        expected="refuted",
        measured=None if waits else lambda x: measured,
        bound=lambda x: 1.0,
        cases=lambda quick: [{"x": 1}],
        within=lambda x: True,
        waits=waits,
    )
    made = Statement(name, "one is one", "us", "M", (claim,))
    judged = judge(claim, made.grade, True)
    verdict, reason = judged.verdict, judged.reason
    return Row(name, "one is one", "us", "M", verdict, verdict, reason, 1.0, (judged,))


def test_the_ledger_is_told_by_verdict():
    rows = [row("L1", 1.0), row("L2", 2.0), row("L3", 1.0, waits="an idea")]
    told = errata.parts(rows)
    assert "3 statements, made of 3 claims" in told["counts"]
    assert "0 hold, 1 supported by numbers only, 1 open, 1 refuted" in told["counts"]
    assert told["errata"].startswith("- **L2** (us): $1 = 1$. *Refuted*: measured 2")
    assert told["errata"].count("\n") == 0
    assert told["unsettled"].startswith("- **L3**: $1 = 1$. waits for an idea.")
    assert errata.unsettled(rows[:2]) == "None."


def test_the_notes_say_what_is_kept():
    for name, text in paper_notes.parts().items():
        assert written.part(paper_notes.NOTES, name) == text.strip("\n"), name
    assert paper_notes.TABLES.read_text(encoding="utf-8") == paper_notes.tables()


def test_every_kept_result_is_told():
    assert set(paper_notes.REPORTS) == {path.stem for path in kept.KEPT.glob("*.nc")}


def test_without_a_typesetter_the_pdf_is_left_out(monkeypatch, tmp_path):
    monkeypatch.setattr(paper_notes.shutil, "which", lambda name: None)
    assert paper_notes.built(tmp_path / "out") == "no PDF: pandoc is not here"
    assert not [*tmp_path.iterdir()]
