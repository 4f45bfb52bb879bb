"""Which methods leave which saddles, beside closed forms."""

import numpy as np
import pytest

from experiments.zoo import saddles
from experiments.zoo.lineup import line_up
from experiments.zoo.seen import Seen
from theory.iterate import iterate
from theory.methods import make

EPOCHS = range(4), range(4, 8)
PLACES = saddles.places(False)
SADDLE = "quadratic 1, -0.5"


@pytest.fixture(scope="module")
def case():
    """One method at one saddle, measured once."""
    known = {}

    def measured(spec, name=SADDLE):
        if (spec, name) not in known:
            (method,) = line_up([spec]).values()
            known[spec, name] = saddles._case(method, name, PLACES[name], False)
        return known[spec, name]

    return measured


def grown(place, eta, m):
    """Whether starts on a quadratic 1, -m are out after the steps, by GD's powers."""
    x = place.site.starts(saddles.STARTS, saddles.SEED, saddles.NEAR)
    t = np.arange(place.steps + 1)
    with np.errstate(over="ignore"):
        size = np.hypot(x[:, :1] * (1 - eta) ** t, x[:, 1:] * (1 + eta * m) ** t)
    return (size >= 1).any(axis=1)


def test_gd_leaves_when_its_powers_say(case):
    place, found = PLACES[SADDLE], case("gd")
    told = [grown(place, eta, 0.5).mean() for eta in place.eta(make("gd"))]
    assert found.saddle_escaped[0].values == pytest.approx(told, abs=0)
    assert min(told) < 1 <= max(told) or min(told) == 1


def test_usam_is_held_beyond_one_over_m_and_leaves_below(case):
    found = case("usam")
    assert (found.saddle_rho * 0.5).values == pytest.approx(saddles.RATES)
    held, calm = found.sel(saddle_rho_level=2), found.saddle_eta * (1 + 3) < 2
    # 1 - eta m / 2 a step: in 480 steps it is at the saddle from the fourth rate on.
    there = calm & (found.saddle_eta > 0.15)
    assert there.sum() == 3 and (held.saddle_stalled.where(there, 1) == 1).all()
    assert (
        not held.saddle_escaped.any() and not held.saddle_diverged.where(calm, 0).any()
    )
    assert (found.saddle_escaped[0] == 1).all()


def test_sam_is_held_below_the_threshold_and_leaves_above(case):
    found, threshold = case("sam"), 2 * 0.5 / (1 * (1 + 0.5))
    # All starts are in the trap: |Hw| <= .1 < rho m = .15.
    widest, eta = found.isel(saddle_rho_level=2), found.saddle_eta
    assert (widest.saddle_stalled.where(eta < threshold, 1) == 1).all()
    above = (eta > threshold) & (eta < 1.5)
    assert above.any() and (widest.saddle_escaped.where(above, 1) == 1).all()
    rates = eta.values[widest.saddle_escaped.values >= 0.9]
    assert threshold < rates.min() < rates.max()
    assert (widest.escape_eta_least, widest.escape_eta_largest) == (
        rates.min(), rates.max()
    )  # fmt: skip
    assert widest.escape_eta_share == len(rates) / 10


def test_stable_usam_is_held_where_usam_is(case):
    assert (case("ssam").saddle_stalled[2, 1:7] == 1).all()
    assert (case("ssam").saddle_escaped[0] == 1).all()


def test_shares_are_whole(case):
    for spec in ("sam", "looksam", "adasam"):
        names = ("escaped", "diverged", *saddles.CODES)
        assert sum(
            case(spec)[f"saddle_{name}"] for name in names
        ).values == pytest.approx(1)


def test_what_a_saddle_cannot_serve_is_said(case):
    for spec, lacks in (
        ("esam", "segments"),
        ("msam/m=4", "split"),
        ("ausam", "indices"),
    ):
        found = case(spec)
        assert f"needs a sample with `{lacks}`" in str(found.saddle_unserved.values)
        assert found.saddle_escaped.isnull().all()
    assert "least value" in str(case("sam-polyak").saddle_unserved.values)
    assert str(case("esam", "noise that fades").saddle_unserved.values) == ""


def test_another_error_is_not_taken_for_an_answer(monkeypatch):
    def broken(*args, **options):
        raise ValueError("something else")

    monkeypatch.setattr(saddles.simulate, "batch", broken)
    with pytest.raises(ValueError, match="something else"):
        saddles._case(make("sam"), SADDLE, PLACES[SADDLE], True)


def test_a_sum_is_a_saddle_of_its_rows():
    f = saddles.saddle_sum(0.1)
    H = sum(y * np.outer(x, x) for x, y in zip(f.X, f.y, strict=True)) / len(f.y)
    lam = np.linalg.eigvalsh(H)
    assert f.saddles[0].eigenvalues == pytest.approx(lam)
    assert (lam < 0).sum() == 1 and lam.max() > -lam.min()
    assert f.gradient(np.zeros(4)) == pytest.approx(0, abs=1e-15)
    assert np.linalg.norm(f.gradients(np.zeros(4)), axis=1).min() > 1e-3
    assert not saddles.saddle_sum(0.0).gradients(np.zeros(4)).any()


def test_an_epoch_shows_every_sample_once():
    f = saddles.saddle_sum(0.1)
    seen, x = Seen(make("gd"), f, saddles.BATCH), np.array([0.3, -0.2, 0.1, 0.5])
    for first in (0, 4):
        parts = [seen.sample(t) for t in range(first, first + 4)]
        assert sorted(np.concatenate([p.indices for p in parts])) == list(range(f.n))
        assert np.mean([p(x) for p in parts], axis=0) == pytest.approx(f.gradient(x))
    first, second = (np.stack([seen.sample(t).indices for t in r]) for r in EPOCHS)
    assert (first != second).any()
    assert seen.sample(3).epoch == 0 and seen.sample(4).new_epoch


def test_a_batch_of_runs_is_its_runs():
    f = saddles.saddle_sum(0.1)
    x = np.random.default_rng(3).normal(size=(3, 4)) / 10
    for spec in ("esam", "ausam", "msam/m=4", "sparse-sam", "stable:ausam"):
        method = make(spec, m=4)
        seen, ends = Seen(method, f, 8), []
        rho = np.array([0.05, 0.1, 0.2])
        run = saddles.simulate.batch(f, seen, 0.1, rho, x, 12, window=0)
        for start, radius in zip(x, rho, strict=True):
            inner = method.having(rho=float(radius))
            *_, last = iterate(f, inner, start, 0.1, 12, sample=seen.sample)
            ends.append(last.x)
        assert run.x == pytest.approx(np.array(ends), abs=1e-12)


def test_the_result_has_a_cell_a_method_and_saddle():
    found = saddles.saddles(["gd", "esam", "ssam"], quick=True)
    assert found.saddle_escaped.dims == (
        "algorithm", "landscape", "saddle_rho_level", "saddle_eta_level"
    )  # fmt: skip
    assert list(found.algorithm.values) == ["GD", "ESAM", "SSAM"]
    assert list(found.plain_form.values) == ["", "", "USAM"]
    assert found.saddle_unserved.shape == (3, 3)
