"""L16: how fast SAM of constant radius gets near, and where noise stops it."""

from __future__ import annotations

import numpy as np

from landscapes.log_cosh import log_cosh
from landscapes.quadratic import Quadratic
from landscapes.sum_constants import minimum
from theory import interval
from theory.claim import Claim, Curve, Picture, Statement
from theory.methods.sam import SAM
from theory.noise import Noise, same, two_point
from theory.runs import at, last
from theory.schedule import strongly_convex_step

PARABOLA = Quadratic(np.ones(1))  # x^2 / 2


def ends(landscape, method, x, eta, horizons, sample=None):
    """Values after T steps, a column for each horizon T: axis 1 of x and eta."""
    states = at(horizons, landscape, method, x, eta, sample=sample)
    values = [landscape.value(state.x)[:, k] for k, state in enumerate(states)]
    return np.stack(values, axis=1)


def worst(eta, mu, horizons, rho):
    r"""$f_T$ on $\lambda x^2/2$, the worst of $\lambda \in \{\mu, 1\}$ and 16 starts.

    Args:
        eta: `(k, len(horizons))`.
        mu: the least curvature; the largest is 1.
        horizons: T, increasing.
        rho: radius.

    Returns:
        Shape of eta.
    """
    lam = np.repeat([mu, 1.0], 16)[:, None]
    # A start on the cycle, and others up to 3.
    low = eta / (2 - eta) * rho
    start = low[..., None] + np.tile(np.linspace(0, 3, 16), 2)
    tall = np.asarray(eta)[..., None, None]
    values = ends(Quadratic(lam), SAM(rho), start[..., None], tall, horizons)
    return values.max(axis=-1)


def _slope(values, horizons, log):
    """Of log value against log T, or log(T / ln T), between two horizons."""
    T = np.array(horizons, dtype=float)
    return np.diff(np.log(values)) / np.diff(np.log(T / np.log(T) if log else T))


def best_slope(mu, rho, horizons):
    """Of the worst value at the best learning rate of sixty."""
    eta = np.geomspace(1, 100, 60)[:, None] / (mu * np.array(horizons))
    values = worst(np.minimum(eta, 0.5), mu, horizons, rho).min(axis=0)
    return _slope(values, horizons, log=False)


def rate_slope(mu, rho, horizons):
    r"""Of the worst value with $\eta_T$, against $T/\ln T$."""
    eta = np.array([[strongly_convex_step(T, mu, 1.0) for T in horizons]])
    return _slope(worst(eta, mu, horizons, rho)[0], horizons, log=True)


def remaining(ridge, rho, horizons, seed):
    r"""$f_T - f^*$ of log-cosh with a ridge, three dimensions, worst of 12 starts."""
    f = log_cosh(rows=8, columns=3, ridge=ridge, seed=seed)
    eta = np.array([strongly_convex_step(T, ridge, 1 + ridge) for T in horizons])
    x = np.random.default_rng([16, seed]).normal(size=(12, 1, 3)) * 2
    x = np.broadcast_to(x, (12, len(horizons), 3))
    return (ends(f, SAM(rho), x, eta[:, None], horizons) - minimum(f)).max(axis=0)


def band(ridge, rho, horizons, seed):
    r"""$\frac\beta2(\eta_T\rho\beta)^2$, $\beta = 1 + r$: a band as wide as a step."""
    beta = 1 + ridge
    eta = np.array([strongly_convex_step(T, ridge, beta) for T in horizons])
    return beta / 2 * (eta * rho * beta) ** 2


def minus_two(**case):
    r"""$T^{-2}$."""
    return -2.0


def long(mu, horizons, **case):
    r"""$\eta_T$ is beyond its cap: $2\ln T/(\mu T) < 1/2$."""
    return 2 * np.log(horizons[0]) / (mu * horizons[0]) < 0.5


def long_functions(ridge, horizons, **case):
    """The same; the ridge is the least curvature."""
    return long(ridge, horizons)


def noisy(skewed, eta, rho, steps, runs, seed, level):
    r"""$f = E f_i$ after SAM on $f_i = (x - a_i)^2/2$, $a_i$ of mean 0, from 0.

    $a_i$: -1 with probability 3/4 and 3 with 1/4, or -1 and 1 equally often.
    """
    draw, scale = (two_point(0.75), 3**0.5) if skewed else (two_point(), 1.0)
    sample = same(PARABOLA, Noise(draw, scale, (runs, 1, 1), (16, seed)))
    x = np.zeros((runs, rho.size, 1))
    end = last(PARABOLA, SAM(rho[:, None]), x, eta, steps, sample=sample)
    return interval.mean(PARABOLA.value(end.x), level / rho.size)


def floor(skewed, eta, rho, steps):
    r"""$\rho^2/8$."""
    return rho**2 / 8


def no_floor(skewed, eta, rho, steps):
    r"""$\frac{\eta(1+\rho)^2}{2(2-\eta)}$, which vanishes with the step."""
    return eta * (1 + rho) ** 2 / (2 * (2 - eta)) * (1 - (1 - eta) ** (2 * steps))


def settled(skewed, eta, rho, steps):
    r"""Small steps, long enough; radii below 1."""
    return (eta <= 0.01) & (eta * steps >= 7) & (rho < 1)


def quadratics(quick):
    """Two horizons, a decade apart."""
    for mu in (0.3,) if quick else (0.1, 0.3):
        horizons = (300, 1500) if quick else (1000, 5000)
        yield {"mu": mu, "rho": 0.5, "horizons": horizons}


def functions(quick):
    """Random data; at every horizon the same multiple of the squared step."""
    for seed in range(1, 2 if quick else 4):
        horizons = (300, 1000) if quick else (300, 1000, 3000)
        yield {"ridge": 0.3, "rho": 0.3, "horizons": horizons, "seed": seed}


def noise(skewed):
    """Radii at steps so small that the noise itself is below the floor."""

    def cases(quick):
        rho = np.array([0.3, 0.6] if quick else [0.2, 0.4, 0.6])
        case = {"skewed": skewed, "rho": rho}
        for eta in (0.004,) if quick else (0.004, 0.002):
            yield case | {"eta": eta, "steps": round(7 / eta)}

    return cases


def picture():
    r"""Value after T steps at $\eta_T$: without noise, with it, with skewed noise."""
    rho, horizons = 0.4, (30, 60, 120, 250, 500, 1000, 2000, 4000)
    T = np.array(horizons, dtype=float)
    eta = np.array([[strongly_convex_step(n, 1.0, 1.0) for n in horizons]])
    curves = [
        Curve(T, worst(eta, 1.0, horizons, rho)[0], "no noise", False, "SAM", "o")
    ]
    start = np.zeros((400, len(horizons), 1))
    for p, scale, label, marker in (
        (0.5, 1.0, "symmetric noise", "s"),
        (0.75, 3**0.5, "skewed noise", "^"),
    ):
        sample = same(PARABOLA, Noise(two_point(p), scale, start.shape, 16))
        values = ends(PARABOLA, SAM(rho), start, eta[0][:, None], horizons, sample)
        curves.append(Curve(T, values.mean(axis=0), label, False, "SAM", marker))
    step, label = eta[0], r"$\eta_T(1+\rho)^2/(2(2-\eta_T))$"
    curves += [
        Curve(T, (step * rho / (2 - step)) ** 2 / 2, "2-cycle", theory=True),
        Curve(T, step * (1 + rho) ** 2 / (2 * (2 - step)), label, theory=True),
        Curve(T, 0 * T + rho**2 / 8, r"$\rho^2/8$", theory=True),
    ]
    title = "skewed noise stops SAM at a floor"
    return Picture(title, "steps $T$", r"$f(x_T) - f^*$", tuple(curves), log="xy")


def l16():
    """The statement."""
    return Statement(
        id="L16",
        title="constant radius: rate T^-2 without noise, a floor of rho^2 with it",
        source="Si and Yun, arXiv 2306.09850",
        grade="A",
        claims=(
            Claim(
                id="L16.best",
                says=r"on $\lambda x^2/2$, $\mu \le \lambda \le \beta$, the worst "
                r"value after T steps at the best constant $\eta$ falls like $T^{-2}$",
                expected="holds",
                measured=best_slope,
                bound=minus_two,
                cases=quadratics,
                within=long,
                rtol=0.05,  # finite T
                proof="paper_notes.md, L16",
                grade="T",
            ),
            Claim(
                id="L16.rate",
                says=r"and at $\eta_T = \min\{\frac1{2\beta}, \frac{2\ln T}{\mu T}\}$ "
                r"like $(\ln T/T)^2$",
                expected="holds",
                measured=rate_slope,
                bound=minus_two,
                cases=quadratics,
                within=long,
                rtol=0.1,  # eta_T beta / 2 beside 1 in the cycle's width
                proof="paper_notes.md, L16",
                grade="T",
            ),
            Claim(
                id="L16.functions",
                says=r"so on log-cosh regression with a ridge: at most "
                r"$\frac\beta2(\eta_T\rho\beta)^2$",
                expected="supported",
                relation="<=",
                measured=remaining,
                bound=band,
                cases=functions,
                within=long_functions,
                tight=0.3,
                grade="N",
            ),
            Claim(
                id="L16.floor",
                says=r"with skewed noise $E f(x_T) - f^* \ge \rho^2/8$ at every small "
                r"$\eta$",
                expected="supported",
                relation=">=",
                measured=noisy,
                bound=floor,
                cases=noise(True),
                within=settled,
                tight=0.8,
                grade="N",  # that there is one was read, not how high
                runs=(400, 1600, 6400),
            ),
            Claim(
                id="L16.symmetric",
                says=r"with symmetric noise there is no floor: $E f(x_T) - f^* = "
                r"\frac{\eta(1+\rho)^2}{2(2-\eta)}$",
                expected="supported",
                measured=noisy,
                bound=no_floor,
                cases=noise(False),
                within=settled,
                rtol=0.2,  # the interval's width
                runs=(1600, 6400, 25600),
                grade="N",
            ),
        ),
        code=("theory/schedule.py", "theory/noise.py"),
        notes="In one dimension $|x| + \\rho$ shrinks by $1 - \\eta\\lambda$ a step "
        "until the run is in the band $|x| \\le \\eta\\rho\\lambda$: no logarithm is "
        "needed at the best $\\eta$. The floor: $f_i = (x - a_i)^2/2$, a = -1 (3/4) or "
        "3 (1/4): near 0 SAM's direction has the mean $x + \\rho/2$, because the "
        "signs, unlike the gradients, do not average to 0. Symmetric noise has "
        "signs of mean 0 and no floor.",
        picture=picture,
    )
