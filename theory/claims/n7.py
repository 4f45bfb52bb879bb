"""N7: whether renormalisation helps every variant of SAM."""

from __future__ import annotations

from theory.claim import Claim, Statement
from theory.measured import variants


def wider(id, says, target):
    """The range of learning rates is no smaller under Stable."""
    return Claim(
        id=id,
        says=says,
        expected="open",
        relation=">=",
        measured=variants.widened,
        bound=lambda method, other, target, function, level: 1.0,
        cases=lambda quick: variants.functions(target),
        within=lambda method, other, target, function, level: True,
        rtol=0.05,  # the brackets' width
        loose="a quotient may have any size",
    )


def n7():
    """The statement."""
    return Statement(
        id="N7",
        title="renormalisation helps every variant of SAM",
        source="this toolkit",
        grade="N",
        claims=(
            Claim(
                id="N7.accuracy",
                says="every method has a higher test accuracy under Stable than "
                "without, each at its own best",
                expected="open",
                relation=">=",
                measured=variants.gained,
                bound=lambda task, method, other: 0.0,
                cases=lambda quick: variants.renormalised(),
                within=lambda task, method, other: True,
                loose="a difference may have any size",
            ),
            Claim(
                id="N7.saddles",
                says="leaves saddles at as many learning rates, radius by radius",
                expected="refuted",
                relation=">=",
                measured=variants.escapes,
                bound=lambda method, other, landscape, level: 0.0,
                cases=lambda quick: variants.saddles(),
                within=lambda method, other, landscape, level: True,
                loose="a difference may have any size",
            ),
            wider(
                "N7.point",
                "converges on convex functions to the minimiser at as large learning "
                "rates, where both do at some",
                "point",
            ),
            wider(
                "N7.band",
                "or at least to its cycle about it",
                "band",
            ),
        ),
        code=("experiments/variants.py", "theory/measured/variants.py"),
        reads=(variants.EXPERIMENT,),
        notes="The paper says that its renormalisation plugs into SAM and its "
        "variants; here it is asked of each. " + variants.SETTING,
    )
