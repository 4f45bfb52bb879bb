"""Measured at saddles: every number against a plain loop or a closed form."""

from functools import cache

import numpy as np
import pytest
from scipy.stats import binomtest

import landscapes
from experiments import saddle_escape
from experiments.saddles import maps, report, thresholds
from experiments.saddles.directions import directions
from experiments.saddles.maps import trap_map
from experiments.saddles.site import sites
from experiments.saddles.thresholds import across, threshold
from experiments.saddles.times import escape
from experiments.saddles.traps import trap
from tests import reference
from tests.test_linear_autoencoder import images
from theory import methods, share, simulate
from theory.verdict import classify

H = np.diag([2.0, -1.0])  # of the landscape `quadratic`


def config(**words):
    words = {"quick": True, "starts": 16, "steps": 80, "rays": 1, "jobs": 1} | words
    return saddle_escape.Config(**words)


def leaving(spec, eta, rho, start, steps, gradient=H.dot, center=(0, 0), radius=1.0):
    """The step at which one run leaves, by the formulas; inf if it does not."""
    x = np.array(start)
    for t in range(steps + 1):
        if not reference.length(x - center) < radius:
            return t
        g = gradient(x)
        ascent = g if spec in ("usam", "ssam") else g / reference.length(g)
        d = g if spec == "gd" else gradient(x + rho * ascent)
        if spec.startswith("ssam"):
            d = d * reference.length(g) / reference.length(d)
        x = x - eta * d
    return np.inf


@pytest.mark.parametrize("spec", ["gd", "usam", "sam", "ssam", "ssam-n"])
@pytest.mark.parametrize("name", ["quadratic", "double_well_saddle"])
def test_shares_and_times_are_those_of_a_plain_loop(name, spec):
    words = config(landscape=(name,), starts=12)
    found = escape(name, 0, spec, words).isel(saddle=0, algorithm=0)
    site = sites(name, None)[0]
    x = site.starts(12, 0)
    assert (np.linalg.norm(x - site.saddle.point, axis=1) < site.radius / 4).all()
    middle, censored = [], False
    for i, eta in enumerate(found.eta.values):
        for j, rho in enumerate(found.rho.values):
            loop = (spec, eta, rho)
            where = (80, site.landscape.gradient, site.saddle.point, site.radius)
            left = sorted(leaving(*loop, start, *where) for start in x)
            cell = found.isel(eta_level=i, rho_level=j)
            assert float(cell.escaped) == np.mean(np.isfinite(left))
            # Order statistics; runs that stayed come last.
            ranks = [round(q * 11) for q in found.coords["quantile"].values]
            np.testing.assert_array_equal(cell.time, [left[k] for k in ranks])
            middle.append(left[5])
            censored = censored or np.isinf(left).any()
    assert np.isfinite(middle).any()
    assert censored or spec == "gd"


def matches_the_wilson_interval():
    for count in (1, 7, 64):
        for hits in {0, 1, count // 2, count}:
            for level in (0.9, 0.95):
                told = share.wilson(hits, count, level)
                exact = binomtest(hits, count).proportion_ci(level, method="wilson")
                np.testing.assert_allclose(told, exact, rtol=1e-12, atol=1e-15)


def test_the_interval_is_wilsons():
    matches_the_wilson_interval()


def test_a_wrong_quantile_in_the_interval_would_be_seen(monkeypatch):
    monkeypatch.setattr(share, "ndtri", lambda level: 1.9)
    with pytest.raises(AssertionError):
        matches_the_wilson_interval()


def test_sams_trap_is_the_ellipse_of_the_theorem():
    words = config(eta=("0.05",), rho=("0.1", "0.2"), steps=300, rays=4)
    words.trap_rounds = 3  # to pieces of 0.3 %, as without --quick
    words.steps = 300
    found = trap("quadratic", 0, "sam", words)
    np.testing.assert_allclose(found.trap_reach, 1, rtol=5e-3)
    # Nearest along the rising axis, where |Hw| = 2 |w|, at the earliest.
    assert (found.trap_radius.values >= 0.995 * np.array([0.05, 0.1])).all()
    assert (found.trap_radius.values <= 1.005 * np.array([0.1, 0.2])).all()


def test_a_method_whose_radius_is_a_rate_has_no_such_ellipse():
    found = trap("quadratic", 0, "usam", config(rho=("0.5", "1.5")))
    assert found.trap_reach.isnull().all()
    held = found.trap_radius.isel(rho_level=1, eta_level=0)
    np.testing.assert_allclose(held, 1)


def brackets_the_threshold():
    words = config(rho=("0.05", "0.2"), steps=300)
    found = threshold("quadratic", 0, "sam", words)
    low, high = found.threshold_low.values, found.threshold_high.values
    assert (low >= 0.97 / 3).all() and (low <= 1 / 3).all()
    assert (high <= 1.03 / 3).all() and (high >= 1 / 3).all()
    np.testing.assert_allclose(found.threshold_predicted, 1 / 3, rtol=1e-12)


def test_the_threshold_is_bracketed_from_both_sides():
    brackets_the_threshold()


def test_a_bracket_the_wrong_way_round_would_be_seen(monkeypatch):
    narrow = thresholds._narrow

    def swapped(eta, stalled, left, *more):
        return narrow(eta, left, stalled, *more)

    monkeypatch.setattr(thresholds, "_narrow", swapped)
    with pytest.raises(AssertionError):
        brackets_the_threshold()


@cache
def variances():
    """Of the digits, along their principal axes; ascending."""
    X = images()
    return np.linalg.eigvalsh(X.T @ X / len(X))


@pytest.mark.parametrize("spec", ["gd", "usam", "ssam"])
def test_a_descending_direction_grows_by_its_own_factor(spec):
    found = directions("linear_autoencoder", 0, spec, config())
    told, seen = (
        found[name].isel(saddle=0, algorithm=0).values
        for name in ("growth_predicted", "growth")
    )
    m = variances()[::-1]
    np.testing.assert_allclose(-found.direction_lam[0], m, atol=1e-12)
    eta = 0.5 / m[0]
    # Quick radii are the first and last of 0.1 ... 1.1, over the steepest curvature.
    for row, rho in enumerate((0.1 / m[0], 1.1 / m[0])):
        k = 1 - rho * m
        factor = {"gd": 1 + eta * m, "usam": 1 + eta * m * k}
        # On an eigenvector SSAM is GD where it grows, and ascends where rho m > 1.
        factor["ssam"] = 1 + eta * m * np.sign(k)
        np.testing.assert_allclose(told[row], factor[spec], rtol=1e-9)
        np.testing.assert_allclose(seen[row], factor[spec], rtol=1e-4)


@pytest.mark.parametrize("spec", ["sam", "ssam-n"])
def test_every_descending_direction_has_its_edge_at_one_radius(spec):
    found = directions("linear_autoencoder", 0, spec, config())
    assert found.sizes["direction"] == 61
    np.testing.assert_allclose(found.direction_trap, 1, rtol=1e-2)


def test_sam_leaves_above_the_threshold_and_not_below():
    words = config(quick=False, steps=300)  # 8 times as many at the threshold
    words.spectra = 12
    found = across("sam", words).left.isel(algorithm=0)
    assert found.sizes["spectrum"] == 12
    assert float(found.sel(scale=slice(0, 0.96)).max()) == 0
    assert float(found.sel(scale=slice(1.25, 2)).min()) == 1


@pytest.mark.parametrize("spec", ["sam", "usam"])
def test_a_map_is_made_of_single_runs(spec):
    words = config()
    found = trap_map("double_well_saddle", spec, words).isel(landscape=0, algorithm=0)
    landscape = landscapes.load("double_well_saddle")
    center, radius = found.map_center.values, float(found.map_radius)
    method = methods.make(spec, rho=float(found.map_rho))
    pixels = np.random.default_rng(0).integers(0, words.pixels, (12, 2))
    seen = set()
    for number, (i, j) in enumerate(pixels):
        pixel = found.isel(y=i, x=j, map_eta=number % 2)
        start = center + radius * np.array([float(pixel.x), float(pixel.y)])
        alone = simulate.batch(
            landscape, method, float(pixel.map_eta_value), None, start, 80,
            center=center, radius=radius, window=16,
        )  # fmt: skip
        assert classify(alone, landscape).codes == pixel.verdict
        seen.add(int(pixel.verdict))
    assert found.verdict.shape == (2, words.pixels, words.pixels)
    assert len(seen) > 1 and maps.HALF_WIDTH == float(found.x.max())


@pytest.fixture(scope="module")
def measured(tmp_path_factory):
    out = tmp_path_factory.mktemp("results")
    names = ("quadratic", "monkey_saddle")
    return saddle_escape.measure(config(landscape=names, steps=300, out=out))


ETAS, RHOS = (0.05, 0.75), (0.01, 0.2)  # 0.1 and 1.5 over 2; of the ball's radius 1


@cache
def sams_cells():
    """`{(eta, rho): (inside the trap, steps until it leaves) of every start}`."""
    x = sites("quadratic", None)[0].starts(16, 0)
    inside = {rho: [reference.length(H @ w) < rho for w in x] for rho in RHOS}
    return {
        (eta, rho): (inside[rho], [leaving("sam", eta, rho, w, 300) for w in x])
        for eta in ETAS
        for rho in RHOS
    }


def rows(text):
    """The table's lines as lists of cells."""
    return [
        [cell.strip() for cell in line.split("  ") if cell.strip()]
        for line in text.splitlines()
    ]


def test_the_table_has_a_row_a_landscape_and_method(measured):
    lines = rows(report.table(measured))
    assert lines[0] == list(report.HEAD)
    labels = ["GD", "USAM", "SAM", "SSAM", "SSAM-N"]
    expected = [[n, a] for n in ("monkey_saddle", "quadratic") for a in labels]
    assert [line[:2] for line in lines[1:11]] == expected
    assert all(len(line) == len(report.HEAD) for line in lines[:11])
    text = report.table(measured)
    assert max(map(len, text.splitlines())) <= 100
    assert "SAM's learning-rate threshold" in text and text.count("quadratic 1 ") == 2
    # Nothing is predicted at a degenerate saddle.
    assert {line[-1] for line in lines[1:6]} == {"-"}


def test_sams_row_is_what_single_runs_say(measured):
    (row,) = (r for r in rows(report.table(measured)) if r[:2] == ["quadratic", "SAM"])
    left = [np.mean(np.isfinite(t)) for _, t in sams_cells().values()]
    pooled = np.concatenate([t for _, t in sams_cells().values()])
    assert row[2:4] == ["1", f"{100 * np.mean(left):.1f} %"]
    # The table pools 101 quantiles a cell, which shifts the rank by less than 2 %.
    low, high = np.quantile(pooled, [0.48, 0.52], method="nearest")
    assert low <= float(row[6]) <= high
    # Below 1/3 no start inside the trap may leave, above it all must.
    agree = spoken = 0
    for (eta, _), (inside, t) in sams_cells().items():
        if any(inside):
            out = np.isfinite(np.array(t)[inside])
            spoken += 1
            agree += not out.any() if eta < 1 / 3 else out.all()
    assert row[9] == f"{agree} of {spoken}" and spoken > 0


def test_the_answer_says_what_single_runs_say(measured):
    shares = {eta: [] for eta in ETAS}
    for (eta, _), (inside, t) in sams_cells().items():
        if any(inside):
            shares[eta].append(np.mean(np.isfinite(np.array(t)[inside])))
    below, above = (f"{100 * np.mean(shares[eta]):.1f} %" for eta in ETAS)
    text = report.answer(measured)
    assert text.startswith("Around 1 saddles of index 1:\n")
    assert (
        f"of the starts with ||Hw|| < rho m, SAM let {below} leave below its "
        f"threshold and {above} above it;"
    ) in map(str.strip, text.splitlines())
    high = float(measured.threshold_high.sel(saddle="quadratic 1").isel(rho_level=0))
    assert f"times {3 * high:.3f} ({3 * high:.3f} to {3 * high:.3f})" in text
    assert text.endswith("at the smallest rho.") and "nan" not in text


def test_the_methods_stand_as_they_were_named(tmp_path):
    words = config(landscape=("quadratic",), methods=("ssam", "gd"), out=tmp_path)
    found = saddle_escape.measure(words)
    assert list(found.algorithm.values) == ["SSAM", "GD"]


def test_without_a_radius_there_is_nothing_to_divide_by(tmp_path):
    words = config(landscape=("quadratic",), methods=("sam",), rho=("0",), out=tmp_path)
    found = saddle_escape.measure(words)
    gd = escape("quadratic", 0, "gd", words)
    np.testing.assert_array_equal(found.time.squeeze(), gd.time.squeeze())
    assert "nan %" not in report.answer(found)


@pytest.mark.parametrize(
    "words, message",
    [
        ({"methods": ("sam", "SAM")}, "methods `sam` and `SAM` are both called SAM"),
        ({"methods": ("ssam-n", "stable:sam")}, "are both called SSAM-N"),
        ({"landscape": ("rosenbrock",)}, "`rosenbrock` has no saddle"),
    ],
)
def test_what_cannot_be_told_apart_or_measured_is_refused(words, message, tmp_path):
    words = {"landscape": ("quadratic",), "out": tmp_path} | words
    with pytest.raises(ValueError, match=message) as caught:
        saddle_escape.measure(config(**words))
    assert "\n" not in str(caught.value)
