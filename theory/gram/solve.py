"""The dual of a programme, solved; its primal comes with it."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from scipy import sparse

from theory.gram.matrices import Affine

# A solver that stopped early may have come near enough: `gap` decides.
USABLE = ("Solved", "AlmostSolved")
ENOUGH = 1e-6


@dataclass(frozen=True, eq=False)
class Solution:
    r"""The worst case, with multipliers (dual) and inner products (primal).

    Args:
        status: the solver's word.
        value: the least bound: that of `final` where `initial` <= 1.
        gap: between it and what the primal attains, and what the dual, where its
            conditions are met only nearly, may have lost there.
        lam: multipliers of the inequalities.
        nu: of the equalities.
        G: the Gram matrix of a worst case.
        F: its function values.
    """

    status: str
    value: float
    gap: float
    lam: np.ndarray
    nu: np.ndarray
    G: np.ndarray
    F: np.ndarray

    @property
    def usable(self) -> bool:
        """Whether the data may be tried, on a function that is run."""
        return self.status in USABLE

    @property
    def solved(self) -> bool:
        """Whether the value counts: primal and dual agree to `ENOUGH`."""
        return self.usable and self.gap <= ENOUGH * max(1, abs(self.value))


def solver():
    """The Clarabel package.

    Raises:
        ValueError: it is not installed.
    """
    try:
        import clarabel
    except ImportError as error:
        raise ValueError(
            "certificates need a solver: `pip install sharpness-regimes[certify]`"
        ) from error
    return clarabel


def solve(
    forms: Affine, inequalities: int, most: bool = False, tolerance: float = 1e-10
) -> Solution:
    r"""The least tau with $S = \tau X - P - \sum\lambda_kQ_k - \sum\nu_kN_k \succeq 0$.

    The values cancel, $\lambda \ge 0$, and every equality's constant counts. A vector
    whose square occurs nowhere (w, if mu = 0 and heights are measured) has a row of S
    that must vanish.

    Args:
        forms: initial X, final P, the inequalities Q, the equalities N.
        inequalities: how many they are.
        most: whether `initial` may be less than 1 (else it is 1).
        tolerance: of the solver.
    """
    variables = len(forms.matrix) - 1  # tau, lam, nu
    entries = _Entries(forms.matrix)
    signs = np.eye(variables)[0 if most else 1 : 1 + inequalities]

    def linear(part: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """Tau X - P - ..., a row an entry: the variables' factors, and -P."""
        return np.vstack([part[:1], -part[2:]]).T, -part[1]

    flow, zero, inside = map(
        linear, (forms.vector, entries.vanishing(), entries.semidefinite())
    )
    A = np.concatenate([flow[0], zero[0], -signs, -inside[0]])
    b = np.concatenate([-flow[1], -zero[1], np.zeros(len(signs)), inside[1]])
    cost = np.concatenate([[1.0], forms.constant[2:]])
    sizes = len(flow[1]) + len(zero[1]), len(signs), len(entries.kept)
    found = _run(cost, A, b, sizes, tolerance)
    x, z = np.array(found.x), np.array(found.z)
    m, k = len(flow[1]), sizes[0]
    G, F = entries.gram(-z[m:k], z[k + len(signs) :]), -z[:m]
    slack = b - A @ x
    S = entries.block(slack[k + len(signs) :])
    lost = max(-np.linalg.eigvalsh(S)[0], 0.0) * np.trace(G[entries.inner])
    lost += np.abs(slack[:k]) @ np.abs(z[:k])
    return Solution(
        str(found.status),
        found.obj_val,
        abs(found.obj_val - found.obj_val_dual) + float(lost),
        x[1 : 1 + inequalities],
        x[1 + inequalities :],
        G,
        F,
    )


def _run(cost, A, b, sizes: tuple[int, int, int], tolerance: float):
    """Least `cost` with b - Ax zero, nonnegative, and semidefinite in its parts."""
    clarabel = solver()
    zeros, signs, square = sizes
    cones = [clarabel.NonnegativeConeT(signs), clarabel.PSDTriangleConeT(square)]
    if zeros:
        cones.insert(0, clarabel.ZeroConeT(zeros))
    settings = clarabel.DefaultSettings()
    settings.verbose, settings.max_threads, settings.max_iter = False, 1, 100
    settings.tol_gap_abs = settings.tol_gap_rel = settings.tol_feas = tolerance
    nothing = sparse.csc_matrix((len(cost), len(cost)))
    problem = nothing, cost, sparse.csc_matrix(A), b, cones, settings
    return clarabel.DefaultSolver(*problem).solve()


class _Entries:
    """The entries of symmetric matrices: of a semidefinite block, and those that are 0.

    Off the diagonal they are multiplied by the root of 2, so that inner products stay.
    """

    def __init__(self, matrices: np.ndarray) -> None:
        self.matrices, n = matrices, matrices.shape[-1]
        flat = ~matrices[:, range(n), range(n)].any(axis=0)
        self.kept = np.flatnonzero(~flat)
        self.inner = np.ix_(self.kept, self.kept)
        one, other = np.triu_indices(n, 1)
        zero = flat[one] | flat[other]
        self.zero = one[zero], other[zero]
        # Column by column.
        one, other = np.triu_indices(len(self.kept))
        order = np.lexsort((one, other))
        self.square = one[order], other[order]
        self.scale = np.where(one[order] == other[order], 1.0, math.sqrt(2))

    def vanishing(self) -> np.ndarray:
        """Entries of the rows that must be 0."""
        return self.matrices[:, *self.zero] * math.sqrt(2)

    def semidefinite(self) -> np.ndarray:
        """Entries of the others."""
        return self.matrices[:, *self.inner][:, *self.square] * self.scale

    def block(self, entries: np.ndarray) -> np.ndarray:
        """The matrix of entries of the others."""
        made = np.zeros((len(self.kept), len(self.kept)))
        made[self.square] = made[self.square[::-1]] = entries / self.scale
        return made

    def gram(self, zero: np.ndarray, square: np.ndarray) -> np.ndarray:
        """The primal: where a square counts nowhere, the least that is allowed."""
        G = np.zeros(self.matrices.shape[1:])
        G[self.inner] = self.block(square)
        G[self.zero] = G[self.zero[::-1]] = zero / math.sqrt(2)
        flat = np.setdiff1d(np.arange(len(G)), self.kept)
        rows = G[np.ix_(flat, self.kept)]
        if flat.size:
            G[np.ix_(flat, flat)] = rows @ np.linalg.pinv(G[self.inner]) @ rows.T
        return G
