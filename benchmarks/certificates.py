"""Certificates, proofs and functions that refute: how long each takes.

    python -m benchmarks.certificates

One step of USAM to the minimiser is certified by `theory.certify` and, from the same
formulas, by PEPit; both must give the same number to 1e-5 before either is timed. Then
what PEPit has no counterpart of: SSAM's certificate with its sweep, the proof of
SSAM's contraction over a range of learning rates, its verification, and a refutation.
Medians of 7 blocks after a warm-up, one thread; the ratio is the claim.
"""

from __future__ import annotations

import time
import warnings
from collections.abc import Callable
from dataclasses import dataclass
from statistics import median

from theory import console
from theory.certify import worst_case
from theory.counterexample import refutes
from theory.methods import make
from theory.proof import prove

BLOCKS = 7
CLASS = {"mu": 0.1, "beta": 1.0}
USAM = {"rho": 0.3, "eta": 0.9}


def ours() -> float:
    """USAM's worst case."""
    return worst_case(make("usam", rho=USAM["rho"]), **CLASS, eta=USAM["eta"]).value


def pepit() -> float:
    """The same, written in PEPit's terms."""
    from PEPit import PEP
    from PEPit.functions import SmoothStronglyConvexFunction

    problem = PEP()
    f = problem.declare_function(SmoothStronglyConvexFunction, mu=CLASS["mu"], L=1)
    star, w = f.stationary_point(), problem.set_initial_point()
    problem.set_initial_condition((w - star) ** 2 <= 1)
    g = f.gradient(w + USAM["rho"] * f.gradient(w))
    problem.set_performance_metric((w - USAM["eta"] * g - star) ** 2)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        return problem.solve(wrapper="cvxpy", solver="CLARABEL", verbose=0) ** 0.5


def timed(work: Callable[[], object]) -> float:
    """Milliseconds, the median of the blocks."""
    work()
    found = []
    for _ in range(BLOCKS):
        begun = time.perf_counter()
        work()
        found.append(1e3 * (time.perf_counter() - begun))
    return median(found)


@dataclass
class Config:
    """How long do a certificate, a proof, its verification and a refutation take?"""


def main(config: Config) -> None:
    """Equality first, then times."""
    one, other = ours(), pepit()
    if abs(one - other) > 1e-5:
        raise SystemExit(f"certificates differ: {one} and PEPit's {other}.")
    ssam = make("ssam", rho=1)
    proof = prove(ssam, **CLASS, eta=(0.05, 1.7))
    mine, theirs = timed(ours), timed(pepit)
    beside = f"PEPit's {theirs:.1f}: {theirs / mine:.0f} x"
    print(f"{'certificate of USAM':<24} {mine:8.1f} ms, {beside}")
    rows = {
        "of SSAM, with its sweep": lambda: worst_case(ssam, **CLASS, eta=1.0),
        "proof, eta .05 to 1.7": lambda: prove(ssam, **CLASS, eta=(0.05, 1.7)),
        "its verification": proof.verify,
        "refutation": lambda: refutes(ssam, **CLASS, eta=1.85),
    }
    for name, work in rows.items():
        print(f"{name:<24} {timed(work):8.1f} ms")


if __name__ == "__main__":
    console.main(Config, main, "benchmarks.certificates")
