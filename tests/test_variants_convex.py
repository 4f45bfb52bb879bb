"""Ranges of learning rates on convex functions, beside closed forms."""

import numpy as np
import pytest
import xarray

from experiments.zoo import convex
from experiments.zoo.lineup import line_up

PLACES = convex.functions(False)
POINT, BAND = 0, 1


@pytest.fixture(scope="module")
def case():
    """One method on one function, measured once."""
    known = {}

    def measured(spec, name="quadratic 10"):
        if (spec, name) not in known:
            (method,) = line_up([spec]).values()
            known[spec, name] = convex._case(method, PLACES[name], False)
        return known[spec, name]

    return measured


def holds(found, target, told, slack=0.03):
    """Whether brackets hold a number, up to what slow runs leave undecided."""
    low, high = (found[f"range_{end}"].values[target] for end in ("low", "high"))
    return (low <= told).all() and (high >= told * (1 - slack)).all()


def test_gd_converges_up_to_two_over_beta(case):
    found = case("gd")
    assert holds(found, POINT, 2) and holds(found, BAND, 2)
    assert found.range_low.values == pytest.approx(2, rel=0.03)
    assert found.cycle_distance.values == pytest.approx(0, abs=1e-9)


def test_usam_converges_up_to_its_edge(case):
    found, rho = case("usam").isel(convex_rho_level=[0, 1]), np.array([0.1, 0.3])
    # x -> (1 - eta (1 + rho)) x along the top mode.
    assert holds(found, POINT, 2 / (1 + rho))
    assert found.range_low.values[POINT] == pytest.approx(2 / (1 + rho), rel=0.03)


def test_sam_never_rests_and_stays_in_its_cycle_up_to_two_over_beta(case):
    found = case("sam")
    assert found.range_low[POINT].isnull().all()
    assert (found.range_failure[POINT] == "band").all()
    assert holds(found, BAND, 2)
    # eta rho lam / (2 - eta lam) at eta = 1 / lam.
    assert found.cycle_distance.values == pytest.approx(convex.RADII, rel=1e-6)


def test_stable_gives_back_gd_s_range_where_all_curvatures_are_equal(case):
    for spec in ("ssam", "ssam-n"):
        found = case(spec, "quadratic 1")
        assert holds(found, POINT, 2)
        assert found.cycle_distance.values == pytest.approx(0, abs=1e-9)


def test_what_a_function_cannot_serve_is_said(case):
    found = case("esam")
    assert "needs a sample with `segments`" in str(found.convex_unserved.values)
    assert found.range_low.isnull().all() and (found.range_failure == "").all()
    assert str(case("msam", "huber ridge").convex_unserved.values) == ""


def test_msam_of_one_shard_s_samples_is_sam(case):
    (method,) = line_up(["msam/m=4"]).values()
    one = convex._case(method.having(m=1), PLACES["huber ridge"], True)
    (sam,) = line_up(["sam"]).values()
    other = convex._case(sam, PLACES["huber ridge"], True)
    assert one.equals(other)


def test_all_starts_must_converge(monkeypatch):
    def codes(method, place, starts, steps, rho, eta):
        alone = np.where(eta > 1.3, convex.Verdict.DIVERGED, convex.Verdict.CONVERGED)
        others = np.where(eta > 2, convex.Verdict.DIVERGED, convex.Verdict.CONVERGED)
        return np.stack([alone, *[others] * (starts - 1)], axis=1)

    monkeypatch.setattr(convex, "_codes", codes)
    (method,) = line_up(["sam"]).values()
    found = convex.measured(method, PLACES["quadratic 1"], np.array([0.1]), False)
    assert found["range_low"] == pytest.approx(1.3, rel=0.02)
    assert (found["range_failure"] == "converged").all()  # most do


def test_a_ratio_is_the_scaled_method_s_over_the_plain_one_s():
    cell = ("algorithm", "function", "target", "convex_rho_level")
    low = np.array([1.0, 2.0, 3.0]).reshape(3, 1, 1, 1)
    found = xarray.Dataset(
        {"range_low": (cell, low), "plain_form": ("algorithm", ["", "USAM", "SAM"])},
        {"algorithm": ["USAM", "SSAM", "SSAM-N"]},
    )
    got = convex._over_plain(found).values.ravel()
    np.testing.assert_array_equal(got, [np.nan, 2, np.nan])


def test_ratios_are_of_the_same_radius():
    found = convex.convex(["usam", "ssam", "gd"], quick=True)
    one, other = (found.range_low.sel(algorithm=name) for name in ("SSAM", "USAM"))
    got = found.range_over_plain.sel(algorithm="SSAM")
    np.testing.assert_array_equal(got, one / other)
    assert found.range_over_plain.sel(algorithm=["USAM", "GD"]).isnull().all()
    assert found.range_low.dims == (
        "algorithm", "function", "target", "convex_rho_level"
    )  # fmt: skip
    np.testing.assert_array_equal(found.range_over_gd, found.range_low / 2)


def test_the_largest_curvature_is_that_at_the_minimiser():
    place = PLACES["logistic regression"]
    f, w = place.landscape, place.landscape.minima[0].point
    p = 1 / (1 + np.exp(-f.X @ w))
    H = (f.X.T * (p * (1 - p))) @ f.X / f.n + f.ridge * np.eye(f.dim)
    assert place.beta == pytest.approx(np.linalg.eigvalsh(H).max())
