"""Anybody's lemma about a step is proved, or refuted by a function that runs."""

import json
import os
import signal
import subprocess
import sys
import time
from fractions import Fraction as F
from itertools import product
from pathlib import Path

import numpy as np
import pytest

from figures.adjudicated import adjudicated
from theory import adjudicate, console
from theory.certify import worst_case
from theory.counterexample import Counterexample
from theory.lemmas import findings, ruling, samples
from theory.lemmas.lemma import Lemma, Point
from theory.lemmas.ruling import Ruling, rule
from theory.methods import make
from theory.pair_factors import usam_pair_factor
from theory.proving.pieces import Proof, load
from theory.refuting import file
from theory.refuting.lines import on_lines

ROOT = Path(__file__).resolve().parent.parent
MODULE = "theory.adjudicate"
N6 = "1-(1+mu*rho)*eta*mu*beta/(mu+beta)"
RANGE = "eta <= 2/(mu+beta) - rho"
LEMMA = ["--method", "usam", "--measure", "pair", "--factor", N6, "--assuming", RANGE]
ONE = ["--mu", "0.1", "--eta", "0.5", "--rho", "0.1", "--jobs", "1"]


def points(mu, eta, rho=("0",), beta=("1",)):
    return [Point(*map(F, at)) for at in product(mu, beta, eta, rho)]


def ended(monkeypatch, capsys, *words):
    """Exit code, output and errors of the command, run in this process."""
    monkeypatch.setattr(sys, "argv", ["", *map(str, words)])
    code = 0
    try:
        console.main(adjudicate.Options, adjudicate.work, MODULE)
    except SystemExit as stop:
        code = stop.code
    return code, *capsys.readouterr()


def command(*words, **options):
    return subprocess.run(
        [sys.executable, "-m", MODULE, *map(str, words)],
        capture_output=True, text=True, timeout=60, cwd=ROOT, **options,
    )  # fmt: skip


@pytest.fixture(scope="module")
def n6(tmp_path_factory):
    """N6 adjudicated by the command, as a user would."""
    folder = tmp_path_factory.mktemp("n6")
    grid = ["--eta", "0.409", "1.2", "1.518", "--rho", "0.3:1:2", "--mu", "0.1", "0.3"]
    done = command(*LEMMA, *grid, "--out", folder, "--keep-proofs", "--jobs", "2")
    assert done.returncode == 0, done.stderr
    return folder, done.stdout, json.loads((folder / "adjudicated.json").read_text())


def test_n6_is_false_for_small_mu_and_proved_for_large(n6):
    _, said, found = n6
    status = {(p["mu"], p["eta"], p["rho"]): p["status"] for p in found["points"]}
    large = {s for (mu, *_), s in status.items() if mu == "3/10"}
    assert large == {"proved"}
    assert status["1/10", "759/500", "3/10"] == status["1/10", "409/1000", "1"]
    assert status["1/10", "759/500", "3/10"] == "refuted"
    assert "7 of 12 sampled points are in the assumed region." in said
    folder = n6[0]
    last = f"figures: python -m figures adjudicated --results {folder} --out {folder}"
    assert said.splitlines()[-1] == last
    assert found["answer"].startswith(
        "The lemma is false: at mu = 0.1, beta = 1, eta = 1.518, rho = 0.3 the ratio "
        "is 0.973398 on a function of the class, claimed was at most 0.85786."
    )
    assert found["answer"] in said
    assert {p["claimed"] for p in found["points"]} >= {str(F("0.85786"))}


def test_its_points_are_those_of_the_closed_form(n6):
    for p in n6[2]["points"]:
        at = [float(F(p[name])) for name in ("eta", "mu", "beta", "rho")]
        worst = float(usam_pair_factor(*at))  # N3: no programme in it
        assert p["worst"] == pytest.approx(worst, abs=1e-6)
        assert (p["status"] == "refuted") == (worst > float(F(p["claimed"])))


def test_one_function_is_a_line_and_one_is_needed_where_no_quadratic_fails(n6):
    folder, said, _ = n6
    program = (
        "import sys, numpy as np, landscapes\n"
        "from landscapes.registry import from_file\n"
        "f, run = landscapes.load(sys.argv[1]), from_file(sys.argv[1])\n"
        "w, v = np.array(run.STARTS)\n"
        "step = lambda x: x - float(sys.argv[2]) * f.gradient("
        "x + float(sys.argv[3]) * f.gradient(x))\n"
        "print(f.dim, np.linalg.norm(step(w) - step(v)) / np.linalg.norm(w - v))\n"
        "print(run.ratio())\n"
    )
    for number, eta, rho, claimed, dims, worst in (
        (1, 1.518, 0.3, 0.85786, {1}, 0.9734),
        (2, 0.409, 1.0, 0.9591, {2, 3}, 0.96159),
    ):
        path = folder / f"counterexample_{number}.py"
        words = [sys.executable, "-c", program, path, eta, rho]
        done = subprocess.run(list(map(str, words)), capture_output=True, cwd=ROOT)
        dim, by_hand, measured = map(float, done.stdout.split())
        assert dim in dims and by_hand > claimed + 1e-3
        assert by_hand == pytest.approx(worst, abs=1e-5)
        assert measured == pytest.approx(by_hand, abs=1e-9)
        quadratics = max(abs(1 - eta * lam * (1 + rho * lam)) for lam in (0.1, 1))
        assert (quadratics > claimed) == (number == 1)
    assert said.count("no quadratic of one dimension breaks it there") == 1


def test_every_proof_that_is_kept_is_of_its_claim(n6):
    folder, said, found = n6
    proved = [p for p in found["points"] if p["status"] == "proved"]
    kept = [load(path) for path in sorted((folder / "proofs").iterdir())]
    assert f"{len(proved)} proofs in" in said and len(kept) == len(proved) > 3
    for p, proof in zip(proved, kept, strict=True):
        s = proof.statement
        assert proof.verify() and str(s.factor) == p["claimed"] and s.measure == "pair"
        assert [str(v) for v in (s.mu, s.eta[0], s.rho[0])] == [
            p[name] for name in ("mu", "eta", "rho")
        ]
        assert s.eta[0] == s.eta[1] and s.rho[0] == s.rho[1]


def test_a_true_lemma_is_proved_up_to_the_exact_end_of_its_range():
    """The bound is met exactly everywhere, at the end by two parabolas."""
    claim = Lemma("gd", "distance", "1 - eta*mu", "eta <= 2/(mu+beta)")
    ruled = ruling.adjudicate(claim, points(["0.25"], ["0.4", "1.6", "1.60001"]))
    assert [(r.point.eta, r.status) for r in ruled] == [
        (F(2, 5), "proved"),
        (F(8, 5), "proved"),
    ]
    assert ruled[1].claimed == F("0.6") and ruled[1].proof.verify()
    assert findings.decided(ruled)
    assert "At all 2 sampled points of the assumed region the lemma is proved." == (
        findings.sentence(ruled)
    )


def test_beyond_its_range_the_lemma_is_false():
    claim = Lemma("gd", "distance", "1 - eta*mu")
    ruled = ruling.adjudicate(claim, points(["0.25"], ["1.61"]))
    assert ruled[0].status == "refuted" and ruled[0].function.landscape.dim == 1
    assert ruled[0].function.ratio == pytest.approx(0.61, abs=1e-5)


EDGES = {"gd": "max(1-eta*mu, eta*beta-1)"}
EDGES["usam"] = "max(1-eta*mu*(1+rho*mu), eta*beta*(1+rho*beta)-1)"


@pytest.mark.parametrize("name", EDGES)
@pytest.mark.parametrize("measure", ["distance", "pair", "descent"])
@pytest.mark.parametrize("eta", ["0.7", "1.3", "1.5"])
def test_what_a_parabola_attains_is_proved_but_nothing_less(name, measure, eta):
    rho = "0" if name == "gd" else "0.3"
    at = points(["0.3"], [eta], [rho])[0]
    edge = f"({EDGES[name]})" + "**2" * (measure == "descent")
    exact = rule(Lemma(name, measure, edge), at)
    assert exact.status == "proved" and exact.tight and exact.proof.verify()
    assert exact.claimed == exact.proof.statement.factor
    less = rule(Lemma(name, measure, f"{edge} - 1e-12"), at)
    assert less.status == "undecided" and less.tight


def test_a_false_lemma_is_never_proved_nor_a_true_one_refuted():
    at = points(["0.1"], ["0.9"], ["0.7"])[0]
    worst = float(usam_pair_factor(0.9, 0.1, 1.0, 0.7))
    for away in (-0.3, -1e-3, -1e-5, 1e-5, 1e-3, 0.3):
        ruling = rule(Lemma("usam", "pair", f"{worst + away:.12f}"), at)
        assert ruling.status == ("refuted" if away < 0 else "proved"), away


def test_a_ratio_is_never_at_most_a_number_below_0():
    at = points(["0.1"], ["0.9"], ["0.1"])[0]
    for measure in ("distance", "pair", "descent"):
        assert rule(Lemma("usam", measure, "-eta"), at).status == "refuted"


def test_weakly_convex_descent_is_a_change_by_the_gradient():
    # f(w+) - f(w) <= -eta (1 - eta beta / 2) |g|^2, for every curvature >= -mu.
    at = points(["-0.3"], ["0.5"])[0]
    true, false = ("-eta*(1 - eta*beta/2) + 1e-6", "-eta*(1 - eta*beta/2) - 1e-4")
    assert rule(Lemma("gd", "descent", true), at).status == "proved"
    assert rule(Lemma("gd", "descent", false), at).status == "refuted"


@pytest.mark.parametrize("name", ["gd", "usam", "ssam", "sam"])
@pytest.mark.parametrize("measure", ["distance", "descent"])
def test_quadratics_of_one_dimension_never_exceed_the_worst_case(name, measure):
    method = make(name, rho=0.4)
    for mu, eta in ((0.1, 0.7), (0.05, 1.5)):
        radius = 2.0 if name == "sam" else None
        at = {"mu": mu, "beta": 1.0, "eta": eta, "measure": measure, "radius": radius}
        worst, line = worst_case(method, **at).value, on_lines(method, **at)
        assert 0.3 * worst < line <= worst + 1e-5


def test_quadratics_of_one_dimension_by_hand():
    usam, sam = make("usam", rho=0.5), make("sam", rho=0.5)
    assert on_lines(usam, 0.1, 2, 0.9, "pair") == pytest.approx(0.9 * 2 * 2 - 1)
    descent = on_lines(usam, 0.1, 2, 0.9, "descent")
    assert descent == pytest.approx((0.9 * 2 * 2 - 1) ** 2)
    gd = on_lines(make("gd"), -0.5, 2, 0.9, "descent")
    assert gd == pytest.approx(-0.9 + 0.9**2)  # of curvature 2
    # Near the minimiser SAM jumps over it, by eta lam rho.
    assert on_lines(sam, 0.1, 1, 1.5, "distance", 0.2) == pytest.approx(
        0.75 / 0.2 + 0.5
    )


def test_a_claim_is_exact_and_kappa_is_beta_by_mu():
    at = points(["0.3"], ["0.7"], beta=["2"])[0]
    claim = Lemma("gd", "distance", "1 - eta/kappa", "kappa > 6.6666 and mu < 0.30001")
    assert claim.claimed(at) == F("0.895") and claim.covers(at)
    assert not Lemma("gd", "distance", "1", "eta < 0.7").covers(at)


def test_words_are_exact_decimals_or_ranges_of_six_digits():
    assert samples.fractions("mu", ["-0.3", "0", "1e-3"]) == (F(-3, 10), 0, F(1, 1000))
    found = samples.fractions("eta", ["2", "0.1:1.6:4", "1.6"], "> 0")
    assert found == (2, F(1, 10), F("0.251984"), F("0.63496"), F(8, 5))


@pytest.mark.parametrize(
    "word, rule",
    [
        ("1:0.1:5", "--eta LOW:HIGH:N needs 0 < LOW < HIGH, got 1:0.1:5."),
        ("0:1:5", "needs 0 < LOW < HIGH"),
        ("-1:1:5", "needs 0 < LOW < HIGH"),
        ("0.1:1:1", "takes N from 2 to 1000"),
        ("0.1:1:2.5", "takes N from 2 to 1000"),
        ("0.1:1", "takes decimals or LOW:HIGH:N"),
        ("nan", "takes decimals"),
        ("inf", "takes decimals"),
        ("1/3", "takes decimals"),
        ("1e999", "takes decimals"),
        ("", "takes decimals"),
        ("0", "--eta must be > 0, got 0."),
        ("-2", "--eta must be > 0, got -2."),
    ],
)
def test_a_bad_number_is_refused_with_option_and_rule(word, rule):
    with pytest.raises(console.BadOption) as caught:
        samples.fractions("eta", ["0.5", word], "> 0")
    assert rule in str(caught.value) and str(caught.value).startswith("--eta ")


TRUE = ["--method", "gd", "--measure", "distance", "--mu", "0.25", "--jobs", "1"]
BAD = {
    "--method usm": "--method: unknown method `usm`: did you mean usam, ausam, sam?",
    "--measure pairs": "measure is one of distance, pair, descent, got `pairs`.",
    "--method sam --measure pair": "`SAM` is certified in distance and descent",
    "--method sam --measure distance": "--radius: `SAM` has no scale of its own: it",
    "--radius 1": "`USAM` takes no radius, got 1.0.",
    "--radius 0": "--radius must be > 0, got 0.",
    "--radius r": "--radius takes decimals",
    "--factor 1-": "--factor: `1-`: ",
    "--factor 1/(eta-0.5)": "--factor: `1/(eta-0.5)` is undefined at eta = 1/2.",
    "--factor 1e99**3*1e99**2": "--factor: `1e99**3*1e99**2` must be a finite",
    "--factor lam": "--factor: `lam`: `lam` is not allowed; a formula has numbers",
    "--factor __import__('os')": "--factor: `__import__('os')`: `__import__`",
    "--factor 9**9**9": "--factor: `9**9**9`: ",
    "--factor open('owned','w')": "--factor: `open('owned','w')`: `open` is not",
    "--factor eta.__class__": "--factor: `eta.__class__`: `.__class__` is not",
    "--assuming eta": "--assuming: `eta`: `eta` is not allowed; a condition",
    "--assuming exec('1')<2": "--assuming: `exec('1')<2`: `exec` is not",
    "--assuming eta>2": "--assuming: `eta>2` holds at none of 1 points.",
    "--assuming 1/(eta-0.5)<1": "--assuming: `1/(eta-0.5)<1` is undefined at",
    "--mu 0 --factor kappa": "--factor: `kappa` needs a value of kappa.",
    "--mu 2": "a class has finite mu < beta and beta > 0, got mu = 2 and beta = 1.",
    "--mu": "--mu needs a value.",
    "--eta 0": "--eta must be > 0, got 0.",
    "--eta 0.1:1:1000 --rho 0.1:1:1000": "1000000 points are too many: at most 20000.",
    "--rho -1": "--rho must be >= 0, got -1.",
    "--rho": "--rho needs a value.",
    "--method gd": "--rho: `gd` has no radius.",
    "--jobs 0": "--jobs must be >= 1, got 0.",
    "--keep-proofs": "--keep-proofs needs --out DIR.",
    "--nope 1": "--nope",
}


@pytest.mark.parametrize("words", BAD)
def test_bad_input_ends_in_one_line(words, monkeypatch, capsys, tmp_path):
    monkeypatch.chdir(tmp_path)
    code, out, err = ended(monkeypatch, capsys, *LEMMA, *ONE, *words.split(" "))
    assert code == 2 and out == "" and err.count("\n") == 1
    assert BAD[words] in err and err.startswith(f"python -m {MODULE}: ")
    assert not list(tmp_path.iterdir())


def test_the_exit_code_says_whether_it_is_decided(monkeypatch, capsys):
    """A bound that is met exactly cannot be told from one that just fails."""
    near = [*TRUE, "--eta", "0.7", "--factor"]
    code, out, _ = ended(monkeypatch, capsys, *near, "1-eta*mu+1e-6")
    assert code == 0 and "is proved." in out
    code, out, _ = ended(monkeypatch, capsys, *near, "1-eta*mu-1e-4")
    assert code == 0 and "is false" in out
    code, out, _ = ended(monkeypatch, capsys, *near, "1-eta*mu-1e-9")
    assert code == 1 and "Undecided at 1 of 1 sampled points. At 1 the worst" in out


def test_without_a_proof_it_is_certified_and_without_a_function_undecided(monkeypatch):
    at = points(["0.1"], ["0.9"], ["0.1"])[0]

    monkeypatch.setattr(ruling, "_proof", lambda *_: Proof(None, "undecided"))
    monkeypatch.setattr(ruling, "refutes", lambda *_, **__: None)
    found = [rule(Lemma("usam", "pair", text), at) for text in ("0.99", "0.1")]
    assert [r.status for r in found] == ["certified", "undecided"]
    assert "proved at 0; at 1 the worst case found in floating point obeys it" in (
        findings.sentence(found[:1])
    )
    assert not findings.decided(found[:1]) and not findings.decided(found)


def test_what_no_solver_solved_is_no_verdict(monkeypatch):
    class Unsolved:
        status, value = "not solved", float("nan")

    monkeypatch.setattr(ruling, "worst_case", lambda *_, **__: Unsolved)
    monkeypatch.setattr(ruling, "_proof", lambda *_: Proof(None, "undecided"))
    at = points(["0.1"], ["0.9"], ["0.1"])[0]
    found = rule(Lemma("usam", "pair", "0.99"), at)
    assert found.status == "not solved" and not findings.decided([found])
    assert rule(Lemma("usam", "pair", "0.1"), at).status == "refuted"  # on a line
    assert (
        findings.content(Lemma("usam", "pair", "1"), [found])["points"][0]["worst"]
        is None
    )


def test_nothing_is_left_of_an_earlier_lemma(monkeypatch, capsys, tmp_path):
    words = [*LEMMA, *ONE, "--out", str(tmp_path), "--keep-proofs"]
    ended(monkeypatch, capsys, *words, "--factor", "0.1")
    assert {path.name for path in tmp_path.iterdir()} == {
        "adjudicated.json", "counterexample_1.py"
    }  # fmt: skip
    (tmp_path / "counterexample_1.png").write_bytes(b"a picture, drawn before")
    (drawn,) = adjudicated(tmp_path)
    assert drawn == "counterexample_1"
    (tmp_path / "counterexample_1.png").unlink()
    ended(monkeypatch, capsys, *words, "--factor", "2")
    assert {path.name for path in tmp_path.iterdir()} == {"adjudicated.json", "proofs"}
    with pytest.raises(ValueError, match="holds no counterexample to draw"):
        adjudicated(tmp_path)
    (tmp_path / "counterexample_1.py").write_text("x = 1\n")
    with pytest.raises(ValueError, match="counterexample_1.py` is no counterexample"):
        adjudicated(tmp_path)


def test_a_pair_is_drawn_with_its_distance_before_and_after(tmp_path):
    at = points(["0.1"], ["0.409"], ["1"])[0]
    found = rule(Lemma("usam", "pair", N6, RANGE), at)
    file.save(found.function, tmp_path, "counterexample_1", "a lemma")
    (drawn,) = adjudicated(tmp_path).values()
    _, beside = drawn().axes
    before, after = (line.get_xydata()[-1] for line in beside.lines[1::2])
    ratio = np.linalg.norm(after) / np.linalg.norm(before)
    # Rounding: the points lie 100 from the origin, and nearly 1 apart.
    assert ratio == pytest.approx(found.function.ratio, rel=1e-9)


def test_the_answer_does_not_depend_on_the_processes():
    claim, at = Lemma("usam", "pair", N6, RANGE), points(["0.1"], ["0.4", "1"], ["0.3"])
    one, two = (ruling.adjudicate(claim, at, jobs) for jobs in (1, 2))
    assert findings.content(claim, one) == findings.content(claim, two)


def test_without_the_extra_the_line_says_what_to_install(monkeypatch, capsys):
    monkeypatch.setitem(sys.modules, "clarabel", None)
    code, out, err = ended(monkeypatch, capsys, *LEMMA, *ONE)
    assert code == 2 and out == "" and err.count("\n") == 1
    assert "pip install sharpness-regimes[certify]" in err


def test_a_folder_that_cannot_be_made_is_said_before_any_work(
    monkeypatch, capsys, tmp_path
):
    (tmp_path / "file").write_text("")
    out = tmp_path / "file" / "inner"
    code, said, err = ended(monkeypatch, capsys, *LEMMA, *ONE, "--out", out)
    assert code == 74 and said == "" and err.count("\n") == 1 and str(out) in err


def test_help_comes_at_once():
    program = (
        "import runpy, sys\n"
        "sys.argv = ['', '--help']\n"
        f"try: runpy.run_module('{MODULE}', None, '__main__', alter_sys=True)\n"
        "except SystemExit as stop: code = stop.code\n"
        "heavy = {'numpy', 'scipy', 'torch', 'sympy', 'clarabel'} & set(sys.modules)\n"
        "print(code, *heavy, file=sys.stderr)\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", program], cwd=ROOT, capture_output=True, text=True
    )
    assert done.stderr == "0\n"
    for option in ("--factor", "--assuming", "--measure", "--out", "--jobs"):
        assert option in done.stdout


def test_an_interrupted_run_ends_in_one_line_and_leaves_nothing(tmp_path):
    grid = ["--mu", "0.1", "--eta", "0.01:1:60", "--rho", "0.01:0.5:60", "--jobs", "1"]
    out = tmp_path / "out"
    work = subprocess.Popen(
        [sys.executable, "-m", MODULE, *LEMMA, *grid, "--out", str(out)],
        stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, cwd=ROOT,
        start_new_session=True,
        # Where the tests run in the background, an interrupt is ignored by default.
        preexec_fn=lambda: signal.signal(signal.SIGINT, signal.SIG_DFL),
    )  # fmt: skip
    until = time.monotonic() + 20
    while not out.is_dir() and time.monotonic() < until:
        time.sleep(0.05)
    time.sleep(1)
    os.killpg(work.pid, signal.SIGINT)
    said, err = work.communicate(timeout=30)
    assert work.returncode == 130 and said == ""
    assert err == f"python -m {MODULE}: stopped.\n"
    assert not list(out.iterdir())


def test_the_worst_of_each_kind_is_shown_the_worse_first():
    def refuted(ratio, line, claimed=F(1, 2)):
        at = Point(F(1, 10), F(1), F(1, 2), F(0))
        function = Counterexample.__new__(Counterexample)
        object.__setattr__(function, "ratio", ratio)
        return Ruling(at, claimed, ratio, line, "refuted", function=function)

    lines, planes = (
        [refuted(r, 0.6) for r in (0.7, 0.8)],
        [refuted(r, 0.4) for r in (0.9, 0.85)],
    )
    assert findings.worst([*lines, *planes]) == [planes[0], lines[1]]
    assert findings.worst(lines) == [lines[1]]
    more = refuted(0.75, 0.6, F(2, 5))  # of excess .35, not .3
    assert findings.worst([*lines, more]) == [more]
    assert findings.worst([]) == []
    assert np.isneginf(Ruling(lines[0].point, F(1), 0.5, 0.5, "proved").excess)
