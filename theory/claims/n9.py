"""N9: how fast methods converge at best, and what a spectrum and a radius do to it."""

from __future__ import annotations

import numpy as np

from landscapes.log_square import log_square
from theory import members, pl_factors, quadratic_rates, quadratic_runs, regimes
from theory.claim import Claim, Statement
from theory.measured import convergence
from theory.quadratic import sam_cycle

KAPPA = {"GD": 1.0, "USAM": 1.0, "SSAM": 1.0, "SSAM-N": 2.0}


def less_factor(method, eta, rho, spectrum, rotation, w):
    """One less N9's factor."""
    mu, beta = spectrum.min(axis=1), spectrum.max(axis=1)
    return 1 - quadratic_rates.factor(method, eta, mu, beta, rho)


def contracts(method, eta, rho, spectrum, rotation, w):
    r"""Positive definite, $\eta < 2/\beta$, a radius."""
    return (spectrum.min(axis=1) > 0) & (eta * spectrum.max(axis=1) < 2) & (rho > 0)


def fall(method, eta, rho, x):
    r"""$(f(w^+) - f^*)/(f(w) - f^*)$ on the log-square."""
    f = log_square()
    after = members.step(method, rho, f, f.locate()[0] + x, eta)
    return f.value(after) / f.value(f.locate()[0] + x)


def pl_bound(method, eta, rho, x):
    """N9's, with the log-square's constants."""
    f = log_square()
    s = np.linalg.svd(f.X, compute_uv=False)
    mu = pl_factors.log_square_constant(s.min(), s.max() ** 2)
    known = f.constants
    numbers = known["mu"], known["beta"], rho
    return pl_factors.pl_factor(method, eta, mu, *numbers)


def pl_limit(method, rho):
    """T3's, of the log-square's curvatures."""
    known = log_square().constants
    return regimes.descent_limit(method, known["mu"], known["beta"], rho)


def near(method, eta, rho, x):
    r"""Where $f \le 1$, $1 + \rho\ell > 0$, $\ell = -1/4$, and no step raises f."""
    inside = (x**2).sum(axis=-1) <= 1
    return inside & (rho < 4) & (eta <= pl_limit(method, rho))


def steps_of_pl(quick):
    """Random directions, eigenvectors and lengths; half at the limit of the rates."""
    rng, n, d = np.random.default_rng(93), 60 if quick else 600, log_square().dim
    V = np.linalg.svd(log_square().X)[2]
    for method in ("gd", "usam", "ssam"):
        x = rng.normal(size=(n, d))
        x[: n // 2] = V[rng.integers(d, size=n // 2)]
        x *= (rng.uniform(0.01, 1, n) / np.linalg.norm(x, axis=1))[:, None]
        rho = rng.uniform(0.01, 1.5, n)
        share = np.where(rng.random(n) < 0.5, 1.0, rng.uniform(0.02, 1, n))
        eta = share * pl_limit(method, rho)
        yield {"method": method, "eta": eta, "rho": rho, "x": x}


def distance(end, eta, rho):
    """What was seen."""
    return end


def half_width(end, eta, rho):
    """T5's cycle, beta = 1, over the starts' distance."""
    return sam_cycle(eta, rho, 1.0)


def least(method):
    """One less the best factor seen, on each quadratic and radius."""
    return 1 - convergence.best(method)["rate"]


def closed_form(method):
    """One less N9's best factor."""
    at = convergence.best(method)
    name = method.lower()
    return 1 - quadratic_rates.best_factor(name, at["mu"], 1.0, at["rho"])


def power(method, level):
    r"""The exponent of $\kappa$."""
    return convergence.slope(method, level)


def always(**case):
    """No further assumption."""
    return True


def methods(*labels):
    """A case a method."""
    return lambda quick: [{"method": label} for label in labels]


def n9():
    """The statement."""
    kept = {"within": always, "expected": "supported"}
    return Statement(
        id="N9",
        title="rates at the best learning rate, floors, the effect of kappa and rho",
        source="this toolkit",
        grade="N",
        claims=(
            Claim(
                id="N9.limit",
                says=r"SSAM on a quadratic: $\lim\lVert w_t\rVert^{1/t} = \max(1-"
                r"\eta\mu, \frac{q-1}{q+1}, \eta\beta-1)$, $q = \kappa b/a$, from "
                r"almost every start; SSAM-N: $q = \kappa^2$",
                expected="supported",
                measured=quadratic_runs.gain,
                bound=less_factor,
                cases=quadratic_runs.cases,
                within=contracts,
                rtol=1e-5,  # SSAM-N's limit needs a short gradient
            ),
            Claim(
                id="N9.best",
                says=r"so the least factor over $\eta$ is $\frac{q-1}{q+1}$, USAM's "
                r"too: renormalising gains nothing on a quadratic; GD has $q = \kappa$",
                measured=least,
                bound=closed_form,
                cases=methods("GD", "USAM", "SSAM"),
                rtol=0.03,  # of the search over eta, and of steps that end
                **kept,
            ),
            Claim(
                id="N9.pl",
                says=r"PL, curvature in $[\ell, \beta]$, $a = 1+\rho\ell > 0$: "
                r"$f-f^*$ is multiplied by at most $1-\mu\eta(2-\beta\eta)$ (GD), "
                r"the same of $\eta a$ or $\eta b$ (USAM), $1-\mu\eta(2C-\beta\eta)$ "
                r"(SSAM)",
                expected="holds",
                relation="<=",
                measured=fall,
                bound=pl_bound,
                cases=steps_of_pl,
                within=near,
                tight=0.97,
                rtol=1e-12,  # rounding
                proof="paper_notes.md, N9",
                grade="T",
            ),
            Claim(
                id="N9.below",
                says="no step, on quadratics and on data, exceeds the worst case of "
                "its class (N1, N4, T14), in distance or in f",
                relation="<=",
                measured=convergence.contraction,
                bound=convergence.worst,
                cases=lambda quick: convergence.bounds(),
                tight=0.99999,
                rtol=1e-6,  # of minimisers found
                **kept,
            ),
            Claim(
                id="N9.sam",
                says="SAM's f stays below T10's decay and floor",
                relation="<=",
                measured=lambda: convergence.sam_ratios(),
                bound=lambda: 1.0,
                cases=lambda quick: [{}],
                tight=0.999,
                rtol=1e-9,  # rounding
                **kept,
            ),
            Claim(
                id="N9.floor",
                says=r"on quadratics it ends on T5's cycle, $\frac{\eta\rho\beta}{2-"
                r"\eta\beta}$ from the minimiser",
                measured=distance,
                bound=half_width,
                cases=lambda quick: [convergence.cycles()],
                rtol=1e-3,  # of runs that end
                **kept,
            ),
            Claim(
                id="N9.kappa",
                says=r"steps at the best rate grow like $\kappa$, SSAM-N's like "
                r"$\kappa^2$",
                measured=power,
                bound=lambda method, level: KAPPA[method],
                cases=lambda quick: [
                    {"method": method, "level": 0} for method in KAPPA
                ],
                rtol=0.05,  # q is not quite a power of kappa
                **kept,
            ),
            Claim(
                id="N9.skewed",
                says=r"skewed noise leaves SSAM and SSAM-N, in two dimensions, a floor "
                r"above SGD's that a fourth of the step does not halve",
                relation=">=",
                measured=convergence.lasting,
                bound=lambda method, level: 0.5,
                cases=lambda quick: [
                    {"method": method, "level": 3} for method in ("SSAM", "SSAM-N")
                ],
                loose="it does not fall at all",
                **kept,
            ),
            Claim(
                id="N9.smooth",
                says="USAM's falls in proportion: it has none",
                relation="<=",
                measured=convergence.lasting,
                bound=lambda method, level: 0.4,
                cases=lambda quick: [{"method": "USAM", "level": 3}],
                loose="a fourth, and the interval's width",
                **kept,
            ),
        ),
        code=(
            "theory/quadratic_rates.py",
            "theory/pl_factors.py",
            "experiments/convergence.py",
            "theory/measured/convergence.py",
        ),
        reads=(convergence.EXPERIMENT,),
        notes="Between the two rates at which GD's flat and steep branch would have "
        "$\\frac{q-1}{q+1}$ SSAM's direction settles where $\\eta\\gamma = \\frac2{"
        "\\beta b+\\mu a}$: both ends shrink alike, whatever $\\eta$, a plateau. "
        "Proved near the limit; that almost every start comes there is numerical. "
        + convergence.SETTING,
    )
