"""The ledger as a user runs it."""

import json
import shutil
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from theory import __main__ as command
from theory import claims, ledger, table, written
from theory.claim import GRADES, Claim
from theory.outcome import words
from theory.plain import plain

ROOT = Path(__file__).resolve().parent.parent
COMPUTED = 43  # statements that must carry a verdict now
IDS = [
    f"{letter}{number}"
    for letter, last in (("T", 19), ("P", 6), ("N", 12), ("L", 35))
    for number in range(1, last + 1)
]


def theory(*words, cwd=ROOT):
    """`python -m theory` in a process of its own."""
    return subprocess.run(
        [sys.executable, "-m", "theory", *words],
        cwd=cwd,
        capture_output=True,
        text=True,
    )


def notes():
    """Id, grade and verdict of every line of the table in the notes."""
    lines = written.part(command.NOTES, command.LEDGER).splitlines()
    cells = [
        [cell.strip() for cell in line.split("|")] for line in lines if "|" in line
    ]
    return [(c[1], c[4], c[5]) for c in cells[2:]]


def test_readme_counts_as_the_notes_do():
    said = [written.part(f, command.COUNTS) for f in (command.README, command.NOTES)]
    assert said[0] == said[1]


def test_every_statement_has_the_expected_verdict_and_the_notes_say_so(tmp_path):
    file = tmp_path / "ledger.json"
    done = theory("--quick", "--json", str(file))
    assert done.returncode == 0, done.stdout + done.stderr
    rows = json.loads(file.read_text(encoding="utf-8"))
    assert [row["id"] for row in rows] == IDS
    lines = done.stdout.splitlines()
    assert [line.split()[0] for line in lines[: len(IDS)]] == IDS
    assert "all as expected" in lines[len(IDS)]
    for row in rows:
        assert row["verdict"] == row["expected"] and row["grade"] in GRADES
        assert all(claim["verdict"] == claim["expected"] for claim in row["claims"])
        assert row["title"] and row["source"] and row["reason"]
    judged = [row for row in rows if row["verdict"] != "open"]
    assert len(judged) >= COMPUTED
    assert notes() == [(row["id"], row["grade"], row["verdict"]) for row in rows]


def test_facts_known_in_advance_are_expected():
    # That what is expected comes out, of every claim, is the test above.
    names = ("T10", "L4", "L12", "L13", "L14", "L15", "L24")
    found = {c.id: c.expected for name in names for c in claims.load(name).claims}
    for name in ("L4.reported", "L13.reported", "L24.reported"):
        assert found[name] == "refuted"
    assert found["L13.corrected"] == "holds"
    assert all(found[c] != "refuted" for c in found if c[:3] in ("L12", "L14", "L15"))


def test_the_same_bytes_whatever_the_jobs(tmp_path):
    names = ("T2", "T4", "L9", "P2")
    said = {}
    for jobs in ("1", "2"):
        file = tmp_path / f"{jobs}.json"
        done = theory(*names, "--quick", "--jobs", jobs, "--json", str(file))
        said[jobs] = done.stdout.replace(str(file), ""), file.read_bytes()
    assert said["1"] == said["2"]


def test_a_case_is_told_whatever_its_values_are():
    case = {"name": np.array(["ridge", "flat"]), "eta": np.array([0.5, 1 / 3])}
    assert words(case) == "name = (ridge, flat), eta = (0.5, 0.33333)"


def test_an_explanation_has_statement_source_numbers_and_places():
    text = theory("T2", "--quick", "--explain").stdout
    for part in ("cos", "paper_notes.md, T2", "measured", "theory/claims/t2.py"):
        assert part in text
    assert "\\" not in text
    assert max(map(len, text.splitlines())) <= 100


@pytest.mark.parametrize(
    ("latex", "signs"),
    [
        (r"$\eta \le \frac{2}{\beta}$", "η ≤ 2/β"),
        (r"where $f' \ne 0$", "where f' ≠ 0"),
        (r"$\rho\ne1$, $f''(0)$", "ρ ≠ 1, f''(0)"),
        (r"$\pi < \rho \bmod 2\pi$", "π < ρ mod 2π"),
        (r"$b^{3/2}a^{1/2}$, $w_{t+1}$, $T^{-2}$", "b^(3/2)a^(1/2), w_(t+1), T^-2"),
        (r"$(2c)^{\frac{1}{c+1}}$, $\lambda_{\max}$", "(2c)^(1/(c+1)), λ_max"),
        (r"$\eta \max_i\lambda_i^2 \le \max\{a, b\}$", "η max_i λ_i^2 ≤ max{a, b}"),
    ],
)
def test_a_formula_in_plain_signs_means_the_same(latex, signs):
    assert plain(latex) == signs


@pytest.mark.parametrize(
    ("words", "part"),
    [
        (("T22",), "did you mean T2"),
        (("--only", "hold"), "--only: unknown verdict `hold`: did you mean holds"),
        (("--jobs", "0"), "--jobs must be >= 1"),
        (("--explain",), "--explain needs statements"),
        (("--write", "T2"), "--write takes all statements"),
        (("--json", "."), "is a folder"),
    ],
)
def test_bad_input_is_one_line(words, part):
    done = theory(*words)
    (line,) = done.stderr.strip().splitlines()
    assert done.returncode == 2 and part in line and not done.stdout


def test_a_file_that_cannot_be_written_is_one_line(tmp_path):
    (tmp_path / "file").write_text("")
    done = theory("T2", "--quick", "--json", str(tmp_path / "file" / "x.json"))
    (line,) = done.stderr.strip().splitlines()
    assert done.returncode == 74 and "x.json" not in done.stdout and "file" in line


def test_help_loads_no_numbers():
    program = (
        "import sys; from theory import __main__ as t, console\n"
        "sys.argv[1:] = ['--help']\n"
        "try: console.main(t.Options, t.work, 'theory')\n"
        "finally: print({'numpy', 'scipy', 'torch', 'sympy'} & set(sys.modules))"
    )
    done = subprocess.run(
        [sys.executable, "-c", program], cwd=ROOT, capture_output=True, text=True
    )
    assert done.stdout.endswith("set()\n")


NEW = '''"""L99: a claim of one's own."""
from theory.claim import Claim, Statement

def l99():
    """One is one."""
    claim = Claim(
        id="L99", says="$1 = 1$", expected="supported", measured=lambda: 1.0,
        bound=lambda: 1.0, cases=lambda quick: [{}], within=lambda: True,
    )
    return Statement("L99", "one is one", "us", "M", (claim,))
'''


@pytest.fixture
def copy(tmp_path):
    """The tree without results."""
    for package in ("landscapes", "theory"):
        ignored = shutil.ignore_patterns("__pycache__")
        shutil.copytree(ROOT / package, tmp_path / package, ignore=ignored)
    return tmp_path


def test_one_file_is_one_row(copy):
    program = "from theory import claims; print(*claims.names())"

    def listed():
        command = [sys.executable, "-c", program]
        done = subprocess.run(command, cwd=copy, capture_output=True, text=True)
        return done.stdout.split()

    assert listed() == IDS
    folder = copy / "theory/claims"
    (folder / "t2.py").unlink()
    (folder / "l99.py").write_text(NEW)
    assert listed() == [*(name for name in IDS if name != "T2"), "L99"]
    done = theory("L99", "--quick", cwd=copy)
    assert done.returncode == 0 and done.stdout.startswith("L99 supported")
    (folder / "l99.py").write_text(NEW.replace('says="$1 = 1$", ', ""))
    done = theory("L99", cwd=copy)
    assert done.returncode == 2 and "l99.py" in done.stderr and "says" in done.stderr
    (folder / "l99.py").write_text(NEW.replace("bound=lambda: 1.0, ", ""))
    done = theory("L99", cwd=copy)
    (line,) = done.stderr.strip().splitlines()
    assert done.returncode == 2 and "l99.py" in line and "lacks `bound`" in line
    (folder / "l99.py").write_text(NEW.replace("=lambda: 1.0,", "=lambda: 2.0,", 1))
    done = theory("L99", cwd=copy)
    assert done.returncode == 1 and "not as expected: L99" in done.stdout


def test_a_claim_file_imports_no_other():
    for file in (ROOT / "theory/claims").glob("[!_]*.py"):
        assert "theory.claims" not in file.read_text(encoding="utf-8"), file.name


def row(name, *verdicts, combines=()):
    """A row whose claims came out as told."""
    judged = tuple(
        ledger.Judgement(f"{name}.{i}", "", "<=", "holds", "T", v, "", None, 1.0, ())
        for i, v in enumerate(verdicts)
    )
    weakest = ledger.weakest(verdicts)
    text = (weakest, "holds", "", 1.0)
    return ledger.Row(name, "a title", "us", "T", *text, judged, combines)


def test_a_row_shows_the_weakest_of_its_claims_and_of_what_it_combines():
    assert ledger.weakest(["holds", "open", "supported"]) == "open"
    assert ledger.weakest(["open", "refuted", "failed"]) == "failed"
    rows = {"T1": row("T1", "holds", "refuted"), "T2": row("T2", "open")}
    own = row("P1", "holds", combines=("T1.0", "T2"))
    assert ledger.combined(own, rows).verdict == "open"
    own = row("P1", "holds", combines=("T1",))
    assert ledger.combined(own, rows).verdict == "refuted"
    told = ledger.combined(row("P1", "holds", combines=("T9",)), rows)
    assert told.verdict == "holds" and "not in the ledger: T9" in told.reason


def test_every_claim_is_named_after_its_statement():
    for name in claims.names():
        statement = claims.load(name)
        for claim in statement.claims:
            assert isinstance(claim, Claim)
            assert claim.id.partition(".")[0] == name
        assert len(statement.title) <= 75 and "$" not in statement.title
        for place in statement.code:
            assert (ROOT / place.partition("::")[0].split()[0]).exists(), place


def test_the_table_names_what_is_not_as_expected():
    rows = [row("T1", "holds"), row("T2", "open")]
    assert table.summary(rows).endswith("not as expected: T2")
    assert "!= holds" in table.line(rows[1]) and "!=" not in table.line(rows[0])
