"""Looking at a landscape before any work: is it what its contract says?"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import numpy as np

from landscapes.components import Components
from landscapes.landscape import Landscape

if TYPE_CHECKING:
    from experiments.sweeping.job import Sweep


def checked(job: Sweep, landscape: Landscape) -> Landscape:
    """The landscape of a job, looked at.

    Raises:
        ValueError: names the file, the rule and the value.
    """
    for name in ("name", "dim", "kinds", "batched", "start"):
        _tried(job.landscape, name, lambda name=name: getattr(landscape, name))
    _kinds(job, landscape)
    _box(job.landscape, landscape)
    _start(job.landscape, landscape)
    _values(job.landscape, landscape)
    _tried(job.landscape, "critical_points", lambda: landscape.critical_points)
    if job.batch:
        _batch(job, landscape)
    return landscape


def _kinds(job: Sweep, landscape: Landscape) -> None:
    """It runs on what the engines need."""
    needed = ("numpy",) if job.device == "cpu" else ("numpy", "torch")
    for kind in needed:
        if kind not in landscape.kinds:
            raise ValueError(
                f"`{job.landscape}`: its kinds must hold {kind}, got "
                f"{', '.join(landscape.kinds) or 'none'}."
            )


def _box(name: str, landscape: Landscape) -> None:
    """Constants by name; a box, where there is one, with a side for every axis."""
    constants = getattr(landscape, "constants", None)
    if not isinstance(constants, dict):
        raise ValueError(f"`{name}`: constants must be a dict, got {constants!r}.")
    box = _tried(name, "box", lambda: np.asarray(landscape.box, dtype=float))
    sides = box.shape == (landscape.dim, 2) and np.isfinite(box).all()
    if not (sides and (box[:, 0] < box[:, 1]).all()):
        raise ValueError(
            f"`{name}`: box must be {landscape.dim} pairs (low, high), low < high, got "
            f"{landscape.box}."
        )


def _start(name: str, landscape: Landscape) -> None:
    dim = landscape.dim
    if not (isinstance(dim, int) and dim >= 1):
        raise ValueError(f"`{name}` needs a dimension `dim` >= 1, got {dim!r}.")
    start = _tried(name, "start", lambda: np.asarray(landscape.start, dtype=float))
    if start.shape != (dim,):
        raise ValueError(
            f"`{name}`: start must have shape ({dim},), got {start.shape}."
        )
    if not np.isfinite(start).all():
        raise ValueError(f"`{name}`: start must be finite, got {_few(start)}.")


def _values(name: str, landscape: Landscape) -> None:
    """Value and gradient at the start, of one point and of a batch."""
    start = np.asarray(landscape.start, dtype=float)
    for x in (start, np.tile(start, (3, 1))):
        for what, shape in (("value", x.shape[:-1]), ("gradient", x.shape)):
            _sound(name, what, _at(name, landscape, what, x), x.shape, shape)
        found = _at(name, landscape, "hvp", x, np.ones_like(x))
        _sound(name, "hvp", found, x.shape, x.shape)
    if "components" in landscape.kinds:
        parts = Components(np.full(3, v) for v in start)
        found = _at(name, landscape, "gradient", parts)
        if not isinstance(found, Components) or len(found) != landscape.dim:
            got = len(found) if isinstance(found, Components) else type(found).__name__
            raise ValueError(
                f"`{name}`: gradient must take Components to as many, "
                f"{landscape.dim}, got {got}."
            )
        for part in found:
            _sound(name, "gradient of Components", part, (3,), (3,))


def _sound(name: str, what: str, found: Any, given: tuple, shape: tuple) -> None:
    array = _tried(name, what, lambda: np.asarray(found))
    if array.shape != shape:
        raise ValueError(
            f"`{name}`: {what} must take shape {given} to {shape}, got {array.shape}."
        )
    if array.dtype != np.float64:
        raise ValueError(f"`{name}`: {what} must be float64, got {array.dtype}.")
    if not np.isfinite(array).all():
        raise ValueError(
            f"`{name}`: {what} must be finite at the start, got {_few(array)}."
        )


def _batch(job: Sweep, landscape: Landscape) -> None:
    n = getattr(landscape, "n", None)
    if n is None:
        raise ValueError(
            f"`{job.landscape}` is no sum over samples: mini-batches need one."
        )
    if job.batch > n:
        raise ValueError(
            f"a mini-batch of `{job.landscape}` takes 1 to {n} samples, got "
            f"{job.batch}."
        )


def _at(name: str, landscape: Landscape, what: str, *at: Any) -> Any:
    with np.errstate(all="ignore"):
        return _tried(name, what, lambda: getattr(landscape, what)(*at))


def _tried(name: str, what: str, function: Callable[[], Any]) -> Any:
    """What goes wrong in a user's own code is one line."""
    try:
        return function()
    except Exception as error:
        told = str(error).partition("\n")[0]
        raise ValueError(
            f"`{name}`: {what} failed: {type(error).__name__}: {told}"
        ) from error


def _few(values: np.ndarray) -> str:
    flat = [f"{v:g}" for v in np.ravel(values)[:4]]
    return ", ".join(flat) + " ..." * (np.size(values) > 4)
