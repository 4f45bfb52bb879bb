"""L33: leaving the full gradient out of SAM's ascent."""

from __future__ import annotations

from theory.claim import Claim, Statement
from theory.measured import variants


def l33():
    """The statement."""
    return Statement(
        id="L33",
        title="the full-gradient part of SAM's ascent hurts: F-SAM is more accurate",
        source="Li et al., arXiv 2403.12350 (abstract)",
        grade="C",
        claims=(
            Claim(
                id="L33.accuracy",
                says=r"F-SAM, $\sigma = 1$, has a higher test accuracy than SAM, which "
                r"is $\sigma = 0$",
                expected="open",
                relation=">=",
                measured=variants.gained,
                bound=lambda task, method, other: 0.0,
                cases=lambda quick: variants.tasks("F-SAM", "SAM"),
                within=lambda task, method, other: True,
                loose="a difference may have any size",
                grade="N",
            ),
            Claim(
                id="L33.stable",
                says="and so where both are renormalised, which leaves the direction "
                "of the noise part alone",
                expected="open",
                relation=">=",
                measured=variants.apart,
                bound=lambda task, method, other: 0.0,
                cases=lambda quick: variants.tasks("Stable F-SAM", "SSAM-N"),
                within=lambda task, method, other: True,
                loose="a difference may have any size",
                grade="N",
            ),
        ),
        code=("theory/methods/friendly_sam.py", "theory/measured/variants.py"),
        reads=(variants.EXPERIMENT,),
        notes=variants.SETTING,
    )
