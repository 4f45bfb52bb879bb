"""L35: AdaSAM beside SAM and AMSGrad."""

from __future__ import annotations

from theory.claim import Statement
from theory.measured import again
from theory.measured.headlines import again_above
from theory.measured.variants import MARGIN

OWN, AMSGRAD = "AdaSAM", "AdaSAM (rho 0)"


def l35():
    """The statement."""
    return Statement(
        id="L35",
        title="AdaSAM generalises better than SAM and than AMSGrad",
        source="Sun et al., arXiv 2303.00565",
        grade="M",
        claims=(
            again_above(
                "L35.sam",
                f"on every task AdaSAM tests better than SAM by {MARGIN} points",
                "refuted",
                OWN,
                "SAM",
                MARGIN,
            ),
            again_above(
                "L35.fashion",
                "it tests better on Fashion-MNIST, with right and with wrong labels",
                "supported",
                OWN,
                "SAM",
                0.0,
                "fashion",
            ),
            again_above(
                "L35.sam_not_less",
                f"on no task is it worse by more than {MARGIN} points",
                "supported",
                OWN,
                "SAM",
                -MARGIN,
            ),
            again_above(
                "L35.amsgrad",
                r"on every task it tests better than AMSGrad, which is AdaSAM at "
                rf"$\rho = 0$, by {MARGIN} points",
                "refuted",
                OWN,
                AMSGRAD,
                MARGIN,
            ),
            again_above(
                "L35.amsgrad_not_less",
                f"on no task is it worse than AMSGrad by more than {MARGIN} points",
                "supported",
                OWN,
                AMSGRAD,
                -MARGIN,
            ),
        ),
        code=("theory/methods/adasam.py", "theory/measured/again.py"),
        reads=(again.EXPERIMENT,),
        notes="Theirs are language models; here small classifiers. " + again.SETTING,
    )
