"""A step on a class, and the functions that are tried against a bound of it."""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property

import numpy as np

from landscapes.interpolant import Interpolant
from theory.certify import worst_case
from theory.gram.data import Data, data
from theory.gram.excess import Excess
from theory.gram.programme import Programme, programme
from theory.gram.smallest import smallest
from theory.gram.worst import Search
from theory.method import Method
from theory.refuting import far_pairs
from theory.refuting.found import Counterexample
from theory.refuting.measured import measured

# The data are sought in a class that is smaller by such a share at each end, so that
# they obey the class strictly, by more than a solver's tolerance: the first that does.
INSIDE = (1e-6, 1e-5, 1e-4)
# 1 + rho mu of the classes that are looked at where it is no more positive.
LEAST_ASCENT = (0.1, 0.01, 0.001)


@dataclass(frozen=True, eq=False)
class Case:
    """Candidates of both kinds, each run by the method: `clear` ones refute.

    Args: as of `theory.counterexample.counterexample`.
    """

    method: Method
    mu: float
    beta: float
    eta: float
    measure: str
    factor: float
    steps: int
    radius: float | None

    def inside(self, low: float, high: float) -> tuple[float, float]:
        """The class without its ends; one of mu < 0 has none of mu >= 0 inside."""
        span = self.beta - self.mu
        mu = self.mu + low * span
        return (self.mu if self.mu < 0 <= mu else mu), self.beta - high * span

    @cached_property
    def ascent(self) -> float | None:
        """What a rescaled method's ascent is a multiple of the gradient by."""
        swept = self._programme(0.0, self.beta).parameters
        return float(swept[0].ascent()) if swept and self.radius is None else None

    @property
    def bounded(self) -> bool:
        """Whether what it rescales by has a bound."""
        return self.ascent is None or 1 + self.ascent * self.mu > 0

    def worst(self) -> Iterator[Counterexample]:
        """Those with the largest ratio."""
        if self.measure == "pair":
            yield from self._pairs()
        elif self.bounded:
            for share in INSIDE:
                made = [c for one in self._worst(share) for c in self._run(one)]
                if made:
                    yield from made
                    return

    def _worst(self, share: float) -> Iterator[Data]:
        """The worst case of the class without its ends, and the smallest such."""
        mu, beta = self.inside(share, share)
        numbers = {"eta": self.eta, "measure": self.measure, "steps": self.steps}
        numbers["radius"] = self.radius
        found = worst_case(self.method, mu=mu, beta=beta, **numbers)
        if not math.isfinite(found.value):
            return
        yield found.worst
        search = Search(self._programme(mu, beta), mu, beta, self.radius or 1.0)
        value = found.value if self.measure == "descent" else found.value**2
        forms, most = search.matrices.at(**found.sweep.at), self.radius is not None
        small = smallest(forms, len(search.made.inequalities), value, most)
        if small.usable:
            yield data(search.matrices, small, found.sweep.at)

    def exceeding(self) -> Iterator[Counterexample]:
        """Those found first, also where the ratio hardly exceeds the factor."""
        if self.measure == "pair":
            yield from self._pairs()
        elif self.radius is None:
            for mu, beta in self._classes():
                made = self._programme(mu, beta)
                found = list(Excess(made, mu, beta, self.factor).data())
                for one in found:
                    yield from self._run(one)
                if self.bounded and not found:
                    return

    def _classes(self) -> Iterator[tuple[float, float]]:
        """Where to look: within the class, and where rescaling has a bound."""
        if self.bounded:
            yield self.inside(0.0, INSIDE[0])  # where w is far away a smaller mu counts
            yield self.inside(INSIDE[0], INSIDE[0])
        else:
            for a in LEAST_ASCENT:
                yield (a - 1) / self.ascent, self.inside(0.0, INSIDE[0])[1]

    def _programme(self, mu: float, beta: float) -> Programme:
        numbers = mu, beta, self.eta, self.measure, self.steps
        return programme(self.method, *numbers, star=self.mu >= 0)

    def _pairs(self) -> Iterator[Counterexample]:
        """Pairs, of longer and longer common gradients."""
        if self.ascent is not None:
            numbers = self.eta, self.mu, self.beta, self.ascent
            made = far_pairs.rescaled(*numbers)
        else:
            mu, beta = self.inside(INSIDE[0], INSIDE[0])
            numbers = {"eta": self.eta, "measure": "pair"}
            found = worst_case(self.method, mu=mu, beta=beta, **numbers)
            parted = Data(*(part[1:] for part in vars(found.worst).values()))
            made = far_pairs.linear(self.method, parted, self.mu, self.beta)
        for one in made:
            yield from self._run(one, pair=True)

    def _run(self, seen: Data, pair: bool = False) -> Iterator[Counterexample]:
        """Functions through the data, in the fewest axes that the class allows.

        The data's axes are in the order of their extent; what little is along the
        last may be spared.
        """
        for dim in range(1, seen.points.shape[1] + 1):
            points, gradients = _turned(seen.points[:, :dim], seen.gradients[:, :dim])
            numbers = self.eta, self.measure, self.steps, self.radius
            try:
                f = Interpolant(points, gradients, seen.values, self.mu, self.beta)
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
    return _clean(points @ turn), _clean(gradients @ turn)


def _clean(x: np.ndarray) -> np.ndarray:
    """Rounding is 0."""
    return np.where(np.abs(x) <= 1e-15 * np.abs(x).max(), 0.0, x)
