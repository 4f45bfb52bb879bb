"""Two vectors whose product is a matrix."""

from collections.abc import Sequence

from landscapes.matrix_factorisation import MatrixFactorisation, matrix_factorisation


def vector_factorisation(
    target: Sequence[Sequence[float]] = ((1.5, 0.5), (-0.5, 1)),
) -> MatrixFactorisation:
    r"""$f(x, y) = \tfrac12 \|x y^\top - M\|_F^2$: matrix factorisation of rank one.

    The form $f(xy^\top)$ of Li, Zhang and He, arXiv 2410.14802 (L21), with its
    `balancedness` $B = (\|x\|^2 - \|y\|^2)/2$. The target is neither symmetric nor of
    rank one, so no symmetry ties x to y. The form $\ell(\langle x, y\rangle)$ is
    `matrix_factorisation(((c,),), rank=d)`.

    Args:
        target: M, shape `(p, q)` for x of p and y of q coordinates.
    """
    return matrix_factorisation(target, rank=1, name="vector_factorisation")
