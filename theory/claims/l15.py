"""L15: USAM with Polyak's step converges linearly for every radius below 1/L."""

from __future__ import annotations

import numpy as np

from landscapes.quadratic import Quadratic
from theory.claim import Claim, Statement
from theory.convergence import polyak_rate
from theory.members import solved
from theory.methods.sam_polyak import SAMPolyak
from theory.runs import at

TIMES = (1, 2, 5, 20)


def distances(landscape, rho, w, minimiser, f_star):
    r"""$\|w_t - w^*\|^2$ at `TIMES`, `(times, n)`."""
    method = SAMPolyak(rho[:, None], f_star, np.inf, normalised=False)
    run = at(TIMES, landscape, method, w, 1.0)
    return np.array([((state.x - minimiser) ** 2).sum(-1) for state in run])


def measured_spectra(s, spectrum, w):
    """On quadratics `(n, d)`."""
    return distances(Quadratic(spectrum), s / spectrum.max(axis=1), w, 0.0, 0.0)


def bound_spectra(s, spectrum, w):
    """The rate's powers times the first distance."""
    mu, L = spectrum.min(axis=1), spectrum.max(axis=1)
    rate = polyak_rate(s / L, mu, L)
    return rate ** np.array(TIMES)[:, None] * (w**2).sum(-1)


def starts(minimiser, count):
    """Random points about the minimiser, near and far, `(count, d)`."""
    rng = np.random.default_rng(15)
    size = np.geomspace(0.1, 10, count)[:, None]
    return minimiser + size * rng.normal(size=(count, len(minimiser)))


def measured_data(s, loss, data, ridge):
    """On a real data set, from as many starts as radii."""
    f, minimiser, least = solved(loss, data, ridge)
    rho, w = s / f.constants["beta"], starts(minimiser, len(s))
    return distances(f, rho, w, minimiser, least)


def bound_data(s, loss, data, ridge):
    """The same with the data's own constants."""
    f, minimiser, _ = solved(loss, data, ridge)
    mu, L = f.constants["mu"], f.constants["beta"]
    first = ((starts(minimiser, len(s)) - minimiser) ** 2).sum(-1)
    return polyak_rate(s / L, mu, L) ** np.array(TIMES)[:, None] * first


def within(s, **rest):
    r"""$s = L\rho \le 1$."""
    return s <= 1


def spectra(quick):
    """Random quadratics and radii, and the largest radius."""
    rng = np.random.default_rng(15)
    n = 100 if quick else 2000
    spectrum = 10 ** rng.uniform(-2, 2, (n, 4))
    w = rng.normal(size=(n, 4)) / spectrum
    yield {"s": rng.uniform(0, 1, n), "spectrum": spectrum, "w": w}
    yield {"s": np.ones(1), "spectrum": np.ones((1, 1)), "w": np.ones((1, 1))}


def too_far(quick):
    """A radius of 2/L: Polyak's step would be negative, and is 0."""
    yield {"s": np.array([2.0]), "spectrum": np.ones((1, 1)), "w": np.ones((1, 1))}


def real(quick):
    """Ridge and logistic regression."""
    s = np.linspace(0, 1, 9)
    problems = [
        ("ridge", "diabetes", 0.1),
        ("logistic", "wine", 0.01),
        ("logistic", "breast_cancer", 0.1),
        ("ridge", "breast_cancer", 0.01),
    ]
    for loss, data, ridge in problems[: 2 if quick else 4]:
        yield {"s": s, "loss": loss, "data": data, "ridge": ridge}


def l15():
    """The statement."""
    shared = {
        "expected": "holds",
        "relation": "<=",
        "within": within,
        "rtol": 1e-9,  # f - f* and the minimiser are known to rounding
        "proof": "arXiv 2606.01827, Thm 3.1",
    }
    says = r"$\lVert w_T - w^*\rVert^2 \le (1 - \mu(1-L\rho)^2/(4L))^T"
    says += r"\lVert w_0 - w^*\rVert^2$ for $\rho \le 1/L$"
    return Statement(
        id="L15",
        title="USAM with Polyak's step converges linearly if rho <= 1/L",
        source="Oikonomou and Loizou, arXiv 2606.01827, Thm 3.1",
        grade="B",
        claims=(
            Claim(
                id="L15.quadratics",
                says=says + ": quadratics",
                measured=measured_spectra,
                bound=bound_spectra,
                cases=spectra,
                outside=too_far,
                tight=0.999,
                **shared,
            ),
            Claim(
                id="L15.data",
                says=says + ": real data",
                measured=measured_data,
                bound=bound_data,
                cases=real,
                tight=0.8,
                **shared,
            ),
        ),
        code=("theory/convergence.py", "theory/methods/sam_polyak.py"),
        notes="At $\\rho = 1/L$ the bound does not fall; there, on $Lw^2/2$, the step "
        "is 0 and the bound is attained.",
    )
