"""Rates, worst steps and floors of methods, beside matrices, loops and closed forms."""

from dataclasses import replace
from functools import cache

import numpy as np
import pytest
import sympy
import xarray

from experiments import convergence, run
from experiments.converging import (
    certified,
    falling,
    names,
    noisy,
    places,
    plan,
    problems,
    rates,
    report,
    runs,
    settling,
    skewed,
    tables,
    worst,
)
from figures import convergence as figure
from theory import claims, methods, pl_factors, quadratic_rates, usam_distance
from theory.interval import Interval
from theory.judge import judge
from theory.measured import convergence as told
from theory.methods.sam import SAM
from theory.methods.stable import Stable
from theory.methods.usam import USAM

ETA, RHO = (0.3, 0.9, 1.5, 1.9), (0.3, 1.0)
TWO = "quadratic two kappa 10"


@cache
def seen(spec, name=TWO):
    return rates.rates(name, spec, ETA, RHO)


def hessian(name=TWO):
    f = problems.problem(name).landscape
    return f.rotation @ np.diag(f.spectrum) @ f.rotation.T


@pytest.mark.parametrize("spec", ["gd", "usam"])
@pytest.mark.parametrize("name", [TWO, "quadratic uniform kappa 10"])
def test_rates_and_steps_of_linear_methods_are_their_matrix_s(spec, name):
    found, H = seen(spec, name), hessian(name)
    for i, rho in enumerate(RHO):
        for j, eta in enumerate(ETA):
            M = np.eye(len(H)) - eta * H @ (
                np.eye(len(H)) + (rho if spec == "usam" else 0) * H
            )
            radius = np.abs(np.linalg.eigvals(M)).max()
            at = found.isel(rho_level=i, eta_level=j)
            if np.isfinite(at.rate):
                # The other modes decay from a first look on, not from the start.
                assert at.rate.item() == pytest.approx(radius, rel=2e-3)
            for measure in worst.MEASURES:
                step = at.sel(measure=measure).contraction.item()
                assert step == pytest.approx(np.linalg.norm(M, 2), rel=1e-9)
    assert found.rate.notnull().sum() >= 6


def lyapunov(H, eta, rho, normalised, steps=2500):
    """The growth of a plain loop, its point made a unit vector in every step."""
    x, total = np.ones(len(H)) / len(H) ** 0.5, 0.0
    for t in range(steps):
        g = H @ x
        # As g -> 0 a normalised ascent is a long one, and along H g.
        high = H @ (x + rho * g) if not normalised else H @ g
        x = x - eta * np.linalg.norm(g) / np.linalg.norm(high) * high
        size = np.linalg.norm(x)
        x, total = x / size, total + (np.log(size) if 2 * t >= steps else 0.0)
    return np.exp(2 * total / steps)


@pytest.mark.parametrize("eta", [0.05, 0.8, 1.7, 1.95])
@pytest.mark.parametrize("rho", [0.0, 2.0])
def test_the_plateau_is_that_of_a_plain_loop(eta, rho):
    H = hessian("quadratic uniform kappa 10")
    told_ = quadratic_rates.factor("ssam", eta, 0.1, 1.0, rho)
    assert lyapunov(H, eta, rho, False) == pytest.approx(float(told_), rel=1e-3)
    if rho:
        told_ = quadratic_rates.factor("ssam-n", eta, 0.1, 1.0, rho)
        assert lyapunov(H, eta, rho, True) == pytest.approx(float(told_), rel=2e-3)


def test_what_the_experiment_sees_of_ssam_is_the_plateau():
    found = seen("ssam")
    np.testing.assert_allclose(1 - found.rate, 1 - found.linear, 2e-2)
    least = quadratic_rates.best_factor("ssam", 0.1, 1.0, np.array(RHO))
    np.testing.assert_allclose(1 - found.best_rate, 1 - least, 1e-2)
    usam = seen("usam")
    np.testing.assert_allclose(found.best_rate, usam.best_rate, 3e-3)
    assert (found.largest_eta > 1.9).all()
    np.testing.assert_allclose(usam.largest_eta, 2 / (1 + np.array(RHO)), 0.02)


def test_the_best_rates_end_the_plateau():
    mu, rho = np.array([0.1, 0.3]), 2.0
    for name in quadratic_rates.METHODS:
        ends = quadratic_rates.best_rates(name, mu, 1.0, rho)
        best = quadratic_rates.best_factor(name, mu, 1.0, rho)
        for eta in (*ends, ends.mean(axis=0)):
            at = quadratic_rates.factor(name, eta, mu, 1.0, rho)
            np.testing.assert_allclose(at, best, 1e-12)
        for eta in (0.97 * ends[0], 1.03 * ends[1]):
            assert (quadratic_rates.factor(name, eta, mu, 1.0, rho) > best).all()


def test_the_direction_s_fixed_point_attracts():
    """N9's proof: the derivative of ln r under a step, r the modes' share of g."""
    a, b, mu, r, c = sympy.symbols("a b mu r c", positive=True)
    s = 2 / (b + mu * a)
    sigma = (b - mu * a) / (b + mu * a)
    gamma = sympy.sqrt((1 + r) / (b**2 * r + a**2))
    log = sympy.log(c * gamma * b - 1) - sympy.log(1 - c * gamma * mu * a)
    slope = 1 + 2 * r * sympy.diff(log, r)
    slope = slope.subs(c, s / gamma)  # eta, where r is the fixed point
    claimed = 1 - 2 / sigma * r * (b**2 - a**2) / ((1 + r) * (b**2 * r + a**2))
    assert sympy.simplify(slope - claimed) == 0
    share = r * (b**2 - a**2) / ((1 + r) * (b**2 * r + a**2))
    assert sympy.simplify(share.subs(r, a / b) - (b - a) / (b + a)) == 0
    assert sympy.simplify(sympy.diff(share, r).subs(r, a / b)) == 0


def test_sam_ends_on_its_cycle_and_below_its_bound():
    found = seen("sam")
    for i, rho in enumerate(RHO):
        for j, eta in enumerate(ETA[:3]):
            end = found.end.isel(rho_level=i, eta_level=j).item()
            assert end == pytest.approx(eta * rho / (2 - eta), rel=1e-3)
    assert 0.5 < found.sam_ratio.max() <= 1 + 1e-9
    assert found.best_rate.isnull().all() and found.largest_eta.isnull().all()


@pytest.mark.parametrize("spec", ["gd", "usam", "ssam", "ssam-n"])
@pytest.mark.parametrize("name", ["ridge wine kappa 10", "low-rank wine", "log-square"])
def test_no_step_exceeds_its_class(spec, name):
    found = rates.rates(name, spec, ETA[:2], RHO, quick=True)
    known = found.worst.notnull()
    assert (found.contraction <= found.worst * (1 + 1e-7)).where(known, True).all()
    if spec != "ssam-n" and name != "log-square":
        assert (found.contraction / found.worst).max() > 0.99


def test_a_step_twice_as_long_exceeds_it(monkeypatch):
    def twice(self, x, state, gradient):
        g = gradient(x)
        return 2 * gradient(x + self.rho * g), g, state

    monkeypatch.setattr(USAM, "direction", twice)
    found = rates.rates(TWO, "usam", ETA, RHO, quick=True)
    assert (found.contraction > 1.01 * found.worst).any()


def test_a_step_by_pl_is_the_worst_of_t1_s_ball():
    rng = np.random.default_rng(1)
    for _ in range(20):
        low, rho, mu = rng.uniform(-0.5, 0.3), rng.uniform(0.05, 1.9), 0.02
        a, b = 1 + rho * low, 1 + rho
        eta = rng.uniform(0.05, 1) * 2 / b
        angle, size = np.meshgrid(np.linspace(0, np.pi, 181), np.linspace(0, 1, 101))
        y = (a + b) / 2 + (b - a) / 2 * size * np.exp(1j * angle)  # g = 1
        fall = eta * y.real - (eta * abs(y)) ** 2 / 2
        exact = 1 - 2 * mu * fall.min()
        said = pl_factors.pl_factor("usam", eta, mu, low, 1.0, rho)
        assert said == pytest.approx(exact, rel=1e-9)
        cos = (y / abs(y)).real.min()
        eta = rng.uniform(0.05, 1) * 2 * cos
        exact = 1 - 2 * mu * (eta * cos - eta**2 / 2)
        said = pl_factors.pl_factor("ssam", eta, mu, low, 1.0, rho)
        assert said == pytest.approx(exact, rel=1e-3)  # the angle is on a grid


def test_the_log_square_obeys_its_inequality():
    where = problems.problem("log-square")
    f, rng = where.landscape, np.random.default_rng(2)
    v = rng.normal(size=(4000, f.dim)) @ np.diag(rng.uniform(0, 1, f.dim))
    v *= rng.uniform(0, 1, (4000, 1)) / np.linalg.norm(v, axis=1, keepdims=True)
    ends = np.linalg.svd(f.X)[2]
    x = where.minimiser + np.concatenate([v, ends, -ends])
    ratio = (f.gradient(x) ** 2).sum(-1) / (2 * f.value(x))
    assert where.mu <= ratio.min() < 5 * where.mu
    assert (f.value(x) <= 1 + 1e-12).all()


def test_distances_are_from_the_nearest_minimiser():
    where = problems.problem("low-rank wine")
    f = where.landscape
    x = np.random.default_rng(3).normal(size=f.dim)
    # The least change of x that fits all rows.
    change = np.linalg.pinv(f.X) @ (f.y - f.X @ x)
    assert where.distance(x) == pytest.approx(np.linalg.norm(change), rel=1e-9)
    assert where.least == pytest.approx(0, abs=1e-12)
    spread = np.linalg.svd(f.X, compute_uv=False) ** 2 / f.n
    assert where.kappa == pytest.approx(spread.max() / spread.min(), rel=1e-9)


@pytest.mark.parametrize(
    "name", ["ridge diabetes kappa 10", "logistic digits kappa 10"]
)
def test_a_ridge_gives_the_condition_asked_for(name):
    where = problems.problem(name)
    f = where.landscape
    low, high = (0.0, 0.25) if "logistic" in name else (1.0, 1.0)
    lam = np.linalg.eigvalsh(f.X.T @ f.X / f.n)
    most, least = high * lam.max() + f.ridge, low * max(lam.min(), 0) + f.ridge
    assert most / least == pytest.approx(10) and where.kappa == pytest.approx(10)
    assert np.abs(f.gradient(where.minimiser)).max() < 1e-9


def test_probes_and_starts_lie_at_the_distance_said():
    where = problems.problem("ridge wine kappa 10")
    far = where.distance(places.starts(where))
    np.testing.assert_allclose(far, where.reach, 1e-9)
    assert where.distance(places.probes(where)).max() <= where.reach * (1 + 1e-9)


def test_a_rate_is_told_only_where_it_has_settled():
    times = np.arange(0, 641, 10)
    steady, bent = 0.98**times, 1 / (1 + times)
    still, lost = np.full(65, 0.2), np.where(times < 50, 2.0**times, np.nan)
    both = np.stack([steady, bent, still, lost], axis=1)
    found = settling.settled(times, both, 1e-12)
    assert found[0] == pytest.approx(0.98) and np.isnan(found[1:3]).all()
    assert found[3] == pytest.approx(2.0)
    ends = settling.final(both)
    assert ends[2] == pytest.approx(0.2) and np.isinf(ends[3]) and ends[0] < 1e-3


def test_times_are_steps(spec="gd"):
    where = problems.problem(TWO)
    x = places.starts(where)[:1]
    trace = runs.followed(
        where, methods.make("gd"), np.array([0.5]), np.zeros(1), x, 400
    )
    H, count = hessian(), 0
    first = x[0] @ H @ x[0]
    while x[0] @ H @ x[0] > 1e-2 * first:
        x, count = x - 0.5 * x @ H, count + 1
    assert trace.hits[0, 0] == count


def test_sgd_s_floor_under_noise_is_its_variance():
    found = skewed.skewed("gd", 32).skew.isel(skew_rho=0)
    lam, eta = np.array(skewed.SPECTRUM), np.array(skewed.ETA)[:, None]
    floor = (lam / 2 * eta**2 / (1 - (1 - eta * lam) ** 2)).sum(axis=1)
    # 320 runs: the mean of f is known to a few per cent.
    np.testing.assert_allclose(found.sel(skewness="symmetric"), floor, 0.1)
    np.testing.assert_allclose(found.sel(skewness="skewed"), 3 * floor, 0.1)
    assert (skewed.skewed("gd", 30, quick=True).excess == 0).all()


def test_skewed_noise_gives_sam_a_floor_of_order_rho_squared():
    sam = skewed.skewed("sam", 32).isel(skew_eta=-1)
    skew, fair = (sam.sel(skewness=k).excess.values for k in skewed.KINDS)
    assert (skew > 2 * np.abs(fair)).all()
    assert 1.2 < np.log2(skew[2] / skew[1]) < 2.2


def test_one_seed_s_mini_batches_are_all_methods(monkeypatch):
    name = "ridge diabetes kappa 10"
    monkeypatch.setattr(noisy, "RHO", (0.0, 0.1))
    plain, sam = (noisy.noisy(name, spec, 30, quick=True) for spec in ("gd", "sam"))
    np.testing.assert_allclose(
        sam.noise.isel(noise_rho=0), plain.noise.isel(noise_rho=0)
    )
    assert (plain.noise.isel(batch=0) > plain.noise.isel(batch=1)).all()
    assert 0 < sam.proved_high.max() <= 1 and plain.proved.isnull().all()


def test_falling_steps_are_l27_s():
    where = problems.problem("ridge diabetes kappa 3")
    given = falling.schedule("L27", where, methods.make("usam"))(100)
    L, mu = where.landscape.constants["beta_max"], where.mu
    assert given["eta"] == pytest.approx(min(804 / (3 * mu * 101**2), 1 / (2 * L)))
    assert given["rho"] == pytest.approx((given["eta"] / L) ** 0.5)
    assert falling.schedule("L14", where, methods.make("ssam")) is None


TINY = {"methods": ("gd", "usam", "sam", "ssam"), "eta": ("0.3:2.5:9",)}


def config(out, **words):
    given = {"kappa": ("10",), "data": ("wine",), "methods": ("gd", "sam", "ssam")}
    return convergence.Config(out=out, quick=True, jobs=1, **given | words)


@pytest.fixture(scope="module")
def out(tmp_path_factory):
    return tmp_path_factory.mktemp("convergence")


@pytest.fixture(scope="module")
def dataset(out):
    given = config(out, **TINY)
    with pytest.MonkeyPatch.context() as patch:  # every part, but little of each
        patch.setattr(certified, "ETA", (0.5, 1.5))
        patch.setattr(falling, "STEPS", 256)
        found = convergence.measure(given)
    run.save(found, out / figure.RESULT, given, "tiny")
    return found


def test_what_is_kept_is_not_made_again(dataset, out, monkeypatch):
    monkeypatch.setattr(plan, "do", None)
    assert convergence.measure(config(out, **TINY)).equals(dataset)


def nothing(kind, part, key, arguments):
    """A result in no time."""
    axes = plan.AXES[kind]
    coords = {axis: [value] for axis, value in zip(axes, key, strict=True)}
    return xarray.Dataset({kind: (axes, np.ones((1,) * len(axes)))}, coords)


def test_a_run_that_is_stopped_goes_on(tmp_path, monkeypatch):
    given, count = config(tmp_path), []

    def killed(*case):
        count.append(case)
        if len(count) > 7:
            raise KeyboardInterrupt
        return nothing(*case)

    monkeypatch.setattr(plan, "do", killed)
    monkeypatch.setattr(
        run, "in_parallel", lambda do, cases, *_: ((c, do(*c)) for c in cases)
    )
    with pytest.raises(KeyboardInterrupt):
        convergence.measure(given)
    kept = len(list((tmp_path / "convergence").glob("*.nc")))
    assert kept == 2  # two parts of three methods
    asked = []
    monkeypatch.setattr(plan, "do", lambda *case: asked.append(case) or nothing(*case))
    found = convergence.measure(given)
    assert len(asked) == sum(map(len, plan.by_part(given).values())) - 6
    assert found.rates.notnull().all() and found.algorithm.values[-1] == "SSAM"


def test_the_table_and_the_answer_tell_the_numbers(dataset):
    text, said = report.table(dataset), report.answer(dataset)
    assert f"{float(dataset.best_rate.sel(problem=TWO, algorithm='GD')[0]):.4f}" in text
    cells = dataset.sizes["problem"] * dataset.sizes["rho_level"]
    assert f"of {cells} pairs of problem and radius" in said
    for word in (
        "faster than GD in",
        "SAM none",
        "exceed the worst case",
        "mini-batches",
    ):
        assert word in said


def test_counts_tell_apart_by_more_than_two_per_cent(dataset):
    ratio = dataset.best_rate.isel(algorithm=0, rho_level=0, drop=True)
    ratio = ratio[:4].copy(data=[1.03, 0.97, 1.01, np.nan])
    assert told.counts(ratio) == (1, 1, 1)


def test_a_power_of_kappa_is_found(dataset):
    made = dataset.isel(problem=[0, 0, 0, 0]).copy()
    names = [f"quadratic {s} kappa {k}" for s in ("a", "b") for k in (10, 100)]
    made = made.assign_coords(
        problem=names, kind=("problem", ["quadratic"] * 4),
        kappa=("problem", [10.0, 100, 10, 100]),
    )  # fmt: skip
    made["best_rate"] = made.best_rate.copy()
    for name, speed in zip(names, (0.1, 1e-3, 0.1, 1e-3), strict=True):
        made.best_rate.loc[{"problem": name}] = np.exp(-speed)
    found = told.kappa_slope(made, "GD", 0)
    assert isinstance(found, Interval)
    np.testing.assert_allclose([found.value, found.low, found.high], 2.0, 1e-9)


def test_pictures_are_drawn_of_what_there_is(dataset, out):
    drawn = figure.convergence(out)
    assert list(drawn) == ["convergence", "convergence_floors", "convergence_speeds"]
    overview = drawn["convergence"]()
    left, steps, _ = overview.axes
    line = next(one for one in left.lines if one.get_label() == "SSAM")
    rho = float(dataset.radius[-1])
    x = line.get_xdata()
    expected = quadratic_rates.factor("ssam", x, 0.1, 1.0, rho)
    np.testing.assert_allclose(line.get_ydata(), expected)
    bound = usam_distance.worst_factor(x, 0.1, 1.0, rho)
    assert any(np.array_equal(one.get_ydata(), bound) for one in steps.lines)
    assert len(drawn["convergence_floors"]().axes) == 3
    assert len(drawn["convergence_speeds"]().axes) == 2


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("--eta", "-1"), "--eta must be finite and > 0, got -1."),
        (("--eta", "nan"), "--eta must be finite and > 0, got nan."),
        (("--rho", "-0.1"), "--rho must be finite and >= 0, got -0.1."),
        (("--rho", "nan"), "--rho must be finite and >= 0, got nan."),
        (("--kappa", "0.5"), "--kappa must be > 1, got 0.5."),
        (("--regressions", "1"), "--regressions must be > 1, got 1."),
        (("--data", "mars"), "unknown data set `mars`"),
        (("--seeds", "3"), "--seeds must be >= 30, got 3."),
        (("--methods",), "--methods needs a value."),
    ],
)
def test_bad_words_are_refused_in_a_line(words, said):
    with pytest.raises(run.BadOption) as error:
        run.parse(convergence.Config, "convergence", list(words))
    assert said in str(error.value) and "\n" not in str(error.value)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("1,2,0\n1,3,1\n1,4,0\n", "has a constant column: number 1 is always 1."),
        ("1,2,1\n2,3,1\n3,5,1\n", "has one class only"),
        ("1,2,1\n2,nan,1\n3,5,0\n", "not finite: row 2, column 2."),
        ("a,b\n1,c\n", "is no table of numbers: "),
        ("a,b\n1,2\n", "needs at least 2 rows and 2 columns (features, then"),
    ],
)
def test_bad_tables_are_refused_in_a_line(tmp_path, text, said):
    path = tmp_path / "own.csv"
    path.write_text(text)
    with pytest.raises(run.BadOption) as error:
        convergence.Config(data=(str(path),))
    assert said in str(error.value) and "\n" not in str(error.value)


def test_a_table_of_one_s_own_is_learnt_from(tmp_path):
    path = tmp_path / "own.csv"
    rng = np.random.default_rng(0)
    X = rng.normal(size=(40, 3))
    np.savetxt(path, np.column_stack([X, X[:, 0] > 0]), delimiter=",")
    name, digest = str(path), tables.check(str(path))
    assert tables.has_classes(name) and len(digest) == 16
    given = convergence.Config(data=(name,), quick=True)
    assert given.digests == {name: digest}
    assert f"logistic {name} kappa 10" in names.names(given)
    assert names.label(f"logistic {name} kappa 10") == "logistic own kappa 10"
    where = problems.problem(f"logistic {name} kappa 10")
    assert set(where.landscape.y) == {-1.0, 1.0}


def verdict(id, **changes):
    statement = claims.load("N9")
    claim = next(c for c in statement.claims if c.id == id)
    claim = replace(claim, **{k: change(claim) for k, change in changes.items()})
    return judge(claim, statement.grade, True).verdict


def scaled(factor):
    return lambda claim: lambda **case: factor * np.asarray(claim.bound(**case))


def test_n9_notices_what_is_wrong(monkeypatch):
    assert verdict("N9.limit") == "supported"
    assert verdict("N9.limit", bound=scaled(1.01)) == "refuted"
    assert verdict("N9.pl", bound=scaled(0.9)) == "refuted"
    ascent = USAM.direction

    def not_rescaled(self, x, state, gradient):
        return self.method.direction(x, state, gradient)

    monkeypatch.setattr(Stable, "direction", not_rescaled)
    assert verdict("N9.limit") != "supported"
    monkeypatch.undo()
    monkeypatch.setattr(SAM, "direction", ascent)
    assert verdict("N9.limit") != "supported"
