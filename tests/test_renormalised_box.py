"""T9b's invariant box, for SSAM in its trap and for SSAM-N, against plain steps."""

import numpy as np
import pytest

from theory.neighbourhood import order_limit, renormalised_box


def largest(lam, eta, rho, g, normalised, steps=300):
    """Largest |g_j| along a run on diag(lam), by the formula of the step."""
    most = np.abs(g)
    for _ in range(steps):
        r = np.linalg.norm(g)
        if r < 1e-12:
            break
        turned = g + rho * lam * g / (r if normalised else 1)
        g = g - eta * lam * r * turned / np.linalg.norm(turned)
        most = np.maximum(most, np.abs(g))
    return most


def cases(normalised):
    """Random spectra with starts in the trap: `(lam, eta, rho, k, g)`."""
    rng = np.random.default_rng(0)
    for _ in range(150):
        lam = rng.uniform(0.2, 3, rng.integers(2, 6)) * rng.choice([-1, 1], 1)
        lam[1:] *= rng.choice([-1, 1], len(lam) - 1)
        lam[0] = -abs(lam[0])
        eta = rng.uniform(0.1, 1.99) / np.abs(lam).max()
        m = -lam[lam < 0].max()
        g = rng.normal(size=len(lam))
        if normalised:
            rho, limit = rng.uniform(0.5, 2), order_limit(lam)
            k = lam + limit / 2
            whole = np.linalg.norm(renormalised_box(eta, lam, k, g))
            g *= 0.99 * rho * limit / whole
        else:
            rho = rng.uniform(1.01, 3) / m
            k = 1 + rho * lam
        yield lam, eta, rho, k, g


@pytest.mark.parametrize("normalised", [False, True])
def test_no_gradient_component_leaves_the_box(normalised):
    tight = 0.0
    for lam, eta, rho, k, g in cases(normalised):
        box = renormalised_box(eta, lam, k, g)
        seen = largest(lam, eta, rho, g, normalised)
        # Rounding of a few hundred steps.
        assert (seen <= box * (1 + 1e-12)).all()
        tight = max(tight, (seen / box)[np.abs(g) < box].max(initial=0))
    # Not vacuous: some component comes near a wall that it did not start on.
    assert tight > 0.5


def test_a_box_half_as_wide_would_be_left():
    left = 0
    for lam, eta, rho, k, g in cases(False):
        box = np.maximum(np.abs(g), renormalised_box(eta, lam, k, g) / 2)
        left += (largest(lam, eta, rho, g, False) > box * (1 + 1e-9)).any()
    assert left > 0


def test_the_order_limit_is_the_first_crossing_of_the_sizes():
    rng = np.random.default_rng(1)
    for _ in range(100):
        lam = np.append(rng.uniform(-3, 3, 4), -rng.uniform(0.1, 3))
        limit = order_limit(lam)
        tau = np.linspace(0, 1.3 * limit, 4000)[1:]
        order = np.argsort(np.abs(tau[:, None] + lam), axis=1)
        signs = np.sign(tau[:, None] + lam)
        kept = ((order == order[0]) & (signs == signs[0])).all(axis=1)
        crossing = tau[~kept][0]
        # The grid's own step is the precision.
        assert crossing == pytest.approx(limit, abs=2 * (tau[1] - tau[0]))
