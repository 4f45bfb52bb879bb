"""A method that is wrong turns a row of the ledger from expected to unexpected."""

from functools import cache

import numpy as np
import pytest

from theory import ledger
from theory.method import norm, ratio, unit
from theory.methods.sam import SAM
from theory.methods.stable import Stable
from theory.methods.usam import USAM


def accumulated(self, x, state, gradient):
    """The ascent's gradient stays in the sum."""
    g = gradient(x)
    ascent = unit(g) if isinstance(self, SAM) else g
    return g + gradient(x + self.rho * ascent), g, state


def wrong_sign(self, x, state, gradient):
    """Descent in place of ascent."""
    g = gradient(x)
    ascent = unit(g) if isinstance(self, SAM) else g
    return gradient(x - self.rho * ascent), g, state


def epsilon(self, x, state, gradient):
    """The well-known small number in the denominator."""
    g = gradient(x)
    return gradient(x + self.rho * g / (norm(g) + 1e-7)), g, state


def epsilon_in_ratio(self, x, state, gradient):
    d, g, state = self.method.direction(x, state, gradient)
    return d * (norm(g) / (norm(d) + 1e-7)), g, state


def per_tensor(self, x, state, gradient):
    """The norm of each half of the coordinates in place of the global one."""
    g = gradient(x)
    size = halves(g)
    return gradient(x + self.rho * g / np.where(size == 0, 1, size)), g, state


def per_tensor_ratio(self, x, state, gradient):
    d, g, state = self.method.direction(x, state, gradient)
    size = halves(d)
    return d * halves(g) / np.where(size == 0, 1, size), g, state


def inverted(self, x, state, gradient):
    d, g, state = self.method.direction(x, state, gradient)
    return d * ratio(norm(d), norm(g)), g, state


def not_rescaled(self, x, state, gradient):
    return self.method.direction(x, state, gradient)


def halves(v):
    """Norms of the halves of an array, at every coordinate; arrays only."""
    if not hasattr(v, "shape") or v.shape[-1] < 2:
        return norm(v)
    first, second = v[..., : v.shape[-1] // 2], v[..., v.shape[-1] // 2 :]
    return np.concatenate([norm(part) + 0 * part for part in (first, second)], axis=-1)


@cache
def agrees(name):
    """Whether a row is as expected while nothing is mutated: asked once."""
    return ledger.row(name, quick=True).agrees


@pytest.mark.parametrize(
    ("method", "mutant", "name"),
    [
        (SAM, accumulated, "T5"),
        (SAM, wrong_sign, "L1"),
        (SAM, epsilon, "L1"),
        (SAM, per_tensor, "L1"),
        (USAM, accumulated, "T4"),
        (USAM, wrong_sign, "T4"),
        (Stable, inverted, "P2"),
        (Stable, not_rescaled, "P2"),
        (Stable, epsilon_in_ratio, "P2"),
        (Stable, per_tensor_ratio, "T15"),
    ],
    ids=lambda value: getattr(value, "__name__", value),
)
def test_a_mutant_turns_its_row(method, mutant, name, monkeypatch):
    assert agrees(name)
    monkeypatch.setattr(method, "direction", mutant)
    made = ledger.row(name, quick=True)
    assert not made.agrees
    # Found out by a number, not by an error.
    assert any(j.verdict == "refuted" != j.expected for j in made.judgements)
