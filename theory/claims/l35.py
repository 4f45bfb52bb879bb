"""L35: AdaSAM beside SAM and AMSGrad."""

from __future__ import annotations

from theory.claim import Statement
from theory.measured import again
from theory.measured.headlines import as_good, more


def l35():
    """The statement."""
    sam, amsgrad = ("AdaSAM", "SAM"), ("AdaSAM", "AdaSAM (rho 0)")
    return Statement(
        id="L35",
        title="AdaSAM generalises better than SAM and than AMSGrad",
        source="Sun et al., arXiv 2303.00565",
        grade="M",
        claims=(
            more(
                "L35.sam",
                "on every task AdaSAM tests better than SAM by half a point",
                "refuted",
                *sam,
            ),
            more(
                "L35.wrong",
                "it tests better on Fashion-MNIST with wrong labels",
                "supported",
                *sam,
                0.0,
                "fashion_mnist noisy",
            ),
            more(
                "L35.right",
                "and there with right labels",
                "open",
                *sam,
                0.0,
                "fashion_mnist mlp",
            ),
            more(
                "L35.sam_not_less",
                "on no task is it worse than SAM by a percentage point",
                "supported",
                *sam,
                -again.POINT,
            ),
            more(
                "L35.amsgrad",
                "on every task it tests better by half a point than AMSGrad, which is "
                r"AdaSAM at $\rho = 0$",
                "refuted",
                *amsgrad,
            ),
            as_good(
                "L35.amsgrad_within",
                "any difference to AMSGrad is less than a percentage point",
                "supported",
                *amsgrad,
            ),
        ),
        code=("theory/methods/adasam.py", "theory/measured/again.py"),
        reads=(again.EXPERIMENT,),
        notes="Theirs are language models; here small classifiers. "
        + again.SETTING
        + "With right labels earlier seeds put it above SAM on Fashion-MNIST; fresh "
        "ones do not tell.",
    )
