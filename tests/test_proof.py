"""Proofs in fractions: found, verified without a solver, refused when tampered with."""

import json
import subprocess
import sys
import time
from dataclasses import replace
from fractions import Fraction
from itertools import combinations
from math import prod
from pathlib import Path

import numpy as np
import pytest
import sympy

from theory.gram.box import cut, enclosure, gap, halves, multilinear
from theory.gram.definite import reduced, semidefinite
from theory.gram.polynomial import Polynomial, as_polynomial
from theory.gram.region import span
from theory.gram.search import Search
from theory.gram.trace import Parameter
from theory.methods import make, spec, specs
from theory.methods.usam import USAM
from theory.proof import Options, prove, work
from theory.proving.pieces import load
from theory.regimes import descent_limit

ROOT = Path(__file__).parent.parent
SSAM = {"mu": 0.1, "beta": 1}

# method, rho, what is proved of it, at most how many pieces
PROOFS = [
    ("ssam", 1, {**SSAM, "eta": (0.05, 1.7)}, 2),
    ("ssam", 1, {**SSAM, "eta": 1.7, "factor": 0.9084}, 8),
    ("ssam", 2, {"mu": 0.3, "beta": 1, "eta": (0.05, 0.9)}, 2),
    ("ssam", 1, {"mu": 0, "beta": 1, "eta": (0.05, 1.6), "factor": 1}, 1),
    ("ssam", (0, 1), {**SSAM, "eta": (0.05, 1)}, 2),
    ("ssam", 1, {**SSAM, "eta": (0.05, 1.7), "measure": "descent"}, 2),
    ("ssam", 0.01, {"mu": 10, "beta": 100, "eta": (5e-4, 0.017)}, 2),
    ("ssam", 1, {"mu": "-1/3", "beta": 1, "eta": (0.05, 1), "measure": "descent"}, 2),
    ("usam", 1, {"mu": "-1/3", "beta": 1, "eta": (0.05, 0.7), "measure": "descent"}, 2),
    ("usam", (0, 1), {**SSAM, "eta": (0.05, 0.4)}, 2),
    ("usam", (0, 1), {**SSAM, "eta": (0.05, 0.4), "measure": "pair"}, 2),
    ("gd", None, {"mu": 0, "beta": 1, "eta": (0.05, 2), "factor": 1}, 1),
    ("sam", 0.3, {**SSAM, "eta": (0.05, 1), "radius": 2}, 2),
    ("unified-sam", 0.3, {**SSAM, "eta": (0.05, 1), "radius": 1, "factor": 1}, 1),
]


@pytest.fixture(scope="module")
def proofs():
    """All of them, by their place in the list."""
    return [prove(make(name), rho=rho, **said) for name, rho, said, _ in PROOFS]


@pytest.fixture(scope="module")
def flagship(proofs):
    return proofs[0]


@pytest.mark.parametrize("k", range(len(PROOFS)))
def test_whole_ranges_are_proved_by_few_boxes(proofs, k):
    assert proofs[k].status == "proved", proofs[k].reason
    assert proofs[k].fault() == ""
    assert len(proofs[k].pieces) <= PROOFS[k][3]


@pytest.mark.parametrize("k", range(len(PROOFS)))
def test_a_proof_survives_its_file(proofs, k, tmp_path):
    proofs[k].save(tmp_path / "proof.json")
    again = load(tmp_path / "proof.json")
    assert again == proofs[k] and again.verify()
    assert (tmp_path / "proof.json").stat().st_size < 10_000


def test_one_proof_covers_eta_from_a_twentieth_to_seventeen_tenths_in_seconds():
    start = time.perf_counter()
    proof = prove(make("ssam", rho=1), mu=0.1, beta=1, eta=(0.05, 1.7))
    found = time.perf_counter()
    assert proof.verify()
    assert found - start < 15 and time.perf_counter() - found < 2


BLOCKED = """
import runpy, sys
class Blocked:
    def find_spec(self, name, path=None, target=None):
        if name.split(".")[0] in "numpy scipy clarabel cvxpy torch sympy".split():
            raise ImportError(f"{name} is blocked")
sys.meta_path.insert(0, Blocked())
runpy.run_module("theory.proof", run_name="__main__", alter_sys=True)
"""


def _run(path):
    """The module verifies a file where arrays and solvers cannot be imported."""
    words = [sys.executable, "-c", BLOCKED, str(path)]
    return subprocess.run(words, capture_output=True, text=True, cwd=ROOT)


def test_a_proof_is_verified_where_no_solver_can_be_imported(flagship, tmp_path):
    flagship.save(tmp_path / "proof.json")
    done = _run(tmp_path / "proof.json")
    assert done.returncode == 0, done.stderr
    assert "SSAM with rho = 1, eta in [1/20, 17/10]" in done.stdout
    assert "|w+ - w*| <= 19999/20000 |w - w*|" in done.stdout


def test_a_theorem_says_what_is_measured(proofs):
    said = {proof.theorem().split("\n", 1)[1] for proof in proofs}
    for line in (
        "Any two steps of USAM with rho in [0, 1], eta in [1/20, 2/5], from w and from "
        "v, have\n|w+ - v+| <= 19999/20000 |w - v|.",
        "Every step of SSAM with rho = 1, eta in [1/20, 1] has\nf(w+) - f(w) <= 0.",
        "Every step of SAM with rho = 3/10, eta in [1/20, 1] from where |w - w*| <= 2 "
        "has\n|w+ - w*| <= 19999/10000.",
        "Every step of GD with eta in [1/20, 2] has\n|w+ - w*| <= 1 |w - w*|.\n"
        "The ratio is convex in eta, and 1 at eta = 0.",
    ):
        assert any(text.startswith(line) for text in said), line


def _negated(piece, name):
    values = piece["multipliers"][name]
    values[0] = values[0][1:] if values[0][0] == "-" else f"-{values[0]}"


TAMPERED = {
    "a sign": lambda c: _negated(c["pieces"][0], "lam1.0"),
    "a free sign": lambda c: _negated(c["pieces"][0], "nu0"),
    "a zero": lambda c: c["pieces"][0]["multipliers"].update({"lam0.1": ["0", "0"]}),
    "a wider box": lambda c: c["pieces"][0]["box"].update(gamma0=["1/2", "1"]),
    "a narrower box": lambda c: c["pieces"][-1]["box"].update(gamma0=["3/4", "4/5"]),
    "a lost piece": lambda c: c["pieces"].pop(2),
    "a piece twice": lambda c: c["pieces"].append(c["pieces"][0]),
    "a foreign piece": lambda c: c["pieces"].append({**c["pieces"][0], "eta": "1"}),
    "a lost multiplier": lambda c: c["pieces"][0]["multipliers"].pop("lam1.0"),
    "a piece at another eta": lambda c: c["pieces"][0].update(eta="1"),
    "eta": lambda c: c["statement"].update(eta=["1/20", "9/5"]),
    "factor": lambda c: c["statement"].update(factor="9/10"),
    "less mu": lambda c: c["statement"].update(mu="1/20"),
    "more mu": lambda c: c["statement"].update(mu="1/5"),
    "beta": lambda c: c["statement"].update(beta="11/10"),
    "rho": lambda c: c["statement"].update(rho=["1", "2"]),
    "no rho": lambda c: c["statement"].update(rho=None),
    "method": lambda c: c["statement"].update(method="usam"),
    "measure": lambda c: c["statement"].update(measure="descent"),
    "radius": lambda c: c["statement"].update(radius="1"),
    "hyperparameter": lambda c: c["statement"]["hyperparameters"].update(lam="1"),
    "what it wraps": lambda c: c["statement"]["hyperparameters"].update(method="1"),
    "one end": lambda c: c["statement"].update(eta=["1"]),
    "three ends": lambda c: c["statement"].update(rho=["1", "1", "2"]),
    "version": lambda c: c.update(format="sharpness-regimes proof 2"),
    "no fraction": lambda c: c["statement"].update(mu=0.1),
    "a pole": lambda c: c["statement"].update(mu="1/0"),
    "a shape": lambda c: c["pieces"][0]["multipliers"].update({"lam0.1": "1"}),
    "no statement": lambda c: c.pop("statement"),
}


@pytest.mark.parametrize("how", TAMPERED)
def test_a_tampered_file_is_refused_in_one_line(proofs, how, tmp_path):
    path = tmp_path / "proof.json"
    proofs[1].save(path)
    content = json.loads(path.read_text())
    TAMPERED[how](content)
    path.write_text(json.dumps(content))
    with pytest.raises(
        ValueError, match="proof.json` (proves nothing|holds no proof): "
    ) as e:
        work(Options(str(path)))
    assert "\n" not in str(e.value)


def test_a_tampered_file_has_an_exit_code(flagship, tmp_path):
    flagship.save(tmp_path / "proof.json")
    text = (tmp_path / "proof.json").read_text().replace('"1/10"', '"1/20"')
    (tmp_path / "proof.json").write_text(text)
    done = _run(tmp_path / "proof.json")
    assert done.returncode == 2 and done.stdout == ""
    assert len(done.stderr.splitlines()) == 1 and "proves nothing" in done.stderr


def test_what_is_proved_of_a_method_is_not_proved_of_a_mutant(proofs, monkeypatch):
    def direction(self, x, state, gradient):
        g = gradient(x)
        return gradient(x - self.rho * g), g, state

    monkeypatch.setattr(USAM, "direction", direction)
    assert not any(proof.verify() for proof in proofs[:10])


@pytest.mark.parametrize("measure", ["distance", "pair", "descent"])
def test_usam_just_above_its_limit_is_not_proved(measure):
    eta = Fraction(2, 2) + Fraction(1, 1000)  # 2 / (beta (1 + rho beta)), rho 1
    proof = prove(make("usam", rho=1), mu=0, beta=1, eta=eta, factor=1, measure=measure)
    assert proof.status == "refuted" and "of the class it is 1." in proof.reason
    assert proof.function.ratio > 1 and not proof.verify()
    dual, region = proof.statement.bound(eta)
    assert Search(dual, lambda name: 1.0).multipliers(region.hull) is None
    with pytest.raises(ValueError, match="only a proof can be saved"):
        proof.save("never.json")


def test_where_f_is_not_convex_the_descent_lemma_serves_a_range():
    said = {"mu": Fraction(-1, 3), "beta": 1, "measure": "descent"}
    limit = float(descent_limit("ssam", -1 / 3, 1.0, 1.0))
    proof = prove(make("ssam", rho=1), **said, eta=(0.001, 0.999 * limit))
    assert proof.status == "proved" and proof.verify()
    assert {piece.eta for piece in proof.pieces} == {proof.statement.eta[1]}
    assert "bracket grows with eta" in proof.theorem()
    above = prove(make("ssam", rho=1), **said, eta=1.001 * limit)
    assert above.status == "refuted" and above.function.ratio > 0


def test_one_shard_is_sam_and_its_sizes_stay_exact():
    said = {"mu": 0.1, "beta": 1, "eta": 0.5, "radius": 2}
    one, other = (prove(make(spec, rho=0.3), **said) for spec in ("msam", "sam"))
    assert one.status == other.status == "proved" and one.verify()
    assert [p.multipliers for p in one.pieces] == [p.multipliers for p in other.pieces]


def test_gd_descends_without_any_inequality_of_the_class(tmp_path):
    said = {"mu": Fraction(-1, 3), "beta": 1, "measure": "descent"}
    proof = prove(make("gd"), **said, eta=(0.05, 2))
    assert proof.status == "proved" and proof.pieces[0].multipliers == {}
    proof.save(tmp_path / "gd.json")
    assert load(tmp_path / "gd.json").verify()
    assert prove(make("gd"), **said, eta=2.001).status == "refuted"


@pytest.mark.parametrize("measure", ["distance", "pair"])
def test_a_bound_that_a_parabola_attains_is_proved_exactly(measure):
    said = {"mu": 0.1, "beta": 1, "eta": 1.5, "measure": measure}
    proof = prove(make("gd"), **said, factor=0.85)
    assert proof.status == "proved" and proof.verify()
    less = prove(make("gd"), **said, factor=Fraction(85, 100) - Fraction(1, 10**9))
    assert less.status != "proved"


def test_a_search_that_ends_early_is_undecided():
    said = {**SSAM, "eta": 1.7, "factor": 0.9084}
    proof = prove(make("ssam", rho=1), **said, limit=1)
    assert proof.status == "undecided" and "no multipliers" in proof.reason
    assert not proof.verify()
    with pytest.raises(ValueError, match="nothing is proved: no multipliers"):
        proof.theorem()


def test_a_theorem_is_not_said_before_it_is_verified(flagship):
    with pytest.raises(ValueError, match="nothing is proved: no piece covers"):
        replace(flagship, pieces=()).theorem()


@pytest.mark.parametrize(
    "rounded", [{"factor": 0.99995}, {"mu": 0.1}, {"rho": (1.0, 1.0)}, {"factor": True}]
)
def test_a_statement_takes_no_rounded_number(flagship, rounded):
    with pytest.raises(ValueError, match="a statement takes fractions, got"):
        replace(flagship.statement, **rounded)


def test_both_ends_of_a_range_are_looked_at():
    """At eta = 1.7 no step keeps more than .909; at .05 some keep .995."""
    proof = prove(make("ssam", rho=1), **SSAM, eta=(0.05, 1.7), factor=0.95)
    assert proof.status == "refuted" and "at eta = 1/20" in proof.reason


def test_every_rule_of_a_dual_is_checked(proofs):
    """Multipliers that break one rule only, the claim being far from tight."""
    dual, _ = prove(make("gd"), **SSAM, eta=1, factor=10).statement.bound(Fraction(1))
    good = {"lam0.1": (Fraction(2),), "lam1.0": (Fraction(2),)}
    assert dual.fault({}, good) == ""
    assert "negative" in dual.fault({}, dict.fromkeys(good, (Fraction(-2),)))
    assert "cancel" in dual.fault({}, {**good, "lam0.1": (Fraction(3),)})
    assert "are not lam0.1, lam1.0" in dual.fault({}, {"lam0.1": (Fraction(2),)})
    assert "one value a corner" in dual.fault(
        {}, {**good, "lam0.1": (Fraction(2),) * 2}
    )
    ball = next(p for p in proofs if p.statement.method == "unified-sam")
    less = replace(ball.statement, factor=Fraction(9, 10), eta=(Fraction(1),) * 2)
    dual, region = less.bound(Fraction(1))
    piece = ball.pieces[0]
    assert dual.fault(piece.box, piece.multipliers) == "the constant is negative"
    assert region.hull == {"r0": (0, 1)}


def test_a_gradient_is_at_most_beta_times_the_radius(proofs):
    ball = next(p for p in proofs if p.statement.method == "sam")
    assert ball.statement.bound(ball.statement.etas[0])[1].hull == {"r0": (0, 2)}


def _step(method, H, w, eta):
    d, _, _ = method.direction(w, (), lambda x: np.einsum("...ij,...j->...i", H, x))
    return w - eta * d


@pytest.mark.parametrize("k", [0, 1, 2, 3, 4, 9])
def test_quadratics_obey_what_is_proved(proofs, k):
    name, _, _, _ = PROOFS[k]
    s = proofs[k].statement
    random = np.random.default_rng(k)
    turn = np.linalg.qr(random.normal(size=(4000, 3, 3)))[0]
    lam = random.uniform(float(s.mu), float(s.beta), (4000, 1, 3))
    lam[:, :, :2] = np.array([s.mu, s.beta], float)
    H = turn * lam @ turn.swapaxes(-1, -2)
    w = random.normal(size=(4000, 3))
    rho, eta = (random.uniform(*map(float, e), (4000, 1)) for e in (s.rho, s.eta))
    after = _step(make(name, rho=rho), H, w, eta)
    ratio = np.linalg.norm(after, axis=1) / np.linalg.norm(w, axis=1)
    assert ratio.max() <= float(s.factor) + 1e-12


def _smooth(random, mu, beta):
    """Gradient and value of a function of the class, in three dimensions."""
    a = random.normal(size=(6, 3))
    a *= np.sqrt((beta - mu) / np.linalg.norm(a.T @ a, 2))

    def gradient(x):
        return mu * x + np.tanh(x @ a.T) @ a

    def value(x):
        return mu * (x * x).sum(-1) / 2 + np.log(np.cosh(x @ a.T)).sum(-1)

    return gradient, value


def test_the_remainder_is_what_is_left_on_actual_functions(flagship):
    """At gamma's true value it is target - sum lam Q, as N = 0; and Q >= 0."""
    random, piece = np.random.default_rng(0), flagship.pieces[-1]
    dual, _ = flagship.statement.bound(piece.eta)
    for _ in range(20):
        gradient, value = _smooth(random, 0.1, 1.0)
        w = random.normal(size=3) * 3
        ahead = w + gradient(w)
        g = {"w": w, "g1": gradient(w), "g2": gradient(ahead)}
        f = {"f1": value(w), "f2": value(ahead)}
        gamma = np.linalg.norm(g["g1"]) / np.linalg.norm(g["g2"])

        def at(form, g=g, f=f, gamma=gamma):
            return sum(
                float(as_polynomial(c)(gamma0=gamma))
                * (f[k] if isinstance(k, str) else g[k[0]] @ g[k[1]])
                for k, c in form.terms.items()
            )

        left = at(dual.remainder(piece.box, piece.multipliers))
        after = w - float(piece.eta) * gamma * g["g2"]
        target = float(flagship.statement.factor) ** 2 * w @ w - after @ after
        assert at(dual.target) == pytest.approx(target, rel=1e-12)
        assert left >= 0
        for name, form in dual.forms.items():
            low, high = (float(v) for v in piece.multipliers[name])
            start, end = map(float, piece.box["gamma0"])
            share = (gamma - start) / (end - start)
            assert at(form) >= -1e-12 or name in dual.free
            target -= (low + share * (high - low)) * at(form)
        assert left == pytest.approx(target, rel=1e-9, abs=1e-12)


def test_the_distance_is_convex_in_eta():
    random = np.random.default_rng(1)
    method = make("ssam", rho=1.0)
    for _ in range(50):
        gradient, value = _smooth(random, 0.1, 1.0)
        w = random.normal(size=3) * 3
        d, _, _ = method.direction(w, (), gradient)
        eta = np.linspace(0, 3, 31)[:, None]
        for measured in (np.linalg.norm(w - eta * d, axis=1), value(w - eta * d)):
            assert np.diff(measured, 2).min() >= -1e-12


def _matrices():
    random = np.random.default_rng(2)
    for n in (1, 2, 3, 4):
        for rank in range(n + 1):
            for bend in (0, 0, 1, -1):
                B = random.integers(-3, 4, (n, rank))
                A = B @ B.T
                A[random.integers(n), random.integers(n)] += bend
                entries = sympy.Matrix((A + A.T).tolist()) / int(random.integers(2, 9))
                yield entries


def test_semidefinite_is_exact_also_for_singular_matrices():
    seen = set()
    for A in _matrices():
        rows = [[Fraction(int(e.p), int(e.q)) for e in A.row(i)] for i in range(A.rows)]
        minors = (
            A.extract(list(k), list(k)).det()
            for size in range(1, A.rows + 1)
            for k in combinations(range(A.rows), size)
        )
        known = all(minor >= 0 for minor in minors)
        seen.add((known, A.det() == 0))
        assert semidefinite(rows) == known
    assert len(seen) == 4
    tiny = Fraction(1, 10**40)
    assert semidefinite([[1, 1], [1, 1]])
    assert not semidefinite([[Fraction(1), Fraction(1)], [Fraction(1), 1 - tiny]])
    assert not semidefinite([[Fraction(0), tiny], [tiny, Fraction(1)]])


def test_solved_equations_hold():
    F = Fraction
    equations = [
        {"a": F(2), "b": F(1), "1": F(-3)},
        {"a": F(1), "b": F(-1), "c": F(1)},
        {"a": F(3), "c": F(1), "1": F(-3)},
    ]
    solved = reduced(equations, "cab")
    assert solved.keys() == {"c", "a"}
    values = {"1": F(1), "b": F(5, 7)}
    values |= {k: sum(c * values[u] for u, c in e.items()) for k, e in solved.items()}
    assert all(sum(c * values[u] for u, c in e.items()) == 0 for e in equations)
    assert "1" in reduced([*equations, {"b": F(1)}, {"b": F(1), "1": F(1)}], "cab")


def test_control_values_enclose_a_polynomial():
    random = np.random.default_rng(3)
    box = {"x": (Fraction(-1), Fraction(2)), "y": (Fraction(1, 3), Fraction(1))}
    for _ in range(20):
        keys = [("x",) * i + ("y",) * j for i in range(4) for j in range(3)]
        p = Polynomial({k: Fraction(int(random.integers(-5, 6))) for k in keys})
        low, high = map(float, enclosure(p, box))
        x, y = (random.uniform(float(a), float(b), 500) for a, b in box.values())
        values = sum(
            float(c) * prod((x, y)[n == "y"] for n in k) for k, c in p.terms.items()
        )
        assert low <= np.min(values) and np.max(values) <= high


def test_multipliers_have_their_values_at_the_corners():
    box = {"x": (Fraction(-1), Fraction(2)), "y": (Fraction(1, 3), Fraction(1))}
    p = multilinear(box, [1, 2, 3, 5])
    corners = [(x, y) for x in box["x"] for y in box["y"]]
    assert [p(x=x, y=y) for x, y in corners] == [1, 2, 3, 5]
    assert multilinear({"x": (1, 1)}, [7, 8])(x=1) == 7


def _inside(box, other):
    return all(
        other[n][0] <= low < high <= other[n][1] for n, (low, high) in box.items()
    )


def test_what_no_piece_covers_is_found():
    hull = {"x": (Fraction(0), Fraction(1)), "y": (Fraction(0), Fraction(3))}
    pieces = [hull]
    random = np.random.default_rng(4)
    for _ in range(30):
        pieces += halves(pieces.pop(random.integers(len(pieces))), hull)

    def idle(box):
        return False

    assert gap(hull, pieces, idle) is None
    for k, lost in enumerate(pieces):
        rest = pieces[:k] + pieces[k + 1 :]
        said, box = gap(hull, rest, idle)
        assert said == "no piece covers"
        assert _inside(box, lost)
        assert gap(hull, rest, lambda box, lost=lost: _inside(box, lost)) is None
    twice, _ = cut(pieces[0], "x", sum(pieces[0]["x"]) / 2)
    assert gap(hull, [*pieces, twice], idle)[0] == "two pieces cover"


def test_very_many_pieces_are_counted():
    many = 2000
    pieces = [{"x": (Fraction(k, many), Fraction(k + 1, many))} for k in range(many)]
    hull = {"x": (Fraction(0), Fraction(1))}
    assert gap(hull, pieces, lambda box: False) is None
    assert gap(hull, pieces[:-1], lambda box: False) == ("no piece covers", pieces[-1])


def test_the_span_of_a_ratio_holds_what_quadratics_have():
    mu, beta = Fraction(-1, 4), Fraction(1)
    rho, r = Polynomial({("rho",): 1}), (Fraction(1, 3), Fraction(2))
    for over in (None, "r0"):
        ratio = Parameter("gamma0", rho, over)
        box = {"rho": (Fraction(0), Fraction(1)), "r0": r}
        low, high = span(ratio, mu, beta, box)
        random = np.random.default_rng(5)
        c = random.uniform(0, 1, 2000) / (
            random.uniform(*map(float, r), 2000) if over else 1
        )
        gamma = 1 / (1 + c * random.uniform(-0.25, 1, 2000))
        assert float(low) <= gamma.min() and gamma.max() <= float(high)
        assert low == (Fraction(1, 4) if over else Fraction(1, 2))
    assert span(Parameter("gamma0", rho), Fraction(-1), beta, box)[1] is None


@pytest.mark.parametrize("name", [n for n in specs() if "polyak" not in n])
def test_a_method_is_made_again_from_its_name(name):
    method = make(name)
    again = make(spec(method))
    assert type(again) is type(method) and again.label == method.label


def test_nothing_is_proved_of_a_method_without_a_name():
    class Nameless(USAM):
        pass

    with pytest.raises(ValueError, match="`Nameless` has no name"):
        prove(Nameless(), **SSAM, eta=0.1)


def test_a_cap_is_part_of_the_name():
    assert make(spec(make("stable@0.3:usam"))).cap == 0.3


BAD = [
    ("usam", {"mu": 1}, "a class has mu < beta and beta > 0, got 1 and 1."),
    ("usam", {"beta": 0}, "a class has mu < beta and beta > 0"),
    ("usam", {"eta": (0.2, 0.1)}, r"eta takes 0 < low <= high, got \[1/5, 1/10\]."),
    ("usam", {"eta": 0}, "eta takes 0 < low <= high, got 0."),
    ("usam", {"eta": (1, 2, 3)}, r"eta takes a number or \(low, high\)"),
    ("usam", {"eta": 10**400}, "eta must be a finite number, got 1000"),
    ("usam", {"eta": float("nan")}, "eta must be a finite number, got nan."),
    ("usam", {"rho": -1}, "rho takes 0 <= low <= high, got -1."),
    ("gd", {"rho": 1}, "`GD` takes no rho, got 1."),
    (
        "usam",
        {"measure": "speed"},
        "measure is one of distance, pair, descent, convergence, got `speed`",
    ),
    ("usam", {"factor": -1}, "a factor is a ratio > 0, got -1."),
    ("usam", {"radius": 1}, "`USAM` takes no radius, got 1."),
    ("usam", {"mu": -1}, "for mu < 0 the measure is descent, got distance."),
    ("sam", {}, "`SAM` has no scale of its own"),
    ("sam", {"radius": 0}, "a radius is > 0, got 0."),
    ("sam", {"radius": 1, "measure": "pair"}, "`SAM` has no scale of its own"),
    ("linf-sam", {}, "`LinfSAM` cannot be certified"),
    ("stable@1:usam", {}, "cannot be certified: it takes a minimum"),
    ("ssam", {"mu": -1, "rho": 1, "measure": "descent"}, "1 [+] rho mu <= 0: mu is -1"),
]


@pytest.mark.parametrize(("name", "said", "line"), BAD)
def test_what_is_no_statement_is_refused_in_one_line(name, said, line):
    with pytest.raises(ValueError, match=line) as error:
        prove(make(name), **{"mu": 0.1, "beta": 1, "eta": 0.1} | said)
    assert "\n" not in str(error.value)


def test_a_missing_solver_is_named(monkeypatch):
    monkeypatch.setitem(sys.modules, "clarabel", None)
    with pytest.raises(ValueError, match=r"pip install sharpness-regimes\[certify\]"):
        prove(make("gd"), mu=0.1, beta=1, eta=1)
