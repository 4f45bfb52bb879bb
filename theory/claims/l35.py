"""L35: AdaSAM beside SAM and AMSGrad."""

from __future__ import annotations

from theory.claim import Statement
from theory.measured import headlines, variants


def better(id, says, other):
    """AdaSAM's accuracy is the higher."""
    return headlines.accuracy(
        id, says, "open", "AdaSAM", other, measured=variants.apart
    )


def l35():
    """The statement."""
    return Statement(
        id="L35",
        title="AdaSAM generalises better than SAM and than AMSGrad",
        source="Sun et al., arXiv 2303.00565",
        grade="M",
        claims=(
            better("L35.sam", "AdaSAM has a higher test accuracy than SAM", "SAM"),
            better(
                "L35.amsgrad",
                r"and than AMSGrad, which is AdaSAM at $\rho = 0$",
                "AdaSAM (rho 0)",
            ),
        ),
        code=("theory/methods/adasam.py", "theory/measured/variants.py"),
        reads=(variants.EXPERIMENT,),
        notes="Theirs are language models; here small classifiers. " + variants.SETTING,
    )
