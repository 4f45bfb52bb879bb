"""What a drag or a hover computes is what the toolkit computes without a mouse."""

import json

import numpy as np
import pytest
import xarray
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure

pytest.importorskip("ipywidgets", reason="the extra `notebook` is not installed")

from types import SimpleNamespace

import landscapes
from experiments.learning_rate_regimes import Config
from experiments.saddles.site import sites
from figures.interactive import begin, controls, paths, saddle_words, verdicts
from figures.interactive.board import Board, Handle
from figures.interactive.cells import Cells
from figures.interactive.first_look import FirstLook
from figures.interactive.own_chart import chart
from figures.interactive.points import critical_points
from figures.interactive.regime_map import RegimeMap
from figures.interactive.saddle_picture import trap
from theory import methods, simulate
from theory.base import gradient_descent
from theory.noisy_problem import Problem
from theory.noisy_runs import Runs
from theory.quadratic import sam_threshold, weakest_descent
from theory.verdict import Verdict

SPECS = ("gd", "usam", "sam", "ssam", "ssam-n")
WELL = "double_well_saddle"


def drawn_on(figure):
    FigureCanvasAgg(figure)
    return figure


@pytest.fixture(autouse=True)
def without_a_page(monkeypatch):
    """Figures of a test are drawn by Agg and belong to nobody."""
    monkeypatch.setattr(controls, "figure", lambda w, h: drawn_on(Figure((w, h))))
    monkeypatch.setattr(controls, "display", lambda *_, **__: None)


@pytest.fixture(scope="module")
def well():
    return landscapes.load(WELL)


def at(axes, x, y, button=1):
    return SimpleNamespace(inaxes=axes, xdata=x, ydata=y, button=button)


@pytest.mark.parametrize("spec", SPECS)
def test_a_drag_computes_the_trajectory_of_simulate(well, spec):
    method, x, steps = methods.make(spec, rho=0.2), (-0.7, 0.3), 64
    run = simulate.batch(well, method, 0.05, 0.2, x, steps, window=steps)
    path = paths.follow(well, method, x, 0.05, steps)
    # Numbers one by one and arrays differ in the last bits, which no saddle blows up
    # in so few steps.
    np.testing.assert_allclose(path.x[:-1], run.window, rtol=1e-9, atol=1e-13)
    np.testing.assert_allclose(path.x[-1], run.x, rtol=1e-9, atol=1e-13)
    np.testing.assert_allclose(path.g_norm[:-1], run.g_norm, rtol=1e-9, atol=1e-13)


def test_a_surface_without_coordinates_of_its_own_is_followed_alike():
    bowl, method = landscapes.load("ridge_regression"), methods.make("sam", rho=0.1)
    x = np.full((3, bowl.dim), [[0.5], [1.0], [2.0]])
    run = simulate.batch(bowl, method, 0.05, 0.1, x, 32, window=32)
    path = paths.follow(bowl, method, x, 0.05, 32)
    np.testing.assert_allclose(path.x[:-1], run.window, rtol=1e-9)
    np.testing.assert_allclose(path.g_norm[:-1], run.g_norm, rtol=1e-9)


def test_a_path_ends_with_the_verdict_of_the_engine(well):
    start = np.array([-0.5, 0.01])
    told = {}
    for spec in ("gd", "sam"):
        path = paths.follow(well, methods.make(spec, rho=0.2), start, 0.05)
        codes, place = verdicts.judged(well, path)
        end = verdicts.settled(well, path)
        assert codes == end.verdict
        assert place == end.place
        told[spec] = verdicts.told(well, codes, place)
    assert told["gd"] == "converges to the minimum (0, 1.414)"
    assert told["sam"] == "is held at the saddle (0, 0)"


@pytest.mark.parametrize("spec", ["gd", "sam"])
def test_a_path_under_noise_is_the_run_that_is_judged(well, spec):
    start, noise, method = np.array([-0.5, 0.01]), 0.3, methods.make(spec, rho=0.2)
    path = paths.follow(well, method, start, 0.05, 256, noise)
    seeds = np.array([paths.SEED])
    problem = Problem(well, method, gradient_descent, noise, 0, seeds)
    one = [np.array([value]) for value in (0.05, 0.2, start, 0)]
    np.testing.assert_allclose(
        path.x[-1], Runs.start(problem, *one).until(256)[0].x[0], rtol=1e-9
    )
    if spec == "gd":
        xi = (path.x[:-1] - path.x[1:]) / 0.05 - well.gradient(path.x[:-1])
        # The standard deviation of 512 draws is within 4 of its own errors.
        assert xi.std() == pytest.approx(noise, rel=4 / np.sqrt(2 * 512))
        assert verdicts.settled(well, path, 2048).verdict == Verdict.BAND


def test_a_run_down_a_saddle_without_minima_descends_without_end():
    saddle = landscapes.load("quadratic")
    path = paths.follow(saddle, methods.make("gd"), (0.5, 0.5), 0.5)
    assert verdicts.judged(saddle, path)[0] == Verdict.ESCAPED
    steep = paths.follow(saddle, methods.make("gd"), (0.5, 0.0), 1.5)
    assert verdicts.judged(saddle, steep)[0] == Verdict.DIVERGED


def test_the_threshold_beside_the_picture_is_theory():
    site = sites("quadratic", None)[0]
    told = sam_threshold(site.saddle.eigenvalues)
    for share, side in ((0.97, "0.97"), (1.03, "1")):
        words = saddle_words.threshold(site, methods.make("sam", rho=0.1), share * told)
        assert f"&eta;* = {told:.3g}" in words
        assert f"now &eta; = {side} &eta;*" in words
    words = saddle_words.threshold(site, methods.make("ssam", rho=0.5), 0.1)
    m = weakest_descent(site.saddle.eigenvalues)
    assert f"&rho;* = {1 / m:.3g}" in words


@pytest.mark.parametrize("scale, fate", [(0.9, "stalls"), (1.1, "leaves")])
def test_what_is_said_of_a_start_in_the_trap_is_what_its_run_does(scale, fate):
    site, rho = sites("quadratic", None)[0], 0.1
    eta = scale * float(sam_threshold(site.saddle.eigenvalues))
    method, x = methods.make("sam", rho=rho), np.array([0.01, 0.02])
    assert fate in saddle_words.predicted(site, method, eta, x, verdicts.SURE)
    end = verdicts.settled(site.landscape, paths.follow(site.landscape, method, x, eta))
    assert (end.verdict == Verdict.STALLED) == (fate == "stalls")


def test_on_the_drawn_trap_the_gradient_has_the_size_of_theory():
    site = sites("beale", None)[0]
    H = site.landscape.hessian(site.saddle.point)
    steep = np.linalg.norm((trap(site, 0.1) - site.saddle.point) @ H, axis=1)
    m = weakest_descent(site.saddle.eigenvalues)
    np.testing.assert_allclose(steep, 0.1 * m, rtol=1e-9)


def test_the_mouse_drags_the_start_and_a_slider_moves_the_paths(well):
    look = FirstLook(well)
    axes = look.picture.axes
    look.handle.press(at(axes, 0.5, 0.5))
    look.handle.release(at(axes, 0.4, -0.6))
    assert look.start.tolist() == [0.4, -0.6]
    for path, line in zip(look.paths, look.picture.lines, strict=True):
        assert np.array_equal(line.get_xydata(), path.x)
        assert path.x[0].tolist() == [0.4, -0.6]
    assert "minimum (0, -1.414)" in look.runs.value
    before = look.paths[0].x.copy()
    look.sliders["eta"].value *= 2
    assert not np.array_equal(look.paths[0].x, before)
    assert look.paths[0].eta == look.sliders["eta"].value


def test_where_the_mouse_leaves_the_axes_the_start_stays(well):
    look = FirstLook(well)
    look.handle.press(at(look.picture.axes, 0.5, 0.5))
    look.handle.motion(at(None, None, None))
    look.handle.release(at(None, None, None))
    assert look.start.tolist() == [0.5, 0.5]


def test_moves_are_passed_over_while_the_last_is_answered():
    axes, seen = drawn_on(Figure()).add_subplot(), []
    handle = Handle(axes, lambda x, y: seen.append(x), lambda x, y: seen.append(-x))
    handle.press(at(axes, 1.0, 0.0))
    handle._free = float("inf")
    handle.motion(at(axes, 2.0, 0.0))
    handle.release(at(axes, 3.0, 0.0))
    assert seen == [1.0, 3.0, -3.0]


def test_a_redraw_of_what_moves_equals_a_whole_one():
    figure = drawn_on(Figure((2, 2)))
    axes = figure.add_subplot()
    axes.plot([0, 1], [0, 1])
    (dot,) = axes.plot([0.2], [0.5], "o")
    board = Board(figure)
    board.moves(dot)
    board.redraw()
    dot.set_data([0.8], [0.3])
    board.refresh()
    moved = np.array(figure.canvas.buffer_rgba())
    board.redraw()
    assert np.array_equal(moved, np.array(figure.canvas.buffer_rgba()))
    dot.set_data([0.5], [0.3])
    board.refresh()
    assert not np.array_equal(moved, np.array(figure.canvas.buffer_rgba()))


@pytest.fixture(scope="module")
def result(well):
    """A map of two methods, three radii and sixteen learning rates."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(controls, "display", lambda *_, **__: None)
        return chart(well, methods=("gd", "sam"), limits=False)


def test_a_chart_in_memory_is_the_one_of_the_experiment(well, result, tmp_path):
    from experiments.learning_rate_regimes import measure

    config = Config(
        landscape=(WELL,), methods=("gd", "sam"), quick=True, limits=False,
        out=tmp_path, jobs=1,
    )  # fmt: skip
    expected = measure(config)
    for name in ("share", "first", "eta", "rho", "theory"):
        xarray.testing.assert_allclose(
            result[name].reset_coords(drop=True), expected[name].reset_coords(drop=True)
        )


def test_the_mouse_finds_the_cell_it_rests_on(well, result):
    shown = RegimeMap(result, [well])
    unit = float(shown.at.eta_unit)
    for rho in range(result.sizes["rho_level"]):
        for eta in range(0, result.sizes["eta_level"], 5):
            cell = shown.at.isel(rho_level=rho, eta_level=eta)
            place = float(cell.units), float(cell.eta) / unit
            shown.hovered(at(shown.left, *place))
            assert shown.cell == (rho, eta)
            left, low, width, height = shown.frame.get_bbox().bounds
            assert left < place[0] < left + width
            assert low < place[1] < low + height
            assert f"&eta; = {float(cell.eta):.4g}" in shown.words.value
    assert shown.cells.at(1e9, 1.0) is None


def test_a_map_of_ones_own_file_is_opened_with_its_runs(result, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    text = f"import landscapes\n\nmine = landscapes.load({WELL!r})\n"
    (tmp_path / "mine.py").write_text(text)
    config = json.dumps({"seed": "0", "landscape": "('mine.py',)"})
    saved = result.assign_coords(landscape=["mine"]).assign_attrs(config=config)
    shown = RegimeMap(saved)
    assert shown.status.value == "" and shown.right.get_visible()
    assert "Drawn: 256 steps" in shown.words.value
    (tmp_path / "mine.py").unlink()
    alone = RegimeMap(saved)
    assert "`mine.py` is needed" in alone.status.value
    alone.hovered(at(alone.left, *_centre(alone, 1, 5)))
    assert alone.cell == (1, 5) and "Drawn: 0 steps" in alone.words.value
    assert alone.left.collections and not alone.right.get_visible()


def test_a_map_in_memory_of_a_known_landscape_needs_no_other_word(result):
    shown = RegimeMap(result)
    assert shown.status.value == "" and shown.surface.name == WELL


def test_a_click_keeps_a_cell(well, result):
    shown = RegimeMap(result, [well])
    shown.clicked(at(shown.left, *_centre(shown, 0, 3)))
    shown.hovered(at(shown.left, *_centre(shown, 1, 5)))
    assert shown.cell == (0, 3)
    shown.clicked(at(shown.left, *_centre(shown, 1, 5)))
    shown.hovered(at(shown.left, *_centre(shown, 2, 7)))
    assert shown.cell == (2, 7)


def _centre(shown, rho, eta):
    cell = shown.at.isel(rho_level=rho, eta_level=eta)
    return float(cell.units), float(cell.eta / cell.eta_unit)


def test_radii_of_zero_are_no_column_of_the_map():
    level = {"units": ("rho_level", [0.0, 0.1, 1.0]), "eta": ("eta_level", [0.1, 1.0])}
    cells = Cells.of(xarray.Dataset(level | {"eta_unit": 1.0}))
    assert cells.at(0.1, 0.1) == (1, 0)
    assert cells.bounds((1, 0))[0] == pytest.approx(0.1 / 10**0.5)


def test_the_points_table_names_kinds_and_thresholds(well):
    table = critical_points(well)
    assert sorted(table["kind"]) == ["minimum", "minimum", "saddle"]
    saddle = table[table["kind"] == "saddle"].iloc[0]
    assert saddle["SAM held below eta"] == sam_threshold(well.saddles[0].eigenvalues)
    assert table["linear edge 2/lam"].iloc[0] == pytest.approx(0.5)


def test_a_surface_that_cannot_be_dragged_over_is_refused_in_one_line():
    for name, words in (("ridge_regression", "dimensions"), ("ring", "no saddle")):
        with pytest.raises(ValueError, match=words) as caught:
            FirstLook(landscapes.load(name))
        assert "\n" not in str(caught.value)


def test_what_is_wrong_in_a_callback_stands_beside_the_picture():
    status = controls.HTML()
    with begin.telling(status):
        raise ValueError("eta < 0")
    assert "eta &lt; 0" in status.value


def test_a_missing_library_is_one_line(monkeypatch):
    found = begin.find_spec
    monkeypatch.setattr(
        begin, "find_spec", lambda name: None if name == "ipympl" else found(name)
    )
    with pytest.raises(begin.Stop) as caught:
        begin.begin()
    (line,) = caught.value._render_traceback_()
    assert "ipympl" in line
    assert "pip install -e '.[notebook]'" in line
    assert "\n" not in line
