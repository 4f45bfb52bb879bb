"""Pictures of learning-rate regimes, drawn from made-up numbers."""

import numpy as np
import pytest
import xarray

from experiments import run
from figures import learning_rate_regimes as figure
from figures import style
from theory.methods import make
from theory.verdict import Verdict

KIND = {
    "quadratic": "convex",
    "log_cosh": "convex",
    "ridge_regression": "data",
    "beale": "analytic",
    "double_well_saddle": "analytic",
    "my_surface.py": "own",
}
METHODS = [make(spec) for spec in ("gd", "usam", "sam", "ssam", "ssam-n")]
LABELS = [method.label for method in METHODS]
UNITS = ["none", *(method.radius_unit for method in METHODS[1:])]
SOURCES = ("T3", "T4", "", "T15", "")
ETA, RHO, STARTS = 24, 16, 8
FINE = 64  # cells of a trace's axis, instead of 4096


def fixture() -> xarray.Dataset:
    """A dataset with all that the experiment writes, and every verdict in it."""
    eta, rho = np.geomspace(0.05, 8, ETA), np.geomspace(0.03, 10, RHO)
    shape = (len(KIND), len(LABELS), RHO)
    # Methods differ, landscapes differ, and a larger radius costs learning rate.
    own = np.array([0.0, 1.0, 0.3, 0.2, 0.1])[:, None]
    limit = 2 / (1 + own * rho) * np.linspace(0.6, 1, len(KIND))[:, None, None]
    share = _share(eta, rho, limit)
    radii = np.broadcast_to(rho, shape) * np.array([0, 1, 1, 1, 1])[:, None]
    data = {
        "share": (
            ("landscape", "algorithm", "rho_level", "eta_level", "verdict"),
            share,
        ),
        "first": (
            ("landscape", "algorithm", "rho_level", "eta_level"),
            share.argmax(axis=-1).astype(np.int8),
        ),
        "eta": (("landscape", "eta_level"), np.tile(eta / 10, (len(KIND), 1))),
        "rho": (("landscape", "algorithm", "rho_level"), radii),
        "eta_unit": ("landscape", np.full(len(KIND), 0.1)),
        "rho_unit": (("landscape", "algorithm"), np.ones(shape[:2])),
        "radius_unit": ("algorithm", UNITS),
        "theory": (
            ("landscape", "algorithm", "rho_level"),
            np.where(np.array(SOURCES)[:, None] == "", np.nan, limit / 10),
        ),
        "theory_source": (
            ("landscape", "algorithm"),
            np.tile(np.array(SOURCES), (len(KIND), 1)),
        ),
        "theory_kind": (
            ("landscape", "algorithm"),
            np.tile(np.array(["exact", "at least", "", "at most", ""]), (len(KIND), 1)),
        ),
        "stalled": (("landscape", "algorithm"), share[..., 3].mean(axis=(2, 3))),
        "starts": ("landscape", np.full(len(KIND), STARTS)),
        "kind": ("landscape", list(KIND.values())),
    }
    data |= _limits(limit / 10)
    coords = {
        "landscape": list(KIND),
        "algorithm": LABELS,
        "verdict": np.arange(len(Verdict)),
        "target": ["point", "band"],
        "level": [0.5, 0.95],
    }
    return xarray.Dataset(data, coords)


def _share(eta: np.ndarray, rho: np.ndarray, limit: np.ndarray) -> np.ndarray:
    """`(landscape, algorithm, rho, eta, verdict)`: below the limit most converge."""
    over = np.log(eta / limit[..., None])
    verdict = np.full(over.shape, Verdict.CONVERGED)
    for low, code in {
        0.0: Verdict.CYCLING, 0.3: Verdict.UNDECIDED, 0.6: Verdict.DIVERGED
    }.items():  # fmt: skip
        verdict[over > low] = code
    radius = np.broadcast_to(rho[:, None], over.shape)
    moving = np.isin(LABELS, ("SAM", "SSAM-N"))[:, None, None]
    verdict[(verdict == Verdict.CONVERGED) & moving] = Verdict.BAND
    verdict[(over < -0.3) & (radius > 3) & moving] = Verdict.STALLED
    hidden = np.array(LABELS)[:, None, None] == "USAM"
    verdict[(over < -0.3) & (radius > 5) & hidden] = Verdict.HALLUCINATED
    verdict[-1][over[-1] > 1.2] = Verdict.ESCAPED
    return 0.7 * np.eye(8)[verdict] + 0.3 / 8


def _limits(limit: np.ndarray) -> dict:
    """Brackets; SAM and SSAM-N never reach the point, one start's limit is unknown."""
    found = np.empty((*limit.shape, 2, 2))
    found[..., 0] = limit[..., None]
    found[..., 1] = 0.8 * limit[..., None]
    moving = np.isin(LABELS, ("SAM", "SSAM-N"))
    found[:, moving, :, 0] = np.nan
    found[3, 2] = np.nan
    dims = ("landscape", "algorithm", "rho_level")
    return {
        "limit_low": ((*dims, "target", "level"), found),
        "limit_high": ((*dims, "target", "level"), 1.1 * found),
        "sampled_low": ((*dims, "target", "level"), 0.9 * found),
        "sampled_high": ((*dims, "target", "level"), found * np.array([1.2, np.inf])),
        "diverges_low": (dims, 1.8 * limit),
        "diverges_high": (dims, 1.9 * limit),
    }


@pytest.fixture(scope="module")
def results(tmp_path_factory):
    """A folder with the made-up result in it."""
    out = tmp_path_factory.mktemp("results")
    _save(fixture(), out)
    return out


def _save(dataset: xarray.Dataset, out) -> None:
    config = run.Work(out=out, jobs=1)
    run.save(dataset, out / figure.RESULT, config, "made up")


def drawn(results, name, style_name="screen"):
    with style.use(style_name):
        return figure.learning_rate_regimes(results)[name]()


def _trace(label: str, dimension: float) -> xarray.Dataset:
    """A trace whose boundary is an arc, at FINE nodes and a map of every second."""
    i, j = np.mgrid[:FINE, :FINE]
    inside = (i**2 + j**2 < (0.7 * FINE) ** 2).astype(int)
    corners = [inside[:-1, :-1], inside[1:, :-1], inside[:-1, 1:], inside[1:, 1:]]
    rows, columns = np.nonzero(np.ptp(corners, axis=0))
    verdict = np.where(inside, Verdict.CONVERGED, Verdict.DIVERGED)
    eta, rho = np.geomspace(0.01, 1, FINE), np.geomspace(0.1, 10, FINE)
    low, high = dimension - 0.02, dimension + 0.03
    return xarray.Dataset(
        {
            "label_map": (("map_rho", "map_eta"), verdict[::2, ::2].T.astype(np.int8)),
            "cell_eta": ("cell", rows.astype(np.int16)),
            "cell_rho": ("cell", columns.astype(np.int16)),
            "cell_width": ("cell", np.ones(len(rows), np.int16)),
        },
        {"eta": eta, "rho": rho, "map_eta": eta[::2], "map_rho": rho[::2]},
        {
            "landscape": "beale", "label": label, "size": FINE,
            "dimension": dimension, "dimension_low": low, "dimension_high": high,
        },
    )  # fmt: skip


def _traces(out) -> None:
    for label, dimension in {"SAM": 1.31, "USAM": np.nan}.items():
        path = out / figure.FOLDER / f"trace-beale-{label.lower()}.nc"
        run.save(_trace(label, dimension), path, run.Work(out=out, jobs=1), "made up")
