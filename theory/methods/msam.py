"""SAM with an ascent of its own on every shard of the batch."""

from dataclasses import dataclass
from typing import Any

from theory.method import Method, hyperparameter, need, unit


@dataclass(frozen=True, eq=False)
class MSAM(Method):
    r"""mSAM, the mean of SAM over m contiguous shards of the batch.

    Shards $B_j$ of $b_j$ examples out of b, in the batch's order:

    $$d = \sum_j \frac{b_j}{b} \nabla f_{B_j}(w + \rho\, u(g_j)), \qquad
      g_j = \nabla f_{B_j}(w), \qquad g = \sum_j \frac{b_j}{b}\, g_j.$$

    Cost: two gradients (2m passes over b/m examples). m = 1 is SAM, bit for bit, and
    needs no sample; m = b is SAM example by example; $\rho$ is not rescaled. A zero
    gradient is $u(0) = 0$ shard by shard. Source: arXiv 2212.04343 and 2302.09693
    (abstracts). No published default of m was found.

    Args:
        rho: radius of every shard's ascent step, a length, >= 0.
        m: the number of shards, >= 1 (not the micro-batch size of m-sharpness).
    """

    rho: Any = hyperparameter(0.05)
    m: int = hyperparameter(1, low=1, static=True)

    color = "#CC79A7"

    @property
    def label(self) -> str:
        """With more than one shard their number is shown."""
        return "mSAM" if self.m == 1 else f"mSAM (m {self.m})"

    def direction(self, x, state, gradient):
        r"""$(\sum_j (b_j/b)\, \nabla f_{B_j}(w + \rho u(g_j)), g)$."""
        shards, sizes = [gradient], [1]
        if self.m > 1:
            shards = need(self, gradient, "split")(self.m)
            sizes = [need(self, shard, "size") for shard in shards]
        g = [shard(x) for shard in shards]
        d = [f(x + self.rho * unit(g_j)) for f, g_j in zip(shards, g, strict=True)]
        return _mean(d, sizes), _mean(g, sizes), state


def _mean(vectors: list, sizes: list[int]) -> Any:
    first, *rest = (v * b for v, b in zip(vectors, sizes, strict=True))
    return sum(rest, start=first) / sum(sizes)
