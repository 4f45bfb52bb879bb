"""L29: ESAM's cost beside SGD's, and its accuracy beside SAM's."""

from __future__ import annotations

from theory.claim import Claim, Statement
from theory.measured import headlines, variants
from theory.measured.counting import per_step
from theory.methods.esam import ESAM

FORWARD = 4  # steps of the first epoch, in which all tensors are active
PUBLISHED = 0.4


def overhead(beta, gamma):
    """Gradients beyond one, less all that resting tensors can save.

    A third of a gradient is the weights' own share of the pass backward.
    """
    counted = per_step(ESAM(beta=beta, gamma=gamma), FORWARD, 40)
    return counted - 1 - (1 - beta) / 3


def shares(quick):
    """The published numbers and those of the half."""
    yield {"beta": 0.6, "gamma": 0.5}
    yield {"beta": 0.5, "gamma": 0.5}


def within(beta, gamma):
    """Shares."""
    return 0 < beta <= 1 and 0 <= gamma <= 1


def l29():
    """The statement."""
    return Statement(
        id="L29",
        title="ESAM costs 40 % more than SGD where SAM costs 100 % more, as accurate",
        source="Du et al., arXiv 2110.03141 (abstract)",
        grade="C",
        claims=(
            Claim(
                id="L29.counted",
                says=r"$\beta_s, \gamma_s$ of .6 and .5: at most .4 gradients beyond "
                "SGD's one, a pass forward being a third, less all that resting "
                "tensors save",
                expected="refuted",
                relation="<=",
                measured=overhead,
                bound=lambda beta, gamma: PUBLISHED,
                cases=shares,
                within=within,
                loose="a gradient on half of the samples is more than that",
                grade="N",
            ),
            Claim(
                id="L29.less",
                says="it is less than SAM's one",
                expected="supported",
                relation="<=",
                measured=overhead,
                bound=lambda beta, gamma: 1.0,
                cases=shares,
                within=within,
                loose="it is about two thirds",
                grade="N",
            ),
            headlines.time(
                "L29.time",
                "a step of ours takes at most 1.4 times as long as SGD's",
                "refuted",
                "ESAM",
                "GD",
                "<=",
                1 + PUBLISHED,
            ),
            headlines.as_accurate("L29.accuracy", "refuted", "ESAM"),
        ),
        code=("theory/methods/esam.py", "theory/measured/counting.py"),
        reads=(variants.EXPERIMENT,),
        notes="Half of the samples cost half a gradient, and to choose them takes a "
        "pass forward: $\\gamma_s + \\frac13 - \\frac13(1-\\beta_s)$, which is "
        ".70 at the published shares and .67 at the half. "
        + variants.TIMED
        + variants.SETTING,
    )
