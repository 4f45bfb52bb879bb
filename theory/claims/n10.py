"""N10: whether SSAM performs consistently better than SAM, by excess risk."""

from __future__ import annotations

from theory.claim import Claim, Statement
from theory.measured import risk

METHODS = ("GD", "USAM", "SAM", "SSAM", "SSAM-N")
RADII = ("1", "2", "3", "4")
MISS = 1e-4  # of the offset's interval, of 60 cases


def parted(quick):
    """Every method, everywhere."""
    for method in METHODS:
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
        for radius in RADII:
            yield from risk.cases(method=method, other=other, radius=radius)

    return made


def identical(quick):
    """T16's cases."""
    for method in ("SSAM", "SSAM-N"):
        yield from risk.plain_cases(method=method)


def better(id, says, expected, measured, method, other):
    """A gain that is nowhere negative."""
    return Claim(
        id=id,
        says=says,
        expected=expected,
        relation=">=",
        measured=measured,
        bound=lambda task, n, batch, method, other: 0.0 * n,
        cases=compared(method, other),
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
            ),
            Claim(
                id="N10.offset",
                says=r"$E[\min F_S] \le E[\min F]$, F of at least as many other samples",
                expected="holds",
                relation="<=",
                measured=lambda task, n, batch: risk.offset(task, n, batch, MISS),
                bound=lambda task, n, batch: 0.0 * n,
                cases=lambda quick: risk.cases(),
                within=lambda task, n, batch: n > 0,
                loose="it has the size of the noise",
                proof="paper_notes.md, N10",
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
                proof="paper_notes.md, T17",
            ),
            better(
                "N10.better",
                r"at its own best, chosen on validation data, SSAM's excess risk is "
                r"nowhere higher than SAM's",
                "open",
                risk.gained,
                "SSAM",
                "SAM",
            ),
            better(
                "N10.hindsight",
                r"nor with learning rate and radius chosen in hindsight",
                "open",
                risk.in_hindsight,
                "SSAM",
                "SAM",
            ),
            wider(
                "N10.wider",
                r"radius by radius SSAM's range of good learning rates (mean test risk "
                r"within 5 \% of the least) is nowhere narrower than USAM's",
                "open",
                radius_by_radius("SSAM", "USAM"),
            ),
            wider(
                "N10.own",
                r"each at its best radius SSAM's is nowhere narrower than SAM's",
                "open",
                lambda quick: risk.cases(
                    method="SSAM", other="SAM", radius="own best"
                ),
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
            ),
        ),
        code=("experiments/excess_risk.py", "theory/measured/risk.py"),
        reads=(risk.EXPERIMENT,),
        notes="P5 says that SSAM can consistently perform better than SAM. "
        + risk.SETTING
        + "The parts add up by definition; the last has a sign: a uniform n-subset of "
        "the m >= n others has S's law, and its least risk is at most its risk at "
        "$w^*$, whose mean is $\\min F$. ",
    )
