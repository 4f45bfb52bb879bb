"""The map of whose stability bound is the least, and its picture."""

import sys

import numpy as np
import pytest

from experiments import bound_regimes, run
from experiments.bounds import plan, report
from experiments.bounds.order import below
from figures import bound_regimes as figure
from figures import style
from theory.better_bounds import bound_over_plain, usam_gain_limit

WORDS = {"kappa": ("4", "inf"), "rates": 6, "radii": 3, "jobs": 1}


@pytest.fixture(scope="module")
def out(tmp_path_factory):
    return tmp_path_factory.mktemp("bounds")


@pytest.fixture(scope="module")
def dataset(out):
    config = bound_regimes.Config(out=out, quick=True, **WORDS)
    found = bound_regimes.measure(config)
    run.save(found, out / figure.RESULT, config, "tiny")
    return found


def test_usam_is_below_sgd_where_the_closed_form_says(dataset):
    for kappa in dataset.kappa.values:
        part = dataset.sel(kappa=kappa)
        eta = part.eta.values[None, :]
        limit = usam_gain_limit(float(part.curvature), 1.0, part.rho.values)[:, None]
        # Beyond GD's own end, 2, nothing is asked; at kappa = inf nothing gains.
        np.testing.assert_array_equal(below(part, "USAM", "GD"), eta < limit)
        assert not below(part, "USAM", "GD", visited=True).any()
        for visited in (False, True):
            assert not below(part, "SSAM", "GD", visited).any()


def test_the_order_is_that_of_the_bounds(dataset):
    part = dataset.sel(kappa="4")
    for visited in (False, True):
        ratios = [
            bound_over_plain(
                label, part.eta.values, 0.25, 1.0, part.rho.values[:, None],
                visited=visited,
            )
            for label in ("SSAM", "USAM")
        ]  # fmt: skip
        known = np.isfinite(ratios[0]) & np.isfinite(ratios[1])
        assert known.any()
        actual = below(part, "SSAM", "USAM", visited)
        np.testing.assert_array_equal(actual[known], (ratios[0] < ratios[1])[known])


def test_nothing_is_hidden(dataset):
    text = report.table(dataset)
    assert text.count("visited") >= 2 and "0.000" in text and "none" in text
    said = report.answer(dataset)
    assert "for kappa 4 (eta beta up to 1.57), nowhere for inf" in said
    assert "SSAM's is nowhere below SGD's" in said


def test_what_is_kept_is_not_made_again(dataset, out, monkeypatch):
    monkeypatch.setattr(plan, "do", None)
    config = bound_regimes.Config(out=out, quick=True, **WORDS)
    again = bound_regimes.measure(config)
    assert again.identical(dataset.drop_attrs().assign_attrs(again.attrs))


def test_the_picture_is_drawn(dataset, out, tmp_path):
    with style.use("screen"):
        ((name, draw),) = figure.bound_regimes(out).items()
        png, _ = style.save(draw(), name, tmp_path)
    assert png.stat().st_size > 5000


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["--kappa", "1"], "--kappa takes numbers > 1, or inf, got `1`."),
        (["--kappa", "ten"], "got `ten`."),
        (["--rates", "1"], "--rates must be >= 2, got 1."),
        (["--least-rho", "20"], "--least-rho and --most-rho need 0 < least < most"),
    ],
)
def test_bad_options_end_in_one_line(words, said, monkeypatch, capsys):
    monkeypatch.setattr(sys, "argv", ["bound_regimes", *words])
    with pytest.raises(SystemExit) as stopped:
        run.main(bound_regimes.Config, bound_regimes.work, "experiments.x")
    (line,) = capsys.readouterr().err.strip().splitlines()
    assert stopped.value.code == 2 and said in line
