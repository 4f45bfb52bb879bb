"""Pictures of networks, drawn from made-up numbers."""

import itertools
from functools import cache

import numpy as np
import pytest
import xarray
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure
from matplotlib.text import Text
from scipy import stats

from experiments import run
from figures import edge_of_stability, network_regimes, network_saddles, style
from figures.networks import (
    accuracy_curves,
    accuracy_maps,
    edge_curves,
    edge_ratios,
    late_growth,
    marks,
    ranges,
    saddle_shares,
    telling,
    training_ends,
    tuned,
    width_ratios,
)
from theory.methods import make

METHODS = [make(spec) for spec in ("gd", "usam", "sam", "ssam", "ssam-n")]
LABELS = [method.label for method in METHODS]
LENGTHS = ("SAM", "SSAM-N")
SAM = LABELS.index("SAM")
ETA = {"digits": [0.02, 0.05, 0.1], "fashion_mnist": [0.01, 0.03, 0.06]}
RHO = np.array([0.02, 0.05, 0.1])
SEEDS, CHECKS, TOP = 5, 20, 2
TASKS = ("digits mlp relu", "digits cnn relu", "fashion_mnist mlp tanh")


def radii(count: int) -> np.ndarray:
    """`(algorithm, rho_level)`: GD has 0, rates are smaller than lengths here."""
    rho = np.geomspace(0.01, 0.3, count)
    found = np.tile(rho, (len(LABELS), 1))
    found[[label not in LENGTHS for label in LABELS]] /= 10
    found[LABELS.index("GD")] = 0.0
    return found


def edges() -> xarray.Dataset:
    """Sharpness that rises to each method's edge; one seed diverges at the end."""
    rng = np.random.default_rng(0)
    rho = radii(3)
    shape = (len(ETA), len(LABELS), 3, 3, SEEDS, CHECKS)
    eta = np.array(list(ETA.values()))
    rate = np.broadcast_to(eta[:, None, :, None, None, None], shape)
    radius = np.broadcast_to(rho[None, :, None, :, None, None], shape)
    step = np.arange(CHECKS) * 50
    of_seed = np.linspace(0.2, 0.4, SEEDS)[:, None]
    g_norm = of_seed * np.exp(-step / 600) * np.ones(shape)
    over = np.where(
        np.isin(LABELS, LENGTHS)[:, None, None, None, None], radius / g_norm, radius
    )
    over = np.maximum(over, 1e-9)
    own = (np.sqrt(1 + 8 * over / rate) - 1) / (2 * over)
    plain = np.isin(LABELS, ("GD", "SSAM", "SSAM-N"))[:, None, None, None, None]
    edge = np.where(plain, 2 / rate, own)
    noise = np.exp(0.03 * rng.normal(size=shape))
    sharpness = edge * (1 - 0.8 * np.exp(-step / 150)) * noise
    rho[LABELS.index("GD"), 1:] = np.nan
    absent = np.broadcast_to(np.isnan(rho)[None, :, None, :, None], shape[:-1])
    diverged = np.full(shape[:-1], -1)
    diverged[:, SAM, 1, -1, 0] = 400
    sharpness[:, SAM, 1, -1, 0, 8:] = np.nan
    sharpness[:, LABELS.index("GD"), 0] *= 0.8  # does not come to its edge
    sharpness[:, LABELS.index("GD"), 1:] *= 1.05
    for values in (sharpness, edge, g_norm):
        values[absent] = np.nan
    dims = ("data", "algorithm", "eta_level", "rho_level", "seed", "check")
    gamma = np.where(np.isin(LABELS, ("SSAM", "SSAM-N"))[:, None, None, None, None],
                     1.1 * edge, edge)  # fmt: skip
    data = {
        "eta": (("data", "eta_level"), eta),
        "rho": (("data", "algorithm", "rho_level"), np.tile(rho, (2, 1, 1))),
        "step": ("check", step),
        "sharpness": ((*dims, "top"), np.stack([sharpness, 0.6 * sharpness], -1)),
        "edge": (dims, edge),
        "edge_measured_gamma": (dims, gamma),
        "g_norm": (dims, g_norm),
        "loss": (dims, 2.3 * np.exp(-step / 300) * noise),
        "cos_g_v1": (dims, rng.uniform(-0.5, 0.5, shape)),
        "diverged": (dims[:-1], diverged),
    }
    coords = {"data": list(ETA), "algorithm": LABELS, "seed": np.arange(SEEDS)}
    return xarray.Dataset(data, coords).merge(late())


def late() -> xarray.Dataset:
    """After a switch sharpness falls to the new method's edge; GD's stays."""
    rng = np.random.default_rng(2)
    names = [f"GD>{label}" for label in LABELS]
    step = np.geomspace(1, 400, 12).round()
    shape = (len(ETA), len(names), 3, SEEDS, len(step))
    edge = np.broadcast_to(np.array([20.0, 10, 5])[:, None, None], shape).copy()
    edge[:, np.isin(names, ["GD>GD", "GD>SSAM"])] = 40.0
    sharpness = edge + (40 - edge) * np.exp(-step / 60)
    dims = ("data", "late_algorithm", "rho_level", "seed", "late_check")
    noise = np.exp(0.05 * rng.normal(size=shape))
    predicted = rng.uniform(0.1, 4, shape[:-1])
    predicted[:, 0] *= -1
    moment = np.arange(8)
    along = 1e-9 * np.exp((0.1 + predicted)[..., None] * moment)
    along[:, SAM, 0] = 0.0  # nothing is seen to grow
    data = {
        "late_sharpness": ((*dims, "top"), np.stack([sharpness * noise] * TOP, -1)),
        "late_diverged": (dims[:-1], np.full(shape[:-1], -1)),
        "late_loss": (dims, 0.1 * np.exp(-step / 300) * noise),
        "late_edge": (dims, edge),
        "late_step": ("late_check", step),
        "late_eta": ("data", [0.05, 0.05]),
        "late_growth": (dims[:-1], rng.uniform(-0.1, 1, shape[:-1])),
        "late_growth_predicted": (dims[:-1], predicted),
        "late_g_along_v1": ((*dims[:-1], "late_moment"), along * (-1.0) ** moment),
        "late_g_norm": (dims, np.full(shape, 1e3)),
        "late_rho": (dims[:3], np.tile(radii(3), (2, 1, 1))),
        "switch": ("data", [800, 800]),
    }
    return xarray.Dataset(data, {"late_algorithm": names})


def regimes() -> xarray.Dataset:
    """Accuracy with a ridge in the learning rate; the largest rates diverge."""
    rng = np.random.default_rng(1)
    n, m = 9, 4
    rho, eta = radii(m), np.geomspace(0.01, 4, n)
    dims = ("task", "algorithm", "rho_level", "eta_level", "seed")
    shape = (len(TASKS), len(LABELS), m, n, SEEDS)
    limit = np.array([1.0, 0.5, 0.6, 1.0, 0.8])[:, None, None, None] * np.ones(
        shape[1:]
    )
    distance = np.log(eta[:, None] / (0.3 * limit))
    accuracy = 0.95 - 0.02 * distance**2 + 0.01 * rng.normal(size=shape)
    diverged = np.where(eta[:, None] > 3 * limit, 7, -1) * np.ones(shape, int)
    diverged[..., 0] = np.where(eta > 2 * limit[..., 0], 3, diverged[..., 0])
    accuracy[diverged > 0] = np.nan
    high = eta[5] * np.ones(shape[:3])
    versus = ["GD", "SAM", "USAM"]
    apart = np.full((len(TASKS), len(LABELS), 3), np.nan)
    apart[:, 1:, 0] = 0.01 * rng.normal(size=(len(TASKS), 4))
    apart[:, 3:, 1] = apart[:, 3:4, 2] = 0.004
    apart[:, 1, 0], apart[:, 2, 0] = 0.02, -0.02
    chosen = rho[:, 1]
    span = ("task", "algorithm", "rho_level")
    ratio = np.linspace(1.3, 0.4, m) * np.ones((3, *shape[:3]))
    ratio[:, :, 0] = ratio[1:] = np.nan
    data = {
        f"{name}_ratio{end}": (("versus", *span), factor * ratio)
        for name in ("train_largest", "train_width", "test_width")
        for end, factor in {"": 1.0, "_low": 0.8, "_high": 1.2}.items()
        if not (end and name == "test_width")
    } | {
        "eta": (("task", "eta_level"), np.tile(eta, (len(TASKS), 1))),
        "rho": (span, np.tile(rho, (len(TASKS), 1, 1))),
        "test_accuracy": (dims, accuracy),
        "diverged": (dims, diverged),
        "chosen_eta": (span[:2], np.full((len(TASKS), len(LABELS)), eta[4])),
        "chosen_rho": (span[:2], np.tile(chosen, (len(TASKS), 1))),
        "range_train_low": (span, 0.05 * high),
        "range_train_high": (span, high),
        "range_test_low": (span, eta[2] * np.ones(shape[:3])),
        "range_test_high": (span, eta[4] * np.ones(shape[:3])),
        "difference": (("task", "algorithm", "versus"), apart),
        "difference_low": (("task", "algorithm", "versus"), apart - 0.005),
        "difference_high": (("task", "algorithm", "versus"), apart + 0.005),
    }
    coords = {"task": list(TASKS), "algorithm": LABELS, "versus": versus}
    words = {
        "statistic": "mean of 20 paired differences on fresh seeds, Student's t",
        "multiplicity": "95 % together for the 7 comparisons of a task (Bonferroni)",
    }
    return xarray.Dataset(data, coords, words)


def saddles() -> xarray.Dataset:
    """SAM and SSAM-N stay near saddles; the deeper origin has no prediction."""
    rng = np.random.default_rng(3)
    names = ["origin, depth 2", "origin, depth 3", "embedded, 10 classes, 3/2"]
    rho, shape = radii(3), (len(ETA), len(names), len(LABELS), 3, 3, 2)
    rho[LABELS.index("GD")] = np.nan
    stays = np.isin(LABELS, LENGTHS)[:, None, None, None] * np.array([1.0, 0.3])
    stayed = stays * np.array([1, 1, 0.6])[:, None, None] * np.ones(shape)
    told = np.round(stayed)
    stayed[:, :, LABELS.index("GD"), :, 1:] = np.nan
    low, high = told.copy(), told.copy()
    low[:, 1], high[:, 1] = 0, 1
    cell = ("data", "saddle", "algorithm", "eta_level", "rho_level", "start_level")
    pair = cell[:2]
    data = {
        "stayed": (cell, stayed),
        "held": (cell, stayed * np.array([1, 0.8, 0.2])[:, None, None]),
        "undecided": (cell, stayed * np.array([0, 0.2, 0.8])[:, None, None]),
        "predicted_low": (cell, low),
        "predicted_high": (cell, high),
        "eta": ((*pair, "eta_level"), np.tile([0.05, 0.3, 1.5], (2, 3, 1))),
        "rho": ((*cell[:3], "rho_level"), np.tile(rho, (2, 3, 1, 1))),
        "curvature": (pair, np.ones((2, 3))),
        "index": (pair, np.tile([18, 0, 4], (2, 1))),
        "parameters": (pair, np.full((2, 3), 36)),
        "kind": (pair, np.tile(["origin", "origin", "embedded"], (2, 1))),
    }
    run_dims = ("data", "algorithm", "train_rho_level", "train_eta_level", "scale")
    runs = (len(ETA), len(LABELS), 3, 2, 2, SEEDS, 2)
    index = rng.poisson(1.5, (*runs, 3))
    data |= {
        "train_index": ((*run_dims, "seed", "check", "threshold"), index.astype(float)),
        "train_fall": ((*run_dims, "seed", "check"), rng.choice([1e-3, 0.1], runs)),
        "train_lam_max": ((*run_dims, "seed", "check"), np.ones(runs)),
    }
    for kind, arm in itertools.product(
        ("vanished", "upside_down", "hallucinated"), ("", "_warm")
    ):
        share = np.tile(np.linspace(0, 0.9 if arm else 1, 9), (2, 1))
        for end, off in {"": 0, "_low": -0.1, "_high": 0.1}.items():
            found = np.clip(share + off, 0, 1)
            data[kind + arm + end] = (("data", "hallucination_rho"), found)
    coords = {
        "data": list(ETA),
        "saddle": names,
        "algorithm": LABELS,
        "start_level": ["near", "far"],
        "scale": ["usual", "small"],
        "threshold": [0.1, 0.01, 0.001],
        "hallucination_rho": np.geomspace(0.1, 30, 9),
    }
    return xarray.Dataset(data, coords)


def save(dataset: xarray.Dataset, out, name: str) -> None:
    """Writes a made-up result."""
    run.save(dataset, out / name, run.Work(out=out, jobs=1), "made up")


FIGURES = {
    edge_of_stability.edge_of_stability: edge_of_stability.RESULT,
    network_regimes.network_regimes: network_regimes.RESULT,
    network_saddles.network_saddles: network_saddles.RESULT,
}
MADE = dict(zip(FIGURES, (edges, regimes, saddles), strict=True))
NAMES = {
    *(f"edge_of_stability{end}" for end in ("", "_digits", "_fashion_mnist")),
    *(f"edge_of_stability_{end}" for end in ("ratios", "late", "growth")),
    *(f"network_regimes{end}" for end in ("", "_curves", "_range", "_ratio")),
    *(f"network_regimes_{end}" for end in ("tuned", "spread", "maps")),
    *(f"network_saddles{end}" for end in ("", "_far", "_training", "_hallucinated")),
}


# Laid out as others are.
TWINS = {
    "edge_of_stability_fashion_mnist",
    "network_regimes_maps",
    "network_regimes_spread",
    "network_saddles_far",
}


@pytest.fixture(scope="module")
def results(tmp_path_factory):
    """A folder with the made-up results in it."""
    out = tmp_path_factory.mktemp("results")
    for figure, name in FIGURES.items():
        save(MADE[figure](), out, name)
    return out


@cache
def pictures(results) -> dict:
    """Every picture that the folder's results have the data for."""
    there = [figure for figure, name in FIGURES.items() if (results / name).is_file()]
    return {name: draw for figure in there for name, draw in figure(results).items()}


@cache
def draw(results, name, how="screen"):
    """A picture with its texts in place."""
    with style.use(how):
        drawn = pictures(results)[name]()
        FigureCanvasAgg(drawn).draw()
    return drawn


def texts(drawn):
    """All texts that are seen."""
    found = [drawn._suptitle, drawn._supxlabel]
    owners = [*drawn.legends, *(axes.get_legend() for axes in drawn.axes)]
    for legend in filter(None, owners):
        found += legend.findobj(Text)
    for axes in (axes for axes in drawn.axes if axes.get_visible()):
        found += [axes.title, axes.xaxis.label, axes.yaxis.label, *axes.texts]
        for axis in (axes.xaxis, axes.yaxis):
            low, high = sorted(axis.get_view_interval())
            ticks = [t for t in axis.get_major_ticks() if low <= t.get_loc() <= high]
            found += [tick.label1 for tick in ticks]
            found += [tick.label2 for tick in ticks]
    found = [t for t in found if t is not None]
    return [t for t in found if t.get_visible() and t.get_text().strip()]


def panels(drawn, title):
    """The axes under a column's title, from top to bottom."""
    place = next(
        n for n, axes in enumerate(drawn.axes) if axes.get_title().startswith(title)
    )
    left = drawn.axes[place].get_position().x0
    return [a for a in drawn.axes if abs(a.get_position().x0 - left) < 1e-3]


def line(axes, **how):
    """The only line drawn with these colours, widths ..."""
    (found,) = [
        a for a in axes.get_lines()
        if all(getattr(a, f"get_{k}")() == v for k, v in how.items())
    ]  # fmt: skip
    return found


def test_the_pictures_are_those_of_the_results(results):
    assert set(pictures(results)) == NAMES


@pytest.mark.parametrize("how", ["screen", "print"])
@pytest.mark.parametrize("name", sorted(NAMES - TWINS))
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


@pytest.mark.parametrize("name", ["edge_of_stability", "network_regimes"])
def test_same_data_same_bytes(results, tmp_path, name):
    for folder in "ab":
        with style.use("screen"):
            style.save(pictures(results)[name](), name, tmp_path / folder)
    for kind in ("png", "pdf"):
        first, second = ((tmp_path / f / f"{name}.{kind}").read_bytes() for f in "ab")
        assert first == second


def test_readme_shows_two_small_pictures(results):
    shown = [*edge_of_stability.README, *network_regimes.README]
    assert len(shown) == 2 and set(shown) <= NAMES and not network_saddles.README


@pytest.mark.parametrize("label", LABELS)
def test_the_curves_are_the_measured_ones_and_the_dashes_the_edge(results, label):
    name = "digits"
    drawn, here = draw(results, f"edge_of_stability_{name}"), edges().sel(data=name)
    cell = telling.telling(here)[label]
    at = here.sel(algorithm=label).isel(cell)
    top, loss, cosine = panels(drawn, f"{label}\n")
    own = edge_curves.MEASURED if label == "SAM" else edge_curves.EDGE
    dashed = line(top, linewidth=own["lw"], color=style.THEORY)
    np.testing.assert_array_equal(dashed.get_xdata(), at.step)
    np.testing.assert_allclose(dashed.get_ydata(), at.edge.mean("seed"))
    assert line(top, color=edge_curves.GD["color"]).get_ydata()[0] == 2 / at.eta
    for axes, values in {
        top: at.sharpness[..., 0], loss: at.loss, cosine: np.abs(at.cos_g_v1)
    }.items():  # fmt: skip
        thick = line(axes, linewidth=edge_curves.MEAN["lw"])
        assert thick.get_color() == style.color(label)
        np.testing.assert_allclose(thick.get_ydata(), values.mean("seed"))


def test_edges_from_measured_numbers_are_drawn_as_such(results):
    drawn = draw(results, "edge_of_stability_digits")
    for label in LABELS:
        top = panels(drawn, f"{label}\n")[0]
        dashed = [a for a in top.get_lines() if a.get_color() == style.THEORY]
        widths = [a.get_linewidth() for a in dashed]
        taken = label in ("SAM", "SSAM", "SSAM-N")
        assert (edge_curves.MEASURED["lw"] in widths) == taken
        assert (edge_curves.EDGE["lw"] in widths) == (label != "SAM")


def test_the_shown_rate_is_the_least_at_which_gd_comes_to_its_edge():
    here = edges().sel(data="digits")
    cells = telling.telling(here)
    assert {cell["eta_level"] for cell in cells.values()} == {1}
    # A seed of SAM diverges at the largest radius.
    assert cells["SAM"]["rho_level"] == 1 and cells["SSAM"]["rho_level"] == 2
    assert cells["GD"]["rho_level"] == 0


def test_a_seed_that_diverged_is_crossed_where_it_was_last_seen():
    at = edges().sel(data="digits", algorithm="SAM").isel(eta_level=1, rho_level=2)
    axes = Figure().add_subplot()
    edge_curves.sharpness(axes, at)
    cross = line(axes, marker="x")
    last = at.sharpness.isel(seed=0, top=0).dropna("check")
    assert cross.get_xdata()[0] == at.step.sel(check=last.check)[-1]
    assert cross.get_ydata()[0] == last[-1]
    # The mean is of the others.
    thick = line(axes, linewidth=edge_curves.MEAN["lw"]).get_ydata()
    np.testing.assert_allclose(thick, at.sharpness[1:, :, 0].mean("seed"))


def test_ratios_are_means_over_the_last_quarter_with_students_interval():
    at = edges().sel(data="digits", algorithm="USAM")
    axes = Figure().add_subplot()
    edge_ratios.panel(axes, at, "gd")
    last = at.sharpness.isel(check=slice(15, None), top=0).mean("check")
    ratio = (last * at.eta / 2).transpose("eta_level", "rho_level", "seed").values
    for k, bars in enumerate(axes.containers):
        points, _, (sticks,) = bars
        np.testing.assert_allclose(points.get_ydata(), ratio[k].mean(-1))
        for stick, values in zip(sticks.get_segments(), ratio[k], strict=True):
            low, high = stats.t.interval(
                0.95, SEEDS - 1, values.mean(), stats.sem(values)
            )
            np.testing.assert_allclose(stick[:, 1], [low, high])


@pytest.mark.parametrize("kind", ["edge", "edge_measured_gamma", "gd"])
@pytest.mark.parametrize("label", LABELS)
def test_ratios_that_any_bouncing_mode_has_are_hollow(label, kind):
    axes = Figure().add_subplot()
    edge_ratios.panel(axes, edges().sel(data="digits", algorithm=label), kind)
    hollow = {bars[0].get_markerfacecolor() == "white" for bars in axes.containers}
    taken = {"edge": ["SAM"], "edge_measured_gamma": ["SAM", "SSAM", "SSAM-N"]}
    assert hollow == {label in taken.get(kind, [])}


def test_after_a_switch_the_dashes_are_the_new_edges(results):
    drawn, here = draw(results, "edge_of_stability_late"), edges().sel(data="digits")
    at = here.sel(late_algorithm="GD>USAM")
    upper = panels(drawn, "→ USAM")[0]
    dashed = [a for a in upper.get_lines() if a.get_color() == style.THEORY]
    found = np.array([a.get_ydata() for a in dashed])
    np.testing.assert_allclose(found, at.late_edge.mean("seed"))


def test_every_growth_that_was_measured_is_within_the_axes():
    here = edges().sel(data="digits")
    axes = Figure().add_subplot()
    late_growth.panel(axes, here)
    low, high = late_growth.limits(here)
    predicted = here.late_growth_predicted.values
    for values in (here.late_growth.values, predicted):
        known = (values > 0) & (predicted > 0)
        assert low <= values[known].min() and values[known].max() <= high
    np.testing.assert_allclose(high, 0.1 + np.delete(predicted, SAM, 0).max())
    for label in ("USAM", "SAM"):
        at, color = here.sel(late_algorithm=f"GD>{label}"), style.color(label)
        later = line(axes, color=color, marker=".").get_ydata()
        np.testing.assert_array_equal(later, at.late_growth.values.ravel())
        marker = late_growth.MARKERS[LABELS.index(label)]
        first = line(axes, color=color, marker=marker).get_ydata().reshape(3, -1)
        there = slice(int(label == "SAM"), None)
        grown = 0.1 + at.late_growth_predicted.values
        np.testing.assert_allclose(first[there], grown[there], rtol=1e-6)
    assert np.isnan(first[0]).all()


def test_what_was_to_grow_and_was_not_seen_to_is_marked():
    here = edges().sel(data="digits")
    here.late_growth[:] = np.nan
    axes = Figure().add_subplot()
    late_growth.panel(axes, here)
    at = here.late_growth_predicted.sel(late_algorithm="GD>SAM").values
    ticks = line(axes, color=style.color("SAM"), marker="|")
    np.testing.assert_array_equal(ticks.get_xdata(), at[0])
    assert not len(line(axes, color=style.color("GD"), marker="|").get_xdata())


def test_radii_of_each_data_set_are_written_below_it(results):
    drawn = draw(results, "edge_of_stability_ratios")
    written = [bool(a.xaxis.get_ticklabels()) for a in panels(drawn, "SAM")]
    assert written == [False, False, True] * 2


def drawn_map(axes):
    """Values of the cells, NaN where there is none, and the hatched ones."""
    mesh = axes.collections[0].get_array()
    hatched = [p.get_hatch() for p in axes.patches if p.get_hatch()]
    return np.ma.filled(mesh.astype(float), np.nan), hatched


@pytest.mark.parametrize("label", LABELS)
def test_maps_show_the_mean_and_mark_what_diverged(label):
    here = regimes().isel(task=0)
    at = here.sel(algorithm=label)
    axes = Figure().add_subplot()
    accuracy_maps.panel(axes, at, "accuracy", accuracy_maps.scale(here, "accuracy"))
    found, hatched = drawn_map(axes)
    columns = slice(0, 1 if label == "GD" else None)
    values = 100 * at.test_accuracy.values[columns].mean(-1).T
    np.testing.assert_allclose(found, values)
    left = (at.diverged.values[columns] >= 0).mean(-1).T
    some, every = accuracy_maps.TEXTURES.values()
    assert hatched.count(every) == (left == 1).sum() > 0
    assert hatched.count(some) == ((left > 0) & (left < 1)).sum()
    star = line(axes, marker="*")
    row, column = np.unravel_index(np.nanargmax(values), values.shape)
    assert star.get_ydata()[0] == at.eta[row]
    if label != "GD":
        assert star.get_xdata()[0] == pytest.approx(float(at.rho[column]), rel=1e-9)


def test_the_outline_goes_around_the_cells_inside():
    inside = np.array([[True, True, False], [False, True, False]])
    axes = Figure().add_subplot()
    marks.outline(axes, np.arange(4.0), np.arange(3.0), inside)
    x, y = axes.get_lines()[0].get_data()
    sides = {
        tuple(sorted([(x[k], y[k]), (x[k + 1], y[k + 1])])) for k in range(0, len(x), 3)
    }
    expected = [
        ((0, 0), (1, 0)), ((1, 0), (2, 0)), ((0, 0), (0, 1)), ((0, 1), (1, 1)),
        ((2, 0), (2, 1)), ((1, 1), (1, 2)), ((2, 1), (2, 2)), ((1, 2), (2, 2)),
    ]  # fmt: skip
    assert sides == set(expected)


def test_the_outlined_cells_are_those_of_the_range_of_test_accuracy():
    here = regimes().isel(task=0)
    here.range_test_high[SAM, 1] = here.range_test_low[SAM, 1]
    here.range_test_low[SAM, 2] = here.range_test_high[SAM, 2] = np.nan
    at = here.sel(algorithm="SAM")
    axes = Figure().add_subplot()
    accuracy_maps.panel(axes, at, "accuracy", accuracy_maps.scale(here, "accuracy"))
    low, high = at.range_test_low.values, at.range_test_high.values
    eta = at.eta.values[:, None]
    good = (low <= eta) & (eta <= high)
    assert good.sum(0).tolist() == [3, 1, 0, 3]
    outlined = line(axes, linewidth=marks.LINE["lw"])
    # Every outlined cell has four sides, those between two of them are not drawn.
    sides = 4 * good.sum() - 2 * (
        (good[1:] & good[:-1]).sum() + (good[:, 1:] & good[:, :-1]).sum()
    )
    assert len(outlined.get_xdata()) == 3 * sides


def test_spread_is_the_standard_deviation():
    here = regimes().isel(task=0)
    axes = Figure().add_subplot()
    at = here.sel(algorithm="SAM")
    accuracy_maps.panel(axes, at, "spread", accuracy_maps.scale(here, "spread"))
    found, _ = drawn_map(axes)
    np.testing.assert_allclose(found, 100 * at.test_accuracy.values.std(-1, ddof=1).T)


def test_curves_are_those_of_the_chosen_radius():
    here = regimes().isel(task=1)
    axes = Figure().add_subplot()
    accuracy_curves.panel(axes, here)
    at = here.sel(algorithm="SSAM").isel(rho_level=1)
    left = (at.diverged >= 0).any("seed").values
    drawn = line(axes, color=style.color("SSAM"), marker=".")
    ring = line(axes, color=style.color("SSAM"), marker="o")
    assert ring.get_xdata()[0] == here.eta[4]
    assert ring.get_ydata()[0] == drawn.get_ydata()[4]
    means = np.where(left, np.nan, 100 * at.test_accuracy.mean("seed"))
    np.testing.assert_allclose(drawn.get_ydata(), means)
    crossed = line(axes, color=style.color("SSAM"), marker="x")
    np.testing.assert_array_equal(crossed.get_xdata(), at.eta.values[left])


def test_bars_are_the_ranges_over_sgds(results):
    here = regimes().isel(task=0)
    axes = panels(draw(results, "network_regimes_range"), "Digits MLP")[0]
    wide = [p for p in axes.patches if p.get_height() == ranges.HEIGHTS["train"]]
    one = float(here.range_train_high.sel(algorithm="GD")[0])
    ends = [(p.get_x(), p.get_x() + p.get_width()) for p in wide]
    assert len(ends) == 1 + 4 * 4
    np.testing.assert_allclose(ends, [(0.05, 1.0)] * len(ends))
    inner = [p for p in axes.patches if p.get_height() == ranges.HEIGHTS["test"]]
    assert inner[0].get_x() == pytest.approx(float(here.eta[2]) / one)


def test_a_range_that_ends_with_the_grid_is_marked():
    here = regimes().isel(task=0)
    here.range_train_high[2, 1] = here.eta[-1]
    axes = Figure().add_subplot()
    ranges.panel(axes, here)
    assert line(axes, marker=">").get_ydata()[0] == 1 + 4 + 1


def test_where_a_ratio_is_missing_there_is_a_cross():
    here = regimes().isel(task=0).sel(versus="GD")
    here.train_largest_ratio[SAM, 2] = np.nan
    axes = Figure().add_subplot()
    width_ratios.panel(axes, here, "train_largest_ratio")
    at, color = here.sel(algorithm="SAM"), style.color("SAM")
    cross = line(axes, color=color, marker="x")
    place = LABELS.index("SAM") - 2.5  # of the four, GD is not drawn
    shift = width_ratios.SHIFT**place
    assert cross.get_xdata().tolist() == [pytest.approx(float(at.rho[2]) * shift)]
    drawn = line(axes, color=color, marker="o").get_ydata()
    np.testing.assert_array_equal(drawn, at.train_largest_ratio)
    assert len(axes.collections) == 4
    tests = Figure().add_subplot()
    width_ratios.panel(tests, here, "test_width_ratio")
    assert not tests.collections


def test_differences_have_their_intervals_and_hollow_ones_hold_zero(results):
    drawn, here = draw(results, "network_regimes_tuned"), regimes().isel(task=0)
    axes = panels(drawn, "Digits MLP")[0]
    points = [a for a in axes.get_lines() if a.get_marker() == "o"]
    pairs = tuned.compared(regimes())
    assert len(points) == len(pairs) == 7
    for y, (point, (label, other)) in enumerate(zip(points, pairs, strict=True)):
        value = 100 * float(here.difference.sel(algorithm=label, versus=other))
        assert point.get_ydata()[0] == y
        assert point.get_xdata()[0] == pytest.approx(value)
        assert (point.get_markerfacecolor() == "white") == (abs(value) <= 0.5)
    assert "Bonferroni" in drawn._supxlabel.get_text()


def test_shares_that_stay_are_drawn_with_what_theory_says(results):
    drawn, whole = draw(results, "network_saddles"), saddles()
    at = whole.isel(data=0, saddle=0, start_level=0).sel(algorithm="SAM")
    axes = panels(drawn, "SAM")[0]
    np.testing.assert_allclose(axes.collections[0].get_array(), at.stayed)
    marks = [a.get_markerfacecolor() for a in axes.get_lines()]
    assert marks == ["black"] * 9
    # Theory is silent where the Hessian vanishes.
    assert not panels(drawn, "SAM")[2].get_lines()
    assert saddle_shares.says(0.0, 0.005) == "theory: all leave"
    assert saddle_shares.says(0.0, 1.0) == saddle_shares.says(np.nan, np.nan) == ""


def test_shares_by_index_are_of_the_finite_runs():
    at = saddles().isel(data=0, scale=0).sel(algorithm="SAM")
    at.train_lam_max[0, 0, 0] = np.nan
    every, rest = training_ends.shares(at)
    assert every.sum() == pytest.approx(1) and (rest <= every).all()
    known = np.isfinite(at.train_lam_max[..., -1].values)
    index = at.train_index.isel(check=-1).sel(threshold=0.01).values[known]
    assert every[2] == (index == 2).mean()


def test_hallucination_is_drawn_cold_and_warm(results):
    axes = panels(draw(results, "network_saddles_hallucinated"), "halluc")[0]
    whole = saddles().isel(data=0)
    cold, warm = (line(axes, marker=mark).get_ydata() for mark in "os")
    np.testing.assert_array_equal(cold, whole.hallucinated)
    np.testing.assert_array_equal(warm, whole.hallucinated_warm)


def test_missing_variables_are_named(tmp_path, capsys):
    name = network_regimes.RESULT
    save(regimes().drop_vars(["difference", "chosen_rho"]), tmp_path, name)
    found = network_regimes.network_regimes(tmp_path)
    assert not {"network_regimes_tuned", "network_regimes_curves"} & set(found)
    said = capsys.readouterr().err
    assert "network_regimes_tuned: left out, no `difference`" in said


@pytest.mark.parametrize("figure", FIGURES)
def test_what_cannot_be_drawn_is_one_line(tmp_path, figure):
    with pytest.raises(ValueError, match="run the experiment first"):
        figure(tmp_path)
    save(xarray.Dataset({"x": 0}), tmp_path, FIGURES[figure])
    with pytest.raises(ValueError, match="nothing to draw"):
        figure(tmp_path)
    foreign = xarray.Dataset(attrs={"format": 0})
    foreign.to_netcdf(tmp_path / FIGURES[figure], engine="h5netcdf")
    with pytest.raises(ValueError, match="format 0, this version reads 1") as error:
        figure(tmp_path)
    assert "\n" not in str(error.value)


def test_colours_tell_errors_by_their_logarithm():
    norm = accuracy_maps.scale(regimes().isel(task=0), "accuracy")
    assert norm(norm.vmin) == 0 and norm(norm.vmax) == 1
    halved = norm(90) - norm(80), norm(95) - norm(90)
    assert halved[0] == pytest.approx(halved[1], rel=0.02)  # but for the 0.1 added


def test_a_task_on_which_everything_diverged_is_drawn(tmp_path):
    whole = regimes()
    whole.test_accuracy[0], whole.diverged[0] = np.nan, 1
    for name in whole:
        if name.startswith("range") or "ratio" in name or name == "difference":
            at = whole[name].dims.index("task")
            whole[name][(slice(None),) * at + (0,)] = np.nan
    save(whole.isel(task=[0, 1]), tmp_path, network_regimes.RESULT)
    for name in network_regimes.network_regimes(tmp_path):
        draw(tmp_path, name)


def test_training_of_which_all_diverged_is_drawn(tmp_path):
    whole = edges()
    for name in ("sharpness", "edge", "edge_measured_gamma", "loss", "cos_g_v1"):
        whole[name][0] = np.nan
    whole.diverged[0] = 0
    save(whole.isel(data=[0]), tmp_path, edge_of_stability.RESULT)
    for name in edge_of_stability.edge_of_stability(tmp_path):
        draw(tmp_path, name)
