"""Functions that a computer evaluates badly as written, with their derivatives.

SymPy differentiates expressions made of them; `numerics` evaluates them without
overflow or cancellation, in NumPy and torch, in double and single precision.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import sympy
from sympy import Expr, Integer, tanh
from sympy.codegen.cfunctions import log1p  # noqa: F401 (one of the family)


class Function(sympy.Function):
    """One that `numerics` evaluates; torch's printer asks it for its code."""

    def _torchcode(self, printer: Any) -> str:
        arguments = ", ".join(map(printer._print, self.args))
        return f"{type(self).__name__}({arguments})"


class softplus(Function):
    r"""$\log(1 + e^u)$."""

    def fdiff(self, argindex: int = 1) -> Expr:
        r"""$\sigma(u)$."""
        return sigmoid(self.args[0])


class sigmoid(Function):
    r"""$\sigma(u) = 1/(1 + e^{-u})$."""

    def fdiff(self, argindex: int = 1) -> Expr:
        r"""$\sigma(u)\sigma(-u)$, without the cancellation of $1 - \sigma$."""
        return sigmoid(self.args[0]) * sigmoid(-self.args[0])


class log_cosh(Function):
    r"""$\log\cosh u$."""

    def fdiff(self, argindex: int = 1) -> Expr:
        r"""$\tanh u$."""
        return tanh(self.args[0])


class huber(Function):
    r"""$u^2/2$ for $|u| \le 1$, $|u| - 1/2$ beyond."""

    def fdiff(self, argindex: int = 1) -> Expr:
        r"""$u$ clipped to $[-1, 1]$."""
        return clip(self.args[0])


class clip(Function):
    r"""$\min(1, \max(-1, u))$."""

    def fdiff(self, argindex: int = 1) -> Expr:
        r"""1 for $|u| \le 1$, 0 beyond."""
        return within(self.args[0])


class within(Function):
    r"""1 for $|u| \le 1$, 0 beyond."""

    def fdiff(self, argindex: int = 1) -> Expr:
        """0 almost everywhere."""
        return Integer(0)


def numerics(library: str) -> dict[str, Callable]:
    """The functions of this file by name, for `lambdify`; numpy or torch."""
    if library == "torch":
        import torch as np
        from torch.nn.functional import logsigmoid
        from torch.special import expit
    else:
        import numpy as np
        from scipy.special import expit
        from scipy.special import log_expit as logsigmoid

    def log_cosh(u: Any) -> Any:
        # log cosh v = log(1 + 2 sinh^2(v/2)) is exact near 0, |v| - log 2 beyond 20.
        v = np.clip(u, -20, 20)
        return np.log1p(2 * np.sinh(v / 2) ** 2) + (abs(u) - abs(v))

    def huber(u: Any) -> Any:
        v = np.clip(u, -1, 1)
        return v * (u - v / 2)

    return {
        "softplus": lambda u: -logsigmoid(-u),
        "sigmoid": expit,
        "log_cosh": log_cosh,
        "huber": huber,
        "clip": lambda u: np.clip(u, -1, 1),
        "within": lambda u: (abs(u) <= 1) * (1 + 0 * u),  # of u's own dtype
        "log1p": np.log1p,
        "tanh": np.tanh,
    }
