"""T5: on convex quadratics SAM ends in a 2-cycle, and SSAM converges like GD."""

from __future__ import annotations

import numpy as np

from landscapes.finite_sum import FiniteSum
from landscapes.scalar_loss import LOSSES
from theory.claim import Claim, Curve, Picture, Statement
from theory.methods import make
from theory.quadratic import gd_edge, sam_cycle
from theory.settling import bounced, last, settling_rate
from theory.spectra import minima, rotated, starts


def amplitude(eta, rho, lam, w, rotation=None):
    r"""$\sqrt{-\langle w_t, w_{t-1}\rangle}$: half the width if they alternate.

    Of everything that is not a cycle $w, -w, w$ it is another number.
    """
    before, end = bounced(eta, rho, lam, w, rotation)
    product = -(before.x * end.x).sum(axis=-1)
    return np.sign(product) * np.sqrt(np.abs(product))


def cycle(eta, rho, lam, **_):
    r"""$\eta\rho\lambda_1/(2-\eta\lambda_1)$."""
    return sam_cycle(eta, rho, lam.max(axis=-1))


def below_two(eta, lam, **_):
    r"""$0 < \eta\lambda_1 < 2$."""
    top = lam.max(axis=-1)
    return (eta * top > 0) & (eta * top < 2)


def alone(quick):
    """One dimension, near and far starts."""
    rng = np.random.default_rng(51)
    n = 100 if quick else 1000
    lam = rng.uniform(0.2, 4, n)
    rho = rng.uniform(0.01, 3, n)
    w = rho * np.exp(rng.uniform(-5, 5, n)) * rng.choice([-1, 1], n)
    eta = rng.uniform(0.05, 1.95, n) / lam
    yield {"eta": eta, "rho": rho, "lam": lam[:, None], "w": w[:, None]}


def spaces(quick):
    """Two to five dimensions."""
    for d in (3,) if quick else (2, 3, 5):
        yield rotated([52, d], 40 if quick else 200, d)


def landed(k, e, rho):
    """Where SAM is after k + 40 steps from the k-th preimage of 0; all numbers dyadic.

    Exactly representable, or the sum would be rounded and the start another one.
    """
    w = np.array([[rho * ((1 - e) ** -k - 1)]])
    return last("sam", np.ones((1, 1)), e, rho, w, int(k) + 40)[0, 0]


def preimages(quick):
    """The first ones, at learning rates for which they are sums of powers of two."""
    for e in (0.5, 0.75, 0.875):
        for k in range(0, 4 if quick else 12):
            yield {"k": float(k), "e": e, "rho": 0.25}


def transversal(e, t, rho):
    r"""One step's factor of a tiny component along $\lambda_j$, on the cycle."""
    lam = np.stack([np.ones_like(t), t], axis=-1)
    w = np.stack([sam_cycle(e, rho, 1.0), np.full_like(t, 1e-12)], axis=-1)
    return last("sam", lam, e, rho, w, 1)[:, 1] / 1e-12


def grid(quick):
    """Learning rates and shares of curvature."""
    e, t = np.meshgrid(np.linspace(0.02, 1.98, 25), np.linspace(0.02, 0.98, 25))
    yield {"e": e.ravel(), "t": t.ravel(), "rho": np.full(e.size, 0.3)}


def ssam_edge(method, rho, lam, w):
    """The learning rate, bisected, above which a start no longer converges."""
    return settling_rate(method, lam, rho, w)


def attractive(quick):
    """Both ascents, radii over four decades, near and far starts."""
    for method in ("ssam", "ssam-n"):
        for d in (2,) if quick else (1, 2, 4):
            rng = np.random.default_rng([53, d])
            n = 4 if quick else 20
            lam = minima(rng, n, d)
            rho = np.exp(rng.uniform(-5, 4, n))
            w = starts(rng, lam, np.exp(rng.uniform(-4, 4, (n, 2))), 2)
            yield {"method": method, "rho": rho, "lam": lam, "w": w}


def ssam_direction(loss, rho, X, y, w):
    """SSAM's on a mean of convex losses of one variable."""
    d, _, _ = make("ssam", rho=rho[:, None]).direction(w, (), oracle(loss, X, y))
    return d[:, 0]


def gradient(loss, rho, X, y, w):
    """GD's."""
    return oracle(loss, X, y)(w)[:, 0]


def oracle(name, X, y):
    """The gradient of the mean."""
    return FiniteSum(X, y, LOSSES[name]).gradient


def convex(quick):
    """Five samples each."""
    rng = np.random.default_rng(54)
    for name in ("square", "logistic", "log_cosh", "softplus", "huber"):
        n = 100 if quick else 2000
        X, y = rng.normal(size=(5, 1)), rng.choice([-1.0, 1.0], 5)
        rho, w = np.exp(rng.uniform(-4, 4, n)), rng.normal(size=(n, 1)) * 5
        yield {"loss": name, "rho": rho, "X": X, "y": y, "w": w}


def picture():
    r"""How far from the minimiser each method ends, over $\eta\lambda_1$."""
    e = np.linspace(0.05, 1.9, 38)
    lam = np.tile([1.0, 0.4], (38, 1))
    w = np.tile([0.7, 1.1], (38, 1))
    curves = []
    for spec in ("sam", "ssam"):
        end = last(spec, lam, e, 1.0, w, 1000)
        label = make(spec).label
        size = np.sqrt((end**2).sum(axis=-1))
        curves.append(Curve(e, size, label, method=label, marker="o"))
    e = np.linspace(0.02, 1.92, 300)
    cycle = Curve(e, sam_cycle(e, 1.0, 1.0), r"$e/(2-e)$", theory=True)
    return Picture(
        title="SAM never arrives, SSAM does",
        xlabel=r"$e = \eta\lambda_1$",
        ylabel=r"distance from the minimiser $/\rho$",
        curves=(*curves, cycle),
    )


def t5():
    """The statement."""
    return Statement(
        id="T5",
        title="on convex quadratics SAM ends in a 2-cycle, SSAM converges like GD",
        source="this toolkit",
        grade="T",
        claims=(
            Claim(
                id="T5.line",
                says=r"one dimension, $0 < \eta\lambda < 2$: SAM tends to "
                r"$w = \pm\eta\rho\lambda/(2-\eta\lambda)$",
                expected="holds",
                measured=amplitude,
                bound=cycle,
                cases=alone,
                within=below_two,
                rtol=1e-10,  # rounding over the steps
                proof="paper_notes.md, T5",
            ),
            Claim(
                id="T5.exceptions",
                says=r"except from $w_0 = \pm\rho((1-\eta\lambda)^{-k}-1)$, which land "
                r"on $0$",
                expected="holds",
                measured=landed,
                bound=lambda k, e, rho: 0.0,
                cases=preimages,
                within=lambda k, e, rho: 0 < e < 1,
                proof="paper_notes.md, T5",
            ),
            Claim(
                id="T5.transversal",
                says=r"beside the cycle mode $j$ has the factor $1-et-(2-e)t^2$, "
                r"$e=\eta\lambda_1$, $t=\lambda_j/\lambda_1$",
                expected="holds",
                measured=transversal,
                bound=lambda e, t, rho: 1 - e * t - (2 - e) * t**2,
                cases=grid,
                within=lambda e, t, rho: (0 < e) & (e < 2) & (0 < t) & (t < 1),
                rtol=1e-10,  # rounding; what is neglected is of order 1e-24
                atol=1e-12,  # where the factor is near 0
                proof="paper_notes.md, T5",
            ),
            Claim(
                id="T5.space",
                says=r"SAM tends to that cycle along $v_1$ from almost every start, "
                r"$0 < \eta\lambda_1 < 2$, $\lambda_1$ simple",
                expected="supported",
                measured=amplitude,
                bound=cycle,
                cases=spaces,
                within=below_two,
                rtol=1e-10,  # rounding over the steps
                grade="N",
            ),
            Claim(
                id="T5.ssam",
                says=r"SSAM and SSAM-N converge, whatever $\rho$, iff "
                r"$\eta < 2/\lambda_1$",
                expected="holds",
                measured=ssam_edge,
                bound=lambda method, rho, lam, w: gd_edge(lam.max(axis=-1)),
                cases=attractive,
                within=lambda method, rho, lam, w: (lam > 0).all(axis=-1),
                rtol=2e-4,  # the bracket is 1e-4 wide
                proof="paper_notes.md, T5",
            ),
            Claim(
                id="T5.gd",
                says=r"SSAM is GD on every convex function of one variable",
                expected="holds",
                measured=ssam_direction,
                bound=gradient,
                cases=convex,
                within=lambda loss, **_: LOSSES[loss].convex,
                rtol=1e-12,  # rounding
                proof="paper_notes.md, T5",
            ),
        ),
        code=("theory/quadratic.py", "theory/methods/stable.py"),
        notes="In $d$ dimensions the cycle is proved to attract a neighbourhood for "
        "$\\eta\\lambda_1 < 2$; that almost every start arrives is proved for "
        "$\\eta\\lambda_1 < 1$ by Wen, Ma and Li, and beyond it is evidence.",
        picture=picture,
    )
