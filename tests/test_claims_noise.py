"""The stochastic rows of the ledger notice a planted mistake."""

from dataclasses import replace

import pytest

from theory import claims
from theory.claims import l16, l22, l23, l27
from theory.judge import judge
from theory.methods.sam import SAM
from theory.methods.usam import USAM


def verdict(name, **changes):
    statement = claims.load(name.partition(".")[0])
    claim = next(c for c in statement.claims if c.id == name)
    return judge(replace(claim, **changes), statement.grade, quick=True).verdict


def descent_towards(self, x, state, gradient):
    g = gradient(x)
    return gradient(x - self.rho * g), g, state


def without_norm(self, x, state, gradient):
    g = gradient(x)
    return gradient(x + self.rho * g), g, state


@pytest.mark.parametrize(
    "name",
    ["L4.corrected", "L4.minibatch", "L4.exact", "L5.exact", "L22.full", "L22.micro"],
)
def test_an_ascent_of_the_wrong_sign_is_refuted(name, monkeypatch):
    assert verdict(name) == "holds"
    monkeypatch.setattr(USAM, "direction", descent_towards)
    assert verdict(name) == "refuted"


def test_the_mean_path_without_the_variance_term_is_refuted():
    def no_variance(**case):
        return l22.flow(**case | {"m": float("inf")})

    assert verdict("L22.path", bound=no_variance, runs=(4000,)) == "refuted"


def test_with_replacement_is_not_without():
    def other(**case):
        return l22.potential(**case | {"replacement": not case["replacement"]})

    def more_than_one(quick):
        return [case for case in l22.one_step(False)(quick) if case["m"] > 1]

    swapped = {"bound": other, "cases": more_than_one}
    assert verdict("L22.micro", **swapped) == "refuted"


def test_symmetric_noise_has_no_floor():
    assert verdict("L16.floor", cases=l16.noise(False)) == "refuted"
    assert verdict("L16.symmetric", cases=l16.noise(True)) == "refuted"


@pytest.mark.parametrize("exponent", [-1.0, -3.0])
def test_another_rate_is_refuted(exponent):
    for name in ("L16.best", "L16.rate"):
        assert verdict(name, bound=lambda **case: exponent) == "refuted"


def test_without_normalisation_sam_would_diverge_as_reported(monkeypatch):
    assert verdict("L23.reported") == "refuted"
    monkeypatch.setattr(SAM, "direction", without_norm)
    assert verdict("L23.reported") == "supported"


def test_sgd_below_its_mean_square_limit_does_not_diverge():
    case = {"how": "SGD", "sigma": 4, "B": 20, "rho": 0.0, "steps": 300}
    slow = case | {"eta": 0.9 * l23.mean_square_limit(l23.N, 4, 20)}
    free = {"within": lambda **case: True}
    assert verdict("L23.sgd", cases=lambda quick: [slow], **free) == "refuted"


def test_a_limit_with_replacement_is_refuted():
    def replaced(sigma, B):
        return 1 / (1 + (l23.N / sigma - 1) / B)

    assert verdict("L23.limit", bound=replaced) == "refuted"


def test_a_bound_ten_times_smaller_is_refuted():
    def smaller(**case):
        return l27.smooth_bound(**case) / 10

    assert verdict("L27.smooth", bound=smaller) == "refuted"
