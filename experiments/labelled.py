"""Results with labels, for xarray, pandas and a `.plot()`, in one line.

    from experiments.labelled import load

    load("stability").beta.to_dataframe()
    load("map.nc").verdict.isel(start=0, seed=0).plot(xscale="log")

The files themselves hold numbers and names only: what is added here is added to what
was read, so that the same work keeps giving the same bytes. A file opens with
`xarray.open_dataset` as well, without these labels.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from experiments import store
from experiments.run import RESULTS
from theory.kept import KEPT
from theory.verdict import Verdict

if TYPE_CHECKING:
    import xarray

LONG_NAMES = {
    "algorithm": "method",
    "eta": "learning rate η",
    "rho": "radius ρ",
    "eta_level": "level of the learning rate η",
    "rho_level": "level of the radius ρ",
    "seed": "number of the repeat",
    "start": "number of the start",
    "steps": "steps taken",
    "place": "critical point it ended at",
    "period": "period of the cycle",
    "share": "share of the runs",
    "counts": "number of runs",
    "outcome": "verdict",
    "limit_low": "largest η that converges, at least",
    "limit_high": "largest η that converges, at most",
    "theory": "largest η by theory",
    "loss": "loss",
    "g_norm": "norm of the gradient",
    "d_norm": "norm of the surrogate gradient",
    "sharpness": "largest eigenvalue of the Hessian",
}
UNITS = {"length": "length", "rate": "1/curvature"}  # of a radius, by its method
CODED = ("verdict", "first")  # variables that hold verdicts
NAMES = tuple(verdict.name.lower() for verdict in Verdict)
PLACED = ("eta", "rho")  # where along an axis, not results


def load(path: Path | str) -> xarray.Dataset:
    """A result or a regime map, labelled.

    Args:
        path: the netCDF file; or an experiment's name, whose own result here is taken,
            else the one that the repository keeps.

    Raises:
        ValueError: the file is missing, damaged, foreign, or of another version.
    """
    return labelled(store.load(found(path)))


def found(path: Path | str) -> Path:
    """The file of a result, which may be named by its experiment."""
    if Path(path).suffix or Path(path).exists():
        return Path(path)
    places = (folder / f"{path}.nc" for folder in (RESULTS, KEPT))
    return next((place for place in places if place.is_file()), RESULTS / f"{path}.nc")


def labelled(dataset: xarray.Dataset) -> xarray.Dataset:
    """The dataset with names, units and the meaning of codes; values are unchanged.

    A map of one method gets the axis `algorithm`, and the axis of its counts is called
    `outcome`, since `verdict` is what single runs have.
    """
    found = dataset.copy()
    if "verdict" in found.dims and found["verdict"].ndim > 1:
        codes = found["verdict"].variable
        found = found.drop_vars("verdict").rename_dims(verdict="outcome")
        found = found.assign(verdict=codes).assign_coords(outcome=list(NAMES))
    if "label" in found.attrs and "algorithm" not in found.dims:
        runs = [n for n, v in found.items() if "rho" in v.dims]
        wider = found[runs].expand_dims(algorithm=[found.attrs["label"]])
        found = found.drop_vars(runs).merge(wider)
    found = found.set_coords([name for name in PLACED if name in found])
    for name, variable in found.variables.items():
        variable.attrs = _words(str(name), found) | variable.attrs
    return found


def _words(name: str, dataset: xarray.Dataset) -> dict:
    """Attributes of a variable, as the CF conventions call them."""
    words: dict = {"long_name": LONG_NAMES.get(name, name.replace("_", " "))}
    if name in CODED and dataset[name].dtype.kind in "iu":
        # No-break spaces: a colour bar's label is wrapped, but not within a pair.
        flags = [f"{v.value}\N{NO-BREAK SPACE}{v.name.lower()}" for v in Verdict]
        words = {
            "long_name": f"verdict ({', '.join(flags)})",
            "flag_values": np.array([*map(int, Verdict)], dataset[name].dtype),
            "flag_meanings": " ".join(NAMES),
        }
    if name == "rho" and (unit := _radius_unit(dataset)) in UNITS:
        words["units"] = UNITS[unit]
    if name == "eta":
        words["units"] = UNITS["rate"]
    return words


def _radius_unit(dataset: xarray.Dataset) -> str:
    """The one unit of all radii, empty where methods differ."""
    if "radius_unit" in dataset:
        units = {str(u) for u in np.ravel(dataset["radius_unit"])} - {"none"}
        return units.pop() if len(units) == 1 else ""
    if spec := dataset.attrs.get("method"):
        from theory.methods import make

        return make(spec).radius_unit
    return ""


def places(dataset: xarray.Dataset) -> list[str]:
    """The critical points that the numbers `place` count, by name."""
    return json.loads(dataset.attrs.get("places", "[]"))
