"""T16: on generalised linear models, one example at a time, SSAM is SGD."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from landscapes.data import regression
from landscapes.draw import epoch, tau_nice
from landscapes.finite_sum import FiniteSum
from landscapes.scalar_loss import loss
from theory import interval
from theory.bisect import bisect
from theory.claim import Claim, Curve, Picture, Statement
from theory.method import Method, norm
from theory.methods.gd import GD
from theory.methods.sam import SAM
from theory.methods.stable import SSAM, SSAM_N
from theory.methods.usam import USAM
from theory.regimes import gd_limit, usam_limit
from theory.simulate import iterate
from theory.stability import convex_stability, loss_gaps, partings

# l' as in a textbook, and the largest l''.
SLOPES = {
    "logistic": lambda z, y: -y * (1 - np.tanh(y * z / 2)) / 2,
    "square": lambda z, y: z - y,
    "huber": lambda z, y: np.clip(z - y, -1, 1),
    "log_cosh": lambda z, y: np.tanh(z - y),
    "log_square": lambda z, y: 2 * (z - y) / (1 + (z - y) ** 2),
}
CURVED = {"logistic": 0.25, "square": 1.0, "huber": 1.0, "log_cosh": 1.0}


@dataclass(frozen=True, eq=False)
class PerExample(Method):
    """The mean of a method's directions, each on one example of the batch."""

    method: Method

    @property
    def label(self):
        """The method's own, each for itself."""
        return f"{self.method.label} per example"

    def direction(self, x, state, gradient):
        """The two means."""
        split = gradient.split(gradient.size)
        d, g, _ = zip(
            *(self.method.direction(x, state, one) for one in split), strict=True
        )
        return sum(d) / len(d), sum(g) / len(g), state


def start(d):
    """Where all runs begin."""
    return np.random.default_rng(16).normal(size=d) / d


def order(n, batch, steps):
    """The examples of each step, and of the evaluation at the end, `(T + 1, b)`."""
    return tau_nice(n, batch, np.random.default_rng([16, batch]), (steps + 1,))


def problem(data, name, ridge=0.0):
    """Regression on a whole table, or on the signs of its classes."""
    X, y = regression(data)
    return FiniteSum(X, y, loss(name), ridge, name)


def run(method, data, name, ridge, batch, steps, rho, eta):
    """Last points of a method, coordinates first, `(d, runs)`."""
    f = problem(data, name, ridge)
    draws, x = order(f.n, batch, steps), np.tile(start(f.dim), (len(rho), 1))
    *_, end = iterate(
        f,
        method.having(rho=rho[:, None]),
        x,
        eta[:, None],
        steps,
        sample=lambda t: f.sample(draws[t], t),
    )
    return end.x.T


def plain(ascent, method, data, name, ridge, batch, steps, rho, eta):
    r"""SGD written out: $w \leftarrow w - \frac\eta b\sum_i(\phi_i x_i + r w)$."""
    X, y = regression(data)
    draws, w = (
        order(*X.shape[:1], batch, steps),
        np.tile(start(X.shape[1]), (len(rho), 1)),
    )
    for chosen in draws[:-1]:
        rows, target, n = X[chosen], y[chosen], (X[chosen] ** 2).sum(axis=1)
        z, slope = w @ rows.T, SLOPES[name]
        moved = z + ascent(rho[:, None], n, slope(z, target))
        g = slope(moved, target) @ rows / batch + ridge * w
        w = w - eta[:, None] * g
    return w.T


def unmoved(**case):
    r"""$\phi_i = l_i'(z)$: SGD."""
    return plain(lambda rho, n, s: 0.0, **case)


def transformed(**case):
    r"""$\phi_i = l_i'(z + \rho n_i l_i'(z))$."""
    return plain(lambda rho, n, s: rho * n * s, **case)


def shifted(**case):
    r"""$\phi_i = l_i'(z + \rho\sqrt{n_i}\,\mathrm{sign}\,l_i'(z))$."""
    return plain(lambda rho, n, s: rho * np.sqrt(n) * np.sign(s), **case)


def one_by_one(method, data, name, ridge, batch, steps, rho, eta):
    """No ridge; one example at a time, or averaged after.

    All losses here rise away from their minimum: l' keeps its sign along the ascent.
    """
    return ridge == 0 and (batch == 1 or isinstance(method, PerExample))


def _grid(quick, name, data, per_step, radii=(0.01, 0.3, 5.0)):
    """Radii times smoothness and learning rates times the method's limit."""
    X, _ = regression(data)
    bt = CURVED.get(name, 2.0) * (X**2).sum(axis=1).max()
    rho = np.repeat(np.array(radii) / bt, 3)
    eta = np.tile([0.05, 0.5, 0.95], len(radii)) * per_step(bt, rho)
    return {"data": data, "name": name, "rho": rho, "eta": eta}


def _sgd_limit(bt, rho):
    return 2 / bt


def _usam_limit(bt, rho):
    return 2 / (bt * (1 + bt * rho))


def far_beyond(quick):
    """The logistic loss lets no run diverge: 5 to 95 times SGD's pair limit."""
    for method in (SSAM(), SSAM_N()):
        given = _grid(quick, "logistic", "breast_cancer", lambda bt, rho: 200 / bt)
        given |= {"method": method, "batch": 1, "steps": 100, "ridge": 0.0}
        yield given


def grids(methods, names, limit):
    """Real data; every method of the list, alone and example by example."""

    def cases(quick):
        for method in methods:
            for data, name in names[:1] if quick else names:
                given = _grid(quick, name, data, limit) | {"ridge": 0.0}
                steps = 100 if quick else 3000 if data == "breast_cancer" else 300
                yield {"method": method, "batch": 1, "steps": steps} | given
            given = _grid(quick, name, data, limit) | {"ridge": 0.0}
            yield {"method": PerExample(method), "batch": 4, "steps": 60} | given

    return cases


def beyond(quick):
    """Mini-batches as they are, and a ridge."""
    for method in (SSAM(), SSAM_N()):
        for batch, ridge in ((2, 0.0), (8, 0.0), (1, 0.1)):
            given = _grid(quick, "logistic", "breast_cancer", _sgd_limit)
            given |= {"method": method, "ridge": ridge, "batch": batch, "steps": 40}
            yield given


EVERY = [("breast_cancer", "logistic"), ("diabetes", "huber"), ("wine", "square")]
RISING = [*EVERY, ("diabetes", "log_square")]  # the last is not convex
SIGNED = [("breast_cancer", "logistic"), ("wine", "logistic")]


def pair_limit(method, name, rows, rho):
    """The bracketed learning rate above which some pair parts, one for each row."""
    f = FiniteSum(rows[:, None], np.ones((len(rows), 1)), loss(name))
    n = (rows**2).sum(axis=1)
    unit = rows / n[:, None]  # moves z by 1
    # About the target and, where SAM shifts the margin by rho |x|, about that.
    at = np.linspace(-3, 3, 25)[:, None] - 5e-4
    z = np.concatenate([1 + at + 0 * n, rho * np.sqrt(n) + at])[..., None]
    w, v = z * unit, (z + 1e-3) * unit
    moved = [
        method.having(rho=rho[:, None]).direction(x, (), f.sample([0])) for x in (w, v)
    ]
    apart, change = v - w, moved[1][0] - moved[0][0]

    def holds(eta):
        after = norm(apart - eta[:, None] * change)
        return (after <= (1 + 1e-9) * norm(apart)).all(axis=0)[:, 0]

    return bisect(holds, 1e-4 / n, 1e3 / n, 1e-5)


def known_limit(method, name, rows, rho):
    r"""$2/\tilde\beta$, for USAM $2/(\tilde\beta(1+\rho\tilde\beta))$."""
    bt = CURVED[name] * (rows**2).sum(axis=1)
    return usam_limit(0.0, bt, rho) if method.label == "USAM" else gd_limit(bt)


def pairs(quick):
    """Rows of a table as examples, rho bt from .1 to 10."""
    X, _ = regression("breast_cancer")
    rows = X[: 6 if quick else 60]
    n = (rows**2).sum(axis=1)
    radii = np.resize([0.1, 1.0, 10.0], len(rows)) / n
    for name in ("square", "huber", "log_cosh"):
        for method in (GD(), USAM(), SSAM(), SSAM_N()):
            yield {"method": method, "name": name, "rows": rows, "rho": radii}
    for method in (GD(), SAM(), SSAM(), SSAM_N()):
        yield {"method": method, "name": "logistic", "rows": rows, "rho": radii}


def pair_within(method, name, rows, rho):
    """SAM where l' keeps one sign; USAM where l' = 0 at the largest curvature."""
    signed = name == "logistic"
    return signed if method.label == "SAM" else not (signed and method.label == "USAM")


def pair_beyond(quick):
    """SAM where l' changes sign; USAM on the logistic loss, which gives more."""
    case = next(iter(pairs(quick)))
    for method, name in ((SAM(), "huber"), (USAM(), "logistic")):
        yield case | {"method": method, "name": name}


def stability(method, X, y, eta, epochs, runs, seed, level):
    """What a loss changes with one sample, for every loss and every neighbour."""
    n = len(y) // 2
    f, test = (FiniteSum(X[part], y[part], loss("logistic")) for part in halves(n))
    rng = np.random.default_rng([16, seed])
    draws = np.concatenate([epoch(n, 1, rng, (runs,)) for _ in range(epochs)])
    points = partings(f, (X[n:], y[n:]), method, far(X), eta, draws)
    return interval.mean(loss_gaps(test, points), level / n**2)


def halves(n):
    """A data set, and the samples that replace its own."""
    return slice(n), slice(n, None)


def far(X):
    """The origin, and far down the second of two axes, where l' = 1."""
    return np.zeros(X.shape[1]) if X.shape[1] > 2 else np.array([0.0, -4000.0])


def stability_bound(method, X, y, eta, epochs):
    r"""$2G^2\eta T/n$, $G = \max\|x_i\|$: $|\phi_i| \le 1$ as is $|l_i'|$."""
    largest, n = (X**2).sum(axis=1).max(), len(y) // 2
    return convex_stability(eta * epochs * n, np.sqrt(largest), n)


def stable_within(method, X, y, eta, epochs):
    """Learning rates up to the pair limit."""
    bt = (X**2).sum(axis=1).max() / 4
    usam = method.label == "USAM"
    return eta <= (usam_limit(0.0, bt, method.get("rho")) if usam else gd_limit(bt))


def tables(quick):
    """Tumours; and two crossed directions, all margins far below 0."""
    X, y = regression("breast_cancer", 12 if quick else 32)
    X = X / np.sqrt((X**2).sum(axis=1).max() / 4)  # bt = 1
    slanted = np.repeat([[1.0, 0.01], [-1.0, 0.01]], 8, axis=0)
    lines = {"X": slanted, "y": np.ones(16), "eta": 0.1}
    for method, eta in ((USAM(1.0), 0.99), (SSAM(1.0), 1.99), (SAM(1.0), 1.99)):
        yield {
            "method": method,
            "X": X,
            "y": y,
            "eta": eta,
            "epochs": 1 if quick else 2,
        }
        yield {"method": method, "epochs": 1 if quick else 3} | lines


def picture():
    """How far SSAM is from SGD: nowhere with batches of one."""
    f, steps, curves = problem("breast_cancer", "logistic"), 1000, []
    eta, x = 1.0 / f.constants["beta_max"], start(f.dim)
    for batch, marker in ((1, "o"), (2, "s"), (8, "^")):
        draws = order(f.n, batch, steps)

        def sample(t, draws=draws):
            return f.sample(draws[t], t)

        both = [
            iterate(f, method, x, eta, steps, sample=sample)
            for method in (GD(), SSAM(0.3))
        ]
        apart = [np.linalg.norm(a.x - b.x) for a, b in zip(*both, strict=True)]
        shown = np.maximum(apart, 1e-17)[1::50]
        label = f"batches of {batch}"
        curves.append(Curve(np.arange(1, steps + 1, 50), shown, label, marker=marker))
    rounding = np.full(2, np.finfo(float).eps)
    line = Curve(np.array([1, steps]), rounding, "theory, batches of 1: rounding", True)
    return Picture(
        "One example at a time SSAM is SGD",
        "step",
        r"$\|w_{\mathrm{SSAM}} - w_{\mathrm{SGD}}\|$",
        (*curves, line),
        log="y",
    )


# Rounding, carried on by non-expansive steps; coordinates near 0 by `atol`.
SAME = {"relation": "==", "rtol": 1e-9, "atol": 1e-11, "measured": run}
PROVED = {"expected": "holds", "proof": "paper_notes.md, T16"}


def t16():
    """The statement."""
    return Statement(
        id="T16",
        title="one example at a time, on linear models, SSAM is SGD",
        source="this toolkit",
        grade="T",
        claims=(
            Claim(
                id="T16.ssam",
                says=r"SSAM and SSAM-N with batches of one (or example by example, "
                r"then averaged) are SGD, step for step, for every $\rho$, $\eta$",
                bound=unmoved,
                cases=lambda quick: (
                    *grids((SSAM(), SSAM_N()), RISING, _sgd_limit)(quick),
                    *far_beyond(quick),
                ),
                within=one_by_one,
                outside=beyond,
                **SAME,
                **PROVED,
            ),
            Claim(
                id="T16.usam",
                says=r"USAM is SGD on the convex loss of derivative "
                r"$l_i'(z + \rho n_i l_i'(z))$",
                bound=transformed,
                cases=grids((USAM(),), EVERY, _usam_limit),
                within=one_by_one,
                **SAME,
                **PROVED,
            ),
            Claim(
                id="T16.sam",
                says=r"where $l_i'$ keeps one sign SAM is SGD on "
                r"$l_i(z + \rho\sqrt{n_i}\,\mathrm{sign}\,l_i')$",
                bound=shifted,
                cases=grids((SAM(),), SIGNED, _sgd_limit),
                within=one_by_one,
                **SAME,
                **PROVED,
            ),
            Claim(
                id="T16.pairs",
                says=r"two runs never part on an example up to $\eta = "
                r"2/\tilde\beta$, $\tilde\beta = \beta n_i$ (SGD, SSAM; SAM where "
                r"$l_i'$ keeps one sign); USAM $2/(\tilde\beta(1+\rho\tilde\beta))$",
                measured=pair_limit,
                bound=known_limit,
                cases=pairs,
                within=pair_within,
                outside=pair_beyond,
                rtol=1e-4,  # curvature by points 1e-3 apart
                **PROVED,
            ),
            Claim(
                id="T16.stability",
                says=r"below it $\varepsilon \le 2G^2\eta T/n$ (logistic, "
                r"$G = \max\lVert x_i\rVert$)",
                relation="<=",
                measured=stability,
                bound=stability_bound,
                cases=tables,
                within=stable_within,
                runs=(400, 4000),
                tight=0.99,
                rtol=1e-9,  # rounding
                **PROVED,
            ),
        ),
        code=("landscapes/finite_sum.py", "theory/stability.py"),
        notes=(
            "$g' = l_i'(z + \\rho n_i l_i'(z))x_i$ is a nonnegative multiple of "
            "$g = l_i'(z)x_i$, as $l_i'$ does not fall; renormalised it is g. It is "
            "enough that $l_i$ rises strictly away from its minimum. Mini-batches of "
            "two, or a ridge, destroy it. On the logistic loss USAM's limit is higher: "
            "$l_i''$ is largest where $l_i' \\ne 0$."
        ),
        picture=picture,
    )
