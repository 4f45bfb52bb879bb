"""P3: Stable is easy to combine with variants of SAM, at almost no cost."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from landscapes.finite_sum import FiniteSum
from landscapes.scalar_loss import loss
from theory import methods
from theory.base import gradient_descent
from theory.claim import Claim, Statement
from theory.methods.stable import compares_all

STEPS = 16  # beyond the periods of methods; a power of two divides counts exactly
DIM = 5


class Watched(np.ndarray):
    """A point that notes every operation on it in `tally`, a list all points share."""

    tally: list

    def __array_ufunc__(self, ufunc, how, *inputs, out=None, **options):
        """The operation on plain arrays, its name and the size it worked on noted."""
        plain = [np.asarray(v) if isinstance(v, Watched) else v for v in inputs]
        Watched.tally.append((ufunc.__name__, how, max(map(np.size, plain))))
        return np.asarray(getattr(ufunc, how)(*plain, **options)).view(Watched)


@dataclass(frozen=True, eq=False)
class Counted:
    """A sample, and its shards, noting how many examples each gradient takes."""

    sample: Any

    def __call__(self, x):
        """The gradient, computed unwatched."""
        Watched.tally.append(("gradient", "examples", self.sample.size))
        return self.sample(np.asarray(x)).view(Watched)

    def __getattr__(self, name):
        """Whatever else the sample offers."""
        return getattr(self.sample, name)

    @property
    def segments(self):
        """Two tensors."""
        return {"first.weight": slice(0, 2), "second.weight": slice(2, DIM)}

    def losses_and_gradient(self, x, active=None):
        """Counted as one gradient."""
        return self.sample.losses(np.asarray(x)), self(x)

    def subset(self, indices):
        """Some of its examples, counted too."""
        return Counted(self.sample.subset(indices))

    def split(self, m):
        """Its shards, counted too."""
        return [Counted(part) for part in self.sample.split(m)]


def noted(method):
    """All that a run of `STEPS` steps does."""
    Watched.tally, rng = [], np.random.default_rng(330)
    data = FiniteSum(rng.normal(size=(12, DIM)), rng.normal(size=12), loss("log_cosh"))
    x = rng.normal(size=DIM).view(Watched)
    made = methods.make(method)
    state = made.init(x)
    for t in range(STEPS):
        d, _, state = made.direction(x, state, Counted(data.sample(np.arange(12), t)))
        x, _ = gradient_descent.update(x, d, (), 0.1)
    return Watched.tally


def amount(method, what):
    """Per step: gradients, norms (sums over a point), or products of a point."""
    tally = noted(method)
    if what == "gradients":
        return sum(n for name, _, n in tally if name == "gradient") / 12 / STEPS
    name = {"norms": ("add", "reduce", DIM), "products": ("multiply", "__call__", DIM)}
    return tally.count(name[what]) / STEPS


def measured(method, what):
    """What renormalising adds to a step."""
    return amount(f"stable:{method}", what) - amount(method, what)


def bound(method, what):
    """Two norms; the products are the squares in them and the scaling."""
    return {"gradients": 0.0, "norms": 2.0, "products": 3.0}[what]


def within(method, what):
    """A direction that may be rescaled."""
    if what == "gradients":
        return not methods.make(method).whole_step
    return compares_all(methods.make(method))


def cases(*quantities):
    """Every method."""

    def made(quick):
        for method in methods.names():
            for what in quantities:
                if within(method, what):
                    yield {"method": method, "what": what}

    return made


def p3():
    """The statement."""
    shared = {"expected": "holds", "proof": "paper_notes.md, P3", "rtol": 0.0}
    shared |= {"measured": measured, "bound": bound, "within": within, "grade": "T"}
    return Statement(
        id="P3",
        title="renormalising composes with SAM's variants at almost no cost",
        source="Tan et al., arXiv 2401.07250 (abstract)",
        grade="A",
        claims=(
            Claim(
                id="P3.gradients",
                says=r"Stable(method) takes the method's own gradients and no more",
                cases=cases("gradients"),
                **shared,
            ),
            Claim(
                id="P3.operations",
                says=r"and two norms and one scaling of a point besides",
                cases=cases("norms", "products"),
                **shared,
            ),
        ),
        code=("theory/methods/stable.py",),
        notes="Counted, not timed, for every method here (operations but for ESAM, "
        "which masks what it compares); of the two norms SAM has taken one before. "
        "Polyak's step has a size of its own and is not composed.",
    )
