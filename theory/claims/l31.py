"""L31: AUSAM's speed and accuracy beside SAM's."""

from __future__ import annotations

from theory.claim import Claim, Statement
from theory.measured import headlines, variants
from theory.measured.counting import per_step
from theory.methods.ausam import AUSAM
from theory.methods.sam import SAM

LABEL = "AUSAM (reconstructed)"
EPOCH = 4  # steps of the first epoch, which is full
FASTER = 1.7


def faster(alpha):
    """SAM's gradients a step over AUSAM's after the first epoch."""
    return per_step(SAM(), 0, 4) / per_step(AUSAM(alpha=alpha), EPOCH, 400)


def l31():
    """The statement."""
    return Statement(
        id="L31",
        title="AUSAM is over 70 % faster than SAM, as accurate",
        source="arXiv 2406.08001 (abstract)",
        grade="C",
        claims=(
            Claim(
                id="L31.counted",
                says=r"$\alpha = .5$: SAM evaluates more than 1.7 times as many "
                "gradients, after the first epoch",
                expected="supported",
                relation=">=",
                measured=faster,
                bound=lambda alpha: FASTER,
                cases=lambda quick: [{"alpha": 0.5}],
                within=lambda alpha: 0 < alpha <= 0.5,
                outside=lambda quick: [{"alpha": 0.7}],
                tight=0.8,
                grade="N",
            ),
            headlines.time(
                "L31.time",
                "SAM's step takes more than 1.7 times as long as ours",
                "refuted",
                "SAM",
                LABEL,
                ">=",
                FASTER,
            ),
            headlines.as_accurate("L31.accuracy", "refuted", LABEL),
        ),
        code=("theory/methods/ausam.py", "theory/measured/counting.py"),
        reads=(variants.EXPERIMENT,),
        notes="The method is reconstructed from its idea; its own share of samples is "
        "not known here. By counting it is $1/\\alpha$ times as fast as SAM, so that "
        "any $\\alpha < .58$ suffices. " + variants.TIMED + variants.SETTING,
    )
