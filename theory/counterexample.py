"""Functions that refute: found by the programme of the worst case, to run and to plot.

The programme's optimum is points, gradients and values that some f of the class passes
through. `Interpolant` is such an f, and the method's one definition runs on it: what
refutes is the ratio measured, not the solver's word.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import chain
from typing import Any

import numpy as np

from landscapes.interpolant import Interpolant
from theory import far_pairs
from theory.certify import Data, _check, class_of, worst_case
from theory.gram.excess import Excess
from theory.gram.programme import programme
from theory.method import Method
from theory.simulate import iterate
from theory.validate import at_edge

# The data are sought in a class that is smaller by this share at each end: so they
# obey the class strictly, by more than a solver's tolerance.
INSIDE = 1e-6
# Relative differences that are not to be told from rounding, for values of the size
# of the lengths' squares and for larger ones.
ROUNDING, OF_VALUES = 1e-11, 1e-14
# Of two functions whose ratios differ by less that of fewer dimensions is the better.
SAME = 1e-5


@dataclass(frozen=True, eq=False)
class Counterexample:
    r"""A function of the class, and where a step starts on it.

    Args:
        landscape: the function; where the class has a minimiser it is the origin.
        points: where the step starts, `(1, d)`; of a pair both, `(2, d)`.
        ratio: measured by running the method, as `worst_case` defines it.
        factor: what the ratio exceeds.
        method: whose step it is.
        eta: its learning rate.
        measure: `distance`, `pair` or `descent`.
        steps: how many.
        radius: R, of methods with normalised ascent.
    """

    landscape: Interpolant
    points: np.ndarray
    ratio: float
    factor: float
    method: Method
    eta: float
    measure: str
    steps: int
    radius: float | None

    @property
    def minimiser(self) -> np.ndarray | None:
        """The origin, where the class has one."""
        least = self.measure != "pair" and self.landscape.mu >= 0
        return np.zeros(self.landscape.dim) if least else None

    @property
    def rounding(self) -> float:
        """The error that the ratio may have."""
        f, x = self.landscape, self.points
        length = x[-1] - x[0] if len(x) > 1 else x[0]
        size = f.beta * (length @ length) or 1.0
        most = np.abs(f.values).max() + f.beta * (np.asarray(f.points) ** 2).max()
        return max(1.0, abs(self.ratio)) * (ROUNDING + OF_VALUES * most / size)

    @property
    def clear(self) -> bool:
        """Whether the ratio exceeds the factor beyond rounding."""
        return self.ratio > self.factor + self.rounding


def measured(
    method: Method,
    landscape: Any,
    points: Any,
    eta: float,
    measure: str = "distance",
    steps: int = 1,
    radius: float | None = None,
) -> float:
    r"""The ratio of `worst_case`, by running the method; the minimiser is the origin.

    Args:
        method: whose step it is.
        landscape: the function.
        points: one start, or a pair's two, `(n, d)`.
        eta: learning rate.
        measure: `distance`, `pair` or `descent`.
        steps: how many.
        radius: R, of methods with normalised ascent.
    """
    x = np.asarray(points, dtype=float)
    *_, last = iterate(landscape, method, x, eta, steps)
    if measure == "descent":
        return _descent(landscape, x[0], last.x[0], radius)
    start, end = (p[-1] - p[0] if len(p) > 1 else p[0] for p in (x, last.x))
    least = max(start @ start, (radius or 0.0) ** 2)
    grown = (end - start) @ (end + start) - (least - start @ start)
    return float(np.sqrt(max(1 + grown / least, 0.0)))


def _descent(f: Any, start: np.ndarray, end: np.ndarray, radius: float | None) -> float:
    before, after = f.value(start), f.value(end)
    if f.constants["mu"] < 0:
        g = f.gradient(start)
        return float((after - before) / (g @ g))
    lowest = f.value(np.zeros_like(start))
    floor = f.constants["beta"] * (radius or 0.0) ** 2 / 2
    return float((after - lowest) / max(before - lowest, floor))


def counterexample(
    method: Method,
    *,
    mu: float,
    beta: float,
    eta: float,
    measure: str = "distance",
    factor: float | None = None,
    steps: int = 1,
    radius: float | None = None,
) -> Counterexample:
    r"""The function of the class on which the ratio is largest, as far as it is found.

    It has the ratio of `worst_case`, less about 1e-6 of it, where that is attained.

    Args:
        method: its hyperparameters are numbers.
        mu: least curvature.
        beta: largest curvature.
        eta: learning rate.
        measure: `distance`, `pair` or `descent`.
        factor: what the ratio must exceed; None: 1, for `descent` with mu < 0 0.
        steps: how many.
        radius: R, of methods with normalised ascent, and of no other.

    Raises:
        ValueError: none was found whose ratio exceeds the factor, or the arguments
            are none of `worst_case`'s.
    """
    case = _case(method, mu, beta, eta, measure, factor, steps, radius)
    made = [found for found in case.worst() if found.clear]
    if not made:
        made = [found for found in case.exceeding() if found.clear]
    if not made:
        raise ValueError(
            f"no function was found on which `{method.label}` exceeds the ratio "
            f"{case.factor:g} of {measure} at eta = {eta:g}, mu = {mu:g}, "
            f"beta = {beta:g}."
        )
    most = max(found.ratio for found in made)
    good = [found for found in made if found.ratio >= most - SAME * max(1, abs(most))]
    return min(good, key=lambda found: found.landscape.dim)


def refutes(
    method: Method,
    mu: float,
    beta: float,
    eta: float,
    measure: str = "distance",
    factor: float | None = None,
    radius: float | None = None,
) -> Counterexample | None:
    """The first function found whose ratio exceeds the factor; None: not found.

    Arguments as for `counterexample`. None is no proof.
    """
    case = _case(method, mu, beta, eta, measure, factor, 1, radius)
    found = chain(case.exceeding(), case.worst() if radius is not None else ())
    return next((one for one in found if one.clear), None)


def _case(method, mu, beta, eta, measure, factor, steps, radius) -> _Case:
    class_of(mu, beta)
    at_edge(method, eta=eta)
    _check(method, mu, measure, steps, radius)
    if factor is None:
        factor = 0.0 if measure == "descent" and mu < 0 else 1.0
    return _Case(method, mu, beta, eta, measure, factor, steps, radius)


@dataclass(frozen=True, eq=False)
class _Case:
    method: Method
    mu: float
    beta: float
    eta: float
    measure: str
    factor: float
    steps: int
    radius: float | None

    def inside(self, low: float = INSIDE, high: float = INSIDE) -> tuple[float, float]:
        """The class without its ends; one of mu < 0 has none of mu >= 0 inside."""
        span = self.beta - self.mu
        mu = self.mu + low * span
        return (self.mu if self.mu < 0 <= mu else mu), self.beta - high * span

    def worst(self) -> Iterator[Counterexample]:
        """Those with the largest ratio."""
        if self.measure == "pair":
            yield from self._pairs()
            return
        mu, beta = self.inside()
        found = worst_case(
            self.method,
            mu=mu,
            beta=beta,
            eta=self.eta,
            measure=self.measure,
            steps=self.steps,
            radius=self.radius,
        )
        yield from self._run(found.worst)

    def exceeding(self) -> Iterator[Counterexample]:
        """Those found first, also where the ratio hardly exceeds the factor."""
        if self.measure == "pair":
            yield from self._pairs()
        elif self.radius is None:
            for low in (0.0, INSIDE):  # a smaller mu counts where w is far away
                found = list(self._excess(low))
                for data in found:
                    yield from self._run(data)
                if not found:
                    return

    def _excess(self, low: float) -> Iterator[Data]:
        mu, beta = self.inside(low)
        numbers = mu, beta, self.eta, self.measure, self.steps
        made = programme(self.method, *numbers, star=self.mu >= 0)
        return Excess(made, mu, beta, 1.0, self.factor).data()

    def _pairs(self) -> Iterator[Counterexample]:
        """Pairs, of longer and longer common gradients."""
        mu, beta = self.inside()
        swept = programme(self.method, mu, beta, self.eta, "distance").parameters
        if swept:
            rho = float(swept[0].ascent())
            made = far_pairs.rescaled(self.eta, self.mu, self.beta, rho)
        else:
            found = worst_case(
                self.method, mu=mu, beta=beta, eta=self.eta, measure="pair"
            )
            parted = Data(*(part[1:] for part in vars(found.worst).values()))
            made = far_pairs.linear(self.method, parted, self.mu, self.beta)
        for data in made:
            yield from self._run(data, pair=True)

    def _run(self, data: Data, pair: bool = False) -> Iterator[Counterexample]:
        """Functions through the data, in the fewest axes that the class allows.

        The data's axes are in the order of their extent; what little is along the
        last may be spared.
        """
        for dim in range(1, data.points.shape[1] + 1):
            points, gradients = _turned(data.points[:, :dim], data.gradients[:, :dim])
            numbers = self.eta, self.measure, self.steps, self.radius
            try:
                f = Interpolant(points, gradients, data.values, self.mu, self.beta)
            except ValueError:
                continue
            first = int(self.mu >= 0)  # the minimiser is before
            x = points[:: len(points) // 2] if pair else points[first : first + 1]
            ratio = measured(self.method, f, x, *numbers)
            yield Counterexample(f, x, ratio, self.factor, self.method, *numbers)


def _turned(points: np.ndarray, gradients: np.ndarray) -> tuple:
    """In coordinates whose first axis is along the first vector that is not 0."""
    rows = np.concatenate([points, gradients])
    turn, sizes = np.linalg.qr(rows[rows.any(axis=1)].T)
    turn = turn * np.where(sizes.diagonal() < 0, -1, 1)
    return points @ turn, gradients @ turn
