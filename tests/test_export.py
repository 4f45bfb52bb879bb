"""Results open with labels and leave as tables, equal to the last bit."""

import json
import subprocess
import sys

import numpy as np
import pandas
import pytest
import xarray

import landscapes
from experiments import export, labelled, learning_rate_regimes, store, tidy, trajectory
from theory.kept import KEPT
from theory.methods import make
from theory.verdict import Verdict

WORDS = {
    "landscape": ("double_well_saddle",),
    "methods": ("gd", "sam", "ssam"),
    "eta": ("0.05", "0.4", "1.5"),
    "rho": ("0.1", "0.3"),
    "steps": 256,
    "starts": 4,
    "limits": False,
    "jobs": 1,
}


@pytest.fixture(scope="module")
def out(tmp_path_factory):
    folder = tmp_path_factory.mktemp("out")
    learning_rate_regimes.work(learning_rate_regimes.Config(out=folder, **WORDS))
    return folder


@pytest.fixture(scope="module")
def chart(out):
    return out / "learning_rate_regimes/double_well_saddle-sam.nc"


def named(codes):
    return [Verdict(code).name.lower() for code in np.ravel(codes)]


def test_labels_change_no_value_and_no_byte(out, chart):
    for path in (out / "learning_rate_regimes.nc", chart):
        before = path.read_bytes()
        bare, found = store.load(path), labelled.load(path)
        for name, variable in bare.variables.items():
            if name != "verdict" or variable.ndim > 1:
                np.testing.assert_array_equal(
                    np.squeeze(found[name]), np.squeeze(variable)
                )
        assert path.read_bytes() == before
        assert not any(v.attrs for v in store.load(path).variables.values())
        xarray.open_dataset(path, engine="h5netcdf").close()


def test_codes_say_what_they_mean(chart):
    verdict = labelled.load(chart).verdict
    meanings = verdict.attrs["flag_meanings"].split()
    assert [meanings[v] for v in verdict.attrs["flag_values"]] == named([*Verdict])
    assert "1\N{NO-BREAK SPACE}converged" in verdict.attrs["long_name"]


def test_a_plot_is_one_line_and_labelled(out, chart):
    import matplotlib

    matplotlib.use("Agg")
    from matplotlib import pyplot

    labelled.load(chart)["verdict"].sel(algorithm="SAM").isel(start=0, seed=0).plot()
    axes, bar = pyplot.gcf().axes
    assert axes.get_xlabel() == "learning rate η [1/curvature]"
    assert axes.get_ylabel() == "radius ρ [length]"
    label = bar.get_ylabel().replace("\n", " ").replace("\N{NO-BREAK SPACE}", " ")
    assert "0 undecided, 1 converged" in label
    pyplot.close("all")
    whole = labelled.load(out / "learning_rate_regimes.nc")
    share = whole.share.sel(landscape="double_well_saddle", algorithm="SSAM", verdict=1)
    share.plot(x="eta", y="rho")
    assert pyplot.gcf().axes[0].get_xlabel() == "learning rate η [1/curvature]"
    pyplot.close("all")


def test_pandas_takes_a_map_and_a_result(out, chart):
    assert len(labelled.load(chart).verdict.to_dataframe()) == 3 * 2 * 4
    assert not labelled.load(out / "learning_rate_regimes.nc").to_dataframe().empty


def read(path):
    """By pandas and by pyarrow, with the words of provenance."""
    if path.suffix == ".csv":
        lines = [s[2:] for s in path.read_text().splitlines() if s[:2] == "# "]
        frame = pandas.read_csv(path, comment="#")
        return frame, dict(line.split(": ", 1) for line in lines)
    from pyarrow import parquet

    table = parquet.read_table(path)
    return table.to_pandas(), json.loads(table.schema.metadata[b"sharpness-regimes"])


@pytest.mark.parametrize("kind", tidy.KINDS)
def test_a_map_comes_back_as_it_was(chart, tmp_path, kind):
    if kind == ".parquet":
        pytest.importorskip("pyarrow")
    path = export.export(chart, tmp_path / f"map{kind}")
    frame, words = read(path)
    bare = store.load(chart)
    codes = bare["verdict"].transpose("rho", "eta", "seed", "start")
    assert frame.verdict.tolist() == named(codes)
    labels = [*json.loads(bare.attrs["places"]), ""]
    where = frame.place.fillna("").tolist()
    assert where == [labels[i] for i in bare["place"].values.ravel()]
    for axis in ("rho", "eta"):
        column = np.broadcast_to(bare[axis].values.reshape(
            [-1 if d == axis else 1 for d in codes.dims]), codes.shape)  # fmt: skip
        np.testing.assert_array_equal(frame[axis], column.ravel())
    np.testing.assert_array_equal(frame.steps, bare["steps"].values.ravel())
    assert set(frame.algorithm) == {"SAM"}
    assert words["fingerprint"] == bare.attrs["fingerprint"]
    assert words["landscape"] == "double_well_saddle" and "numpy" in words["versions"]


def test_a_result_of_several_methods_is_a_table_of_names(out, tmp_path):
    path = export.export(out / "learning_rate_regimes.nc", tmp_path / "all.csv")
    frame, _ = read(path)
    bare = store.load(out / "learning_rate_regimes.nc")
    one = frame[(frame.algorithm == "SSAM") & (frame.verdict == "converged")]
    np.testing.assert_array_equal(
        one.share, bare.share.sel(algorithm="SSAM", verdict=1).values.ravel()
    )


@pytest.mark.parametrize("kind", tidy.KINDS)
def test_a_trajectory_is_the_run(tmp_path, kind):
    if kind == ".parquet":
        pytest.importorskip("pyarrow")
    path, (x, y) = tmp_path / f"run{kind}", (0.5, 0.25)
    trajectory.work(
        trajectory.Config("double_well_saddle", path, "usam", 0.1, 0.3, (x, y), 9)
    )
    frame, words = read(path)
    assert (words["method"], words["rho"]) == ("USAM", "0.3") and len(frame) == 10
    for step in range(10):  # x^2 - y^2 + y^4/4, by hand
        row = frame.iloc[step]
        np.testing.assert_allclose([row.x1, row.x2], [x, y], rtol=1e-14)
        assert row.value == pytest.approx(x**2 - y**2 + y**4 / 4, rel=1e-12)
        g, h = 2 * x, -2 * y + y**3
        assert row.g_norm == pytest.approx(np.hypot(g, h), rel=1e-13)
        a, b = x + 0.3 * g, y + 0.3 * h
        x, y = x - 0.1 * 2 * a, y - 0.1 * (-2 * b + b**3)


def test_a_run_that_overflows_is_cut_before():
    beale = landscapes.load("beale")
    frame = trajectory.trajectory(beale, make("gd"), 100.0, steps=50)
    assert 1 <= len(frame) < 51 and np.isfinite(frame.to_numpy()).all()


def refused(told, *words):
    done = subprocess.run(
        [sys.executable, "-m", *map(str, words)],
        capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert done.returncode == 2 and told in done.stderr, done.stderr
    assert done.stderr.count("\n") == 1 and not done.stdout


def test_a_bad_command_ends_in_one_line(chart, tmp_path):
    refused("ends in .csv or .parquet", "experiments.export", chart, "--to", "a.txt")
    line = ("--landscape", "beale", "--out", tmp_path / "a.csv", "--start", "1")
    refused("(..., 2), got (1,)", "experiments.trajectory", *line)
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize(
    "result, to, variables, told",
    [
        ("none.nc", "a.csv", None, "no result at"),
        ("chart", "none/a.csv", None, "no such folder"),
        ("chart", "a.csv", ["nope"], "no variable `nope` here"),
        ("chart", "a.csv", [], ""),
    ],
)
def test_what_cannot_be_exported_is_one_line(
    chart, tmp_path, result, to, variables, told
):
    result = chart if result == "chart" else tmp_path / result
    if not told:
        export.export(result, tmp_path / to, variables)
        return
    with pytest.raises(ValueError, match=told) as caught:
        export.export(result, tmp_path / to, variables)
    assert "\n" not in str(caught.value) and not list(tmp_path.iterdir())


def test_several_tables_in_one_file_need_a_name(tmp_path):
    dataset = xarray.Dataset({"a": ("i", [1.0]), "b": ("j", [2.0])})
    with pytest.raises(ValueError, match="name --variable, those of one out of a, b"):
        tidy.tidy(dataset)
    assert tidy.tidy(dataset, ["b"]).b.tolist() == [2.0]


def test_without_pyarrow_the_extra_is_named(chart, tmp_path, monkeypatch):
    monkeypatch.setitem(sys.modules, "pyarrow", None)
    with pytest.raises(ValueError, match=r"extra `parquet` .*\.csv"):
        export.export(chart, tmp_path / "map.parquet")
    assert not list(tmp_path.iterdir())


def test_an_experiment_is_found_by_its_name(tmp_path, monkeypatch):
    kept = labelled.load("stability").attrs["fingerprint"]
    assert kept == store.load(KEPT / "stability.nc").attrs["fingerprint"]
    monkeypatch.setattr(labelled, "RESULTS", tmp_path)
    xarray.Dataset({"a": 1}, attrs={"format": store.FORMAT}).to_netcdf(
        tmp_path / "stability.nc", engine="h5netcdf"
    )
    assert "a" in labelled.load("stability")
    with pytest.raises(ValueError, match="no result at .*stabilty.nc"):
        labelled.load("stabilty")
