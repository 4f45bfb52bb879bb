"""Limit: up to which learning rate, how it is known, and both in words."""

from __future__ import annotations

import math
from dataclasses import dataclass

from theory.counterexample import Counterexample
from theory.proof import Proof

# What holds for every f of the class, by measure.
MEASURED = {
    "convergence": "the gradient tends to 0 from every start",
    "descent": "no step raises f",
    "distance": "no step leads away from a minimiser",
    "pair": "no two steps part",
}


@dataclass(frozen=True, eq=False, repr=False)
class Limit:
    r"""Up to which learning rate, and how this is known.

    Args:
        low: for every $\eta \in (0, \mathrm{low}]$ it holds for all f of the class.
        high: for every $\eta \ge \mathrm{high}$ some f fails it.
        status: `theorem` (low = high; whether the end itself belongs is the theorem's
            matter), `bracketed` (a proof below, a function above) or `undecided`
            (one of them was not found).
        source: the id of the theorem that gives both ends, or the lower one.
        proof: at `low`, if no theorem gives it.
        counterexample: at `high`.
        about: method and class, in words.
        measure: what holds, out of `MEASURED`.
    """

    low: float
    high: float
    status: str
    source: str = ""
    proof: Proof | None = None
    counterexample: Counterexample | None = None
    about: str = ""
    measure: str = "convergence"

    def __repr__(self) -> str:
        """A line of what holds, and one of how each end is known."""
        holds = f"{MEASURED[self.measure]} (`{self.measure}`)"
        head = f"{self.about}: {holds} " if self.about else f"{holds} "
        if self.status == "theorem":
            if not self.low:
                return f"{head}for no eta\n  theorem {self.source}"
            exact = "for every smaller eta, and no larger one"
            return f"{head}up to eta = {self.low:.6g}\n  theorem {self.source}: {exact}"
        return f"{head}up to an eta {self._between()}\n  {self.status}: {self._known()}"

    def _between(self) -> str:
        if self.low and self.high < math.inf:
            return f"in [{self.low:.6g}, {self.high:.6g}]"
        return f"of at least {self.low:.6g}" if self.low else f"below {self.high:.6g}"

    def _known(self) -> str:
        """What is below and above."""
        below = "none was found"
        if self.low and self.source:
            below = f"theorem {self.source}"
        elif self.proof is not None and self.low:
            below = "a proof in fractions (`.proof.verify()`)"
        above = "none was found"
        if self.counterexample is not None:
            ratio = self.counterexample.ratio
            above = f"a function with ratio {ratio:.6g} (`.counterexample.landscape`)"
        return f"below {below}, above {above}"
