"""Pictures: the same data gives the same bytes, and errors are one line."""

import subprocess
import sys
import time
from pathlib import Path

import numpy as np
import pytest

import landscapes
from experiments import run, saddle_escape
from experiments.saddles import plan
from experiments.saddles.maps import PATH_ETA, PATH_LENGTH, PATH_RATE
from figures import __main__ as command
from figures import saddle_escape as figure
from figures import style
from figures.saddles import survival
from theory import methods, simulate
from theory.methods import make

SURFACES = ("quadratic", "double_well_saddle")
WHOLE = "saddle_escape"


@pytest.fixture(scope="module")
def results(tmp_path_factory):
    """A result with everything in it, two landscapes and a few starts."""
    out = tmp_path_factory.mktemp("results")
    config = saddle_escape.Config(
        landscape=SURFACES, quick=True, starts=16, steps=80, rays=1, jobs=1, out=out
    )
    config.pixels, config.spectra = 9, 3
    cases = [("across", spec, config) for spec in plan.ACROSS]
    spectra = plan.together((case, plan.do(*case)) for case in cases)
    dataset = plan.merge([saddle_escape.measure(config), spectra])
    run.save(plan.in_order(dataset, config), out / "saddle_escape.nc", config, "tiny")
    return out


def call(monkeypatch, *words):
    """Runs the command in this process."""
    monkeypatch.setattr(sys, "argv", ["figures", *map(str, words)])
    run.main(command.Options, command.work, "figures")


def failure(monkeypatch, capsys, *words):
    """The exit code and the only line of a failed call."""
    with pytest.raises(SystemExit) as stopped:
        call(monkeypatch, *words)
    (line,) = capsys.readouterr().err.strip().splitlines()
    assert line.startswith("python -m figures: ")
    return stopped.value.code, line


def test_every_picture_is_written_and_named(results, tmp_path, monkeypatch, capsys):
    call(monkeypatch, "--all", "--results", results, "--out", tmp_path)
    printed = [Path(line) for line in capsys.readouterr().out.split()]
    assert set(printed) == set(tmp_path.iterdir())
    expected = {f"{name}.{kind}" for name in figure.PICTURES for kind in ("png", "pdf")}
    assert {path.name for path in printed} == expected


@pytest.mark.parametrize("name", [WHOLE, "saddle_escape_survival"])
def test_same_data_same_bytes(results, tmp_path, name):
    for folder, when in ((tmp_path / "a", 1e9), (tmp_path / "b", 1.5e9)):
        with pytest.MonkeyPatch.context() as patch, style.use("screen"):
            patch.setattr(time, "time", lambda now=when: now)
            style.save(figure.saddle_escape(results)[name](), name, folder)
    for kind in ("png", "pdf"):
        first, second = ((tmp_path / f / f"{name}.{kind}").read_bytes() for f in "ab")
        assert first == second
        assert not any(word in first for word in (b"CreationDate", b"matplotlib"))


def test_the_users_own_settings_change_nothing(results, tmp_path):
    import matplotlib

    for folder, size in (("a", 10), ("b", 20)):
        with matplotlib.rc_context({"font.size": size}), style.use("screen"):
            drawn = figure.saddle_escape(results)["saddle_escape_threshold"]()
            style.save(drawn, "x", tmp_path / folder, ("png",))
    assert (tmp_path / "a/x.png").read_bytes() == (tmp_path / "b/x.png").read_bytes()


def test_readme_shows_one_small_picture(results, tmp_path, monkeypatch, capsys):
    monkeypatch.setattr(command, "README", tmp_path)
    call(monkeypatch, WHOLE, "--results", results, "--readme")
    assert [path.name for path in tmp_path.iterdir()] == [f"{WHOLE}.png"]
    shown = run.ROOT / "figures/readme" / f"{WHOLE}.png"
    assert shown.stat().st_size < 200_000


def test_pictures_without_data_are_named_and_left_out(results, tmp_path, capsys):
    dataset = run.load(results / "saddle_escape.nc").drop_vars("left")
    dataset.to_netcdf(tmp_path / "saddle_escape.nc", engine="h5netcdf")
    found = figure.saddle_escape(tmp_path)
    assert set(figure.PICTURES) - set(found) == {WHOLE, "saddle_escape_threshold"}
    assert "saddle_escape_threshold: left out, no `left`" in capsys.readouterr().err


def test_help_does_not_load_matplotlib():
    program = (
        "import sys; from experiments import run; from figures import __main__ as f\n"
        "sys.argv[1:] = ['--help']\n"
        "try: run.main(f.Options, f.work, 'figures')\n"
        "finally: print({'matplotlib', 'torch', 'numpy', 'xarray'} & set(sys.modules))"
    )
    done = subprocess.run(
        [sys.executable, "-c", program], cwd=run.ROOT, capture_output=True, text=True
    )
    assert done.stdout.endswith("set()\n")
    assert "saddle_escape" in done.stdout


def test_an_unknown_figure_names_the_nearest(monkeypatch, capsys):
    code, line = failure(monkeypatch, capsys, "sadle_escape")
    assert code == 2 and "did you mean saddle_escape" in line


def test_a_missing_or_damaged_result_is_one_line(tmp_path, monkeypatch, capsys):
    code, line = failure(monkeypatch, capsys, "--all", "--results", tmp_path)
    assert code == 2 and "run an experiment first" in line
    code, line = failure(monkeypatch, capsys, WHOLE, "--results", tmp_path)
    assert code == 2 and "run the experiment first" in line
    assert line.endswith(f"python -m experiments.{WHOLE} --out {tmp_path}.")
    (tmp_path / "saddle_escape.nc").write_bytes(b"not a result")
    code, line = failure(monkeypatch, capsys, WHOLE, "--results", tmp_path)
    assert code == 2 and "damaged" in line


def test_an_unwritable_folder_is_one_line(results, tmp_path, monkeypatch, capsys):
    (tmp_path / "file").write_text("")
    out = tmp_path / "file" / "out"
    code, line = failure(monkeypatch, capsys, WHOLE, "--results", results, "--out", out)
    assert code == 74 and str(out) in line


def test_every_method_has_its_own_colour():
    specs = ("gd", "usam", "sam", "ssam", "ssam-n")
    assert len({style.color(make(spec).label) for spec in specs}) == len(specs)
    assert style.color(make("stable@1:usam").label) == make("ssam").color
    for made in map(make, methods.specs()):
        assert style.method(made.label).label == made.label
    with pytest.raises(ValueError, match="`Newton`"):
        style.color("Newton")


def test_verdicts_have_words_and_colours_apart_from_methods():
    colors = [color for color, _ in style.VERDICTS.values()]
    own = {make(spec).color for spec in methods.names()}
    assert len(set(colors)) == len(style.Verdict) and not own & set(colors)


def test_a_censored_curve_stays_level_to_the_last_step(results):
    dataset = run.load(results / "saddle_escape.nc")
    times = dataset.time.isel(saddle=0, algorithm=0, eta_level=0, rho_level=0)
    times[:] = np.where(times["quantile"] <= 0.4, 10.0, np.inf)
    t, share = survival._curve(times, 50)
    assert t[-1] == 50 and share[-1] == pytest.approx(0.6)


@pytest.mark.parametrize("spec", ["gd", "usam", "sam", "ssam-n"])
def test_the_paths_have_the_learning_rate_and_radius_they_are_labelled_with(
    results, spec
):
    dataset = run.load(results / "saddle_escape.nc")
    method, surface = make(spec), landscapes.load("quadratic")
    x = dataset.path.sel(landscape="quadratic", algorithm=method.label).values
    rate, length = (
        PATH_RATE / 1.0,
        PATH_LENGTH * float(dataset.map_radius.sel(landscape="quadratic")),
    )
    rho = {"length": length, "rate": rate}[method.radius_unit]
    *_, last = simulate.iterate(surface, method.having(rho=rho), x[0], PATH_ETA / 2, 1)
    # The same arithmetic on both sides.
    np.testing.assert_allclose(x[1], last.x, rtol=1e-12)
