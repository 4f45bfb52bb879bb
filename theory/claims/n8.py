"""N8: runs on neighbouring real data sets, beside their bounds and SGD's."""

from __future__ import annotations

from theory.claim import Claim, Statement
from theory.measured import parting
from theory.measured.stability import EXPERIMENT, SURELY

KEPT = {"within": lambda **_: True}


def n8():
    """The statement."""
    return Statement(
        id="N8",
        title="runs on neighbouring real data sets part by less than their bounds",
        source="this toolkit",
        grade="N",
        claims=(
            Claim(
                id="N8.surely",
                says="with full batches the largest distance, and difference of a "
                "test loss, over all replacements is at most T17's bound",
                expected="supported",
                relation="<=",
                measured=parting.surely,
                bound=parting.bound,
                cases=lambda quick: parting.cases(SURELY),
                tight=0.25,
                rtol=1e-9,  # rounding
                **KEPT,
            ),
            Claim(
                id="N8.mean",
                says="with mini-batches the mean distance, the mean of the largest "
                "difference of a test loss, and the generalisation gap after the last "
                "step are",
                expected="supported",
                relation="<=",
                measured=parting.expected,
                bound=parting.bound,
                cases=lambda quick: parting.cases(parting.EXPECTED),
                tight=0.05,
                **KEPT,
            ),
            Claim(
                id="N8.linear",
                says="one example a step, least squares and logistic regression: SSAM "
                "and SSAM-N part exactly as far as SGD",
                expected="supported",
                measured=parting.renormalised,
                bound=parting.plain,
                cases=lambda quick: parting.linear(),
                rtol=1e-7,  # rounding, over a distance that may be 1e-6 of the points
                atol=1e-12,
                **KEPT,
            ),
            Claim(
                id="N8.order",
                says="linear models, at equal learning rate: SAM and USAM part "
                "farther than SGD in the geometric mean over sizes, batches, rates "
                "and radii, on every data set",
                expected="supported",
                relation=">=",
                measured=parting.farther,
                bound=lambda method, task: 1.0,
                cases=lambda quick: parting.sides(("SAM", "USAM")),
                loose="a ratio may have any size",
                **KEPT,
            ),
            Claim(
                id="N8.radius",
                says=r"no growth with $\rho$ as L10 has it: SAM's mean distance, full "
                r"batches, grows with a power of $\rho$ below 1/2",
                expected="supported",
                relation="<=",
                measured=parting.power,
                bound=lambda key, method: 0.5,
                cases=lambda quick: parting.powers("rho", "SAM"),
                loose="far below on every data set",
                **KEPT,
            ),
            Claim(
                id="N8.samples",
                says=r"it falls with n at least as $n^{-1/2}$",
                expected="supported",
                relation="<=",
                measured=parting.power,
                bound=lambda key, method: -0.5,
                cases=lambda quick: parting.powers("n", "SAM"),
                loose="a power may be anything",
                **KEPT,
            ),
        ),
        code=("experiments/stability.py", "theory/measured/parting.py"),
        reads=(EXPERIMENT,),
        notes=(
            "Ridge, least squares, logistic and softmax regression on five data sets; "
            "bounds are T17's and T16's of the region visited, those no better than "
            "$2\\eta GT$ left out. Intervals by Student's t over independently drawn "
            "data sets, all cells of a claim together. With a ridge SSAM and SSAM-N "
            "part farther than SGD, too: the ridge is part of every sample's gradient, "
            "and T16 ends. Networks: beta is not known, no bound is asked."
        ),
    )
