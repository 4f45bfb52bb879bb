"""Whole regions of learning rates and radii, proved in fractions, as small files.

`python -m theory.regions` finds them anew, with the solver; verifying them, as
`python -m theory.proofs --verify` does, takes none.
"""

from __future__ import annotations

from pathlib import Path

from theory.methods import make, spec
from theory.proving.rational import rational
from theory.regions.strip import Strip, load

FOLDER = Path(__file__).parent

# For beta = 1: method, mu, the measure, the largest radius, and columns: few of SSAM,
# whose columns take many boxes.
KEPT = {
    f"{method}-{measure}-{words}": (method, mu, measure, radius, count)
    for measure, classes in {
        "distance": (
            ("convex", 0, 3, 24),
            ("kappa-100", "0.01", "3.5", 24),
            ("kappa-20", "0.05", 4, 24),
            ("kappa-10", "0.1", 4, 24),
            ("kappa-5", "0.2", 4, 24),
            ("kappa-3.3", "0.3", 4, 24),
            ("kappa-2", "0.5", 4, 24),
        ),
        "convergence": (
            ("weakly-1", -1, 1, 28),
            ("weakly-3", "-1/3", 3, 28),
            ("convex", 0, 4, 24),
            ("kappa-10", "0.1", 4, 24),
            ("kappa-3.3", "0.3", 4, 24),
            ("kappa-2", "0.5", 4, 24),
        ),
        "pair": (
            ("kappa-100", "0.01", "0.5", 0),
            ("kappa-20", "0.05", "1.7", 0),
            ("kappa-10", "0.1", 4, 0),
            ("kappa-5", "0.2", 4, 0),
            ("kappa-2", "0.5", 4, 0),
        ),
    }.items()
    for words, mu, radius, few in classes
    for method, count in (("usam", 40), ("ssam", few))
    if count  # N3: no boxes prove SSAM's pairs
} | {
    f"ssam-n-distance-{words}": ("ssam-n", mu, "distance", 4, 4)
    for words, mu in (("kappa-5", "0.2"), ("kappa-3.3", "0.3"), ("kappa-2", "0.5"))
}


def proved(name: str) -> Strip:
    """What a file proves, verified here and now.

    Raises:
        ValueError: nothing, or something else than the list says.
    """
    strip = load(FOLDER / f"{name}.json")
    method, mu, measure, radius, _ = KEPT[name]
    said = (spec(make(method)), rational("mu", mu), 1, measure)
    rho = (0, rational("rho", radius))
    if (strip.method, strip.mu, strip.beta, strip.measure, strip.rho) != (*said, rho):
        raise ValueError(f"`{name}` is about another region.")
    if fault := strip.fault():
        raise ValueError(f"`{name}` proves nothing: {fault}.")
    return strip
