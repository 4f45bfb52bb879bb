"""Functions that refute: found by the programme of the worst case, to run and to plot.

The programme's optimum is points, gradients and values that some f of the class passes
through. `Interpolant` is such an f, and the method's one definition runs on it: what
refutes is the ratio measured, not the solver's word.
"""

from __future__ import annotations

import math
from itertools import chain
from typing import Any

from theory.certify import check, class_of, hyperparameters, measures, one_number
from theory.method import Method
from theory.refuting.case import Case
from theory.refuting.file import save
from theory.refuting.found import Counterexample
from theory.refuting.measured import measured
from theory.validate import at_edge

__all__ = ["Counterexample", "counterexample", "measured", "refutes", "save"]

# Of two functions whose ratios differ by less that of fewer dimensions is the better.
SAME = 1e-5


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


def _case(
    method: Method,
    mu: Any,
    beta: Any,
    eta: Any,
    measure: str,
    factor: Any,
    steps: Any,
    radius: Any,
) -> Case:
    """Checked."""
    class_of(mu, beta)
    if factor is None:
        factor = 0.0 if measure == "descent" and mu < 0 else 1.0
    one_number(eta=eta, factor=factor, **hyperparameters(method))
    if not math.isfinite(factor):
        raise ValueError(f"factor must be finite, got {factor}.")
    at_edge(method, eta=eta)
    if measure != "pair" or "pair" in measures(method, mu):
        check(method, mu, measure, steps, radius)
    return Case(method, mu, beta, eta, measure, factor, steps, radius)
