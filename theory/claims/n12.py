"""N12: whole regions of learning rates and radii, proved in fractions."""

from __future__ import annotations

from functools import cache

from theory import regions
from theory.claim import Claim, Statement
from theory.regions import exact

LEAST = 0.96  # of the exact region


@cache
def read(name):
    """A region, not verified."""
    return regions.load(regions.FOLDER / f"{name}.json")


def verified(name):
    """The share of the exact region, of what is verified here and now."""
    return exact.share(regions.proved(name))


def some(quick):
    """Those that are verified in a second; `make verify-proofs` verifies all."""
    few = ("usam-pair-kappa-10",)
    more = ("usam-distance-kappa-10", "usam-convergence-convex", "ssam-distance-convex")
    return [{"name": name} for name in (few if quick else few + more)]


def every(quick):
    """All, or a few of each measure."""
    return [{"name": name} for name in list(regions.KEPT)[:: 8 if quick else 1]]


def n12():
    """The statement."""
    shared = {"expected": "holds", "proof": "paper_notes.md, N12"}
    kept = {"within": lambda name: name in regions.KEPT, "cases": every}
    return Statement(
        id="N12",
        title="Whole regions of learning rates and radii, proved in fractions",
        source="this toolkit",
        grade="T",
        claims=(
            Claim(
                id="N12.inside",
                says=r"each proved column of $(\rho, \eta)$ lies below the limit of "
                "T14, N1 (distance), T15 (convergence) or N3 (pairs)",
                relation="<=",
                measured=lambda name: exact.nearest(read(name)),
                bound=lambda name: 1.0,
                tight=0.998,
                **kept,
                **shared,
            ),
            Claim(
                id="N12.share",
                says="of the exact regions at least 96 per cent are covered, for 13 "
                "measures and classes of SSAM, 18 of USAM, 3 of SSAM-N",
                relation=">=",
                measured=lambda name: exact.share(read(name)),
                bound=lambda name: LEAST,
                tight=0.99,
                **kept,
                **shared,
            ),
            Claim(
                id="N12.verified",
                says="the same of what is verified here and now",
                relation=">=",
                measured=verified,
                bound=lambda name: LEAST,
                cases=some,
                within=lambda name: name in regions.KEPT,
                tight=0.99,
                **shared,
            ),
        ),
        code=("theory/regions", "theory/proofs/verify.py"),
        notes="A column is proved for all its radii at its largest rate, by boxes of "
        "$\\rho$ and of $\\gamma = \\lVert g\\rVert/\\lVert g'\\rVert$; what is "
        "measured is convex in the rate. SSAM's pairs have no boxes: two ratios vary. "
        "What is lost is the staircase, and near $\\rho = -1/\\mu$, where T1's range "
        "of $\\gamma$ has no end, columns that stay undecided.",
    )
