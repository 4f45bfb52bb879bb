"""Hundreds of random spectra as one padded batch, and verdicts one by one."""

from dataclasses import replace

import numpy as np

from landscapes.quadratic import Quadratic, quadratic
from theory import simulate
from theory.methods import make
from theory.simulate import Run
from theory.verdict import classify

WIDTH = 12  # largest dimension; smaller spectra are padded with zeros


def padded(spectra):
    """Spectra of 2 to 12 eigenvalues as one array `(n, 12)`."""
    return np.array([np.pad(lam, (0, WIDTH - len(lam))) for lam in spectra])


def draw(rng, count, make_one):
    """`count` spectra of random dimension, one eigenvalue list each."""
    return [make_one(int(d)) for d in rng.integers(2, WIDTH + 1, count)]


def start(rng, lam, length):
    """A random point with |Hw| = length and every coordinate taking part."""
    w = rng.uniform(0.3, 1, lam.shape) * rng.choice([-1, 1], lam.shape) * (lam != 0)
    size = np.sqrt(((lam * w) ** 2).sum(-1, keepdims=True))
    return w * np.reshape(length, (-1, 1)) / size


def run(spec, lam, eta, rho, w, steps, **options):
    """One run a spectrum."""
    options = {"radius": 1e100, "window": 64, "engine": "numpy"} | options
    return simulate.batch(Quadratic(lam), make(spec), eta, rho, w, steps, **options)


def verdicts(result: Run, lam):
    """The verdict of every run, each on its own quadratic without the padding."""
    codes = []
    for i, row in enumerate(lam):
        kept = row != 0
        alone = replace(
            result,
            x=result.x[i][kept],
            window=result.window[:, i][:, kept],
            center=np.zeros(1),
            **{n: getattr(result, n)[i] for n in ("steps", "left", "eta", "rho")},
            **{n: getattr(result, n)[:, i] for n in ("g_norm", "d_norm")},
        )
        codes.append(int(classify(alone, quadratic(row[kept])).codes))
    return np.array(codes)


def sizes(points):
    """Lengths along the last axis."""
    return np.sqrt((points**2).sum(-1))


def geometric(half, full, factor=1e-3):
    """Whether the second half shrank by the factor, down to where squares underflow."""
    return sizes(full.x) <= np.maximum(factor * sizes(half.x), 1e-150)
