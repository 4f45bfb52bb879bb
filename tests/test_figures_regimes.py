"""Pictures of learning-rate regimes, drawn from made-up numbers."""

import itertools
from functools import cache

import numpy as np
import pytest
import xarray
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.colors import to_rgb
from matplotlib.figure import Figure
from matplotlib.text import Text

from experiments import run
from figures import learning_rate_regimes as figure
from figures import style
from figures.regimes import maps, outcomes, trace
from theory.methods import make
from theory.verdict import Verdict

KIND = {
    "quadratic": "convex",
    "log_cosh": "convex",
    "ridge_regression": "data",
    "beale": "analytic",
    "double_well_saddle": "analytic",
    "my_surface.py": "own",
}
METHODS = [make(spec) for spec in ("gd", "usam", "sam", "ssam", "ssam-n")]
LABELS = [method.label for method in METHODS]
UNITS = ["none", *(method.radius_unit for method in METHODS[1:])]
SOURCES = ("T3", "T4", "", "T15", "")
ETA, RHO, STARTS = 24, 16, 8
FINE = 256  # nodes along an axis of a trace, instead of 4096


def fixture() -> xarray.Dataset:
    """A dataset with all that the experiment writes, and every verdict in it."""
    eta, rho = np.geomspace(0.05, 8, ETA), np.geomspace(0.03, 10, RHO)
    shape = (len(KIND), len(LABELS), RHO)
    # Methods differ, landscapes differ, and a larger radius costs learning rate.
    own = np.array([0.0, 1.0, 0.3, 0.2, 0.1])[:, None]
    limit = 2 / (1 + own * rho) * np.linspace(0.6, 1, len(KIND))[:, None, None]
    share = _share(eta, rho, limit)
    radii = np.broadcast_to(rho, shape) * np.array([0, 1, 1, 1, 1])[:, None]
    data = {
        "share": (
            ("landscape", "algorithm", "rho_level", "eta_level", "verdict"),
            share,
        ),
        "first": (
            ("landscape", "algorithm", "rho_level", "eta_level"),
            share.argmax(axis=-1).astype(np.int8),
        ),
        "eta": (("landscape", "eta_level"), np.tile(eta / 10, (len(KIND), 1))),
        "rho": (("landscape", "algorithm", "rho_level"), radii),
        "eta_unit": ("landscape", np.full(len(KIND), 0.1)),
        "rho_unit": (("landscape", "algorithm"), np.ones(shape[:2])),
        "radius_unit": ("algorithm", UNITS),
        "theory": (
            ("landscape", "algorithm", "rho_level"),
            np.where(np.array(SOURCES)[:, None] == "", np.nan, limit / 10),
        ),
        "theory_source": (
            ("landscape", "algorithm"),
            np.tile(np.array(SOURCES), (len(KIND), 1)),
        ),
        "theory_kind": (
            ("landscape", "algorithm"),
            np.tile(np.array(["exact", "at least", "", "at most", ""]), (len(KIND), 1)),
        ),
        "stalled": (("landscape", "algorithm"), share[..., 3].mean(axis=(2, 3))),
        "starts": ("landscape", np.full(len(KIND), STARTS)),
        "kind": ("landscape", list(KIND.values())),
    }
    data |= _limits(limit / 10)
    coords = {
        "landscape": list(KIND),
        "algorithm": LABELS,
        "verdict": np.arange(len(Verdict)),
        "target": ["point", "band"],
        "level": [0.5, 0.95],
    }
    return xarray.Dataset(data, coords)


def _share(eta: np.ndarray, rho: np.ndarray, limit: np.ndarray) -> np.ndarray:
    """`(landscape, algorithm, rho, eta, verdict)`: below the limit most converge."""
    over = np.log(eta / limit[..., None])
    verdict = np.full(over.shape, Verdict.CONVERGED)
    for low, code in {
        0.0: Verdict.CYCLING, 0.3: Verdict.UNDECIDED, 0.6: Verdict.DIVERGED
    }.items():  # fmt: skip
        verdict[over > low] = code
    radius = np.broadcast_to(rho[:, None], over.shape)
    moving = np.isin(LABELS, ("SAM", "SSAM-N"))[:, None, None]
    verdict[(verdict == Verdict.CONVERGED) & moving] = Verdict.BAND
    verdict[(over < -0.3) & (radius > 3) & moving] = Verdict.STALLED
    hidden = np.array(LABELS)[:, None, None] == "USAM"
    verdict[(over < -0.3) & (radius > 5) & hidden] = Verdict.HALLUCINATED
    verdict[-1][over[-1] > 1.2] = Verdict.ESCAPED
    return 0.7 * np.eye(8)[verdict] + 0.3 / 8


def _limits(limit: np.ndarray) -> dict:
    """Brackets; SAM and SSAM-N never reach the point, one start's limit is unknown."""
    found = np.empty((*limit.shape, 2, 2))
    found[..., 0] = limit[..., None]
    found[..., 1] = 0.8 * limit[..., None]
    moving = np.isin(LABELS, ("SAM", "SSAM-N"))
    found[:, moving, :, 0] = np.nan
    found[3, 2] = np.nan
    dims = ("landscape", "algorithm", "rho_level")
    return {
        "limit_low": ((*dims, "target", "level"), found),
        "limit_high": ((*dims, "target", "level"), 1.1 * found),
        "sampled_low": ((*dims, "target", "level"), 0.9 * found),
        "sampled_high": ((*dims, "target", "level"), found * np.array([1.2, np.inf])),
        "diverges_low": (dims, 1.8 * limit),
        "diverges_high": (dims, 1.9 * limit),
    }


def _trace(label: str, dimension: float) -> xarray.Dataset:
    """A trace whose boundary is an arc, at FINE nodes, and a map of every eighth."""
    i, j = np.mgrid[:FINE, :FINE]
    inside = (i**2 + j**2 < (0.7 * FINE) ** 2).astype(int)
    corners = [inside[:-1, :-1], inside[1:, :-1], inside[:-1, 1:], inside[1:, 1:]]
    rows, columns = np.nonzero(np.ptp(corners, axis=0))
    verdict = np.where(inside, Verdict.CONVERGED, Verdict.DIVERGED)
    eta, rho = np.geomspace(0.01, 1, FINE), np.geomspace(0.1, 10, FINE)
    low, high = dimension - 0.02, dimension + 0.03
    return xarray.Dataset(
        {
            "label_map": (("map_rho", "map_eta"), verdict[::8, ::8].T.astype(np.int8)),
            "cell_eta": ("cell", rows.astype(np.int16)),
            "cell_rho": ("cell", columns.astype(np.int16)),
            "cell_width": ("cell", np.ones(len(rows), np.int16)),
        },
        {"eta": eta, "rho": rho, "map_eta": eta[::8], "map_rho": rho[::8]},
        {
            "landscape": "beale", "label": label, "size": FINE, "complete": 0,
            "dimension": dimension, "dimension_low": low, "dimension_high": high,
        },
    )  # fmt: skip


def _traces(out) -> None:
    for label, dimension in {"SAM": 1.31, "USAM": np.nan}.items():
        path = out / figure.FOLDER / f"trace-beale-{label.lower()}.nc"
        run.save(_trace(label, dimension), path, run.Work(out=out, jobs=1), "made up")


WHOLE = "learning_rate_regimes"
PAGES = {f"{WHOLE}_{kind}" for kind in ("convex", "analytic", "data", "own")}
NAMES = {
    WHOLE,
    *(f"{WHOLE}_{n}" for n in ("range", "radius", "radius_all", "trace")),
    *PAGES,
}


@pytest.fixture(scope="module")
def results(tmp_path_factory):
    """A folder with the made-up result and traces in it."""
    out = tmp_path_factory.mktemp("results")
    _save(fixture(), out)
    _traces(out)
    return out


def _save(dataset: xarray.Dataset, out) -> None:
    config = run.Work(out=out, jobs=1)
    run.save(dataset, out / figure.RESULT, config, "made up")


@cache
def draw(results, name, how="screen"):
    """A picture with its texts in place."""
    with style.use(how):
        drawn = figure.learning_rate_regimes(results)[name]()
        FigureCanvasAgg(drawn).draw()
    return drawn


def lightness(color: str) -> float:
    """CIE L* of a colour that is not nearly black, to 100: what grey leaves of it."""
    parts = np.array(to_rgb(color))
    linear = np.where(parts <= 0.04045, parts / 12.92, ((parts + 0.055) / 1.055) ** 2.4)
    return 116 * np.cbrt(linear @ [0.2126, 0.7152, 0.0722]) - 16


def texts(drawn):
    """All texts that are seen."""
    found = [drawn._suptitle, *drawn.legends[0].findobj(Text)]
    for axes in (axes for axes in drawn.axes if axes.get_visible()):
        found += [axes.title, axes.xaxis.label, axes.yaxis.label, *axes.texts]
        for axis in (axes.xaxis, axes.yaxis):
            low, high = sorted(axis.get_view_interval())
            ticks = [t for t in axis.get_major_ticks() if low <= t.get_loc() <= high]
            found += [tick.label1 for tick in ticks]
    return [t for t in found if t.get_visible() and t.get_text().strip()]


def test_the_pictures_are_those_of_the_result(results):
    assert set(figure.learning_rate_regimes(results)) == NAMES


@pytest.mark.parametrize("how", ["screen", "print"])
@pytest.mark.parametrize("name", sorted(NAMES - PAGES))
def test_no_text_is_cut_off_or_lies_on_another(results, name, how):
    drawn = draw(results, name, how)
    frame = drawn.bbox
    boxes = [(t.get_text(), t.get_window_extent()) for t in texts(drawn)]
    for words, box in boxes:
        inside = frame.x0 - 1 <= box.x0 and box.x1 <= frame.x1 + 1
        assert inside and frame.y0 - 1 <= box.y0 and box.y1 <= frame.y1 + 1, words
    for (one, a), (other, b) in itertools.combinations(boxes, 2):
        apart = min(a.x1, b.x1) - max(a.x0, b.x0), min(a.y1, b.y1) - max(a.y0, b.y0)
        assert min(apart) < 1, (one, other)


@pytest.mark.parametrize("name", [f"{WHOLE}_own", f"{WHOLE}_trace"])
def test_same_data_same_bytes(results, tmp_path, name):
    for folder in "ab":
        with style.use("screen"):
            picture = figure.learning_rate_regimes(results)[name]()
            style.save(picture, name, tmp_path / folder)
    for kind in ("png", "pdf"):
        first, second = ((tmp_path / f / f"{name}.{kind}").read_bytes() for f in "ab")
        assert first == second


def test_verdicts_differ_in_grey_by_lightness_or_texture():
    assert set(style.REGIMES) == set(style.VERDICTS) == set(Verdict)
    for one, other in itertools.combinations(style.REGIMES, 2):
        if style.REGIMES[one][0] == style.REGIMES[other][0]:
            a, b = (lightness(style.VERDICTS[v][0]) for v in (one, other))
            assert abs(a - b) > 10, (one, other)
            # Printers and viewers weigh the encoded values instead.
            a, b = (to_rgb(style.VERDICTS[v][0]) for v in (one, other))
            assert abs(np.subtract(a, b) @ [0.299, 0.587, 0.114]) > 0.09, (one, other)


def test_lightness_of_known_greys():
    # sRGB 119 is L* 50.03, the middle grey.
    assert lightness("#777777") == pytest.approx(50.03, abs=0.01)
    assert lightness("#FFFFFF") == pytest.approx(100)


def test_the_textures_lie_on_their_verdicts_and_nowhere_else():
    codes = np.array([[0.0, 0.0, 1.0], [4.0, np.nan, 0.0]])
    axes = Figure().add_subplot(xscale="log", yscale="log")
    outcomes.fill(axes, np.array([1.0, 10, 100]), np.array([1.0, 10]), codes)
    patches = {patch.get_hatch(): patch.get_path() for patch in axes.patches}
    assert set(patches) == {style.REGIMES[Verdict.UNDECIDED][0], "...."}
    for y, x in itertools.product(range(2), range(3)):
        for verdict in (Verdict.UNDECIDED, Verdict.HALLUCINATED):
            region = patches[style.REGIMES[verdict][0]]
            assert region.contains_point((10.0**x, 10.0**y)) == (codes[y, x] == verdict)


def test_a_tie_is_drawn_as_the_doubt():
    share = xarray.DataArray(np.zeros((2, 8)), dims=("cell", "verdict"))
    share[0, [Verdict.UNDECIDED, Verdict.CONVERGED]] = 0.5
    share[1] = np.nan
    codes = outcomes.plurality(share)
    assert codes[0] == Verdict.UNDECIDED and np.isnan(codes[1])


def test_a_method_without_radius_fills_its_panel(results):
    drawn = draw(results, WHOLE)
    meshes = [axes.collections[0] for axes in drawn.axes]
    assert len({mesh.get_array().shape for mesh in meshes}) == 1


def test_without_a_run_that_converges_no_rate_is_drawn_over_the_radius(
    tmp_path, capsys
):
    dataset = fixture()
    dataset["limit_low"] = dataset.limit_low * np.nan
    _save(dataset, tmp_path)
    assert f"{WHOLE}_radius" not in figure.learning_rate_regimes(tmp_path)
    said = f"{WHOLE}_radius: left out, no learning rate at which a method converges"
    assert said in capsys.readouterr().err


def test_landscapes_are_cut_into_pages():
    dataset = fixture()
    many = dataset.isel(landscape=np.tile(np.arange(len(KIND)), 3))
    found = maps.pages(many)
    assert max(map(len, found.values())) <= maps.ROWS
    assert sum(map(len, found.values())) == many.sizes["landscape"]
    assert {"data", "own", "convex", "analytic"} == set(found)


def test_missing_data_are_named(tmp_path, capsys):
    _save(fixture().drop_vars(["sampled_low", "theory_kind"]), tmp_path)
    with pytest.raises(ValueError, match="nothing to draw"):
        figure.learning_rate_regimes(tmp_path)
    said = capsys.readouterr().err
    assert f"{WHOLE}_range: left out, no `sampled_low`, `theory_kind`" in said
    assert f"{WHOLE}_trace: left out" in said


def test_without_gd_there_is_nothing_to_compare_ranges_with(tmp_path, capsys):
    dataset = fixture()
    _save(dataset.isel(algorithm=dataset.algorithm != "GD"), tmp_path)
    assert f"{WHOLE}_range" not in figure.learning_rate_regimes(tmp_path)
    assert f"{WHOLE}_range: left out, no GD to compare with" in capsys.readouterr().err
    draw(tmp_path, f"{WHOLE}_radius")


def test_maps_need_no_limits(tmp_path):
    dataset = fixture()
    names = [n for n in dataset if n.startswith(("limit", "sampled", "diverges"))]
    _save(dataset.drop_vars(names), tmp_path)
    assert set(figure.learning_rate_regimes(tmp_path)) == {WHOLE, *PAGES}
    draw(tmp_path, WHOLE)


def test_what_never_converges_is_said(results):
    words = [t.get_text() for t in texts(draw(results, f"{WHOLE}_range"))]
    # SAM and SSAM-N to the point on six surfaces, SAM to the band on one.
    assert words.count("none") == 2 * len(KIND) + 1


def test_without_gd_there_is_no_factor(tmp_path):
    dataset = fixture()
    dataset.limit_low[0, 0], dataset.limit_high[0, 0] = np.nan, np.nan
    _save(dataset, tmp_path)
    words = [t.get_text() for t in texts(draw(tmp_path, f"{WHOLE}_range"))]
    assert words.count("GD: none") == 2 * (len(LABELS) - 1)


def test_the_enlarged_part_is_where_most_of_the_boundary_is():
    one = _trace("SAM", 1.3)
    cells = trace.boundary(one)
    assert cells.sum() == one.sizes["cell"]
    size = -(-len(cells) // trace.PART)
    counts = [
        cells[i : i + size, j : j + size].sum()
        for i in range(0, len(cells), size)
        for j in range(0, len(cells), size)
    ]
    i, j = trace.busiest(cells)
    assert cells[i : i + size, j : j + size].sum() == max(counts)


def test_patches_of_a_trace_have_the_verdict_of_every_node_in_them():
    one = _trace("SAM", 1.3)
    i, j = np.mgrid[: FINE - 1, : FINE - 1]
    inside = i**2 + j**2 < (0.7 * FINE) ** 2
    true = np.where(inside, Verdict.CONVERGED, Verdict.DIVERGED)
    cells = trace.boundary(one)
    (i, j), codes = trace.busiest(cells), trace.filled(one, cells, trace.busiest(cells))
    part = tuple(slice(n, n + k) for n, k in zip((i, j), codes.shape, strict=True))
    known = np.isfinite(codes)
    assert (known <= ~cells[part]).all() and known.mean() > 0.5
    assert (codes[known] == true[part][known]).all()


def test_a_trace_without_boundary_has_a_map_only(tmp_path):
    _save(fixture(), tmp_path)
    path = tmp_path / "trace-beale-sam.nc"
    nothing = _trace("SAM", np.nan).isel(cell=slice(0))
    run.save(nothing, path, run.Work(out=tmp_path, jobs=1), "made up")
    whole, zoom = draw(tmp_path, f"{WHOLE}_trace").axes
    assert whole.axison and not zoom.axison


def test_a_trace_says_its_dimension(results):
    words = [t.get_text() for t in texts(draw(results, f"{WHOLE}_trace"))]
    assert "dimension, unfinished\n1.31 (1.29 to 1.34)" in words
    assert "dimension\nnot measured" in words
