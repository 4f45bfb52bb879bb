"""Pictures of networks, drawn from made-up numbers."""

import itertools
from functools import cache

import numpy as np
import pytest
import xarray
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.text import Text

from experiments import run
from figures import edge_of_stability, network_regimes, network_saddles, style
from theory.methods import make

METHODS = [make(spec) for spec in ("gd", "usam", "sam", "ssam", "ssam-n")]
LABELS = [method.label for method in METHODS]
LENGTHS = ("SAM", "SSAM-N")
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
    g_norm = 0.3 * np.exp(-step / 600) * np.ones(shape)
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
    diverged[:, 2, -1, -1, 0] = 400
    sharpness[:, 2, -1, -1, 0, 8:] = np.nan
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
    data = {
        "late_sharpness": ((*dims, "top"), np.stack([sharpness * noise] * TOP, -1)),
        "late_diverged": (dims[:-1], np.full(shape[:-1], -1)),
        "late_loss": (dims, 0.1 * np.exp(-step / 300) * noise),
        "late_edge": (dims, edge),
        "late_step": ("late_check", step),
        "late_eta": ("data", [0.05, 0.05]),
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
    chosen = rho[:, 1]
    span = ("task", "algorithm", "rho_level")
    ratio = np.linspace(1.3, 0.4, m) * np.ones((3, *shape[:3]))
    ratio[:, :, 0] = ratio[1:] = np.nan
    data = {
        f"{name}_ratio{end}": (("versus", *span), factor * ratio)
        for name in ("train_largest", "train_width", "test_width")
        for end, factor in {"": 1.0, "_low": 0.8, "_high": 1.2}.items()
    } | {
        "eta": (("task", "eta_level"), np.tile(eta, (len(TASKS), 1))),
        "rho": (span, np.tile(rho, (len(TASKS), 1, 1))),
        "test_accuracy": (dims, accuracy),
        "diverged": (dims, diverged),
        "chosen_rho": (span[:2], np.tile(chosen, (len(TASKS), 1))),
        "range_train_low": (span, 0.05 * high),
        "range_train_high": (span, high),
        "range_test_low": (span, 0.3 * high),
        "range_test_high": (span, 0.8 * high),
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
        "train_steepness": (
            (*run_dims, "seed", "check"),
            rng.choice([1e-6, 0.1], runs),
        ),
        "train_lam_max": ((*run_dims, "seed", "check"), np.ones(runs)),
        "at_saddle": (("data", "algorithm", "scale"), np.zeros((2, len(LABELS), 2))),
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
    *(f"edge_of_stability_{end}" for end in ("ratios", "late")),
    *(f"network_regimes{end}" for end in ("", "_curves", "_range", "_ratio")),
    *(f"network_regimes_{end}" for end in ("tuned", "spread")),
    *(f"network_saddles{end}" for end in ("", "_far", "_training", "_hallucinated")),
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
    return {name: draw for figure in FIGURES for name, draw in figure(results).items()}


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
    place = next(n for n, axes in enumerate(drawn.axes) if title in axes.get_title())
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
@pytest.mark.parametrize("name", sorted(NAMES))
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
