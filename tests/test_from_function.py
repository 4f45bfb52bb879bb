"""What a user writes, as a function, an expression or a network, is a landscape."""

import math
import subprocess
import sys

import numpy as np
import pytest
import sympy

from landscapes import load
from landscapes.analytic import Analytic
from landscapes.autograd import Autograd
from landscapes.components import Components
from landscapes.from_function import landscape
from theory import compiled, simulate
from theory.methods import make

X, Y = sympy.symbols("x y")
A = np.array([[1.0, 2.0], [2.0, -1.0]])


def waves(x, y):
    return np.exp(-(x**2)) + 0.5 * np.sin(3 * y) * x + np.log1p(y**2) / 2.0


def ramp(x, y):
    return np.maximum(x, 0) ** 2 + np.where(y > 0, y**2, y**4) + np.logaddexp(0, x - y)


def form(x):
    return x @ A @ x / 2 + np.sum(x**4)


def in_torch(x, y):
    import torch

    return torch.exp(-(x**2)) + torch.nn.functional.softplus(y) + torch.sqrt(1 + x * x)


HELD: dict = {}  # tensors that a function finds outside, made when torch is here


def coupled(x):
    import torch

    W = HELD.setdefault("W", torch.tensor(A))
    return torch.log1p((W @ x) @ (W @ x)) - torch.cos(x[..., 0]) + x.mean() ** 2


def in_sympy(x, y):
    return sympy.sqrt(1 + x**2) - sympy.cos(y) * math.pi


FUNCTIONS = [
    (waves, {}, Analytic),
    (ramp, {}, Analytic),
    (form, {"dim": 2}, Analytic),
    (in_torch, {}, Analytic),
    (coupled, {"dim": 2}, Autograd),
    (in_sympy, {}, Analytic),
]


def numbers(f, points):
    """The function itself, point by point, by the user's own library."""
    if f in (in_torch, coupled):
        import torch

        points = torch.tensor(points)
    apart = f not in (form, coupled)
    return np.array([float(f(*p) if apart else f(p)) for p in points])


@pytest.mark.parametrize("f, options, kind", FUNCTIONS)
def test_a_function_is_itself_with_its_slopes_and_curvatures(f, options, kind):
    mine = landscape(f, **options)
    assert type(mine) is kind and mine.dim == 2 and mine.name == f.__name__
    x, h = np.random.default_rng(0).uniform(-2, 2, (2, 3, 2)), 1e-4
    flat = x.reshape(-1, 2)
    np.testing.assert_allclose(mine.value(x).ravel(), numbers(f, flat), rtol=1e-12)
    for i, e in enumerate(np.eye(2) * h):
        # A central difference is exact to h^2 f'''/6 and rounding over h.
        slope = (numbers(f, flat + e) - numbers(f, flat - e)) / (2 * h)
        np.testing.assert_allclose(mine.gradient(flat)[:, i], slope, atol=1e-6)
        bend = (mine.gradient(flat + e) - mine.gradient(flat - e)) / (2 * h)
        np.testing.assert_allclose(mine.hessian(flat)[..., i], bend, atol=1e-5)


@pytest.mark.parametrize("f, options, kind", FUNCTIONS)
def test_it_runs_on_every_kind_of_point_it_declares(f, options, kind):
    import torch

    mine = landscape(f, **options)
    x = np.random.default_rng(1).uniform(-2, 2, (5, 2))
    for what in ("value", "gradient"):
        here = getattr(mine, what)(x)
        there = getattr(mine, what)(torch.tensor(x))
        np.testing.assert_allclose(there, here, rtol=1e-12, atol=1e-13)
        single = getattr(mine, what)(x.astype("float32"))
        assert single.dtype == np.float32
        if "components" in mine.kinds:
            apart = getattr(mine, what)(Components(x.T))
            apart = np.stack(list(apart), -1) if what == "gradient" else apart
            np.testing.assert_allclose(apart, here, rtol=1e-12, atol=1e-13)


@pytest.mark.parametrize("f, options, engine", [
    (ramp, {}, "eager"), (coupled, {"dim": 2}, "compiled"),
])  # fmt: skip
def test_the_torch_engine_takes_the_same_steps(f, options, engine, monkeypatch):
    if engine == "eager":  # a kernel takes ten seconds: one is enough
        monkeypatch.setattr(compiled, "compiler_works", lambda: False)
    mine, job = landscape(f, **options), (make("gd"), 0.05, None, [[1.0, 0.5]], 12)
    there, here = (
        simulate.batch(mine, *job, window=4, engine=engine)
        for engine in ("compiled", "numpy")
    )
    assert there.engine == engine
    np.testing.assert_allclose(there.x, here.x, rtol=1e-11)


def test_a_function_an_expression_and_its_text_are_one_landscape():
    text = "x**2 - y**2 + y**4/4"
    made = [
        landscape(lambda x, y: x**2 - y**2 + y**4 / 4),
        landscape(lambda x: x[0] ** 2 - x[1] ** 2 + x[1] ** 4 / 4, dim=2),
        landscape(X**2 - Y**2 + Y**4 / 4),
        landscape(text),
        landscape(text.replace("**", "^")),
    ]
    house = load("double_well_saddle")
    for mine in made:
        points = [c.label for c in mine.critical_points]
        assert points == [c.label for c in house.critical_points]
        x = np.array([0.3, -1.2])
        assert mine.value(x) == pytest.approx(house.value(x), rel=1e-15)


def test_the_coordinates_of_an_expression_stand_in_order():
    xs = sympy.symbols("x:12")
    mine = landscape(sum(i * x for i, x in enumerate(xs)) + xs[0])
    assert [str(s) for s in mine.symbols] == [f"x{i}" for i in range(12)]
    assert [str(s) for s in landscape(X - Y, symbols="y x z").symbols] == list("yxz")


def test_a_box_and_a_start_say_the_dimension():
    assert landscape(lambda *x: sum(v**2 for v in x), dim=3).dim == 3
    assert landscape(lambda x: x @ x, start=(1, 2, 3)).start == (1.0, 2.0, 3.0)
    square = landscape(X * Y, box=(-1, 3))
    assert square.box == ((-1.0, 3.0), (-1.0, 3.0))
    assert landscape(lambda x: x**4 - x**2, dim=1).minima[0].point.shape == (1,)


def test_fractions_are_exact_and_constants_are_numbers_in_torch():
    import torch

    mine = landscape(lambda x, y: 0.1 * x**2.0 + np.log2(1 + y**2))
    assert mine.expression.coeff(sympy.Symbol("x", real=True) ** 2) == sympy.S(1) / 10
    assert mine.value(torch.tensor([1.0, 1.0])) == pytest.approx(1.1)


def test_a_network_is_given_with_its_data():
    from torch import nn

    X, y = np.random.default_rng(0).normal(size=(6, 2)).astype("f4"), [0, 1] * 3
    mine = landscape(nn.Linear(2, 2), data=(X, np.array(y)))
    assert mine.dim == 6 and mine.name == "Linear"
    assert landscape(mine) is mine


def jumps(x, y):
    return np.floor(x) + y


def draws(x, y):
    return x + np.random.default_rng().random()


def detached(x, y):
    return x.detach() ** 2 + y.sin()


def no_return(x, y):
    x**2 + y**2


def with_math(x, y):
    return math.exp(x) + y


def in_single(x):
    import torch

    return (torch.ones(2, 2) @ x).sum()


def branching(x, y):
    return x**2 if x > 0 else y


def staircase(x, y):
    return np.where(x > 0, 1, 0) + np.where(y > 0, 1, 0)


REFUSED = [
    ("x +* y", {}, "no formula: invalid syntax"),
    ("x.real", {}, "no formula: Attribute"),
    ("f(x)", {}, "unknown function `f"),
    ("3", {}, "names no variable"),
    (3.0, {}, "names no variable"),
    ([1], {}, "got list"),
    (X + Y, {"dim": 3}, "has the variables x, y, but dim = 3"),
    (X + Y, {"symbols": "x"}, "has the variables x, y, symbols= names x"),
    (sympy.gamma(X), {}, "`gamma.x.`, which is not evaluated"),
    (sympy.floor(X), {}, "it jumps with `floor"),
    (sympy.I * X, {}, "not real and finite"),
    (sympy.sqrt(X - 5), {}, "its value is nan at its start"),
    (lambda: 3, {}, "takes no coordinate"),
    (lambda x: x @ x, {}, "give dim="),
    (lambda x: x @ x, {"dim": 0}, "dim must be an integer >= 1, got 0"),
    (lambda x: x @ x, {"dim": 2, "start": (1,)}, r"agree, got \[1, 2\]"),
    (lambda x, y: x + y, {"dim": 3}, r"takes 2 coordinates \(x, y\)"),
    (lambda x: x, {"dim": 2}, "one number at a point, got shape"),
    (lambda x, y: (x, y), {}, "one number at a point, got tuple"),
    (lambda x, y: undefined + x, {}, "NameError"),  # noqa: F821
    (lambda x, y: x * y, {"box": (1, 0)}, "low < high, got"),
    (lambda x, y: x * y, {"box": "wide"}, "low < high, got wide"),
    (lambda x, y: x * y, {"start": (1, "a")}, "start must be 2 finite numbers"),
    (lambda x, y: x / 0 + y, {}, "is inf at its start"),
    (lambda x, y: x * 1j, {}, "is nan at its start"),
    (no_return, {}, "`return` missing"),
    (jumps, {}, "it jumps with"),
    (draws, {}, "is no function"),
    (detached, {}, "is not its slope"),
    (with_math, {}, "instead of math"),
    (in_single, {"dim": 2}, "give tensors dtype=torch.float64"),
    (branching, {}, "branches on a coordinate"),
    (staircase, {}, "constant in pieces"),
]


@pytest.mark.parametrize("f, options, told", REFUSED)
def test_what_is_no_landscape_is_refused_in_one_line(f, options, told):
    with pytest.raises(ValueError, match=told) as caught:
        landscape(f, **options)
    assert "\n" not in str(caught.value)


def test_a_torch_module_without_data_is_refused():
    from torch import nn

    with pytest.raises(ValueError, match=r"data=\(X, y\)"):
        landscape(nn.Linear(1, 1))


FILES = {
    "function": "box = (-3, 3)\ndef mine(x, y):\n    return x**2 - y**2 + y**4\n",
    "named f": "dim = 2\nbox = (-3, 3)\ndef f(x):\n    return x @ x\n",
    "expression": "from sympy import *\nx, y = symbols('x y')\nf = x**2 + cos(y)\n"
    "box = (-3, 3)\n",
    "landscape": "from landscapes.from_function import landscape\n"
    "mine = landscape('x*y', box=(-3, 3))\n",
    "maker": "def mine(k=2):\n    from sympy import symbols\n"
    "    x, y = symbols('x y')\n    return k * x**2 + y**2\nbox = (-3, 3)\n",
}


@pytest.mark.parametrize("text", FILES.values(), ids=FILES)
def test_a_file_may_hold_any_of_these(tmp_path, text):
    path = tmp_path / "mine.py"
    path.write_text(text)
    mine = load(str(path))
    assert (mine.dim, mine.box[0]) == (2, (-3.0, 3.0))
    assert mine.name in ("mine", "expression")  # one that was made has its own


def test_a_file_with_a_function_is_charted(tmp_path):
    (tmp_path / "mine.py").write_text(FILES["function"])
    done = subprocess.run(
        [sys.executable, "-m", "experiments.learning_rate_regimes", "--quick",
         "--landscape", str(tmp_path / "mine.py"), "--methods", "gd", "ssam",
         "--steps", "128", "--eta", "0.01", "0.1", "--no-limits", "--jobs", "1",
         "--out", str(tmp_path)],
        capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert (done.returncode, done.stderr) == (0, "") and "mine" in done.stdout
