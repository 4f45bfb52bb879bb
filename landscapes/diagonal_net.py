"""A diagonal linear network on one sample with logistic loss."""

from collections.abc import Sequence
from math import isfinite

from sympy import exp, log, prod, symbols

from landscapes.analytic import Analytic


def diagonal_net(
    depth: int = 2, sample: Sequence[float] = (1, 2), tied: bool = True
) -> Analytic:
    r"""$f = \log(1 + e^{-\langle\mu, \beta\rangle})$, $\beta$ the product of layers.

    $\beta = w_L \odot\cdots\odot w_1$; a point is the layers one after the other, or,
    if `tied`, the one vector that all of them are, $\beta_j = w_j^L$. Layers that start
    equal stay equal under SAM, and then a step at $(\eta, \rho)$ is the tied net's at
    $(\eta/L, \rho/\sqrt L)$, or at $(\eta/L, \rho)$ for an ascent in the maximum norm.

    The loss has no minimum. The origin is declared: for $\mu > 0$ it is, tied, a
    maximum for even L and a saddle for odd L, degenerate above 2; untied, a saddle with
    eigenvalues $\pm\mu_j/2$ for L = 2, degenerate and not isolated above. Margins
    below -700 overflow. The model of Moon, Si and Yun, arXiv 2603.08290 (L24).

    Args:
        depth: L.
        sample: $\mu$, shape `(d,)`, the input times its label.
        tied: whether the layers share their weights.

    Raises:
        ValueError: `depth` is not an integer >= 2, or the sample is not finite.
    """
    if not isinstance(depth, int) or depth < 2:
        raise ValueError(f"`diagonal_net` takes an integer depth >= 2, got {depth}.")
    if not len(sample) or not all(map(isfinite, sample)):
        raise ValueError(f"`diagonal_net` takes a finite sample, got {sample}.")
    d = len(sample)
    weights = symbols(f"w1:{(1 if tied else depth) * d + 1}", real=True)
    layers = [weights] * depth if tied else [weights[d * k :][:d] for k in range(depth)]
    beta = [prod(column) for column in zip(*layers, strict=True)]
    margin = sum(m * b for m, b in zip(sample, beta, strict=True))
    return Analytic(
        name="diagonal_net",
        symbols=weights,
        expression=log(1 + exp(-margin)),
        start=(0.5,) * len(weights),
        box=((-2, 2),) * len(weights),
        declared_points=((0,) * len(weights),),
    )
