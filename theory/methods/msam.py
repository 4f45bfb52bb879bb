"""SAM with an ascent of its own on every shard of the batch."""

from dataclasses import dataclass
from typing import Any

from theory.method import Method, hyperparameter, need, norm, ratio, unit
from theory.reduces import Reduces


@dataclass(frozen=True, eq=False)
class MSAM(Method):
    r"""mSAM and m-sharpness, the mean of SAM over contiguous shards of the batch.

    Shards $B_j$ of $b_j$ examples out of b, in the batch's order:

    $$d = \sum_j \frac{b_j}{b} \nabla f_{B_j}(w + \rho\, u(g_j)), \qquad
      g_j = \nabla f_{B_j}(w), \qquad g = \sum_j \frac{b_j}{b}\, g_j.$$

    Two papers name two numbers by one letter. In *mSAM* m is the number of shards: here
    `m`. In *m-sharpness* it is the size of a shard, the micro-batch: here `size`, and
    there are b/size shards. One of them is given. Where the number does not divide b,
    the sizes differ by at most one: m = 3 cuts 10 into 4, 3, 3, and so does size = 4,
    which no shard exceeds; each counts by its size. More shards than examples are
    refused; a batch of up to `size` is one shard.

    It makes 2m passes over b/m examples; m = 1 needs no sample. $\rho$ is not
    rescaled. A zero gradient is $u(0) = 0$ shard by shard. No published default of m
    was found.

    Args:
        rho: radius of every shard's ascent step, a length, >= 0.
        m: the number of shards, >= 1.
        size: the size of a shard, >= 1; 0: by m.
        per_shard: renormalises each shard's gradient to the norm of its own $g_j$.

    Raises:
        ValueError: a number is out of range, or both m and size are given.
    """

    rho: Any = hyperparameter(0.05)
    m: int = hyperparameter(1, low=1, static=True)
    size: int = hyperparameter(0, static=True)
    per_shard: bool = hyperparameter(False, static=True)

    color = "#CC79A7"
    source = "arXiv 2212.04343 and arXiv 2302.09693 (abstract)"
    formula = r"\sum_j \frac{b_j}{b} \nabla f_{B_j}(w + \rho u(g_j))"
    cost = "2"
    reductions = (
        Reduces("sam", {"m": 1}),
        Reduces("sam", {"size": 1}, given="example by example", exact=False),
        Reduces("sam", given="identical shards", exact=False),
        Reduces("gd", {"rho": 0}, exact=False),
    )
    equalised = "of the mean, or shard by shard"

    def __post_init__(self) -> None:
        """Refuses two numbers for one."""
        Method.__post_init__(self)
        if self.m > 1 and self.size:
            raise ValueError(
                f"`MSAM` takes m shards or shards of a size, got m = {self.m} and "
                f"size = {self.size}."
            )

    @property
    def label(self) -> str:
        """What cuts the batch is shown."""
        shown = [f"m {self.m}"] * (self.m > 1) + [f"size {self.size}"] * (self.size > 0)
        shown += ["per shard"] * self.per_shard
        return f"mSAM ({', '.join(shown)})" if shown else "mSAM"

    def direction(self, x, state, gradient):
        r"""$(\sum_j (b_j/b)\, \nabla f_{B_j}(w + \rho u(g_j)), g)$."""
        shards, sizes = [gradient], [1]
        m = -(-need(self, gradient, "size") // self.size) if self.size else self.m
        if m > 1:
            shards = need(self, gradient, "split")(m)
            sizes = [need(self, shard, "size") for shard in shards]
        g = [shard(x) for shard in shards]
        d = [f(x + self.rho * unit(g_j)) for f, g_j in zip(shards, g, strict=True)]
        if self.per_shard:
            pairs = zip(d, g, strict=True)
            d = [d_j * ratio(norm(g_j), norm(d_j)) for d_j, g_j in pairs]
        return _mean(d, sizes), _mean(g, sizes), state


def _mean(vectors: list, sizes: list[int]) -> Any:
    first, *rest = (v * b for v, b in zip(vectors, sizes, strict=True))
    return sum(rest, start=first) / sum(sizes)
