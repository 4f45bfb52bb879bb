"""L33: leaving the full gradient out of SAM's ascent."""

from __future__ import annotations

from theory.claim import Statement
from theory.measured import headlines, variants


def l33():
    """The statement."""
    return Statement(
        id="L33",
        title="the full-gradient part of SAM's ascent hurts: F-SAM is more accurate",
        source="Li et al., arXiv 2403.12350 (abstract)",
        grade="C",
        claims=(
            headlines.accuracy(
                "L33.accuracy",
                r"F-SAM, $\sigma = 1$, has a higher test accuracy than SAM, which is "
                r"$\sigma = 0$",
                "open",
                "F-SAM",
                "SAM",
            ),
            headlines.accuracy(
                "L33.stable",
                "and so where both are renormalised, which leaves the direction of the "
                "noise part alone",
                "open",
                "Stable F-SAM",
                "SSAM-N",
                measured=variants.apart,
            ),
        ),
        code=("theory/methods/friendly_sam.py", "theory/measured/variants.py"),
        reads=(variants.EXPERIMENT,),
        notes=variants.SETTING,
    )
