"""A kept proof that is said to cover a learning rate does, by theorem and by scale."""

import numpy as np
import pytest

from theory.covering import covering
from theory.methods import make
from theory.theorems import limit


@pytest.mark.parametrize("name", ["usam", "ssam"])
def test_what_covers_is_below_the_theorem_and_verifies(name):
    rng = np.random.default_rng(0)
    for _ in range(2):
        mu, rho = rng.uniform(0.1, 0.5), rng.uniform(0.1, 2)
        for measure in ("distance", "convergence"):
            top = limit(make(name, rho=rho), mu, 1.0, measure).eta
            asked = {"mu": mu, "beta": 1, "rho": rho, "measure": measure}
            assert not covering(name, **asked, eta=1.001 * top)
            found = covering(name, **asked, eta=0.5 * top)
            assert found and found[0].verify()
            assert all(each.proof.statement.mu <= mu for each in found)


def test_scale_changes_nothing():
    one = covering("ssam", mu=0.2, beta=1, rho=1, eta="1.4")
    other = covering("ssam", mu=0.8, beta=4, rho="0.25", eta="0.35")
    assert [str(c) for c in one] == [str(c) for c in other] and one
    assert "theory/proofs/n2.json" in {c.file for c in one}
    assert "eta in (0, " in str(one[0])


def test_a_single_proof_covers_its_range_only():
    files = {
        eta: {c.file for c in covering("ssam", mu="0.1", beta=1, rho=1, eta=eta)}
        for eta in ("0.04", "0.05", "1.7", "1.71")
    }
    n2 = "theory/proofs/n2.json"
    assert [n2 in found for found in files.values()] == [False, True, True, False]


@pytest.mark.parametrize(
    "given, told",
    [
        ({"method": "sam"}, "is a length"),
        ({"measure": "speed"}, "measure is one of"),
        ({"mu": 1}, "needs mu < beta"),
        ({"eta": "fast"}, "eta must be a finite number"),
    ],
)
def test_what_cannot_be_looked_up_is_one_line(given, told):
    asked = {"method": "ssam", "mu": 0.1, "beta": 1, "eta": 1, "rho": 1} | given
    with pytest.raises(ValueError, match=told) as caught:
        covering(**asked)
    assert "\n" not in str(caught.value)
