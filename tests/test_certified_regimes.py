"""The map of proved and refuted learning rates, and its pictures."""

import subprocess
import sys

import numpy as np
import pytest

from experiments import certified_regimes, run
from experiments.certified import column, plan, report
from figures import certified_regimes as figure
from figures import style
from theory.proof import prove

WORDS = {"methods": ("usam", "ssam"), "kappa": ("10", "inf"), "columns": 1, "jobs": 1}


@pytest.fixture(scope="module")
def out(tmp_path_factory):
    return tmp_path_factory.mktemp("regimes")


@pytest.fixture(scope="module")
def dataset(out):
    config = certified_regimes.Config(out=out, quick=True, **WORDS)
    found = certified_regimes.measure(config)
    run.save(found, out / figure.RESULT, config, "tiny")
    return found


def limit(name, kappa, measure, rho):
    """T3, and T14 for convex f."""
    mu = {"10": 0.1, "inf": 0.0}[kappa]
    a, b = 1 + rho * mu, 1 + rho
    if measure == "descent":
        return 2 / b if name == "USAM" else 4 * np.sqrt(a * b) / (a + b)
    if measure == "distance" and kappa == "inf":
        usam = 2 / b if rho <= 1 else (3 - rho) / 2
        return max(usam if name == "USAM" else 2 * np.sqrt(b) * (2 - np.sqrt(b)), 0)
    return None


def test_theorems_lie_between_what_is_proved_and_what_is_refuted(dataset):
    seen = 0
    for name in dataset.algorithm.values:
        for kappa in dataset.kappa.values:
            for measure in dataset.measure.values:
                part = dataset.sel(algorithm=name, kappa=kappa, measure=measure)
                for k, rho in enumerate(part.radius_high.values):
                    told = limit(name, kappa, measure, rho)
                    if told is None:
                        continue
                    one = part.isel(column=k)
                    assert one.proved <= told <= one.refuted
                    assert one.refuted <= max(1.002 * told, 0.011)
                    seen += 1
    assert seen == 6


def test_nothing_is_hidden(dataset):
    part = dataset.sel(algorithm="USAM", kappa="inf", measure="distance")
    good, bad = report.shares(part)
    assert good == 0 and 0 < bad < 1  # up to rho beta = 4 at once
    text = report.table(dataset)
    assert text.count("\n") > 12 and "undecided" in text
    assert "SSAM's range of learning rates over USAM's: " in report.answer(dataset)


def test_pairs_and_distances_are_asked_of_convex_functions_only():
    config = certified_regimes.Config(kappa=("3", "-3"), methods=("usam",), columns=1)
    assert list(plan.by_map(config)) == [
        plan.BALL, "usam 3 distance", "usam 3 descent", "usam 3 pair", "usam -3 descent"
    ]  # fmt: skip


def test_what_is_kept_is_not_made_again(dataset, out, monkeypatch):
    monkeypatch.setattr(plan, "do", None)
    again = certified_regimes.measure(
        certified_regimes.Config(out=out, quick=True, **WORDS)
    )
    assert again.identical(dataset.drop_attrs().assign_attrs(again.attrs))


def test_without_a_proof_nothing_is_proved(monkeypatch):
    class Undecided:
        status, pieces = "undecided", ()

    monkeypatch.setattr(column, "prove", lambda *_, **__: Undecided())
    found = column.column(column.Column("usam", 0.1, 0.5, 0.6, 2.5), "distance")
    assert found["proved"] == 0 and found["refuted"] > 1.2


def test_of_weakly_convex_functions_it_is_descent_that_is_proved(monkeypatch):
    proofs = []

    def kept(*words, **numbers):
        proofs.append(prove(*words, **numbers))
        return proofs[-1]

    monkeypatch.setattr(column, "prove", kept)
    found = column.column(column.Column("ssam", -1 / 3, 0.5, 0.6, 2.5), "descent")
    assert 0.999 < found["proved"] / found["theorem"] < 1
    assert {proof.statement.factor for proof in proofs} == {0}


def test_without_a_function_nothing_is_refuted(monkeypatch):
    monkeypatch.setattr(column, "refutes", lambda *_, **__: None)
    found = column.column(column.Column("usam", 0.1, 0.5, 0.6, 2.5), "distance")
    assert found["refuted"] == np.inf and found["proved"] > 1.2


def test_every_picture_is_drawn(dataset, out, tmp_path):
    with style.use("screen"):
        for name, draw in figure.certified_regimes(out).items():
            png, _ = style.save(draw(), name, tmp_path)
            assert png.stat().st_size > 5000
    assert len(list(tmp_path.iterdir())) == 12


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["--kappa", "1"], "--kappa takes numbers > 1, inf, or < -1, got `1`."),
        (["--kappa", "nan"], "got `nan`."),
        (["--methods", "sam"], "--methods are gd, usam, ssam, got `sam`."),
        (["--measures", "speed"], "got `speed`."),
        (["--columns", "0"], "--columns must be >= 1, got 0."),
        (["--most-rho", "-1"], "--most-rho must be finite and > 0, got -1."),
        (["--most-eta", "nan"], "--most-eta must be finite and > 0, got nan."),
        (["--jobs", "0"], "--jobs must be >= 1, got 0."),
    ],
)
def test_bad_options_end_in_one_line(words, said, monkeypatch, capsys):
    monkeypatch.setattr(sys, "argv", ["certified_regimes", *words])
    with pytest.raises(SystemExit) as stopped:
        run.main(certified_regimes.Config, certified_regimes.work, "experiments.x")
    (line,) = capsys.readouterr().err.strip().splitlines()
    assert stopped.value.code == 2 and said in line


def test_a_missing_solver_is_said_before_any_work(monkeypatch, tmp_path):
    monkeypatch.setitem(sys.modules, "clarabel", None)
    config = certified_regimes.Config(out=tmp_path, quick=True, **WORDS)
    with pytest.raises(ValueError, match=r"pip install sharpness-regimes\[certify\]"):
        certified_regimes.measure(config)
    assert not list(tmp_path.rglob("*.*"))


def test_help_loads_no_library():
    script = (
        "import sys, runpy\n"
        "sys.argv = ['x', '--help']\n"
        "try: runpy.run_module('experiments.certified_regimes', run_name='__main__')\n"
        "except SystemExit: pass\n"
        "loaded = {'numpy', 'torch', 'clarabel', 'xarray'} & set(sys.modules)\n"
        "sys.exit(str(loaded) if loaded else 0)"
    )
    done = subprocess.run(
        [sys.executable, "-c", script], capture_output=True, text=True
    )
    assert done.returncode == 0, done.stderr
