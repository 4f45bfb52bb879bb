"""L21: balancedness, which gradient flow keeps and SAM does not."""

from __future__ import annotations

import numpy as np

from landscapes.vector_factorisation import vector_factorisation
from theory.claim import Claim, Statement
from theory.methods.gd import GD
from theory.methods.sam import SAM

F = vector_factorisation()
P = len(F.target)


def parts(v):
    r"""$\lVert v_x\rVert^2$ and $\lVert v_y\rVert^2$, `(...)`."""
    return (v[..., :P] ** 2).sum(-1), (v[..., P:] ** 2).sum(-1)


def rate(method, eta, w):
    r"""$(B^+ - B)/\eta$ less the discrete step's $\frac\eta2(|d_x|^2 - |d_y|^2)$."""
    d, _, _ = method.direction(w, (), F.gradient)
    dx, dy = parts(d)
    return (F.balancedness(w - eta * d) - F.balancedness(w)) / eta - eta / 2 * (dx - dy)


def gradient_rate(eta, w):
    """Of gradient descent."""
    return rate(GD(), eta, w)


def points(quick):
    """Random points."""
    rng = np.random.default_rng(21)
    return rng.normal(size=(50 if quick else 2000, F.dim))


def gradient_cases(quick):
    """Small and large learning rates."""
    for eta in (0.01, 0.1, 1.0):
        yield {"eta": eta, "w": points(quick)}


def error(rho, w):
    """SAM's rate less the reported one, over rho."""
    gx, gy = parts(F.gradient(w))
    return rate(SAM(rho), 0.1, w) / rho - (gx - gy) / np.sqrt(gx + gy)


def order(rho, w):
    """Slope of the largest error over the points between rho and rho / 10."""
    large, small = (np.abs(error(r, w)).max() for r in (rho, rho / 10))
    return np.log10(rho * large / (rho / 10 * small))


def order_cases(quick):
    """Radii down to 1e-4."""
    for rho in (0.1, 0.01, 0.001):
        yield {"rho": rho, "w": points(quick)}


def exact_rate(rho, w):
    """SAM's rate."""
    return rate(SAM(rho), 0.1, w)


def exact_rate_bound(rho, w):
    r"""$\rho(\langle u_x, d_x\rangle - \langle u_y, d_y\rangle)$, written out."""
    g = F.gradient(w)
    u = g / np.linalg.norm(g, axis=-1, keepdims=True)
    above = w + rho * u  # the statement's own d, for a bound runs no method
    product = u * F.gradient(above)
    return rho * (product[..., :P].sum(-1) - product[..., P:].sum(-1))


def within(rho, w):
    """No point is critical."""
    return np.linalg.norm(F.gradient(w), axis=-1) > 1e-3


def l21():
    """The statement."""
    return Statement(
        id="L21",
        title="SAM unbalances or balances two factors at a rate of the order of rho",
        source="Li, Zhang and He, arXiv 2410.14802",
        grade="A",
        claims=(
            Claim(
                id="L21.flow",
                says=r"on $f(xy^\top)$ gradient flow keeps $B = (\lVert x\rVert^2 - "
                r"\lVert y\rVert^2)/2$; a step of gradient descent adds "
                r"$\frac{\eta^2}2(\lVert g_x\rVert^2 - \lVert g_y\rVert^2)$ to it",
                expected="holds",
                measured=gradient_rate,
                bound=lambda eta, w: np.zeros(len(w)),
                cases=gradient_cases,
                within=lambda eta, w: eta > 0,
                atol=1e-9,  # rounding, divided by eta
                proof="paper_notes.md, L21",
            ),
            Claim(
                id="L21.sam",
                says=r"under SAM $\frac{dB}{dt} = \rho\frac{\lVert g_x\rVert^2 - "
                r"\lVert g_y\rVert^2}{\lVert g\rVert} + O(\rho^2)$: the error has "
                r"slope 2",
                expected="holds",
                measured=order,
                bound=lambda rho, w: np.array(2.0),
                cases=order_cases,
                within=lambda rho, w: within(rho, w).all(),
                rtol=0.03,  # the next order at rho = .1
                proof="paper_notes.md, L21",
            ),
            Claim(
                id="L21.exact",
                says=r"for every $\rho$ it is $\rho(\langle u_x, d_x\rangle - "
                r"\langle u_y, d_y\rangle)$, $u = g/\lVert g\rVert$",
                expected="holds",
                measured=exact_rate,
                bound=exact_rate_bound,
                cases=order_cases,
                within=within,
                rtol=1e-9,
                atol=1e-10,  # rounding of B, divided by eta
                proof="paper_notes.md, L21",
                grade="T",
            ),
        ),
        code=("landscapes/vector_factorisation.py",),
        notes=(
            "$\\langle x, \\nabla_xf\\rangle = \\langle y, \\nabla_yf\\rangle$ at "
            "every point, the ascent point included. A discrete step adds "
            "$\\frac{\\eta^2}2(\\lVert d_x\\rVert^2 - \\lVert d_y\\rVert^2)$."
        ),
    )
