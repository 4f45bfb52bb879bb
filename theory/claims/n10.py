"""N10: whether SSAM performs consistently better than SAM, by excess risk."""

from __future__ import annotations

from itertools import combinations

import numpy as np

from landscapes.data import regression
from theory.claim import Claim, Statement
from theory.measured import risk

METHODS = ("GD", "USAM", "SAM", "SSAM", "SSAM-N")
RADII = ("1", "2", "3", "4")
ROWS, COLUMNS, RIDGE = 10, 3, 0.1  # of which every partition is looked at


def least_of_some(data, n):
    r"""$\min F_S$, the mean over all n-subsets S."""
    return np.mean([least(data, rows) for rows in combinations(range(ROWS), n)])


def least_of_others(data, n):
    """The same of the complements."""
    whole = set(range(ROWS))
    return np.mean(
        [least(data, sorted(whole - {*rows})) for rows in combinations(whole, n)]
    )


def least(data, rows):
    """The least ridge risk of some rows, in closed form."""
    X, y = regression(data)
    X, y = X[list(rows), :COLUMNS], y[list(rows)]
    c = X.T @ y / len(y)
    H = X.T @ X / len(y) + RIDGE * np.eye(COLUMNS)
    return (y @ y / len(y) - c @ np.linalg.solve(H, c)) / 2


def partitions(quick):
    """Up to half of the rows."""
    for data in ("diabetes",) if quick else ("diabetes", "wine", "digits"):
        for n in (2, 5) if quick else range(1, 6):
            yield {"data": data, "n": n}


def parted(quick):
    """Every method, everywhere."""
    for method in ("GD", "SSAM") if quick else METHODS:
        yield from risk.cases(method=method)


def bounded(quick):
    """Of losses whose slope is bounded."""
    lipschitz = risk.dataset().lipschitz
    for case in risk.cases():
        if float(lipschitz.sel(task=case["task"]).max()) < float("inf"):
            yield case


def compared(method, other):
    """Every task, size and batch."""
    return lambda quick: risk.cases(method=method, other=other)


def radius_by_radius(method, other):
    """At the same radii."""

    def made(quick):
        for radius in RADII[-1:] if quick else RADII:
            yield from risk.cases(method=method, other=other, radius=radius)

    return made


def identical(quick):
    """T16's cases."""
    for method in ("SSAM", "SSAM-N"):
        yield from risk.plain_cases(method=method)


def better(id, says, expected, pair, least):
    """A gain in hindsight that is everywhere so large."""
    return Claim(
        id=id,
        says=says,
        expected=expected,
        relation=">=",
        measured=risk.in_hindsight,
        bound=lambda task, n, batch, method, other: least + 0.0 * n,
        cases=compared(*pair),
        within=lambda task, n, batch, method, other: n > 0,
        loose="a gain may have any size",
        atol=1e-9,  # rounding: where T16 makes two methods one
    )


def wider(id, says, expected, cases):
    """A ratio of ranges that is nowhere below 1."""
    return Claim(
        id=id,
        says=says,
        expected=expected,
        relation=">=",
        measured=risk.widened,
        bound=lambda task, n, batch, method, other, radius: 1.0 + 0.0 * n,
        cases=cases,
        within=lambda task, n, batch, method, other, radius: n > 0,
        rtol=1e-9,  # rounding
        loose="a ratio may have any size",
    )


def n10():
    """The statement."""
    return Statement(
        id="N10",
        title="SSAM's excess risk is consistently lower than SAM's (linear models)",
        source="this toolkit",
        grade="N",
        claims=(
            Claim(
                id="N10.parts",
                says=r"$F(w_T) - F(w^*) = [F(w_T) - F_S(w_T)] + [F_S(w_T) - \min F_S] "
                r"+ [\min F_S - F(w^*)]$",
                expected="holds",
                measured=risk.summed,
                bound=risk.excess,
                cases=parted,
                within=lambda task, n, batch, method: n > 0,
                rtol=1e-9,  # rounding
                atol=1e-12,  # of risks of size 1
                proof="paper_notes.md, N10",
                grade="T",
            ),
            Claim(
                id="N10.offset",
                says=r"$E\min F_S \le E\min F$ for S of n samples, F of the m others, "
                r"$m \ge n$: every partition of some rows",
                expected="holds",
                relation="<=",
                measured=least_of_some,
                bound=least_of_others,
                cases=partitions,
                within=lambda data, n: 2 * n <= ROWS,
                outside=lambda quick: [{"data": "diabetes", "n": n} for n in (6, 8)],
                tight=0.99,  # equal for m = n
                proof="paper_notes.md, N10",
                grade="T",
            ),
            Claim(
                id="N10.bound",
                says=r"SGD's mean generalisation gap is at most "
                r"$\frac{2\eta G^2}n\sum_{t<T}c^t$ with the logistic loss",
                expected="holds",
                relation="<=",
                measured=risk.bounded,
                bound=risk.stability,
                cases=bounded,
                within=lambda task, n, batch: n[:, None, None] > 0,
                loose="G and beta are the worst sample's",
                proof="paper_notes.md, N10",
                grade="T",
            ),
            better(
                "N10.better",
                r"at its own best SSAM's excess risk is lower than SAM's by 2 \% or "
                r"more, everywhere",
                "refuted",
                ("SSAM", "SAM"),
                0.02,
            ),
            better(
                "N10.noworse",
                r"and nowhere higher by 25 \% or more",
                "supported",
                ("SSAM", "SAM"),
                -0.25,
            ),
            better(
                "N10.sgd",
                r"at its own best SSAM's excess risk is nowhere higher than SGD's",
                "refuted",
                ("SSAM", "GD"),
                0.0,
            ),
            wider(
                "N10.wider",
                r"at the same radius SSAM's range of good learning rates (mean test "
                r"risk within 5 \% of the least) is nowhere narrower than USAM's",
                "refuted",
                radius_by_radius("SSAM", "USAM"),
            ),
            wider(
                "N10.own",
                r"each at its best radius SSAM's is nowhere narrower than SAM's",
                "refuted",
                lambda quick: risk.cases(method="SSAM", other="SAM", radius="own best"),
            ),
            Claim(
                id="N10.equal",
                says=r"one sample a step, no ridge: SSAM's and SSAM-N's points are "
                r"SGD's, at every learning rate and radius (T16)",
                expected="holds",
                measured=risk.from_sgd,
                bound=lambda task, n, batch, method: 0.0 * n,
                cases=identical,
                within=lambda task, n, batch, method: batch == "1",
                atol=1e-8,  # rounding, which steps above the limit amplify
                proof="paper_notes.md, T16",
                grade="T",
            ),
        ),
        code=("experiments/excess_risk.py", "theory/measured/risk.py"),
        reads=(risk.EXPERIMENT,),
        notes="P5 says that SSAM can consistently perform better than SAM. "
        + risk.SETTING
        + "The parts add up by definition; the last has a sign: a uniform n-subset of "
        "the m >= n others has S's law, and its least risk is at most its risk at "
        "$w^*$, whose mean is $\\min F$. With learning rate and radius chosen in "
        "hindsight (each half of the training sets has what is best on average for "
        "the other half) SSAM is clearly better than SAM in 4 of 60 cases and clearly "
        "worse in 4, by -10 to +5 %; chosen on n/5 validation samples better in 2, "
        "worse in none. At the same radius the good learning rates go up to larger "
        "ones under renormalisation, but do not begin as low; each at its best radius "
        "SAM's range is the wider one.",
    )
