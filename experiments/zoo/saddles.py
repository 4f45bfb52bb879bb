"""Which methods leave which saddles, at which learning rates and radii."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from functools import cache, partial

import numpy as np
import xarray

from experiments.saddles.site import Site
from experiments.zoo.lineup import (
    fewer,
    line_up,
    plain_forms,
    rate_unit,
    unserved,
)
from experiments.zoo.seen import Sections, Seen
from landscapes import load
from landscapes.landscape import Landscape
from landscapes.quadratic import quadratic
from landscapes.scalar_loss import ScalarLoss, Y, Z
from theory import simulate
from theory.method import Method
from theory.methods.sam_polyak import SAMPolyak
from theory.quadratic import weakest_descent
from theory.verdict import Verdict, classify

ETAS = np.geomspace(0.05, 1.9, 10)  # in units of 1 / the largest curvature
LENGTHS, RATES = (0.03, 0.1, 0.3), (0.1, 0.9, 1.5)  # over R, and times 1/m
# Enough for e^12 along the least descent at the smallest rate, at most so many.
FOLDS, MOST, QUICK = 12, 3000, 256
STARTS, NEAR, SEED = 32, 0.1, 0  # and their distance, at most, over R
ROWS, BATCH = 32, 8
ESCAPES = 0.9  # the share of starts that must leave
WINDOW = 64
CODES = {
    "stalled": (Verdict.STALLED,),
    "cycling": (Verdict.CYCLING, Verdict.HALLUCINATED),
    "undecided": (Verdict.UNDECIDED,),
}


@dataclass(frozen=True, eq=False)
class Place:
    """A saddle, and how the methods see the function there.

    Args:
        site: the saddle with its scales.
        batch: of how many samples a step sees the mean; 0: the function itself.
        least: the function's infimum.
        most: steps, at most.
    """

    site: Site
    batch: int = 0
    least: float = -np.inf
    most: int = MOST

    def method(self, method: Method) -> Method:
        """The method as it runs here."""
        f = self.site.landscape
        return Seen(method, f, self.batch, SEED) if self.batch else method

    def eta(self, method: Method) -> np.ndarray:
        """Learning rates, in the method's unit."""
        return ETAS * rate_unit(method, self.site.curvature)

    @property
    def steps(self) -> int:
        """How many a run takes."""
        m = weakest_descent(self.site.saddle.eigenvalues)
        least = ETAS[0] / self.site.curvature
        return int(np.clip(FOLDS / (least * m), 2 * WINDOW, self.most))


@dataclass(frozen=True, eq=False)
class SaddleSum(Sections):
    r"""$\frac1n\sum_i (\frac{y_i}2 \langle x_i, w\rangle^2 + c\langle x_i, w\rangle)$.

    The rows have mean zero: a quadratic saddle whose samples disagree.
    """

    def locate(self) -> np.ndarray:
        """The origin; only the samples' gradients need not vanish there."""
        return np.zeros((1, self.dim))


def saddle_sum(slope: float, rows: int = ROWS) -> SaddleSum:
    """Four dimensions, one of descent; samples in pairs x, -x.

    Args:
        slope: c, what is left of each sample's gradient at the saddle.
        rows: n, a multiple of 4.
    """
    half = np.random.default_rng(7).normal(size=(rows // 2, 4))
    y = np.repeat([1.0, -1.0], rows // 4)
    half *= np.sqrt(np.where(y[:, None] > 0, (3, 2, 1, 0.1), (0.1, 0.1, 0.1, 1)))
    X, y = np.concatenate([half, -half]), np.concatenate([y, y])
    loss = ScalarLoss("signed_square", Y * Z**2 / 2 + slope * Z, (-1.0, 1.0))
    return SaddleSum(X, y, loss, name=f"saddle sum, slope {slope:g}")


@cache
def places(quick: bool) -> dict[str, Place]:
    """All saddles, by name."""
    found = {}
    for m in (0.5,) if quick else (0.5, 0.1, 0.02):
        found[f"quadratic 1, -{m:g}"] = Place(_site(quadratic((1.0, -m))))
    found["strict saddle"] = Place(_site(load("strict_saddle")))
    f = load("matrix_factorisation")
    found["matrix factorisation"] = Place(_site(f), least=0.0)
    for slope, name in ((0.0, "noise that fades"), (0.1, "noise that stays")):
        found[name] = Place(_site(saddle_sum(slope)), BATCH)
    found["samples, all"] = Place(_site(saddle_sum(0.1)), ROWS)
    if quick:
        for name in ("strict saddle", "noise that fades", "samples, all"):
            del found[name]
        found = {name: replace(p, most=QUICK) for name, p in found.items()}
    return found


def _site(f: Landscape) -> Site:
    return Site(f.name, f, f.saddles[0], 1.0)


def saddles(specs: Iterable[str], quick: bool) -> xarray.Dataset:
    r"""Runs every method from starts near every saddle until it leaves the ball.

    A run has escaped where it left the ball of radius R = 1 below the saddle's value,
    and diverged where it left above. What stayed is told by `theory.verdict`. To rest
    where the gradient does not vanish counts as cycling.

    Args:
        specs: names of methods.
        quick: fewer saddles, rates, starts and steps, one radius.

    Returns:
        Shares of the starts `saddle_escaped`, `saddle_diverged`, `saddle_stalled`,
        `saddle_cycling`, `saddle_undecided`, and `saddle_time`, to the escape, the
        median in steps (inf where most stay), `(algorithm, landscape,
        saddle_rho_level, saddle_eta_level)`; `escape_eta_least`,
        `escape_eta_largest` of the rates at which nine in ten escape, NaN for none,
        and `escape_eta_share`, how many of the rates these are, `(algorithm, landscape,
        saddle_rho_level)`; `saddle_eta`, `saddle_rho`; `saddle_unserved`, why a method
        cannot run there, `(algorithm, landscape)`, empty where it can (numbers are NaN
        where it cannot); `saddle_steps`, `(landscape)`; `plain_form`, whose
        renormalised form a method is, `(algorithm)`. A method without a radius is
        shown at every level.
    """
    specs, where = list(specs), places(quick)
    methods = line_up(specs)
    rows = [
        xarray.concat(
            [_case(method, name, place, quick) for name, place in where.items()],
            "landscape",
            join="exact",
        )
        for method in methods.values()
    ]
    found = xarray.concat(rows, "algorithm", join="exact")
    found = found.assign_coords(algorithm=list(methods), landscape=list(where))
    return found.assign(
        saddle_steps=("landscape", [place.steps for place in where.values()]),
        plain_form=("algorithm", plain_forms(specs)),
    )


def _case(method: Method, name: str, place: Place, quick: bool) -> xarray.Dataset:
    """One method at one saddle."""
    eta, rho = place.eta(method), radii(method, place.site)
    if quick:
        eta, rho = eta[4::4], rho[1:2]
    found = dict.fromkeys(("escaped", "diverged", *CODES, "time"), np.nan)
    reason = _reason(method, place)
    if not reason:
        found = measured(method, place, eta, rho, fewer(method, 8 if quick else STARTS))
    cell = ("saddle_rho_level", "saddle_eta_level")
    shape = len(rho), len(eta)
    table = {
        f"saddle_{key}": (cell, np.broadcast_to(v, shape)) for key, v in found.items()
    }
    table |= {"saddle_eta": (cell[1:], eta), "saddle_rho": (cell[:1], rho)}
    whole = xarray.Dataset(table | {"saddle_unserved": ((), reason)})
    leaves = whole.saddle_escaped >= ESCAPES
    rates = whole.saddle_eta.where(leaves)
    return whole.assign(
        escape_eta_least=rates.min("saddle_eta_level"),
        escape_eta_largest=rates.max("saddle_eta_level"),
        escape_eta_share=leaves.mean("saddle_eta_level").where(not reason),
    )


def radii(method: Method, site: Site) -> np.ndarray:
    """In the method's unit, of R or of 1/m; zeros where it has none."""
    if not method.has_radius:
        return np.zeros(len(LENGTHS))
    if method.radius_unit == "length":
        return np.array(LENGTHS) * site.radius
    return np.array(RATES) / weakest_descent(site.saddle.eigenvalues)


def _reason(method: Method, place: Place) -> str:
    """Why a method cannot run at a saddle."""
    if isinstance(method, SAMPolyak) and not np.isfinite(place.least):
        return "`SAMPolyak` needs a least value, which the function lacks."
    one = place.eta(method)[:1], radii(method, place.site)[:1], 1, 1
    return unserved(partial(_run, method, place, *one))


def _run(
    method: Method,
    place: Place,
    eta: np.ndarray,
    rho: np.ndarray,
    count: int,
    steps: int,
) -> simulate.Run:
    """The runs of a grid `(rho, eta, start)`."""
    site = place.site
    return simulate.batch(
        site.landscape,
        place.method(method),
        eta[:, None],
        rho[:, None, None],
        site.starts(count, SEED, NEAR),
        steps,
        center=site.saddle.point,
        radius=site.radius,
        window=min(steps, WINDOW),
        engine="numpy",
    )


def measured(
    method: Method, place: Place, eta: np.ndarray, rho: np.ndarray, count: int
) -> dict[str, np.ndarray]:
    """Shares and times, `(rho, eta)`."""
    f, once = place.site.landscape, slice(None) if method.has_radius else slice(1)
    run = _run(method, place, eta, rho[once], count, place.steps)
    with np.errstate(all="ignore"):
        lower = f.value(run.x) < f.value(place.site.saddle.point)
    escaped, codes = run.left & lower, classify(run, f).codes
    found = {name: np.isin(codes, verdicts) for name, verdicts in CODES.items()}
    found |= {"escaped": escaped, "diverged": run.left & ~lower}
    # Within the ball lies no minimum: what is told of one is not decided.
    told = np.logical_or.reduce(list(found.values()))
    found["undecided"] = found["undecided"] | ~told
    shares = {name: hit.mean(axis=-1) for name, hit in found.items()}
    times = np.where(escaped, run.steps, np.inf)
    return shares | {"time": np.median(times, axis=-1)}
