"""A verdict follows from the cases, and nothing that cannot be judged passes."""

import numpy as np
import pytest

from theory import interval
from theory.claim import Claim, Statement
from theory.judge import judge

X = np.linspace(0.1, 1, 10)


def claim(**changes):
    """x^2 <= x on (0, 1], near at 1."""
    parts = {
        "id": "T0",
        "says": "$x^2 \\le x$",
        "expected": "holds",
        "relation": "<=",
        "measured": lambda x: x**2,
        "bound": lambda x: x,
        "cases": lambda quick: [{"x": X}],
        "within": lambda x: (x > 0) & (x <= 1),
        "tight": 0.99,
        "proof": "here",
    }
    return Claim(**(parts | changes))


def verdict(**changes):
    judged = judge(claim(**changes), "T", quick=True)
    return judged.verdict, judged.reason


def test_a_proved_claim_that_is_met_everywhere_holds():
    judged = judge(claim(), "T", quick=True)
    assert judged.verdict == "holds" and judged.tightness == 1
    assert judged.worst.case == {"x": 1.0} and judged.worst.count == 10


def test_without_a_proof_it_is_supported():
    assert verdict(proof="")[0] == "supported"


def test_one_violated_case_refutes_and_is_named():
    told = verdict(bound=lambda x: np.where(x == X[4], x / 10, x))
    assert told[0] == "refuted"
    assert f"x = {X[4]:.5g}" in told[1] and f"{X[4] ** 2:.5g}" in told[1]


@pytest.mark.parametrize("relation", ["<=", ">=", "=="])
def test_relations_are_told_apart(relation):
    less = verdict(relation=relation, measured=lambda x: x / 2, loose="", tight=0.4)
    more = verdict(relation=relation, measured=lambda x: x * 2, loose="", tight=0.4)
    assert (less[0] == "holds") == (relation == "<=")
    assert (more[0] == "holds") == (relation == ">=")
    assert verdict(relation=relation, measured=lambda x: x)[0] == "holds"


def test_a_claim_that_waits_is_open_and_says_for_what():
    assert verdict(waits="networks") == ("open", "waits for networks")


def test_an_interval_across_the_bound_decides_nothing():
    wide = verdict(measured=lambda x: interval.bracket(x / 2, x * 2))
    assert wide[0] == "open" and "undecided" in wide[1]


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"measured": lambda x: x * np.nan}, "not a number"),
        ({"bound": lambda x: np.nan}, "not a number"),
        ({"measured": lambda x: x[99]}, "IndexError"),
        ({"cases": lambda quick: []}, "no case"),
        ({"within": lambda x: x < 0.5}, "lies outside the assumptions"),
        ({"outside": lambda quick: [{"x": X / 2}]}, "lies inside the assumptions"),
        ({"bound": lambda x: 100 * x}, "vacuous"),
    ],
)
def test_what_cannot_be_judged_has_failed(changes, reason):
    told = verdict(**changes)
    assert told[0] == "failed" and reason in told[1]


def test_beyond_its_assumptions_it_fails_or_this_is_said():
    beyond = verdict(outside=lambda quick: [{"x": np.array([2.0])}])
    assert beyond[0] == "holds" and "fails in 1 of 1" in beyond[1]
    needless = verdict(
        outside=lambda quick: [{"x": np.array([-2.0])}],
        bound=lambda x: np.abs(x),
        measured=lambda x: np.minimum(x**2, np.abs(x)),
    )
    assert needless[0] == "holds" and "not needed" in needless[1]


@pytest.mark.parametrize("part", ["measured", "bound", "cases", "within", "tight"])
def test_a_claim_without_a_part_is_refused_by_name(part):
    with pytest.raises(ValueError, match=f"claim `T0` lacks `{part}`"):
        claim(**{part: None})


def test_a_statement_without_a_part_is_refused_by_name():
    with pytest.raises(ValueError, match="lacks `source`"):
        Statement("T0", "a title", "", "T", (claim(),))
    with pytest.raises(ValueError, match="grade"):
        Statement("T0", "a title", "us", "X", (claim(),))


def draws(truth):
    """Normal samples about `truth`, and what was asked for."""
    asked = []

    def measured(runs, seed, level):
        asked.append((runs, seed, level))
        samples = np.random.default_rng([seed, 1]).normal(truth, 1, runs)
        return interval.mean(samples, level)

    return measured, asked


def random_claim(truth, **changes):
    measured, asked = draws(truth)
    parts = {
        "measured": measured,
        "bound": lambda: 0.0,
        "cases": lambda quick: [{}],
        "within": lambda: True,
        "loose": "a random sign",
        "tight": None,
        "proof": "",
        "runs": (100, 10_000, 1_000_000),
    }
    return claim(**(parts | changes)), asked


def test_runs_are_added_until_the_interval_decides():
    clear, asked = random_claim(-3.0)
    assert judge(clear, "N", True).verdict == "supported" and len(asked) == 1
    fine, asked = random_claim(-0.02)
    assert judge(fine, "N", True).verdict == "supported"
    assert [runs for runs, _, _ in asked] == [100, 10_000, 1_000_000]
    assert len({seed for _, seed, _ in asked}) == 3
    assert {level for _, _, level in asked} == {1e-3 / 3}


def test_an_interval_that_never_decides_leaves_the_claim_open():
    judged = judge(random_claim(0.0)[0], "N", True)
    assert judged.verdict == "open" and "1000000 runs" in judged.reason


def test_an_equality_needs_an_interval_as_narrow_as_its_tolerance():
    wide, _ = random_claim(
        1.0, bound=lambda: 1.0, relation="==", rtol=1e-2, runs=(100,)
    )
    assert judge(wide, "N", True).verdict == "open"
    narrow, _ = random_claim(
        1.0, bound=lambda: 1.0, relation="==", rtol=1e-2, runs=(1_000_000,)
    )
    assert judge(narrow, "N", True).verdict == "supported"


def test_intervals_cover_as_often_as_they_promise():
    rng = np.random.default_rng(0)
    means = interval.mean(rng.exponential(1, (400, 2000)), 0.05)
    missed = np.mean((means.low > 1) | (means.high < 1))
    assert 0.03 < missed < 0.08
    counts = interval.proportion(rng.binomial(50, 0.1, 4000), 50, 0.05)
    # Clopper and Pearson's interval is conservative.
    assert np.mean((counts.low > 0.1) | (counts.high < 0.1)) <= 0.05
    none, all_ = interval.proportion(np.array([0, 50]), 50, 0.05).low
    assert none == 0 and 0.9 < all_ < 1
