"""Learning-rate regimes from end to end: a user's own surface, resuming, bad input."""

import re
import subprocess
import sys

import numpy as np
import pytest

from experiments import learning_rate_regimes as regimes
from experiments import run
from experiments.regimes import limits, plan, report, trace
from experiments.regimes.place import place
from theory.verdict import Verdict

# Curvatures 2 and 1 at the only minimum, the origin; steeper far away along y.
BOWL = '''
from sympy import symbols
from landscapes.analytic import Analytic

def bowl():
    """A bowl."""
    x, y = symbols("x y", real=True)
    f = x**2 + y**2 / 2 + y**4 / 8
    return Analytic("bowl", (x, y), f, start=(0.5, 0.4), box=((-1, 1), (-1, 1)))
'''
CONTRACT = {
    "share": ("landscape", "algorithm", "rho_level", "eta_level", "verdict"),
    "first": ("landscape", "algorithm", "rho_level", "eta_level"),
    "eta": ("landscape", "eta_level"),
    "rho": ("landscape", "algorithm", "rho_level"),
    "eta_unit": ("landscape",),
    "rho_unit": ("landscape", "algorithm"),
    "radius_unit": ("algorithm",),
    "limit_low": ("landscape", "algorithm", "rho_level", "target", "level"),
    "limit_high": ("landscape", "algorithm", "rho_level", "target", "level"),
    "diverges_low": ("landscape", "algorithm", "rho_level"),
    "diverges_high": ("landscape", "algorithm", "rho_level"),
    "theory": ("landscape", "algorithm", "rho_level"),
    "theory_source": ("landscape", "algorithm"),
    "stalled": ("landscape", "algorithm"),
    "starts": ("landscape",),
    "kind": ("landscape",),
    "minima": ("landscape",),
}


@pytest.fixture(scope="module")
def own(tmp_path_factory):
    """The user's own file."""
    path = tmp_path_factory.mktemp("own") / "bowl.py"
    path.write_text(BOWL)
    return str(path)


def config(out, **words):
    words = {
        "quick": True,
        "methods": ("ssam", "gd", "usam", "sam"),
        "eta": ("0.2:4:9",),
        "starts": 4,
        "steps": 768,
        "jobs": 1,
    } | words
    return regimes.Config(out=out, **words)


@pytest.fixture(scope="module")
def done(own, tmp_path_factory):
    """Options, and the printed words; the result is read from disk."""
    words = config(tmp_path_factory.mktemp("results"), landscape=(own, "strict_saddle"))
    with pytest.MonkeyPatch.context() as patch:
        said = []
        patch.setattr("builtins.print", lambda *a, **k: said.extend(map(str, a)))
        regimes.work(words)
    return words, "\n".join(said)


@pytest.fixture(scope="module")
def result(done):
    return run.load(done[0].out / "learning_rate_regimes.nc")


def test_the_result_has_what_figures_read(result):
    for name, dims in CONTRACT.items():
        assert result[name].dims == dims, name
    assert list(result.landscape.values) == ["bowl", "strict_saddle"]
    assert list(result.kind.values) == ["own", "analytic"]
    assert list(result.algorithm.values) == ["SSAM", "GD", "USAM", "SAM"]
    assert list(result.radius_unit.values) == ["rate", "none", "rate", "length"]
    np.testing.assert_allclose(result.share.sum("verdict"), 1)
    # L = 2, and 2 at the saddle; a tenth of the half-width 1.
    np.testing.assert_allclose(result.eta_unit, 0.5)
    assert result.rho_unit.sel(landscape="bowl").values == pytest.approx(
        [0.5, 0.1, 0.5, 0.1]
    )


def gradient(x, y):
    return np.array([2 * x, y + y**3 / 2])


def arrives(method, eta, rho, start):
    """Whether one run rests at the origin, or near it, by the formulas."""
    x = np.array(start, dtype=float)
    with np.errstate(all="ignore"):
        for _ in range(768):
            g = gradient(*x)
            size = np.sqrt(g @ g)
            at = {"GD": 0, "SAM": rho / size}.get(method, rho)
            d = gradient(*(x + at * g)) if size else g
            d = d * size / np.sqrt(d @ d) if method == "SSAM" and size else d
            x = x - eta * d
    near = eta * rho if method == "SAM" else 1e-6
    return bool(np.isfinite(x).all() and np.abs(x).max() <= max(2 * near, 1e-6))


def test_a_cell_is_what_single_runs_do(result, own):
    from landscapes.starts import starts_of

    part = result.sel(landscape="bowl")
    x = starts_of(place(own).landscape, 4, 0)
    checked = 0
    for method in ("GD", "USAM", "SAM", "SSAM"):
        for e in (2, 5, 7):
            cell = part.sel(algorithm=method).isel(eta_level=e, rho_level=1)
            if cell.share[Verdict.UNDECIDED] > 0:
                continue
            eta, rho = float(cell.eta), float(cell.rho)
            seen = [arrives(method, eta, rho, start) for start in x]
            good = float(cell.share[[Verdict.CONVERGED, Verdict.BAND]].sum())
            assert good == pytest.approx(np.mean(seen)), (method, eta)
            checked += 1
    assert checked >= 8


def test_limits_lie_where_theory_says(result):
    part = result.sel(landscape="bowl", target="band", level=0.5)
    for method, edge in {"GD": 1.0, "SSAM": 1.0, "SAM": 1.0}.items():
        at = part.sel(algorithm=method).isel(rho_level=1)
        assert float(at.limit_low) <= edge * 1.02 and float(at.limit_high) >= 0.95
        np.testing.assert_allclose(at.theory, edge)
    usam = part.sel(algorithm="USAM")
    np.testing.assert_allclose(usam.theory, 1 / (1 + 2 * usam.rho))
    assert (usam.limit_low <= usam.theory * 1.02).all()
    # No minimum: nothing converges, and theory has no limit.
    saddle = result.sel(landscape="strict_saddle")
    assert saddle.limit_low.isnull().all() and saddle.theory.isnull().all()


def test_a_method_without_a_radius_is_shown_at_every_level(result):
    gd = result.sel(algorithm="GD", landscape="bowl")
    for name in ("share", "limit_low", "theory"):
        first = gd[name].isel(rho_level=0)
        np.testing.assert_array_equal(gd[name], first.broadcast_like(gd[name]))
    assert (gd.rho == 0).all()


def test_where_no_minimum_is_known_the_table_says_so(done, result):
    about = [line for line in done[1].splitlines() if ": L = " in line]
    said = [line.endswith(", no minimum is known") for line in about]
    assert result.minima.values.tolist() == [1, 0]  # bowl, strict_saddle
    assert said == [False, True]


def test_the_answer_says_what_the_file_holds(done, result):
    text = done[1]
    part = result.sel(landscape="bowl", target="band", level=0.5)
    units = part.rho / part.rho_unit
    shown = np.abs(np.log(units.sel(algorithm="SSAM").values / 0.5)).argmin()
    at = part.isel(rho_level=shown)
    middle = np.sqrt(at.limit_low * at.limit_high)
    for method in ("USAM", "SSAM", "SAM"):
        factor = float(middle.sel(algorithm=method) / middle.sel(algorithm="GD"))
        low, high = report.factor(result.sel(landscape="bowl"), method, "band", 0.5)
        said = f"{low:.2f} to {high:.2f}" if high >= 1.05 * low else f"{factor:.2f}"
        assert f" {method} {said} on bowl" in text
    assert "SSAM's is smaller than GD's on none" in text
    lines = text.splitlines()
    (begin,) = (k for k, line in enumerate(lines) if line.startswith("bowl (own): "))
    assert "L = 2, 4 starts, rho 0.5" in lines[begin]
    methods = [line.split()[0] for line in lines[begin + 1 : begin + 5]]
    assert methods == ["SSAM", "GD", "USAM", "SAM"]
    limit = float(at.limit_low.sel(algorithm="GD")) * 2
    point = lines[begin + 2].split()[1]
    assert float(point) == pytest.approx(limit, rel=0.03)
    assert max(len(line) for line in report.table(result).splitlines()) <= 100


def test_what_is_complete_is_not_run_again(done, monkeypatch):
    def refused(*arguments, **words):
        raise AssertionError("ran again")

    monkeypatch.setattr(limits, "bracketed", refused)
    monkeypatch.setattr("experiments.sweeping.chunks.carry_out", refused)
    before = (done[0].out / "learning_rate_regimes.nc").read_bytes()
    regimes.work(done[0])
    assert (done[0].out / "learning_rate_regimes.nc").read_bytes() == before


def test_a_range_that_ends_sooner_is_smaller(result):
    changed = result.copy(deep=True)
    where = {"landscape": "bowl", "target": "band", "level": 0.5}
    gd = changed.limit_low.sel(algorithm="GD", **where).values
    assert not report.smaller(changed, "bowl", "SSAM", "GD")
    changed.limit_high.loc[{"algorithm": "SSAM", **where}] = 0.9 * gd
    assert report.smaller(changed, "bowl", "SSAM", "GD")
    changed.limit_low.loc[{"algorithm": "SSAM", **where}] = np.nan
    changed.limit_high.loc[{"algorithm": "SSAM", **where}] = np.nan
    assert report.smaller(changed, "bowl", "SSAM", "GD")
    assert "than GD's on bowl" in report.answer(changed)


def test_brackets_in_words():
    assert report.span(np.nan, np.nan) == "-" and report.span(np.nan, np.inf) == "?"
    assert report.span(np.nan, 0.5) == "<.50" and report.span(0.0, np.inf) == "?"
    assert report.span(1.0, np.inf) == ">1.00"
    assert report.span(1.0, 1.002) == "1.00"
    assert report.span(0.05, 0.8) == ".05-.80"


def test_maps_alone(own, tmp_path):
    words = config(tmp_path, landscape=(own,), methods=("gd",), limits=False, starts=2)
    found = regimes.measure(words)
    assert "limit_low" not in found
    assert "bowl" in report.table(found) and "not asked" in report.answer(found)


def test_noise_is_repeated_side_by_side(own, tmp_path):
    words = config(
        tmp_path, landscape=(own,), methods=("gd",), eta=("0.3", "3"), noise=1e-3,
        seeds=2, starts=2, steps=512,
    )  # fmt: skip
    found = regimes.measure(words).squeeze()
    np.testing.assert_allclose(found.share.sum("verdict"), 1)
    assert float(found.share.isel(eta_level=1, rho_level=0)[Verdict.DIVERGED]) == 1
    here = place(own)
    codes = limits._noisy(here, plan.methods.make("gd"), words)
    again = codes(np.zeros(2), np.array(here.etas(words)))
    counts = (again[..., None] == np.arange(8)).mean(axis=1)
    np.testing.assert_array_equal(counts, found.share.isel(rho_level=0))


def test_traces_follow_the_maps(own, tmp_path, monkeypatch):
    words = config(tmp_path, landscape=(own,), methods=("gd", "sam"), trace=True)
    planes = plan.planes(words)
    assert [p.method for p in planes] == ["gd", "sam"]
    assert planes[1].eta == pytest.approx((0.2, 4))
    assert planes[1].rho == pytest.approx((0.01, 0.2))
    asked = []
    monkeypatch.setattr(regimes.parts, "carried_out", lambda *a: None)
    monkeypatch.setattr(trace, "traces", lambda c, p: asked.append((c, p)) or [])
    regimes.work(words)
    assert asked == [(words, planes)]


@pytest.mark.parametrize(
    "words, message",
    [
        ({"steps": 100}, "--steps must be >= 128, got 100"),
        ({"eta": ("2:1:5",)}, "needs 0 < LOW < HIGH"),
        ({"eta": ("-1",)}, "--eta must be finite and > 0"),
        ({"noise": -1.0}, "--noise must be finite and >= 0"),
        ({"seeds": 3}, "give --noise or --batch"),
        ({"batch": -1}, "--batch must be >= 0"),
        ({"trace": True, "noise": 0.1}, "--trace follows runs without"),
        ({"trace": True, "eta": ("1",)}, "--trace needs --eta"),
        ({"trace": True, "rho": ("0", "1")}, "--trace needs --rho"),
    ],
)
def test_a_bad_option_is_one_line(words, message, tmp_path):
    with pytest.raises(run.BadOption, match=re.escape(message)) as caught:
        config(tmp_path, **words)
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize(
    "words, message",
    [
        ({"landscape": ("beal",)}, "did you mean beale"),
        ({"methods": ("sam", "SAM")}, "both called SAM"),
        ({"landscape": ("beale",), "batch": 4}, "no sum over samples"),
    ],
)
def test_what_cannot_be_charted_is_one_line(words, message, tmp_path):
    with pytest.raises(ValueError, match=message) as caught:
        regimes.measure(config(tmp_path, **words))
    assert "\n" not in str(caught.value)


def test_a_bad_file_ends_in_one_line_and_code_2(tmp_path):
    path = tmp_path / "bowl.py"
    path.write_text(BOWL.replace("y**4 / 8", "1 / (x - 0.5)"))
    ended = subprocess.run(
        [sys.executable, "-m", "experiments.learning_rate_regimes", "--quick",
         "--landscape", str(path), "--out", str(tmp_path)],
        capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert ended.returncode == 2
    assert ended.stderr.count("\n") == 1 and "finite" in ended.stderr
