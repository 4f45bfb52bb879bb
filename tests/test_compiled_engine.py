"""The compiled batch is the NumPy batch; every landscape and method once."""

import os
import subprocess
import sys
from itertools import cycle

import numpy as np
import pytest

from landscapes import load
from landscapes import names as landscapes
from tests.test_methods_one_step import SPECS
from theory import simulate
from theory.base import HeavyBall, gradient_descent
from theory.methods import make
from theory.methods import names as methods

# Kernels are dear, so each brings a kind of landscape, a method and a base, and only
# some are always compiled; all pairs run the same traced graphs eagerly.
ALWAYS = {"gd", "sam", "usam", "ssam", "adasam", "stable@1:usam"}
KINDS = list({type(load(name)): name for name in reversed(landscapes())}.values())
ALL = [*filter(lambda name: make(name).steady, methods()), "stable@1:usam"]


def pairs(names):
    """Landscapes, methods and bases side by side, each at least once."""
    bases = cycle([gradient_descent, HeavyBall(0.5)])
    return [
        (first, second, third)
        for first, second, third, _ in zip(
            cycle(names), cycle(ALL), bases, range(max(len(names), len(ALL))),
            strict=False,
        )
    ]  # fmt: skip


COVER = pairs(KINDS)
REST = [pair for pair in pairs(landscapes()) if pair not in COVER]


def job(name, spec, base):
    """A few runs near the start, two of which leave their ball at once or soon."""
    landscape = load(name)
    start = np.array(landscape.start, dtype=float)
    size = np.linalg.norm(landscape.gradient(start)) + 1e-3
    x = start * np.linspace(0.9, 1.1, 6)[:, None] + 0.01
    eta = 0.05 / size * np.linspace(0.2, 1, 6)
    radius = np.array([10.0, 0.16, 10.0, 1e-3, 0.3, 10.0])
    method = make(spec)
    # A rate is a length over a gradient; nothing may blow up rounding errors.
    unit = max(10.0, size) if method.radius_unit == "rate" else 1.0
    rho = np.array([0.0, 0.1, 0.2, 0.05, 0.01, 1.0]) / unit
    return (landscape, method, eta, rho, x, 8), {
        "window": 0,
        "base": base,
        "center": start,
        "radius": radius * (1 + np.sqrt(landscape.dim) / 10),
    }


def assert_same(actual, desired):
    np.testing.assert_array_equal(actual.steps, desired.steps)
    np.testing.assert_array_equal(actual.left, desired.left)
    scale = np.abs(desired.x).max()
    np.testing.assert_allclose(actual.x, desired.x, rtol=0, atol=1e-12 * scale)


def test_the_covering_set_covers():
    kinds = {type(load(name)) for name, _, _ in COVER}
    assert kinds == {type(load(name)) for name in landscapes()}
    assert {spec for _, spec, _ in COVER} == set(ALL) > ALWAYS
    assert {name for name, _, _ in COVER + REST} == set(landscapes())


@pytest.mark.parametrize(
    "name, spec, base",
    [
        pytest.param(*pair, marks=[] if pair[1] in ALWAYS else pytest.mark.long)
        for pair in COVER
    ],
)
def test_a_compiled_batch_is_the_numpy_batch(compiler, monkeypatch, name, spec, base):
    # Six runs in blocks of four: the last one is padded. Two steps a call compile
    # in half the time of four.
    monkeypatch.setattr(compiler, "UNROLL", 2)
    monkeypatch.setattr(compiler, "BLOCK", 4)
    grid, options = job(name, spec, base)
    run = simulate.batch(*grid, **options, engine="compiled")
    assert run.engine == "compiled"
    assert_same(run, simulate.batch(*grid, **options, engine="numpy"))


@pytest.mark.parametrize("name, spec, base", COVER + REST)
def test_an_eager_batch_is_the_numpy_batch(monkeypatch, name, spec, base):
    from theory import compiled

    monkeypatch.setattr(compiled, "compiler_works", lambda: False)
    monkeypatch.setattr(compiled, "_kernels", {})
    grid, options = job(name, spec, base)
    run = simulate.batch(*grid, **options, engine="compiled")
    assert run.engine == "eager"
    assert_same(run, simulate.batch(*grid, **options, engine="numpy"))


@pytest.mark.parametrize("spec", [spec for spec in SPECS if make(spec).steady])
@pytest.mark.parametrize("block", [4, 100])
def test_blocks_and_odd_steps_change_nothing_eagerly(monkeypatch, spec, block):
    from theory import compiled

    monkeypatch.setattr(compiled, "compiler_works", lambda: False)
    monkeypatch.setattr(compiled, "_kernels", {})
    monkeypatch.setattr(compiled, "BLOCK", block)
    grid, options = job("quadratic", spec, HeavyBall(0.2))
    grid = (*grid[:5], 11)  # two chunks of the unrolled kernel and three single steps
    run = simulate.batch(*grid, **options, engine="compiled")
    assert run.engine == "eager"
    assert_same(run, simulate.batch(*grid, **options, engine="numpy"))


def test_a_method_that_counts_its_steps_is_not_compiled_unasked():
    size = simulate.WORTH_COMPILING
    assert simulate.engine_for(make("sam"), size, 1) == "compiled"
    for name in ("looksam", "eigen-sam", "xsam", "sparse-sam-d"):
        for spec in (name, f"stable:{name}"):
            assert simulate.engine_for(make(spec), size, 1) == "numpy"
    grid, options = job("quadratic", "eigen-sam", gradient_descent)
    with pytest.raises(ValueError, match="^`EigenSAM` needs a sample with `step`, whi"):
        simulate.batch(*grid, **options, engine="compiled")


def test_without_a_compiler_it_runs_eagerly_and_says_so_once(tmp_path):
    program = """
import numpy as np
from landscapes import load
from theory import simulate
from theory.methods import make
for _ in range(2):
    grid = (load("beale"), make("ssam"), 1e-3, [0.0, 0.1], [1.0, 2.0], 8)
    runs = [simulate.batch(*grid, engine=e, window=0) for e in ("compiled", "numpy")]
assert runs[0].engine == "eager", runs[0].engine
np.testing.assert_allclose(runs[0].x, runs[1].x, rtol=1e-12)
"""
    missing = {"CXX": str(tmp_path / "none"), "TORCHINDUCTOR_CACHE_DIR": str(tmp_path)}
    done = subprocess.run(
        [sys.executable, "-c", program],
        env={**os.environ, **missing},
        capture_output=True,
        text=True,
    )
    assert done.returncode == 0, done.stderr
    assert done.stderr.count("no working C++ compiler, running eagerly") == 1
