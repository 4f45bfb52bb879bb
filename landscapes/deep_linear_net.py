"""A deep linear network of width one."""

from sympy import prod, symbols

from landscapes.analytic import Analytic


def deep_linear_net(depth: int = 3) -> Analytic:
    r"""$f(w) = (w_L \cdots w_1 - 1)^2/2$: the loss of a chain of L linear units.

    The origin is a saddle: strict at depth 2 (eigenvalues $\pm 1$), degenerate above,
    where the Hessian vanishes. It alone is declared: the minima are the surface
    $\prod w_i = 1$, and from depth 3 on the origin lies on further saddles (all points
    with two vanishing coordinates).

    Args:
        depth: L.

    Raises:
        ValueError: `depth` is not an integer >= 2.
    """
    if not isinstance(depth, int) or depth < 2:
        raise ValueError(f"`deep_linear_net` takes an integer depth >= 2, got {depth}.")
    layers = symbols(f"w1:{depth + 1}", real=True)
    return Analytic(
        name="deep_linear_net",
        symbols=layers,
        expression=(prod(layers) - 1) ** 2 / 2,
        start=(0.2,) * depth,
        box=((-2, 2),) * depth,
        declared_points=((0,) * depth,),
    )
