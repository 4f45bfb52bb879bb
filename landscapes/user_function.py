"""A user's Python function: what it takes, and what it gives at numbers."""

from __future__ import annotations

import math
import warnings
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import sympy

from landscapes.coordinate import Coordinate, Untraceable, expression
from landscapes.signature import dimension_of, taken, takes_a_number

MIXED = "same dtype"  # of what torch says where single and double precision meet


@dataclass(frozen=True, eq=False)
class UserFunction:
    """A function of d coordinates, however it takes them.

    Args:
        name: for messages.
        f: the function.
        dim: d.
        apart: it takes d arguments, `f(x, y)`; else one point, `f(x)`.
        names: of the coordinates.
    """

    name: str
    f: Callable
    dim: int
    apart: bool
    names: tuple[str, ...]

    @classmethod
    def of(cls, name: str, f: Callable, dim: int | None) -> UserFunction:
        """Looks at what a function takes; `dim` is what is known of d without it.

        Raises:
            ValueError: d cannot be told, or is another.
        """
        needed, open_ended = taken(f)
        apart = open_ended or len(needed) > 1
        d = dimension_of(name, needed, open_ended, dim)
        if not apart and d == 1 and takes_a_number(f):
            apart = True
        named = apart and not open_ended
        names = tuple(needed) if named else tuple(f"x{i + 1}" for i in range(d))
        return cls(name, f, d, apart, names)

    def __call__(self, parts: Sequence) -> Any:
        """What it gives at coordinates: numbers, tensors of no axis, or traced ones."""
        return self.f(*parts) if self.apart else self.f(_point(parts))

    def formula(self) -> tuple[sympy.Expr, tuple[sympy.Symbol, ...]]:
        """What f does, as an expression of real symbols, and these.

        Raises:
            Exception: whatever f raises where it is given no numbers.
        """
        symbols = tuple(sympy.Symbol(n, real=True) for n in self.names)
        found = self([Coordinate(s) for s in symbols])
        if isinstance(found, np.ndarray) and found.ndim == 0:
            found = found[()]
        return sympy.sympify(expression(found)), symbols

    def of_tensor(self, x: Any) -> Any:
        """What it gives at a tensor `(d,)`, as torch differentiates it."""
        found = self(x.unbind()) if self.apart else self.f(x)
        if not hasattr(found, "grad_fn"):
            raise TypeError(f"a tensor gives no tensor but a {type(found).__name__}")
        return found

    def number(self, x: np.ndarray) -> float:
        """Its value at a point `(d,)`; a function of torch is given tensors.

        Raises:
            ValueError: it fails there, or gives something else than a real number.
        """
        with np.errstate(all="ignore"), warnings.catch_warnings():
            warnings.simplefilter("ignore")  # it is tried with numbers of each library
            found = self._tried(x)
        shape = tuple(getattr(found, "shape", ()))
        if found is None or isinstance(found, str | tuple | list | dict) or shape:
            got = f"shape {shape}" if shape else f"{type(found).__name__}"
            hint = " (is a `return` missing?)" if found is None else ""
            raise ValueError(
                f"`{self.name}` must give one number at a point, got {got}{hint}."
            )
        try:
            return math.nan if np.iscomplexobj(found) else float(found)
        except TypeError:
            raise ValueError(
                f"`{self.name}` must give a number, got {found!r} at {_place(x)}."
            ) from None

    def _tried(self, x: np.ndarray) -> Any:
        try:
            return self([np.float64(v) for v in x])
        except Exception as error:
            first = error
        asks = "ensor" in str(first)
        if asks or isinstance(first, AttributeError | TypeError):
            import torch

            try:
                return self([*torch.tensor(x, dtype=torch.float64)])
            except Exception as error:
                first = error if asks else first
        raise self._failed(first, x) from first

    def _failed(self, error: Exception, x: np.ndarray) -> ValueError:
        return ValueError(f"`{self.name}` failed at {_place(x)}: {line(error)}")


def line(error: Exception) -> str:
    """What went wrong in a user's function, as one line."""
    told = str(error).partition("\n")[0]
    if MIXED in told:
        told += " (points are float64: give tensors dtype=torch.float64)"
    return told if type(error) is Untraceable else f"{type(error).__name__}: {told}"


def _point(parts: Sequence) -> Any:
    """The point whose coordinates these are."""
    if isinstance(parts[0], Coordinate):
        whole = np.empty(len(parts), dtype=object)
        whole[:] = parts
        return whole
    if type(parts[0]).__module__.partition(".")[0] == "torch":
        import torch

        return torch.stack(list(parts))
    return np.array(parts)


def _place(x: np.ndarray) -> str:
    return f"({', '.join(f'{v:.3g}' for v in x)})"
