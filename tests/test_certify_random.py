"""No step on a function of the class does worse than what is certified of all."""

from dataclasses import dataclass
from typing import Any

import numpy as np
import pytest

from landscapes import load
from landscapes.interpolant import Interpolant
from landscapes.landscape import Landscape
from landscapes.quadratic import Quadratic
from theory.certify import worst_case
from theory.gram.data import data
from theory.gram.programme import programme
from theory.gram.worst import Search
from theory.members import interpolants, spectra, step
from theory.methods import make
from theory.pairs import ssam_pair
from theory.ssam_pairs import ssam_pair_factor

MU, RADIUS = (0.0, 0.1), 1.0
# A sweep stops 1e-4 before the ends of its interval, short by as large a share.
SWEPT = 2e-4


@dataclass(frozen=True, eq=False)
class Member:
    r"""$(1-\mu)(f - f^*)/\beta + \tfrac\mu2\|x - x^*\|^2$, of the class [mu, 1].

    Args:
        f: of curvature in $[0, \beta]$.
        beta: largest curvature of f.
        mu: least curvature wanted.
        star: $x^*$, the minimiser of both.
    """

    f: Landscape
    beta: float
    mu: float
    star: Any

    def gradient(self, x):
        bent = self.f.gradient(x) * (1 - self.mu) / self.beta
        return bent + self.mu * (x - self.star)

    def value(self, x):
        """Above the least."""
        rise = (self.f.value(x) - self.f.value(self.star)) * (1 - self.mu) / self.beta
        return rise + self.mu * ((x - self.star) ** 2).sum(-1) / 2


def members(mu):
    """Functions of the class [mu, 1], with starts of at most RADIUS, `(n, d)`."""
    rng = np.random.default_rng(17)

    def ball(n, d):
        v = rng.normal(size=(n, d))
        size = rng.uniform(0.05, 1, (n, 1)) ** 0.3 * RADIUS
        return v / np.linalg.norm(v, axis=-1, keepdims=True) * size

    for f in interpolants(3, 12):
        g = Member(f, f.beta, mu, f.locate()[0])
        yield g, g.star, ball(800, 2)
    for name in ("log_cosh", "softplus"):
        f = load(name)
        star = f.critical_points[0].point
        yield Member(f, f.constants["beta"], mu, star), star, ball(1500, f.dim)
    yield spectra(4, (4000, 3), mu), np.zeros(3), ball(4000, 3)


CASES = [
    ("ssam", mu, rho, eta) for mu in MU for rho, eta in ((0.4, 1.2), (2.0, 1.9))
] + [
    (spec, mu, rho, eta)
    for spec in ("ssam-n", "sam", "unified-sam")
    for mu, rho, eta in ((0.0, 0.3, 1.5), (0.1, 0.1, 0.9), (0.1, 1.0, 2.1))
]


@pytest.mark.parametrize(("spec", "mu", "rho", "eta"), CASES)
def test_no_step_is_worse_than_the_worst(spec, mu, rho, eta):
    scale = {} if spec == "ssam" else {"radius": RADIUS}
    worst = {
        measure: worst_case(
            make(spec, rho=rho), mu=mu, beta=1.0, eta=eta, measure=measure, **scale
        )
        for measure in ("distance", "descent")
    }
    assert {found.status for found in worst.values()} == {"solved"}
    most, steps = {"distance": 0.0, "descent": 0.0}, 0
    for f, star, away in members(mu):
        x = star + away
        every = np.full(len(x), 1.0)
        end = step(spec, rho * every, f, x, eta * every)
        before = np.linalg.norm(away, axis=-1), f.value(x)
        after = np.linalg.norm(end - star, axis=-1), f.value(end)
        if spec == "ssam":
            ratios = [b / a for a, b in zip(before, after, strict=True)]
        else:
            ratios = [after[0] / RADIUS, after[1] / (RADIUS**2 / 2)]
        steps += len(x)
        for measure, ratio in zip(most, ratios, strict=True):
            most[measure] = max(most[measure], ratio.max())
    for measure, found in worst.items():
        assert most[measure] <= found.value * (1 + SWEPT)
    assert steps >= 15000
    # The bound says something: some function comes near it.
    assert most["distance"] >= 0.6 * worst["distance"].value


@pytest.mark.parametrize("mu", [0.0, 0.1])
@pytest.mark.parametrize(("rho", "eta"), [(0.4, 0.5), (1.0, 1.2)])
def test_no_pair_parts_more_than_the_worst(mu, rho, eta):
    worst = ssam_pair_factor(eta, mu, 1.0, rho)
    rng, most = np.random.default_rng(8), 0.0
    for f, star, away in members(mu):
        shape = away.shape
        near = 10 ** rng.uniform(-3, 0.5, (len(away), 1)) * rng.normal(size=shape)
        x = star + away * 10 ** rng.uniform(-1, 1, (len(away), 1))
        every = np.full(len(x), 1.0)
        ends = [step("ssam", rho * every, f, p, eta * every) for p in (x, x + near)]
        parted = np.linalg.norm(ends[1] - ends[0], axis=-1)
        most = max(most, (parted / np.linalg.norm(near, axis=-1)).max())
    assert 0.6 * worst <= most <= worst + 1e-7


def test_no_function_of_a_finer_sweep_is_worse():
    mu, rho, eta = 0.3, 0.7056791115878819, 2.022190065300441
    method, options = make("ssam-n", rho=rho), {"mu": mu, "beta": 1.0, "eta": eta}
    search = Search(programme(method, **options), mu, 1.0, RADIUS)
    shares = np.array([0.99, 0.433])
    found = data(search.matrices, search.at(shares), search.parameters(shares))
    f = Interpolant(
        found.points, found.gradients, found.values, mu, 1.0, tolerance=1e-7
    )
    end = step("ssam-n", [rho], f, found.points[1:2], [eta])[0]
    reached = np.linalg.norm(end) / RADIUS
    assert np.linalg.norm(found.points[1]) <= RADIUS + 1e-6 and reached > 1.0595
    assert reached <= worst_case(method, radius=RADIUS, **options).value + 1e-5


@pytest.mark.parametrize("spec", ["sam", "ssam-n"])
def test_a_parabola_is_no_worse_than_the_worst(spec):
    # From the edge of the ball, where the sweep's norm is at its largest.
    rho, eta = 0.3, 2.4
    f, w = Quadratic(np.ones(1)), np.array([[RADIUS]])
    reached = abs(step(spec, [rho], f, w, [eta])[0, 0]) / RADIUS
    found = worst_case(make(spec, rho=rho), mu=0.1, beta=1, eta=eta, radius=RADIUS)
    assert found.value * (1 - SWEPT) <= reached or spec == "ssam-n"
    assert reached <= found.value * (1 + SWEPT)


def test_the_pair_that_parts_at_every_rate_parts_no_more_than_the_worst():
    mu, rho, eta = 0.1, 0.3, 0.5
    f, _ = ssam_pair(mu, rho)
    ends = step("ssam", np.full(2, rho), f, np.array(f.points)[:2], np.full(2, eta))
    parted = np.linalg.norm(ends[1] - ends[0])
    assert 1 < parted <= ssam_pair_factor(eta, mu, 1.0, rho) + 1e-6
