"""The proofs kept for the ledger: complete, small, verified without a solver."""

import json
import subprocess
import sys
from dataclasses import replace
from fractions import Fraction
from pathlib import Path

import pytest

from theory import claims, proofs
from theory.judge import judge
from theory.methods.usam import USAM
from theory.proofs import __main__ as command

ROOT = Path(__file__).resolve().parent.parent


def test_the_files_are_the_lists():
    found = {path.stem for path in proofs.FOLDER.glob("*.json")}
    assert found == set(proofs.KEPT)
    assert sum(path.stat().st_size for path in proofs.FOLDER.glob("*.json")) < 1e5


@pytest.mark.parametrize("name", proofs.KEPT)
def test_each_proves_its_statement(name):
    said = proofs.proved(name)
    method, mu, rho, eta, measure, factor = proofs.KEPT[name]
    assert said.method == {"ssam": "stable:usam"}.get(method, method)
    assert (said.mu, said.factor) == (Fraction(str(mu)), Fraction(str(factor)))
    assert said.measure == measure and said.beta == 1 and said.radius is None
    for seen, listed in ((said.eta, eta), (said.rho, rho)):
        ends = listed if isinstance(listed, tuple) else (listed, listed)
        assert seen is None or seen == tuple(Fraction(str(end)) for end in ends)
    assert (said.rho is None) == (rho is None)


def test_every_group_is_of_a_row():
    rows = {name.lower() for name in claims.names()}
    assert {name.partition("-")[0] for name in proofs.KEPT} <= rows
    listed = [name for row in rows for name in proofs.names(row)]
    assert sorted(listed) == sorted(proofs.KEPT)  # n1 does not name n10's


def test_numbers_at_a_file_are_its_ranges_ends():
    assert proofs.at("n2-radii") == (0.1, 1.0, 1.0, 1.5)
    assert str(proofs.at("l11-convex")[2]) == "nan"


def kept(folder, monkeypatch, name, how):
    """A copy of one file, changed, in place of the folder."""
    content = json.loads((proofs.FOLDER / f"{name}.json").read_text())
    how(content)
    (folder / f"{name}.json").write_text(json.dumps(content))
    monkeypatch.setattr(proofs, "FOLDER", folder)


CHANGED = {
    "another statement": lambda c: c["statement"].update(mu="1/5"),
    "proves nothing": lambda c: c["pieces"].pop(),
}


@pytest.mark.parametrize("words", CHANGED)
def test_a_changed_file_fails_its_claim(words, tmp_path, monkeypatch):
    kept(tmp_path, monkeypatch, "n2", CHANGED[words])
    statement = claims.load("N2")
    claim = next(c for c in statement.claims if c.id == "N2.proof")
    found = judge(claim, statement.grade, True)
    assert found.verdict == "failed" and words in found.reason


@pytest.mark.parametrize(
    ("claim", "change"),
    [
        ("N1.fractions", {"factor": Fraction(999, 1000)}),
        ("N2.proof", {"factor": Fraction(1001, 1000)}),
        ("N3.fractions", {"factor": Fraction(999, 1000)}),
        ("N4.fractions", {"factor": Fraction(999, 1000)}),
        ("N4.below", {"factor": Fraction(101, 100)}),
        ("N6.fractions", {"factor": Fraction(999, 1000)}),
        ("L11.fractions", {"factor": Fraction(101, 100)}),
        ("T14.fractions", {"eta": Fraction(101, 100)}),
        ("P5.fractions", {"eta": Fraction(105, 100)}),
    ],
)
def test_a_closed_form_beside_the_proved_value_is_found_out(claim, change, monkeypatch):
    ((part, times),) = change.items()

    def proved(name):
        said = statement(name)
        if part == "factor":
            return replace(said, factor=said.factor * times)
        return replace(said, eta=tuple(end * times for end in said.eta))

    statement = proofs.statement
    monkeypatch.setattr(proofs, "proved", proved)
    if part == "eta":
        monkeypatch.setattr(proofs, "statement", proved)
    row = claims.load(claim.partition(".")[0])
    said = next(c for c in row.claims if c.id == claim)
    assert judge(said, row.grade, True).verdict == "refuted"


def test_a_mutant_of_the_method_is_not_proved(monkeypatch):
    def direction(self, x, state, gradient):
        g = gradient(x)
        return gradient(x + 2 * self.rho * g), g, state

    monkeypatch.setattr(USAM, "direction", direction)
    for name in ("n1-outside", "n2", "t14-ssam-0.1-2", "t3-usam", "n3-flat"):
        with pytest.raises(ValueError, match=f"`{name}` proves nothing"):
            proofs.proved(name)


WITHOUT = """
import sys
class Blocked:
    def find_spec(self, name, path=None, target=None):
        if name.split(".")[0] in ("clarabel", "cvxpy", "PEPit", "torch"):
            raise ImportError(f"{name} is blocked")
sys.meta_path.insert(0, Blocked())
from theory import ledger
for name in ("N1", "N2"):
    assert ledger.row(name, True).agrees
"""


def test_rows_are_computed_where_there_is_no_solver():
    words = [sys.executable, "-c", WITHOUT]
    done = subprocess.run(words, capture_output=True, text=True, cwd=ROOT)
    assert done.returncode == 0, done.stderr


def test_they_are_found_anew(tmp_path, monkeypatch, capsys):
    pytest.importorskip("clarabel")
    few = {name: proofs.KEPT[name] for name in ("n2", "n4-best", "t3-usam")}
    monkeypatch.setattr(command, "KEPT", few)
    command.work(command.Options(str(tmp_path)))
    assert {path.stem for path in tmp_path.iterdir()} == set(few)
    monkeypatch.setattr(proofs, "FOLDER", tmp_path)
    for name in few:
        assert proofs.proved(name) == proofs.statement(name)
    assert "n2: " in capsys.readouterr().out


def test_a_place_that_is_no_folder_is_refused_before_any_work(tmp_path, monkeypatch):
    (tmp_path / "file").write_text("")
    monkeypatch.setattr(command, "prove", None)
    with pytest.raises(OSError):
        command.work(command.Options(str(tmp_path / "file")))
