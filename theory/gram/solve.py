"""The dual of a programme, solved; its primal comes with it."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from scipy import sparse

from theory.gram.matrices import Affine

# What a solver that stopped early still found, if the gap says so.
USABLE = ("Solved", "AlmostSolved")


@dataclass(frozen=True, eq=False)
class Solution:
    r"""The worst case, with multipliers (dual) and inner products (primal).

    Args:
        status: the solver's word.
        value: the least bound: that of `final` where `initial` <= 1.
        gap: between it and what the primal attains.
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
    def solved(self) -> bool:
        """Whether the value counts: primal and dual agree to 1e-6."""
        return self.status in USABLE and self.gap <= 1e-6 * max(1, abs(self.value))


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
    r"""The least tau with $\tau X - P - \sum\lambda_kQ_k - \sum\nu_kN_k \succeq 0$.

    The values cancel, $\lambda \ge 0$, and every equality's constant counts.

    Args:
        forms: initial X, final P, the inequalities Q, the equalities N.
        inequalities: how many they are.
        most: whether `initial` may be less than 1 (else it is 1).
        tolerance: of the solver.
    """
    clarabel = solver()
    X, P, rest = forms.matrix[0], forms.matrix[1], forms.matrix[2:]
    n, m = len(X), forms.vector.shape[1]
    triangle = np.triu_indices(n)
    order = np.lexsort(triangle)  # column by column
    rows, columns = triangle[0][order], triangle[1][order]
    scale = np.where(rows == columns, 1.0, math.sqrt(2))

    def svec(matrices: np.ndarray) -> np.ndarray:
        return matrices[..., rows, columns] * scale

    variables = 1 + len(rest)  # tau, lam, nu
    signs = np.eye(variables)[0 if most else 1 : 1 + inequalities]
    A = np.concatenate(
        [
            np.vstack([forms.vector[:1], -forms.vector[2:]]).T,  # values cancel
            -signs,  # lam >= 0, and tau
            -np.vstack([svec(X)[None], -svec(rest)]).T,  # S is semidefinite
        ]
    )
    b = np.concatenate([forms.vector[1], np.zeros(len(signs)), -svec(P)])
    cones = [
        clarabel.ZeroConeT(m),
        clarabel.NonnegativeConeT(len(signs)),
        clarabel.PSDTriangleConeT(n),
    ]
    cost = np.concatenate([[1.0], forms.constant[2:]])
    settings = clarabel.DefaultSettings()
    settings.verbose, settings.max_threads = False, 1
    settings.tol_gap_abs = settings.tol_gap_rel = settings.tol_feas = tolerance
    settings.max_iter = 100
    found = clarabel.DefaultSolver(
        sparse.csc_matrix((variables, variables)),
        cost,
        sparse.csc_matrix(A),
        b,
        cones[m == 0 :],
        settings,
    ).solve()
    x, z = np.array(found.x), np.array(found.z)
    G = np.zeros((n, n))
    G[rows, columns] = G[columns, rows] = z[m + len(signs) :] / scale
    return Solution(
        str(found.status),
        found.obj_val,
        abs(found.obj_val - found.obj_val_dual),
        x[1 : 1 + inequalities],
        x[1 + inequalities :],
        G,
        -z[:m],
    )
