"""Which parameters can occur: T1's range of the ratios of two norms."""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from itertools import product

from theory.gram.box import Box, enclosure
from theory.gram.trace import Parameter


@dataclass(frozen=True, eq=False)
class Region:
    """The parameters to be covered.

    Args:
        hull: a box around them.
        ratios: those of the parameters that T1 bounds.
        mu: least curvature.
        beta: largest curvature.
    """

    hull: Box
    ratios: tuple[Parameter, ...]
    mu: Fraction
    beta: Fraction

    def contains(self, box: Box) -> bool:
        """Whether a box has the hull's parameters and lies in it."""
        if list(box) != list(self.hull) or any(len(side) != 2 for side in box.values()):
            return False
        return all(
            least <= low <= high <= most
            for (least, most), (low, high) in zip(
                self.hull.values(), box.values(), strict=True
            )
        )

    def idle(self, box: Box) -> bool:
        """Whether nothing in a box can occur."""
        for ratio in self.ratios:
            least, most = span(ratio, self.mu, self.beta, box)
            low, high = box[ratio.name]
            if high < least or (most is not None and low > most):
                return True
        return False


def span(
    ratio: Parameter, mu: Fraction, beta: Fraction, box: Box
) -> tuple[Fraction, Fraction | None]:
    r"""T1's interval of a ratio over a box of what its ascent c depends on.

    $\gamma \in [1/(1 + c\beta), 1/(1 + c\mu)]$ is monotone in c = a / r, in a and in r:
    its extremes lie at corners. The upper end is None where $1 + c\mu \le 0$ occurs.
    """
    a = enclosure(ratio.ascent, box)
    lengths = (Fraction(1),) if ratio.over is None else box[ratio.over]
    values = []
    for r, bent in product(lengths, [p * q for p in a for q in (mu, beta)]):
        if bent and r + bent <= 0:
            return Fraction(0), None
        values.append(r / (r + bent) if bent else Fraction(1))
    return min(values), max(values)
