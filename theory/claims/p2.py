"""P2: SSAM's descent step has the gradient norm of the ascent step."""

from __future__ import annotations

import numpy as np

from landscapes.finite_sum import FiniteSum
from landscapes.scalar_loss import loss
from theory import methods, simulate
from theory.claim import Claim, Statement
from theory.method import norm
from theory.methods.stable import compares_all

STEPS = 12  # beyond the periods of methods that save every few gradients


def measured(method, loss, X, y, rho, w):
    r"""$\|d\|/\|g\|$ along stochastic runs; no wrapped direction is 0 in them."""
    rng, data = np.random.default_rng(7), landscape(loss, X, y)
    stable = methods.make(f"stable:{method}", rho=rho[..., None])
    if stable.alone and w.ndim > 1:
        runs = zip(rho, w, strict=True)
        return np.array([measured(method, loss, X, y, *run) for run in runs])
    batches = rng.integers(len(y), size=(STEPS + 1, 6))

    def sample(t):
        return data.sample(batches[t], t)

    run = list(simulate.iterate(data, stable, w, 0.1, STEPS, sample=sample))
    d, g = (np.array([norm(getattr(s, part)) for s in run]) for part in "dg")
    return d / g


def landscape(name, X, y):
    """The mean of a loss over data."""
    return FiniteSum(X, y, loss(name))


def wrapped():
    """Every method whose direction may be rescaled, all of it."""
    return [name for name in methods.names() if compares_all(methods.make(name))]


def cases(quick):
    """Every method on convex and non-convex losses, radii over three decades."""
    for name in ("log_square", "logistic", "log_cosh"):
        rng = np.random.default_rng([320, len(name)])
        n = 5 if quick else 100
        X, y = rng.normal(size=(20, 4)), rng.choice([-1.0, 1.0], 20)
        rho, w = np.exp(rng.uniform(-4, 2, n)), rng.normal(size=(n, 4))
        for method in wrapped():
            yield {"method": method, "loss": name, "X": X, "y": y, "rho": rho, "w": w}


def p2():
    """The statement."""
    return Statement(
        id="P2",
        title="SSAM keeps the descent step's gradient norm equal to the ascent's",
        source="Tan et al., arXiv 2401.07250 (abstract)",
        grade="A",
        claims=(
            Claim(
                id="P2",
                says=r"$\lVert d\rVert = \lVert g\rVert$ where the wrapped direction "
                r"is not 0, for every method",
                expected="holds",
                measured=measured,
                bound=lambda **case: 1.0,
                cases=cases,
                within=lambda method, **_: compares_all(methods.make(method)),
                rtol=1e-12,  # rounding
                proof="paper_notes.md, P2",
            ),
        ),
        code=("theory/methods/stable.py",),
        notes="By definition: $d = d'\\lVert g\\rVert/\\lVert d'\\rVert$. The norm is "
        "that of the raw gradient on the same sample; a method with a step size of its "
        "own (Polyak's) is refused. ESAM's tensors at rest are in neither norm: there "
        "$\\lVert d\\rVert$ is larger.",
    )
