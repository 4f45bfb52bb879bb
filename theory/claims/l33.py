"""L33: leaving the full gradient out of SAM's ascent."""

from __future__ import annotations

from theory.claim import Statement
from theory.measured import again
from theory.measured.headlines import as_good, more


def l33():
    """The statement."""
    plain, stable = ("F-SAM", "SAM"), ("Stable F-SAM", "SSAM-N")
    return Statement(
        id="L33",
        title="the full-gradient part of SAM's ascent hurts: F-SAM is more accurate",
        source="Li et al., arXiv 2403.12350 (abstract)",
        grade="C",
        claims=(
            more(
                "L33.more",
                r"on every task F-SAM, $\sigma = 1$, tests better by half a point than "
                r"SAM, which is $\sigma = 0$",
                "refuted",
                *plain,
            ),
            more(
                "L33.digits",
                "at all on digits with right labels, where earlier seeds put it above",
                "open",
                *plain,
                0.0,
                "digits mlp",
            ),
            as_good(
                "L33.within",
                "on every task any difference is less than a percentage point",
                "supported",
                *plain,
            ),
            more(
                "L33.stable",
                "F-SAM tests better by half a point where both are renormalised, which "
                "leaves the direction of the noise part alone",
                "refuted",
                *stable,
            ),
            as_good(
                "L33.stable_within",
                "any difference is less than a percentage point then",
                "supported",
                *stable,
            ),
        ),
        code=("theory/methods/friendly_sam.py", "theory/measured/again.py"),
        reads=(again.EXPERIMENT,),
        notes=again.SETTING + "Theirs are larger networks. On digits, with radii of .8,"
        " the grid's three seeds suggested half a point for F-SAM; fresh ones did not "
        "bear it out.",
    )
