"""L33: leaving the full gradient out of SAM's ascent."""

from __future__ import annotations

from theory.claim import Statement
from theory.measured import again
from theory.measured.headlines import again_above
from theory.measured.variants import MARGIN


def l33():
    """The statement."""
    plain, stable = ("F-SAM", "SAM"), ("Stable F-SAM", "SSAM-N")
    return Statement(
        id="L33",
        title="the full-gradient part of SAM's ascent hurts: F-SAM is more accurate",
        source="Li et al., arXiv 2403.12350 (abstract)",
        grade="C",
        claims=(
            again_above(
                "L33.more",
                f"on every task F-SAM, $\\sigma = 1$, tests better by {MARGIN} points "
                r"or more than SAM, which is $\sigma = 0$",
                "refuted",
                *plain,
                MARGIN,
            ),
            again_above(
                "L33.digits",
                "on digits with right labels it tests better",
                "supported",
                *plain,
                0.0,
                "digits mlp",
            ),
            again_above(
                "L33.not_less",
                f"on no task is it worse by more than {MARGIN} points",
                "supported",
                *plain,
                -MARGIN,
            ),
            again_above(
                "L33.stable",
                f"on every task it is better by {MARGIN} points where both are "
                "renormalised, which leaves the direction of the noise part alone",
                "refuted",
                *stable,
                MARGIN,
            ),
            again_above(
                "L33.stable_not_less",
                f"on no task is it worse by more than {MARGIN} points then",
                "supported",
                *stable,
                -MARGIN,
            ),
        ),
        code=("theory/methods/friendly_sam.py", "theory/measured/again.py"),
        reads=(again.EXPERIMENT,),
        notes=again.SETTING,
    )
