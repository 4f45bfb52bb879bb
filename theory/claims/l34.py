"""L34: SparseSAM converges at SAM's rate."""

from __future__ import annotations

import numpy as np

from landscapes.draw import tau_nice
from landscapes.finite_sum import FiniteSum
from landscapes.scalar_loss import loss
from landscapes.synthetic import twin
from theory.claim import Claim, Statement
from theory.interval import mean
from theory.iterate import iterate
from theory.methods import make

N, BATCH, DIM = 64, 2, 6
ETA, RHO, START = 0.5, 0.2, 0.3
SHORT, LONG = 128, 1024
EVERY = 4  # steps between two looks


def slopes(method, runs, seed):
    r"""Of the mean of $\|\nabla f\|^2$ over T steps, from T = 128 on, `(runs,)`."""
    X, y = twin(N, DIM, 10, 3)
    f = FiniteSum(X, np.sign(y), loss("logistic"), 0.05)
    rng = np.random.default_rng([seed, 11])
    x = f.minima[0].point + START * rng.normal(size=(runs, DIM))

    def sample(t):
        return f.sample(tau_nice(N, BATCH, rng, (runs,)), t, seed)

    def schedule(t):
        root = np.sqrt(t + 1)
        return {"eta": ETA / root, "rho": RHO / root}

    states = iterate(
        f, make(method), x, None, LONG - 1, sample=sample, schedule=schedule
    )
    total, found = np.zeros(runs), {}
    for t, state in enumerate(states, 1):
        if t % EVERY == 0:
            total += (f.gradient(state.x) ** 2).sum(axis=-1)
        if t in (SHORT, LONG):
            found[t] = total / t
    return np.log(found[LONG] / found[SHORT]) / np.log(LONG / SHORT)


def slope(method, runs, seed, level):
    """The mean of the runs'."""
    return mean(slopes(method, runs, seed), level)


def beside(method, runs, seed, level):
    """Less SAM's on the same draws."""
    return mean(slopes(method, runs, seed) - slopes("sam", runs, seed), level)


def bound(method):
    r"""That of $\ln T/\sqrt T$."""
    ends = np.array([SHORT, LONG], dtype=float)
    logs = np.log(np.log(ends) / np.sqrt(ends))
    return np.ptp(logs) * -1 / np.log(LONG / SHORT)


def masks(quick):
    """By Fisher's information, and by drop and growth."""
    for method in ("sparse-sam-d",) if quick else ("sparse-sam", "sparse-sam-d"):
        yield {"method": method}


def l34():
    """The statement."""
    return Statement(
        id="L34",
        title="Sparse SAM converges at SAM's rate",
        source="Mi et al., arXiv 2210.05177 (abstract)",
        grade="M",
        claims=(
            Claim(
                id="L34.rate",
                says=r"$\eta_t, \rho_t \propto 1/\sqrt t$: the mean of $\lVert\nabla "
                r"f\rVert^2$ over T steps falls at least as fast as $\ln T/\sqrt T$",
                expected="supported",
                relation="<=",
                measured=slope,
                bound=bound,
                cases=masks,
                within=lambda method: True,
                loose="without a logarithm the slope is -1/2",
                runs=(32, 128),
            ),
            Claim(
                id="L34.same",
                says="with SAM's exponent, up to .05",
                expected="supported",
                measured=beside,
                bound=lambda method: 0.0,
                cases=masks,
                within=lambda method: True,
                atol=0.05,  # exponents fitted between two T differ in their constants
                runs=(32, 128),
                grade="N",
            ),
        ),
        code=("theory/methods/sparse_sam.py",),
        notes="Logistic loss with a ridge, 64 samples, mini-batches of 2, sparsity "
        ".5. A rate under a bound is no proof of it; exponents of other losses may "
        "differ.",
    )
