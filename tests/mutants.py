"""Wrong methods that have been seen in public; every one must be caught."""

from dataclasses import dataclass
from typing import Any

import numpy as np

from tests import reference
from theory.method import Method, norm, ratio, unit
from theory.methods.sam import SAM
from theory.methods.usam import USAM


def mutant(formula):
    """A Method class from `formula(x, rho, gradient) -> (d, g)`."""

    @dataclass(frozen=True, eq=False)
    class Mutant(Method):
        rho: Any = 0.05

        def direction(self, x, state, gradient):
            return *formula(x, self.rho, gradient), state

    return Mutant


def _sam_along(direction):
    def formula(x, rho, gradient):
        g = gradient(x)
        return gradient(x + rho * direction(g)), g

    return mutant(formula)


def _rescaled(inner, factor):
    def formula(x, rho, gradient):
        d, g, _ = inner(rho).direction(x, (), gradient)
        return d * factor(x, d, g), g

    return mutant(formula)


def _accumulated(x, rho, gradient):
    g = gradient(x)
    return g + gradient(x + rho * unit(g)), g


def _perturbed_raw_gradient(x, rho, gradient):
    d = gradient(x + rho * unit(gradient(x)))
    return d, d


def _in_single_precision(g):
    size = np.sqrt((g.astype("float32") ** 2).sum(-1, keepdims=True))
    return g / np.where(size == 0, 1, size)


def _l1(v):
    return abs(v).sum(axis=-1, keepdims=True)


SAM_, USAM_ = reference.sam, reference.usam
SSAM_, SSAM_N_ = reference.stable(USAM_), reference.stable(SAM_)

# name: (the wrong method, the reference of what it should have been)
MUTANTS = {
    "accumulated gradients": (mutant(_accumulated), SAM_),
    "ascent with the wrong sign": (_sam_along(lambda g: -unit(g)), SAM_),
    "no normalisation": (USAM, SAM_),
    "normalisation too much": (SAM, USAM_),
    "epsilon 1e-7 in the norm": (_sam_along(lambda g: g / (norm(g) + 1e-7)), SAM_),
    "epsilon 1e-12 in the norm": (_sam_along(lambda g: g / (norm(g) + 1e-12)), SAM_),
    "norm in single precision": (_sam_along(_in_single_precision), SAM_),
    "raw gradient at the wrong point": (mutant(_perturbed_raw_gradient), SAM_),
    "ratio inverted": (_rescaled(USAM, lambda x, d, g: ratio(norm(d), norm(g))), SSAM_),
    "renormalised to the point": (
        _rescaled(USAM, lambda x, d, g: ratio(norm(x), norm(d))),
        SSAM_,
    ),
    "renormalised in another norm": (
        _rescaled(SAM, lambda x, d, g: ratio(_l1(g), _l1(d))),
        SSAM_N_,
    ),
    "renormalised to one": (
        _rescaled(SAM, lambda x, d, g: ratio(norm(unit(g)), norm(d))),
        SSAM_N_,
    ),
    "epsilon in the ratio": (
        _rescaled(USAM, lambda x, d, g: norm(g) / (norm(d) + 1e-12)),
        SSAM_,
    ),
    "not renormalised": (USAM, SSAM_),
}
