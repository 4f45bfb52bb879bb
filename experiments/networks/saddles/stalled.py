r"""Stalled or slow: how much of its loss a run has lost lately.

The gradient alone does not tell. GD on the digits' perceptron (eta 0.2) has
$\|g\|^2 < 0.01 \cdot 2\lambda_{max}f$ at step 20 already, with 16 descending directions
of the Hessian, and learns on: in a valley the gradient lies along the flat
directions, and $2\lambda_{max}f$ grows with the steep ones.

So a run is asked what it did in the last half of its t steps: the mean loss of the
last quarter, over that of the quarter before. The measure knows no scale: a loss
falling like $t^{-a}$ loses the share $1 - (5/7)^a$ or so, whenever it is asked.
`STALLED`, 0.005, is a loss that falls slower than $t^{-0.015}$. What lies on either
side of it, of GD with all samples (digits and Fashion-MNIST, 200 and 400 samples, three
seeds, eta 0.05, 0.2, 0.5, asked at seven steps from 20 to 1500): from a usual start,
wherever the Hessian has a descending direction (`shares.CURVED`), 0.0098 to 0.145; at
the origin, where a start of 1/100 brings it, 0.0005 to 0.0042, and more as it comes and
as it goes; later, with a shallow direction or two left, 0.0056 at the least. A loss
that rises by as much is no stall either.

It says that a run rests above descending curvature, not why: a mini-batch's noise and
steps that turn round hold it, too. What is due to a method is its share beyond GD's, in
as many steps.
"""

from __future__ import annotations

import numpy as np

STALLED = 5e-3  # of the loss, from the third quarter of the steps to the fourth
LOOKS = 50  # at the loss, in a quarter, or half as many more


def quarters(steps: int) -> tuple[range, range]:
    """The steps of the last two quarters at which the loss is looked at.

    They lie an odd number of steps apart: a 2-cycle is seen on both sides.
    """
    quarter = steps // 4
    apart = max(1, quarter // LOOKS) | 1
    middle, first = steps - quarter, steps - 2 * quarter
    return range(middle, first, -apart), range(steps, middle, -apart)


def fall(losses: dict[int, np.ndarray], steps: int) -> np.ndarray:
    """The share of its loss that a run loses from one quarter to the next.

    Args:
        losses: by step, at those of `quarters`, each `(n,)`.
        steps: at which the question is asked, at least 4.
    """
    before, after = (
        np.mean([losses[t] for t in part], axis=0) for part in quarters(steps)
    )
    with np.errstate(all="ignore"):
        return 1 - after / before
