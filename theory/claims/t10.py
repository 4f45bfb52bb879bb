"""T10: how fast SAM comes to a floor under the Polyak-Lojasiewicz inequality."""

from __future__ import annotations

import numpy as np

from landscapes.quadratic import Quadratic
from theory.claim import Claim, Curve, Picture, Statement
from theory.convergence import cycle_over_floor, pl_floor, pl_rate, sam_floor
from theory.methods.sam import SAM
from theory.pl import on_functions, random_quadratics
from theory.runs import at

TIMES = (1, 2, 5, 20, 100)


def values(times, landscape, eta, rho, w):
    """$f(w_t)$ of SAM's runs, `(times, n)`."""
    run = at(times, landscape, SAM(rho[:, None]), w, eta[:, None])
    return np.array([landscape.value(state.x) for state in run])


def measured(landscape, eta, rho, w, mu, beta, least):
    r"""$f(w_t) - f^*$ at `TIMES`, `(times, n)`."""
    return values(TIMES, landscape, eta, rho, w) - least


def bound(landscape, eta, rho, w, mu, beta, least):
    """The decay and the floor."""
    rate, gap = pl_rate(eta, mu, beta), landscape.value(w) - least
    return rate ** np.array(TIMES)[:, None] * gap + pl_floor(eta, mu, beta, rho)


def highest(landscape, eta, rho, w, mu, beta, least):
    """The largest gap of 200 steps."""
    return values(range(1, 201), landscape, eta, rho, w).max(axis=0) - least


def ceiling(landscape, eta, rho, w, mu, beta, least):
    r"""What holds up to $2/\beta$."""
    return np.maximum(landscape.value(w) - least, sam_floor(eta, mu, beta, rho))


def descends(eta, beta, **rest):
    r"""$\eta \le 1/\beta$."""
    return eta * beta <= 1


def middle(eta, mu, beta, **rest):
    r"""$1/\beta < \eta < 2/(\mu+\beta)$."""
    return (eta * beta > 1) & (eta * (mu + beta) < 2)


def beyond(eta, mu, beta, **rest):
    r"""$2/(\mu+\beta) < \eta < 2/\beta$."""
    return (eta * (mu + beta) > 2) & (eta * beta < 2)


def long_steps(eta, beta, **rest):
    r"""$1/\beta \le \eta < 2/\beta$."""
    return (eta * beta >= 1) & (eta * beta < 2)


def top(reach, kappa):
    r"""diag(beta, mu) = diag(1, 1/kappa) along the top, on its 2-cycle."""
    reach, kappa = np.broadcast_arrays(*map(np.asarray, (reach, kappa)))
    reach, kappa = reach.ravel().astype(float), kappa.ravel().astype(float)
    one = np.ones(len(reach))
    start = reach / (2 - reach)
    return {
        "landscape": Quadratic(np.stack([one, 1 / kappa], axis=1)),
        "eta": reach,
        "rho": one,
        "w": np.stack([start, 0 * one], axis=1),
        "mu": 1 / kappa,
        "beta": one,
        "least": 0.0,
    }


def cases(quick):
    """Quadratics, regressions of every kind, and the one that attains the bound."""
    rng = np.random.default_rng(10)
    n = 100 if quick else 2000
    yield random_quadratics(n, lambda kappa: rng.uniform(0.01, 1, len(kappa)), rng)
    listed = list(on_functions(lambda m: np.array([0.1, 0.6, 1.0]) * (1 - 1e-12)))
    yield from listed[::3] if quick else listed
    yield top([0.999, 1.0], 1.0)


def too_long(quick):
    r"""Steps above $2/(\mu+\beta)$, on the 2-cycle; at kappa near 1 just above 1."""
    kappa = np.array([1.0, 1.001, 1.01, 1.1, 2.0, 10.0, 100.0])
    edge = 2 / (1 + 1 / kappa)
    yield top(edge + 0.01 * (2 - edge), kappa)
    yield top(edge + 0.9 * (2 - edge), kappa)


def between(share, rng):
    r"""A share of the way from 1 to $2\beta/(\mu+\beta)$."""

    def reach(kappa):
        s = rng.uniform(*share, np.shape(kappa))
        return 1 + s * (2 / (1 + 1 / kappa) - 1)

    return reach


def middle_cases(quick):
    """Strongly convex functions of all kinds, and the cycles near the upper end."""
    rng = np.random.default_rng(11)
    n = 100 if quick else 4000
    yield random_quadratics(n, between((0.01, 0.99), rng), rng)
    shares = np.array([0.1, 0.5, 0.9])
    listed = list(on_functions(lambda m: 1 + shares * (2 / (1 + m) - 1)))
    yield from listed[::3] if quick else listed
    kappa = np.array([1.001, 1.01, 1.1, 2, 10, 100])[:, None]
    yield top(1 + np.array([0.1, 0.5, 0.9, 0.999]) * (2 / (1 + 1 / kappa) - 1), kappa)


def long_cases(quick):
    r"""Steps between $1/\beta$ and $2/\beta$; at kappa = 1 the cycle."""
    rng = np.random.default_rng(12)
    listed = list(on_functions(lambda m: np.array([1.0, 1.3, 1.9]) * (1 + 1e-12)))
    yield from listed[::3] if quick else listed
    n = 100 if quick else 1000
    yield random_quadratics(n, lambda kappa: rng.uniform(1, 1.95, len(kappa)), rng)
    inside = top(np.linspace(1, 1.9, 10), np.array([[1.0], [2.0]]))
    yield {**inside, "w": 0.1 + 0 * inside["w"]}
    yield top(np.linspace(1, 1.9, 10), 1.0)


def picture():
    """The 2-cycle over the bound's floor, along the learning rate."""
    curves = []
    reach = np.linspace(0.05, 1.9, 38)
    for kappa, marker in ((1.0, "o"), (2.0, "s"), (10.0, "^")):
        case = top(reach, kappa)
        case["w"] = 0.3 * case["w"] + 0.1
        (end,) = values((400,), case["landscape"], reach, case["rho"], case["w"])
        ratio, name = end / pl_floor(reach, 1 / kappa, 1.0, 1.0), rf"$\kappa={kappa:g}$"
        curves.append(Curve(reach, ratio, name, method="SAM", marker=marker))
        claimed = cycle_over_floor(reach, 1 / kappa, 1.0)
        curves.append(Curve(reach, claimed, theory=True))
    ends = np.array([0.05, 1.9])
    curves.append(Curve(ends, np.ones(2), "the bound", theory=True))
    return Picture(
        title=r"SAM's floor exceeds its bound from $\eta = 2/(\mu+\beta)$ on",
        xlabel=r"$\eta\beta$",
        ylabel=r"$\lim\,(f - f^*)$ over the bound",
        curves=tuple(curves),
        log="y",
    )


def t10():
    """The statement."""
    says = r"$f_t - f^* \le (1-\mu\eta(2-\eta\beta))^t(f_0 - f^*)"
    says += r" + \frac{\eta\beta^3\rho^2}{2\mu(2-\eta\beta)}$"
    shared = {
        "relation": "<=",
        "measured": measured,
        "bound": bound,
        "rtol": 1e-9,  # rounding
    }
    return Statement(
        id="T10",
        title="SAM's rate and floor under PL; false for eta > 2/(mu + beta)",
        source="this toolkit",
        grade="T",
        claims=(
            Claim(
                id="T10.short",
                says=says + r" for $\eta \le 1/\beta$",
                expected="holds",
                cases=cases,
                within=descends,
                outside=too_long,
                tight=0.9999,
                proof="paper_notes.md, T10",
                **shared,
            ),
            Claim(
                id="T10.beyond",
                says="the same for " + r"$2/(\mu+\beta) < \eta < 2/\beta$",
                expected="refuted",
                cases=too_long,
                within=beyond,
                loose="it is exceeded",
                **shared,
                grade="N",
            ),
            Claim(
                id="T10.middle",
                says="the same for " + r"$1/\beta < \eta < 2/(\mu+\beta)$",
                expected="supported",
                cases=middle_cases,
                within=middle,
                tight=0.999,
                grade="N",
                **shared,
            ),
            Claim(
                id="T10.long",
                says=r"$f_t - f^* \le \max\{f_0 - f^*, "
                r"\frac{\eta^2\beta^4\rho^2}{2\mu(2-\eta\beta)^2}\}$ for "
                r"$1/\beta \le \eta < 2/\beta$",
                expected="holds",
                relation="<=",
                measured=highest,
                bound=ceiling,
                cases=long_cases,
                within=long_steps,
                tight=0.9999,
                rtol=1e-9,  # rounding
                proof="paper_notes.md, T10",
            ),
        ),
        code=("theory/convergence.py", "theory/pl.py"),
        notes="Descent lemma, monotonicity, PL. Beyond $2/(\\mu+\\beta)$ the 2-cycle "
        "on a quadratic exceeds the floor, by $\\eta\\mu/(2-\\eta\\beta)$; at "
        "$\\kappa$ near 1 that begins just above $1/\\beta$. In the middle range no "
        "function was found against it, and for strongly convex f semidefinite "
        "programmes bound one step as it needs, at every $\\kappa$ tried.",
        picture=picture,
    )
