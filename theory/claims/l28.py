"""L28: what a late switch to USAM or SAM does at a minimum of SGD."""

from __future__ import annotations

import numpy as np
from sympy import cosh, exp

from landscapes.sharp_valley import one_plus_square, sharp_valley
from theory.claim import Claim, Statement
from theory.measured import edges
from theory.methods.gd import GD
from theory.methods.sam import SAM
from theory.methods.usam import USAM
from theory.quadratic import gd_edge, usam_edge
from theory.runs import last

SHARPNESS = {  # lam(z) for the surface, for the bounds, and z(lam)
    "1 + z^2": (one_plus_square, lambda z: 1 + z**2, lambda lam: np.sqrt(lam - 1)),
    "exp z": (exp, np.exp, np.log),
    "cosh z": (cosh, np.cosh, np.arccosh),
}
PROOF = "paper_notes.md, L28"


def settled(valley, lam, eta, x=1e-20, steps=30):
    """Where GD comes from x beside a minimum of sharpness lam, `(n, 2)`."""
    function, _, position = SHARPNESS[valley]
    w = np.stack([np.full(lam.shape, x), position(lam)], axis=-1)
    return last(sharp_valley(function), GD(), w, eta, steps).x


def slope(valley, eta, rho, lam):
    """Slope of the log-loss over 10 steps of USAM, from where GD came."""
    f = sharp_valley(SHARPNESS[valley][0])
    w = settled(valley, lam, eta)
    end = last(f, USAM(rho), w, eta, 10)
    return np.log(f.value(end.x) / f.value(w)) / 10


def slope_bound(valley, eta, rho, lam):
    r"""$2\ln|1 - \eta\lambda(1 + \rho\lambda)|$."""
    return 2 * np.log(np.abs(1 - eta * lam * (1 + rho * lam)))


def between(valley, eta, rho, lam):
    """GD is stable there, USAM is not."""
    return (lam < gd_edge(eta)) & (lam > usam_edge(eta, rho))


def switches(quick):
    """Sharpnesses between USAM's edge and GD's."""
    share, rho = np.linspace(0.05, 0.95, 10 if quick else 200), 0.2
    for valley in SHARPNESS:
        for eta in (0.2, 0.5):
            low, high = usam_edge(eta, rho), gd_edge(eta)
            lam = low + share * (high - low)
            yield {"valley": valley, "eta": eta, "rho": rho, "lam": lam}


def landed(valley, eta, rho, lam):
    r"""$\eta\lambda(1 + \rho\lambda)$ where USAM comes to rest; inf if it diverges."""
    function, sharpness, _ = SHARPNESS[valley]
    w = settled(valley, lam, eta, 1e-6, 1)
    end = last(sharp_valley(function), USAM(rho), w, eta, 1000)
    top = sharpness(end.x[:, 1])
    return np.nan_to_num(eta * top * (1 + rho * top), nan=np.inf)


def gently(valley, eta, rho, lam):
    r"""Between the edges, and $\eta\lambda(1 + \rho\lambda) < 3$: factor above -2."""
    return between(valley, eta, rho, lam) & (eta * lam * (1 + rho * lam) < 3)


def gentle(quick):
    """The switches with a factor above -2."""
    for case in switches(quick):
        yield {**case, "lam": case["lam"][gently(**case)]}


def violent(quick):
    """The others: some diverge."""
    for case in switches(quick):
        lam = case["lam"][~gently(**case)]
        if lam.size:
            yield {**case, "lam": lam}


def jump(valley, eta, rho, lam):
    """|x| after one step of SAM from where GD came."""
    w = settled(valley, lam, eta)
    f = sharp_valley(SHARPNESS[valley][0])
    return np.abs(last(f, SAM(rho), w, eta, 1).x[:, 0])


def l28():
    """The statement."""
    return Statement(
        id="L28",
        title="a late switch to USAM leaves a sharp minimum for a flatter one nearby",
        source="Zhou et al., arXiv 2410.10373",
        grade="A",
        claims=(
            Claim(
                id="L28.escape",
                says=r"on $\lambda(z)x^2/2$, $x \to 0$, at a minimum with $\lambda "
                r"< 2/\eta$ "
                r"above USAM's edge, the log-loss grows by $2\ln|1 - \eta\lambda(1 + "
                r"\rho\lambda)|$ a step",
                expected="holds",
                measured=slope,
                bound=slope_bound,
                cases=switches,
                within=between,
                rtol=1e-6,  # rounding, where the growth is slow
                proof=PROOF,
                grade="T",
            ),
            Claim(
                id="L28.landing",
                says=r"from $\eta\lambda(1 + \rho\lambda) < 3$ it comes to rest in the "
                r"same valley below the edge, $\eta\lambda(1 + \rho\lambda) \le 2$",
                expected="supported",
                relation="<=",
                measured=landed,
                bound=lambda valley, eta, rho, lam: np.full(lam.shape, 2.0),
                cases=gentle,
                within=gently,
                outside=violent,
                tight=0.9,
                rtol=1e-3,  # where the decay to the limit is slow
            ),
            Claim(
                id="L28.jump",
                says=r"normalised SAM does not grow from it, it jumps: as $x \to 0$, "
                r"$|x| = \eta\rho\lambda$ after one step",
                expected="holds",
                measured=jump,
                bound=lambda valley, eta, rho, lam: eta * rho * lam,
                cases=switches,
                within=between,
                rtol=1e-9,  # the distance from the minimum before the step
                proof=PROOF,
                grade="T",
            ),
            Claim(
                id="L28.networks",
                says=r"networks: $\ln$ of $g$ along $v_1$ grows by $\ln|1 - "
                r"\eta\lambda(1 + r\lambda)|$ a step, right after a switch to USAM ($r "
                r"= \rho$) or SAM ($r = \rho/\lVert g\rVert$)",
                expected="supported",
                measured=edges.growth,
                bound=edges.growth_predicted,
                cases=lambda quick: edges.cases(("USAM", "SAM"), late=True),
                within=lambda data, method, rho: rho > 0,
                rtol=0.01,
                atol=0.1,  # of a few steps' slope: other modes show in it
                grade="N",
            ),
            Claim(
                id="L28.flatter",
                says=r"networks: 500 steps later the top eigenvalue is below that of "
                r"GD going on",
                expected="supported",
                relation="<=",
                measured=edges.landed,
                bound=lambda **case: 1.0,
                cases=lambda quick: edges.cases(("USAM", "SAM"), late=True),
                within=lambda data, method, rho: rho > 0,
                tight=0.9,
                grade="N",
            ),
        ),
        code=("landscapes/sharp_valley.py", "theory/measured/edges.py"),
        reads=(edges.EXPERIMENT,),
        notes=(
            "To first order in x USAM multiplies it by $1 - \\eta\\lambda(1 + "
            "\\rho\\lambda)$ and leaves z. Far above the edge (factor below -2) it may "
            "diverge instead of landing. Networks: " + edges.SETTING + "The switch is "
            "at a rate at which GD comes near its edge and not to it."
        ),
    )
