r"""Where minima are a manifold: who drifts along it, how fast, and towards what.

Small networks of one output and more parameters than samples are brought to zero loss.
From beside it every method goes on, with all samples in a step or one. A moment is
judged at the zero-loss point next to it, and a displacement beside what L19 and L20 say
of SAM.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import numpy as np
import torch
import xarray

from experiments.networks.training import sampled
from landscapes import models
from landscapes.network import Network
from landscapes.registry import unknown
from landscapes.splits import split
from theory import methods, zero_loss
from theory.iterate import iterate

MODES = ("all", "one")  # samples in a step
# Of eta lam_1 with all samples, of eta tr H with one: then eta |a_i|^2 is of this size.
SHARES = {"all": (0.25, 1.0, 1.5), "one": (0.02, 0.1, 0.3)}
RADII = (1e-3, 1e-2)
SETTLE = {"all": 800, "one": 12}  # steps, and passes over the samples
WINDOW = {"all": 200, "one": 20}
# A long way at a radius that one would take.
FAR_SHARE = {"all": 0.5, "one": 0.3}
FAR_RADIUS = 0.05
FAR_STEPS, CHECKS = 1500, 11
BESIDE = 0.1  # of the radius: how far from zero loss the start is


@dataclass(frozen=True)
class Site:
    """Data and a network that fits them exactly.

    Args:
        data: of `landscapes.splits.split`; of digits, whether they are odd.
        samples: n.
        hidden: widths of the layers, with tanh between them.
    """

    data: str
    samples: int
    hidden: tuple[int, ...]


SITES = {
    "zero-diabetes": Site("diabetes", 30, (16,)),
    "zero-digits": Site("digits", 40, (8,)),
}


def named(name: str) -> Site:
    """A site by its name.

    Raises:
        ValueError: it is unknown.
    """
    if name not in SITES:
        raise unknown("task", name, SITES)
    return SITES[name]


def network(site: Site) -> Network:
    """Its landscape, in double precision."""
    X, y = split(site.data, train=site.samples, validation=0, test=0).train
    if y.ndim == 1:
        y = (2.0 * (y % 2) - 1)[:, None]
    module = models.make("mlp", X.shape[1:], 1, hidden=site.hidden).double()
    X, y = torch.as_tensor(X), torch.as_tensor(y)
    return Network(module, X, y, "square", site.data, "traced")


@lru_cache(maxsize=4)
def minima(site: Site, seeds: int) -> tuple[Network, torch.Tensor]:
    """The landscape, and a point of zero loss from each start, `(seeds, P)`."""
    net = network(site)
    x = torch.stack([net.initial(seed) for seed in range(seeds)])
    for state in iterate(net, methods.make("gd"), x, 0.1, 300):
        end = state.x
    return net, zero_loss.interpolated(net, end)


def drift(name: str, spec: str, config: Any) -> xarray.Dataset:
    """All that is measured of a method at a site."""
    net, x = minima(named(name), config.seeds)
    short = 25 if config.quick else 1
    parts = [_short(net, x, spec, mode, short) for mode in MODES]
    parts += [_far(net, x, spec, mode, short) for mode in MODES]
    whole = xarray.merge(
        xarray.concat(parts[i : i + 2], "samples") for i in (0, 2)
    ).expand_dims(site=[name], algorithm=[methods.label(spec)])
    return whole.assign(
        {
            "share": (("samples", "share_level"), [SHARES[mode] for mode in MODES]),
            "small_rho": ("rho_level", list(RADII)),
        }
    )


def _sample(net: Network, mode: str):
    return sampled(net, 1, 0) if mode == "one" else None


def _start(x: torch.Tensor, rho: torch.Tensor) -> torch.Tensor:
    """Beside a minimum, in a direction that all have in common."""
    random = torch.Generator().manual_seed(0)
    u = torch.randn(x.shape[-1], generator=random, dtype=torch.float64)
    return x + BESIDE * rho * u / u.norm()


def _rate(net: Network, x: torch.Tensor, mode: str) -> torch.Tensor:
    r"""$1/\lambda_1$, or $1/\mathrm{tr}\,H$, `(B, 1)`."""
    lam, _ = zero_loss.top(net, x)
    return 1 / (lam[:, :1] if mode == "all" else lam.sum(-1, keepdim=True))


def _short(
    net: Network, x: torch.Tensor, spec: str, mode: str, short: int
) -> xarray.Dataset:
    """A short way at small radii, beside the drift that SAM should have.

    Returns:
        `ratio`: of the displacement to the predicted one, along it; `small_ratio`: to
        that of small learning rates; `fall_top` and `fall_trace` of the eigenvalue
        and trace, over those predicted; `cosine_top` and `cosine_trace` of the
        displacement with steepest descent of each along the manifold; `bounce`: of a
        step with $v_1$; `(samples, share_level, rho_level, seed)`.
    """
    shape = len(SHARES[mode]), len(RADII), len(x)
    share, rho, seed = np.indices(shape).reshape(3, -1)
    first = x[seed]
    eta = _rate(net, first, mode) * torch.tensor(SHARES[mode])[share, None]
    rho = torch.tensor(RADII)[rho, None].double()
    per = net.n if mode == "one" else 1
    begin = per * max(2, SETTLE[mode] // short)
    end = begin + per * 2 * max(1, WINDOW[mode] // 2 // short)
    method, kept = methods.make(spec).having(rho=rho), {}
    run = iterate(
        net, method, _start(first, rho), eta, end + 1, sample=_sample(net, mode)
    )
    for t, state in enumerate(run):
        if t in (begin, begin + 1, end, end + 1):
            kept[t] = state.x
    # Between two points of a bounce lies what moves slowly.
    both = mode == "all"
    ends = [(kept[t] + kept[t + both]) / 2 for t in (begin, end)]
    seen = _beside(net, ends, eta, rho, end - begin, mode)
    step = kept[begin + 1] - kept[begin]
    _, v = zero_loss.top(net, zero_loss.interpolated(net, ends[0]))
    size = step.norm(dim=-1)
    seen["bounce"] = torch.where(size > 0, (step * v).sum(-1).abs() / size, torch.nan)
    dims = ("share_level", "rho_level", "seed")
    table = {key: (dims, each.numpy().reshape(shape)) for key, each in seen.items()}
    return xarray.Dataset(table, {"seed": np.arange(len(x))}).expand_dims(
        samples=[mode]
    )


def _beside(
    net: Network,
    ends: list[torch.Tensor],
    eta: torch.Tensor,
    rho: torch.Tensor,
    steps: int,
    mode: str,
) -> dict[str, torch.Tensor]:
    """The displacement between two moments beside SAM's, as in `_short`."""
    first, last = (zero_loss.interpolated(net, point) for point in ends)
    middle = zero_loss.interpolated(net, (first + last) / 2)
    lam, v = zero_loss.top(net, middle)
    slope_top = zero_loss.top_slope(net, middle, v)
    slope_trace = zero_loss.mean_slope(net, middle, 0.0)
    if mode == "all":
        small = slope_top
        slope = zero_loss.bounce(eta, lam[:, :1]) * small
    else:
        small, slope = slope_trace, zero_loss.mean_slope(net, middle, eta)
    moved = zero_loss.along(net, middle, last - first)
    told = {}
    for name, each in (("ratio", slope), ("small_ratio", small)):
        way = steps * zero_loss.velocity(rho, eta, zero_loss.along(net, middle, each))
        told[name] = (moved * way).sum(-1) / (way**2).sum(-1)
        if name == "ratio":
            predicted = way
    (lam0, _), (lam1, _) = (zero_loss.top(net, point) for point in (first, last))
    for name, change, slope in (
        ("fall_top", lam1[:, 0] - lam0[:, 0], slope_top),
        ("fall_trace", lam1.sum(-1) - lam0.sum(-1), slope_trace),
    ):
        told[name] = change / (predicted * slope).sum(-1)
    for name, slope in (("top", slope_top), ("trace", slope_trace)):
        down = -zero_loss.along(net, middle, slope)
        size = down.norm(dim=-1) * moved.norm(dim=-1)
        told[f"cosine_{name}"] = (moved * down).sum(-1) / size
    return told


def _far(
    net: Network, x: torch.Tensor, spec: str, mode: str, short: int
) -> xarray.Dataset:
    """A long way: the largest eigenvalue and the trace beside it, `far_...`."""
    eta = FAR_SHARE[mode] * _rate(net, x, mode)
    rho = torch.full_like(eta, FAR_RADIUS)
    steps = FAR_STEPS // short
    times = np.linspace(0, steps, CHECKS).round().astype(int)
    rows, before = [], None
    run = iterate(
        net,
        methods.make(spec).having(rho=rho),
        _start(x, rho),
        eta,
        steps,
        sample=_sample(net, mode),
    )
    for t, state in enumerate(run):
        if t in times:
            point = state.x if before is None else (state.x + before) / 2
            lam, _ = zero_loss.top(net, zero_loss.interpolated(net, point))
            rows.append(torch.stack([lam[:, 0], lam[:, 1], lam.sum(-1)]))
        before = state.x
    top, second, trace = np.moveaxis(torch.stack(rows).numpy(), 0, -1)
    table = {"far_top": top, "far_second": second, "far_trace": trace}
    return (
        xarray.Dataset(
            {name: (("seed", "check"), values) for name, values in table.items()},
            {"seed": np.arange(len(x))},
        )
        .assign(far_step=("check", times))
        .expand_dims(samples=[mode])
    )
