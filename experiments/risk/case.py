"""One data set, one size of training sets, one batch: all that is measured there."""

from __future__ import annotations

import zlib
from dataclasses import dataclass

import numpy as np
import xarray

from experiments.risk.choosing import at_best
from experiments.risk.decomposition import PARTS, Least, Risks
from experiments.risk.good import good
from experiments.risk.paired import apart, moments, named, pairs_of
from experiments.risk.problem import problem, sizes
from experiments.risk.runs import Grid, checkpoints, smoothness
from experiments.risk.shared import Sets
from theory import methods


@dataclass(frozen=True)
class Case:
    r"""What is run; hashable, and its words decide its random numbers.

    Args:
        word: of the data, as `problem` takes it.
        ridge: None: as `problem` has it.
        n: samples in a training set.
        batch: samples in a step; 0: all.
        methods: by their command-line names.
        eta: learning rates, in units of $1/L_b$.
        lengths: radii, in units of $\|w^*\|$.
        rates: those of methods whose radius is a rate, in units of $1/L_b$.
        steps: the most.
        sets: how many training sets.
        seed: of all random numbers.
    """

    word: str
    ridge: float | None
    n: int
    batch: int
    methods: tuple[str, ...]
    eta: tuple[float, ...]
    lengths: tuple[float, ...]
    rates: tuple[float, ...]
    steps: int
    sets: int
    seed: int

    @property
    def seeds(self) -> tuple[int, int, int]:
        """Training sets are the same for all batches."""
        return self.seed, zlib.crc32(self.word.encode()), self.n


def measured(case: Case) -> xarray.Dataset:
    """Runs all methods, and reduces what they do to a labelled result."""
    whole = problem(case.word, case.ridge)
    parts = sizes(case.word, whole.n, case.n)
    sets = Sets.drawn(whole, parts, case.sets, [*case.seeds, 0])
    least, batch = Least.of(sets), case.batch or case.n
    rate, length = 1 / smoothness(whole, case.n, batch), float(np.median(least.size))
    grid = Grid(
        sets,
        batch,
        rate * np.array(case.eta),
        length * np.array(case.lengths),
        rate * np.array(case.rates),
        checkpoints(case.steps),
        (*case.seeds, 1, batch),
    )
    risks, same = _risks(case, grid, least)
    if not np.isfinite(risks.rest.isel(checkpoint=-1)).all("set").any():
        raise ValueError(
            f"`{case.word}`: no method stays finite on all sets of {case.n} samples; "
            "give smaller --eta."
        )
    found = xarray.merge([_grid(risks), at_best(risks), _compared(case, risks), same])
    return found.assign(
        offset=("set", least.train - least.rest),
        population=("set", least.rest),
        eta_unit=rate,
        rho_unit=length,
        steps=("checkpoint", list(grid.times)),
        distance=("set", least.distance),
        beta=whole.constants["beta"],
        beta_max=whole.constants["beta_max"],
        lipschitz=whole.loss.lipschitz * float(np.linalg.norm(whole.X, axis=1).max()),
        ridge=whole.ridge,
        rest_samples=parts.rest,
        validation_samples=parts.validation,
    )


def _risks(
    case: Case, grid: Grid, least: Least
) -> tuple[xarray.Dataset, xarray.Dataset]:
    """Risks of every method `(algorithm, set, checkpoint, rho_level, eta)`.

    And how far each is from SGD's points at most, over their length, where finite.
    """
    rows, dims = [], ("set", "checkpoint", "rho_level", "eta")
    levels = len(case.lengths)
    points = {spec: grid.points(spec) for spec in case.methods}
    far = [_far(here, points.get("gd")) for here in points.values()]
    for here in points.values():
        told = Risks.at(grid.sets, here)
        table = told.parts(least) | {"validation": told.validation, "rest": told.rest}
        shape = (*told.rest.shape[:2], levels, told.rest.shape[3])
        rows.append(
            xarray.Dataset(
                {name: (dims, np.broadcast_to(v, shape)) for name, v in table.items()}
            )
        )
    labels = [methods.label(spec) for spec in case.methods]
    coords = {
        "algorithm": labels,
        "eta": np.array(case.eta),
        "checkpoint": np.arange(1 - len(grid.times), 1),  # 0: the last
    }
    radii = [_radii(case, spec) for spec in case.methods]
    risks = xarray.concat(rows, "algorithm").assign_coords(coords)
    risks = risks.assign(rho=(("algorithm", "rho_level"), radii))
    return risks, xarray.Dataset({"from_sgd": ("algorithm", far)})


def _radii(case: Case, spec: str) -> tuple[float, ...]:
    """In its unit; zeros where it has none."""
    method = methods.make(spec)
    if not method.has_radius:
        return (0.0,) * len(case.lengths)
    return case.lengths if method.radius_unit == "length" else case.rates


def _far(points: np.ndarray, first: np.ndarray | None) -> float:
    """The largest relative distance, NaN without SGD."""
    if first is None:
        return np.nan
    with np.errstate(all="ignore"):
        size = np.linalg.norm(first, axis=-1)
        ratio = np.linalg.norm(points - first, axis=-1) / size
    here = np.isfinite(ratio) & (size < 1e6)
    return float(ratio[here].max())


def _grid(risks: xarray.Dataset) -> xarray.Dataset:
    """Means over the sets and their standard errors, cell by cell."""
    found = {}
    for name in ("excess", *PARTS[:2]):
        found[f"{name}_mean"], error = moments(risks[name])
        if name == "excess":
            found["excess_error"] = error
    found["diverged"] = np.isinf(risks.rest).mean("set")
    told = {name: values.astype("float32") for name, values in found.items()}
    return xarray.Dataset(told | {"rho": risks.rho})


def _compared(case: Case, risks: xarray.Dataset) -> xarray.Dataset:
    """In pairs at equal learning rates, after the last step; and the good ranges."""
    pairs = pairs_of(risks.algorithm.values.astype(str))
    if not pairs:
        return xarray.Dataset()
    last = risks.isel(checkpoint=-1)
    wide = good(last.rest, pairs, case.seed).assign_coords(pair=named(pairs))
    mean, error = moments(apart(last.excess, pairs))
    told = {"equal_difference": mean, "equal_error": error}
    return wide.assign({k: v.drop_vars("checkpoint") for k, v in told.items()})
