"""L30: LookSAM's cost and accuracy beside SAM's."""

from __future__ import annotations

from theory.claim import Claim, Statement
from theory.measured import headlines, variants
from theory.measured.counting import per_step
from theory.methods.looksam import LookSAM

PERIODS = 6


def counted(k):
    """Gradients a step, over whole periods."""
    return per_step(LookSAM(k=k), 0, PERIODS * k)


def periods(quick):
    """From SAM itself to long ones."""
    for k in (1, 2, 5) if quick else (1, 2, 3, 5, 10, 20):
        yield {"k": k}


def l30():
    """The statement."""
    return Statement(
        id="L30",
        title="LookSAM is as accurate as SAM and tremendously faster",
        source="Liu et al., arXiv 2203.02714 (abstract)",
        grade="C",
        claims=(
            Claim(
                id="L30.counted",
                says="it costs $1 + 1/k$ gradients a step: at k = 5 six tenths of "
                "SAM's two",
                expected="supported",
                measured=counted,
                bound=lambda k: 1 + 1 / k,
                cases=periods,
                within=lambda k: k >= 1,
                rtol=1e-12,  # a count
                grade="N",
            ),
            headlines.time(
                "L30.time",
                "a step of ours takes at most .7 times as long as SAM's",
                "open",
                "LookSAM",
                "SAM",
                "<=",
                0.7,
            ),
            headlines.as_accurate("L30.accuracy", "refuted", "LookSAM"),
        ),
        code=("theory/methods/looksam.py", "theory/measured/counting.py"),
        reads=(variants.EXPERIMENT,),
        notes="Its gain cannot exceed SGD's own cost: with the largest k it is twice "
        "as fast as SAM. " + variants.TIMED + variants.SETTING,
    )
