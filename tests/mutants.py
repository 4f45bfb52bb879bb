"""Wrong methods that have been seen in public, and faults in the source of ours."""

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

# file of `theory.methods`: {fault: (an expression that stands there once, another)}
FAULTS = {
    "gd": {
        "uphill": ("return g, g", "return -g, g"),
        "twice": ("return g, g", "return 2 * g, g"),
        "elsewhere": ("gradient(x)", "gradient(x + 1e-3)"),
        "no raw gradient": ("return g, g", "return g, x"),
    },
    "sam": {
        "downhill": ("x + self.rho", "x - self.rho"),
        "not normalised": ("* unit(g)", "* g"),
        "no radius": ("self.rho * unit(g)", "unit(g)"),
        "raw gradient at the ascent": (
            "), g, state",
            "), gradient(x + unit(g)), state",
        ),
        "accumulated": ("return gradient(", "return g + gradient("),
    },
    "usam": {
        "downhill": ("x + self.rho", "x - self.rho"),
        "normalised": ("self.rho * g", "self.rho * unit(g)"),
        "projected on the ball": (
            "self.rho * g",
            "self.rho * g * minimum(1 / norm(g), 1)",
        ),
        "no radius": ("self.rho * g", "g"),
    },
    "linf_sam": {
        "the ball": ("* sign(g)", "* unit(g)"),
        "not normalised": ("* sign(g)", "* g"),
        "one corner": ("* sign(g)", "* absolute(sign(g))"),
        "downhill": ("x + self.rho", "x - self.rho"),
    },
    "lookahead_sam": {
        "looks back": ("- self.eta_ahead", "+ self.eta_ahead"),
        "a step of length one": ("eta_ahead * g)", "eta_ahead * unit(g))"),
        "not normalised": ("self.rho * unit(g)", "self.rho * g"),
        "the radius ahead": ("- self.eta_ahead", "- self.rho"),
    },
    "unified_sam": {
        "shares swapped": ("(1 - self.lam) * g", "self.lam * g"),
        "all of g": ("(1 - self.lam) * g", "g"),
        "all of u": ("self.lam * unit(g)", "unit(g)"),
        "no radius": ("x + self.rho * ascent", "x + ascent"),
        "a rate where it is a length": ("self.lam == 0", "self.lam != 0"),
    },
    "stable": {
        "inverse": ("ratio(norm(whole), norm(part))", "ratio(norm(part), norm(whole))"),
        "the gradient's direction": ("return d * gamma", "return g * gamma"),
        "no cap": ("self.cap < inf", "self.cap < 0"),
        "a floor": ("minimum(gamma", "maximum(gamma"),
        "over all tensors": ("compared(self.method, d, g, state)", "d, g"),
        "around a step": ("if self.method.whole_step", "if False"),
        "squares": ("ratio(norm(whole), norm(part))", "ratio(dot(g, g), dot(d, d))"),
    },
    "msam": {
        "one ascent for all": ("unit(g_j))", "unit(gradient(x)))"),
        "not normalised": ("unit(g_j))", "g_j)"),
        "shards count alike": ("v * b for v, b", "v * 1 for v, b"),
        "a sum": (" / sum(sizes)", " / max(sizes)"),
        "sizes from below": (
            '-(-need(self, gradient, "size") // self.size)',
            'need(self, gradient, "size") // self.size',
        ),
        "inverse per shard": (
            "ratio(norm(g_j), norm(d_j))",
            "ratio(norm(d_j), norm(g_j))",
        ),
    },
    "sam_polyak": {
        "the least value added": ("- self.f_star", "+ self.f_star"),
        "linear part of g": ("dot(g_e, e - x)", "dot(g, e - x)"),
        "value at the point": ("value(e))", "value(x))"),
        "negative steps": (
            "maximum(ratio(gap, dot(g_e, g_e)), 0)",
            "ratio(gap, dot(g_e, g_e))",
        ),
        "no cap": ("minimum(gamma, self.cap)", "gamma"),
        "along g": ("return gamma * g_e", "return gamma * g"),
        "always normalised": ("if self.normalised else g)", "if True else g)"),
    },
    "asam": {
        "the ball of |g|": ("T * unit(T * g)", "unit(T * g)"),
        "T once": ("T * unit(T * g)", "T * unit(g)"),
        "signed weights": ("absolute(x)", "x"),
        "biases scaled": ('without="weight"', 'without="bias"'),
        "everywhere always": ("if not self.everywhere", "if False"),
        "no eta_T": ("absolute(x) + self.eta_T", "absolute(x)"),
    },
    "gsam": {
        "gradient not perturbed": ("across = g -", "across = g_p -"),
        "descends the gap": ("return g_p - (", "return g_p + ("),
        "projected on g": ("square = dot(g_p, g_p)", "square = dot(g, g)"),
        "the least radius": ("return rho_max", "return rho_min"),
        "radius from above": ("return rho_min + (", "return rho_max - ("),
        "moves at a perturbed zero": (
            "self.alpha * ratio(square, square)",
            "self.alpha",
        ),
    },
    "friendly_sam": {
        "fed with the difference": (
            "+ (1 - past) * g",
            "+ (1 - past) * (g - self.sigma * m)",
        ),
        "biased start": ("0 * begun + 1", "0 * begun"),
        "no full gradient at first": ("self.lam * begun", "1.0"),
        "rounding blown up": ("difference(g, self.sigma * m)", "g - self.sigma * m"),
        "the average added": ("difference(g, self.sigma", "difference(g, -self.sigma"),
    },
    "vasso": {
        "theta of the past": ("(1 - self.theta)", "self.theta"),
        "starts at zero": ("theta) * begun", "theta) * 1.0"),
        "the average of before": ("unit(s)", "unit(state[0])"),
        "not normalised": ("unit(s)", "s"),
    },
    "looksam": {
        "refreshed always": ("phase == 0", "phase >= 0"),
        "not projected": ("dot(d, g)", "0 * dot(d, g)"),
        "not scaled": ("ratio(norm(g), norm(g_v))", "1.0"),
        "never refreshed": ("% self.k", ""),
        "counts by two": ("phase + 1", "phase + 2"),
        "rounding blown up": (
            "difference(d, ratio(dot(d, g), dot(g, g)) * g)",
            "d - ratio(dot(d, g), dot(g, g)) * g",
        ),
    },
    "adasam": {
        "AdamW's maximum": ("maximum(v_hat, v)", "v"),
        "a bare gradient": ("ahead, g, _ = sam", "_, ahead, _ = _, g, _ = sam"),
        "the same share": ("(1 - self.beta2)", "(1 - self.beta1)"),
        "v of g": ("(ahead * ahead)", "(g * g)"),
        "never renormalised": (
            "if self.stable else SAM(self.rho)",
            "if False else SAM(self.rho)",
        ),
        "starts at delta": ("self.delta * self.delta", "self.delta"),
        "no root": ("ratio(m, root(v_hat))", "ratio(m, v_hat)"),
    },
    "esam": {
        "scaled by 1 - beta": ("self.rho / self.beta", "self.rho / (1.1 - self.beta)"),
        "one sample less": ("int(self.gamma * b + 1e-9)", "int(self.gamma * b) - 1"),
        "rounded down": ("int(self.gamma * b + 1e-9)", "int(self.gamma * b)"),
        "none": ("max(1, int(self.gamma * b + 1e-9))", "int(self.gamma * b + 1e-9)"),
        "the smallest rise": ("(-rise[..., order])", "(rise[..., order])"),
        "the largest loss": ('"losses")(e) - before', '"losses")(e)'),
        "places for samples": ("order[first]", "first"),
        "not masked": ("state[0] * g", "g"),
        "rare for often": ("< self.beta", "> self.beta"),
        "drawn at first": ("return [True] * size", "return [False] * size"),
        "all tensors compared": ("return state[0] * d + rest, g + rest", "return d, g"),
        "nothing where none is": ("state[0] * d + rest, g + rest", "state[0] * d, g"),
    },
    "ausam": {
        "rare for often": ("u[i] < p[i]", "u[i] > p[i]"),
        "the mean of two": (") / visits[which]", ") / 2"),
        "falls count against": ("abs(after - before)", "after - before"),
        "no full epoch": ('"epoch") > 0', '"epoch") >= 0'),
        "no least": ("max(p_min, c * a / max(A))", "c * a / max(A)"),
        "no most": ("min(1.0, max(", "min(9.0, max("),
        "an empty draw": ("if chosen:", "if True:"),
        "not counted": ("visits[which] + 1", "visits[which]"),
        "the batch's gradient": ("d = part.losses", "d = gradient.losses"),
    },
    "sparse_sam": {
        "least information": ("smallest(-fisher", "smallest(fisher"),
        "begins at zero": ("state = (smallest(-fisher, live),)", "fisher"),
        "shares swapped": (
            "return count(x) - round(count(x) * sparsity)",
            "return round(count(x) * sparsity)",
        ),
        "normalised again": (
            "state[0] * (method.rho * unit(g))",
            "method.rho * unit(state[0] * g)",
        ),
        "every epoch": ("begins and gradient.epoch % method.every == 0", "begins"),
        "every step": ("return begins and", "return"),
        "rising share": ("(1 + cos(", "(1 - cos("),
        "growth not capped": ("min(live * q, count(x) - live)", "live"),
        "drops the large": ("smallest(absolute(g)", "smallest(-absolute(g)"),
        "drops by sign": ("smallest(absolute(g)", "smallest(g"),
        "grows what dropped": ("turned, mask, 0)", "turned, mask - dropped, 0)"),
        "grows nothing": ("mask - dropped + grown", "mask - dropped"),
    },
    "eigen_sam": {
        "no sign": ("sign(dot(g, v))", "1.0"),
        "not across": ("v - dot(v, unit(g)) * unit(g)", "v"),
        "more often": ("% self.every", "% 50"),
        "vanishes without curvature": ("Hv + v * (dot(Hv, Hv) == 0)", "Hv"),
        "once": ("range(self.iterations)", "range(1)"),
        "signed uniform": (" + (-0.5)", ""),
        "no lean": ("self.alpha * sign", "0 * sign"),
        "not the state": ("g, (v,)", "g, (unit(g),)"),
    },
    "xsam": {
        "k times too far": ("(self.rho / self.k)", "self.rho"),
        "length of g": ("norm(g_k) * p", "norm(g) * p"),
        "the last highest": ("f > best", "f >= best"),
        "looks too near": ("x + self.rho_max", "x + self.rho"),
        "looks always": ('need(self, gradient, "new_epoch")', "True"),
        "turned back": ("z ** (1 - a)", "z**a"),
        "nothing without an angle": ("s) + (1 - open_)\n    return", "s)\n    return"),
        "no length without an angle": ("**a).imag, s) + (1 - open_)", "**a).imag, s)"),
        "a sine of rounding": (
            "norm(difference(v1, c * v0))",
            "root(maximum((1 - c) * (1 + c), 0))",
        ),
        "looks half": ("range(21)", "range(11)"),
        "raw gradient ahead": ("* g_k, g, (a,)", "* g_k, g_k, (a,)"),
    },
}
