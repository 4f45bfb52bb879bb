"""A wrong call is refused at the edge, in one line that names it."""

import numpy as np
import pytest

from landscapes import load
from theory import simulate
from theory.base import HeavyBall
from theory.files import check_folder
from theory.methods import make, names

X = [1.0, 1.0]


def refused(match, call, *args, **options):
    with pytest.raises(ValueError, match=match) as caught:
        call(*args, **options)
    assert "\n" not in str(caught.value)


def batch(spec="sam", eta=0.1, rho=0.1, x=X, steps=10, **options):
    options = {"window": 8} | options
    return simulate.batch(load("quadratic"), make(spec), eta, rho, x, steps, **options)


BAD = [-0.1, np.nan, np.inf, -np.inf]


@pytest.mark.parametrize("value", BAD)
@pytest.mark.parametrize("spec", ["sam", "usam", "ssam", "ssam-n"])
def test_a_radius_out_of_range_is_refused(spec, value):
    refused("finite.* rho >= 0, got", make, spec, rho=value)
    refused("rho.*finite and >= 0, got|finite rho", batch, spec, rho=value)
    refused("rho must be finite and >= 0, got", batch, spec, rho=np.array([0.1, value]))
    refused("rho must be finite and >= 0, got", batch, spec, rho=[0.1, value])


@pytest.mark.parametrize("value", [*BAD, 0.0])
def test_a_learning_rate_out_of_range_is_refused(value):
    for eta in (value, np.array([0.1, value]), [[0.1], [value]]):
        refused("eta must be finite and > 0, got", batch, eta=eta)
    states = simulate.iterate(
        load("quadratic"), make("gd"), np.array(X), np.array([value]), 3
    )
    refused("eta must be finite and > 0, got", next, states)


@pytest.mark.parametrize("value", [*BAD, 0.0])
def test_a_ball_without_a_radius_is_refused(value):
    refused("radius must be finite and > 0, got", batch, radius=value)


@pytest.mark.parametrize("value", [-1.0, np.nan])
def test_a_wrong_cap_is_refused(value):
    refused("cap", make, f"stable@{value}:usam")


@pytest.mark.parametrize(
    "steps, window", [(0, 0), (-1, 0), (10, 11), (10, -1), (5, 64)]
)
def test_a_window_fits_into_the_steps(steps, window):
    refused(f"got {steps} and {window}", batch, steps=steps, window=window)


@pytest.mark.parametrize(
    "options", [{"engine": "fast"}, {"engine": ""}, {"dtype": "float16"}]
)
def test_an_unknown_engine_or_precision_is_refused(options):
    refused("engine is one of .* and dtype of", batch, **options)


def test_shapes_that_do_not_broadcast_are_refused():
    refused("do not broadcast", batch, eta=np.ones(3), rho=np.ones(4))
    refused("do not broadcast", batch, eta=np.full(3, 0.1), x=np.ones((4, 2)))
    refused("do not broadcast", batch, radius=np.ones(3), x=np.ones((4, 2)))


@pytest.mark.parametrize("x", [[1.0], [1.0, 1.0, 1.0], 1.0, np.ones((2, 3))])
def test_points_of_a_wrong_dimension_are_refused(x):
    refused(r"`quadratic` takes points of shape \(..., 2\), got", batch, x=x)


def test_an_unknown_name_is_answered_with_the_nearest():
    refused("unknown landscape `beal`.*beale", load, "beal")
    refused("unknown landscape `six-hump`.*six_hump_camel", load, "six-hump")
    refused("unknown method `smm`.*sam", make, "smm")
    refused("unknown method `stabel:sam`.*stable:sam", make, "stabel:sam")
    refused("unknown method `stable:smm`|unknown method `smm`", make, "stable:smm")
    refused("unknown method", make, "stable")
    refused("unknown method", make, "")
    refused("unknown method", make, "sam@1")
    refused("a cap is a number, got `x`", make, "stable@x:sam")


def test_a_name_may_be_written_in_any_case():
    assert make("SSAM-N").label == make("ssam_n").label == "SSAM-N"
    assert make("Stable:USAM").label == make("ssam").label == "SSAM"


def test_a_hyperparameter_that_no_method_has_is_refused_one_of_another_is_not():
    with pytest.raises(ValueError, match="hyperparameter `roh`: did you mean rho"):
        make("ssam", roh=0.1)
    assert make("gd", rho=0.1).label == "GD"


def test_every_method_has_a_label_and_a_colour():
    labels = [make(name).label for name in names()]
    assert len(set(labels)) == len(labels) and all(labels)
    colors = [make(name).color for name in names()]
    assert len(set(colors)) == len(colors)


def test_a_file_of_ones_own_is_a_landscape(tmp_path):
    bowl = tmp_path / "bowl.py"
    bowl.write_text(
        "from landscapes.quadratic import quadratic\n"
        "def bowl(top=1.0):\n    return quadratic([top, 0.5])\n"
    )
    assert load(str(bowl), top=3.0).spectrum[0] == 3.0


@pytest.mark.parametrize(
    "text, match",
    [
        ("def other():\n    pass\n", "must define a function `mine"),
        ("mine = 3\n", "must define a function `mine"),
        ("def mine(:\n", "cannot be imported: SyntaxError"),
        ("import no_such_package\n", "cannot be imported: ModuleNotFoundError"),
        ("1 / 0\n", "cannot be imported: ZeroDivisionError"),
        ("def mine():\n    return y\n", r"`mine\(\)` failed in line 2: NameError: "),
    ],
)
def test_a_broken_file_is_refused(tmp_path, text, match):
    path = tmp_path / "mine.py"
    path.write_text(text)
    refused(match, load, str(path))


def test_a_file_named_without_its_ending_is_found_beside_the_names(
    tmp_path, monkeypatch
):
    (tmp_path / "mine.py").write_text("def mine(x, y):\n    return x**2 + y**2\n")
    monkeypatch.chdir(tmp_path)
    refused("Your file is `mine.py`", load, "mine")
    with pytest.raises(ValueError) as other:
        load("yours")
    assert "Your file" not in str(other.value)


def test_where_a_folder_is_to_be_a_file_is_named(tmp_path):
    (file := tmp_path / "file").write_text("kept")
    with pytest.raises(NotADirectoryError, match="Not a directory"):
        check_folder(file)
    assert file.read_text() == "kept"


def test_a_missing_file_is_refused(tmp_path):
    refused("no such file", load, str(tmp_path / "none.py"))


@pytest.mark.parametrize("momentum", [-0.1, 1.0, np.nan])
def test_a_momentum_outside_its_range_is_refused(momentum):
    refused("momentum", HeavyBall, momentum)
