"""Pictures of all methods side by side, drawn from made-up numbers."""

import itertools
from functools import cache

import numpy as np
import pytest
import xarray
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.colors import to_hex
from matplotlib.figure import Figure

from experiments import run
from experiments.zoo.lineup import line_up, plain_forms, variants
from figures import style
from figures import variants as pictures
from figures.zoo import blocks as data
from figures.zoo import forest, matrix, pareto
from figures.zoo.pairs import COLORS, name, pairs, rows, tasks
from tests.test_figures_networks import texts

SPECS = variants()
LABELS, PLAIN = [*line_up(SPECS)], plain_forms(SPECS)
TASKS = [
    f"{data}{labels} mlp relu"
    for data in ("digits", "fashion_mnist")
    for labels in ("", ":noisy")
]
SADDLES = ["quadratic 1, -0.5", "quadratic 1, -0.02", "strict saddle", "noise, all"]
FUNCTIONS = ["quadratic 10", "logistic regression", "huber ridge"]
VERSUS = ["GD", "SAM", "plain"]
LEVELS, MIDDLE = 3, 1
UNSERVED, FAR, LOST = LABELS.index("mSAM (m 4)"), "Stable ESAM", "Stable XSAM"
COSTS = (1.0, 1.2, 2.0, 2.0, 2.0, 2.47)
LOW, HIGH = {"low": -1, "high": 1}, ("", "_low", "_high")


@cache
def made() -> xarray.Dataset:
    """Some better, some worse, one far off, one that cannot run on one surface."""
    rng, count = np.random.default_rng(0), len(LABELS)
    inner = [LABELS.index(p) if p else k for k, p in enumerate(PLAIN)]
    share = rng.choice(np.arange(11) / 10, (count, len(SADDLES), LEVELS))
    low = 2 * np.exp(rng.normal(size=(count, len(FUNCTIONS), 2, LEVELS)) / 2)
    low[LABELS.index("USAM"), 0] = np.nan
    low[[k for k, n in enumerate(LABELS) if "AdaSAM" in n], 0] = np.inf
    unserved = {"saddle": SADDLES, "convex": FUNCTIONS}
    unserved = {k: np.full((count, len(v)), "", "<U20") for k, v in unserved.items()}
    for reason in unserved.values():
        reason[UNSERVED, 0] = "needs a split"
    largest = np.exp(rng.normal(size=(len(TASKS), count, LEVELS, 3)) / 3)
    largest[1, LABELS.index("SAM"), MIDDLE, 0] = np.nan
    ratio = np.full((len(VERSUS), len(TASKS), count, LEVELS), np.nan)
    ratio[2] = np.exp(np.log(largest / largest[:, inner]).mean(-1))
    apart = 0.01 * rng.normal(size=(len(TASKS), count, len(VERSUS)))
    apart[:, LABELS.index(FAR), 2] = -0.5
    bare = [not p for p in PLAIN]
    apart[:, bare, 2] = apart[:, 0, 0] = np.nan
    curved = np.exp(30 * apart.clip(-0.02, 0.02))
    curved[:, LABELS.index(LOST)] = np.nan
    cost = np.array([COSTS[k % len(COSTS)] for k in inner])
    cost[0] = 1.0
    versus = ("task", "algorithm", "versus")
    span = ("algorithm", "function", "target", "convex_rho_level")
    trained = ("versus", "task", "algorithm", "rho_level")
    table = {
        "plain_form": ("algorithm", PLAIN),
        "cost_counted": (("algorithm", "network"), cost[:, None]),
        "escape_eta_share": (("algorithm", "landscape", "saddle_rho_level"), share),
        "saddle_unserved": (("algorithm", "landscape"), unserved["saddle"]),
        "convex_unserved": (("algorithm", "function"), unserved["convex"]),
        "range_failure": (span, np.full(low.shape, "diverged")),
        "range_low": (span, low),
        "range_high": (span, 1.02 * low),
        "largest": (("task", "algorithm", "rho_level", "seed"), largest),
    }
    for end, off in zip(HIGH, (0, -1, 1), strict=True):
        table[f"difference{end}"] = versus, apart + 0.006 * off
        table[f"curvature_ratio{end}"] = versus, curved * 1.2**off
        table[f"train_largest_ratio{end}"] = trained, ratio * 1.3**off
    coords = {
        "algorithm": LABELS, "task": TASKS, "versus": VERSUS, "landscape": SADDLES,
        "function": FUNCTIONS, "target": ["point", "band"], "network": ["mlp"],
    }  # fmt: skip
    words = {
        "statistic": "paired t over 20 seeds",
        "multiplicity": "Bonferroni over 72",
    }
    return xarray.Dataset(table, coords, words)


def save(dataset: xarray.Dataset, out) -> None:
    run.save(dataset, out / pictures.RESULT, run.Work(out=out, jobs=1), "made up")


@cache
def blocks() -> list[data.Block]:
    return data.blocks(made())


@cache
def draw(module, how="screen") -> Figure:
    """A picture with its texts in place."""
    with style.use(how):
        drawn = module.draw(made())
        FigureCanvasAgg(drawn).draw()
    return drawn


def points(axes, *marks):
    return [a for a in axes.get_lines() if a.get_marker() in marks]


def test_the_pictures_are_those_of_the_result(tmp_path):
    save(made(), tmp_path)
    found = pictures.variants(tmp_path)
    assert list(found) == [pictures.TREE, *pictures.PICTURES]
    assert set(pictures.README) <= set(found)


def test_what_lacks_is_named_and_the_tree_stays(tmp_path, capsys):
    assert list(pictures.variants(tmp_path)) == [pictures.TREE]
    said = capsys.readouterr().err
    assert all(n in said for n in pictures.PICTURES) and said.count("\n") == 1
    save(made().drop_vars(["cost_counted", "largest"]), tmp_path)
    found = pictures.variants(tmp_path)
    assert list(found) == [pictures.TREE, pictures.FOREST]
    assert "variants_matrix: left out, no `largest`" in capsys.readouterr().err


def test_without_sgd_only_what_needs_none_is_drawn(tmp_path, capsys):
    save(made().sel(algorithm=["SAM", "SSAM-N"], versus=["plain"]), tmp_path)
    found = pictures.variants(tmp_path)
    assert list(found) == [pictures.TREE, pictures.FOREST]
    assert "variants_pareto: left out, no SGD" in capsys.readouterr().err
    with style.use("screen"):
        found[pictures.FOREST]()
    save(made().sel(algorithm=["GD", "SAM", "USAM"]), tmp_path)
    found = pictures.variants(tmp_path)
    assert list(found) == [pictures.TREE, pictures.MATRIX, pictures.PARETO]
    assert "no method beside its renormalised form" in capsys.readouterr().err
    with style.use("screen"):
        for draw_it in found.values():
            draw_it()


@pytest.mark.parametrize("how", style.STYLES)
@pytest.mark.parametrize("module", pictures.PICTURES.values())
def test_no_text_is_cut_off_or_lies_on_another(module, how):
    drawn = draw(module, how)
    inner = [axes for axes in drawn.axes for axes in axes.child_axes]
    found = texts(drawn) + [axes.xaxis.label for axes in inner]
    boxes = [(t, t.get_window_extent()) for t in found]
    for text, box in boxes:
        inside = drawn.bbox.x0 - 1 <= box.x0 and box.x1 <= drawn.bbox.x1 + 1
        inside &= drawn.bbox.y0 - 1 <= box.y0 and box.y1 <= drawn.bbox.y1 + 1
        assert inside, text.get_text()
    level = [(t, box) for t, box in boxes if t.get_rotation() % 90 == 0]
    for (one, a), (other, b) in itertools.combinations(level, 2):
        apart = min(a.x1, b.x1) - max(a.x0, b.x0), min(a.y1, b.y1) - max(a.y0, b.y0)
        assert min(apart) < 1, (one.get_text(), other.get_text())
    # Slanted ones are parallel: their lines are a letter's height apart.
    slanted = [t for t in found if t.get_rotation() % 90]
    starts = np.array([t.get_transform().transform(t.get_position())[0]
                       for t in slanted])  # fmt: skip
    size = max((t.get_fontsize() for t in slanted), default=0) * drawn.dpi / 72
    assert np.all(np.diff(starts) / 2**0.5 > 0.7 * size)


@pytest.mark.parametrize("row", [0, 1])
def test_every_method_has_its_difference_and_interval(row):
    whole, quantity = made(), forest.QUANTITIES[row]
    known = list(pairs(whole).values())
    grid = np.array(draw(forest).axes).reshape(2, -1)
    for k, axes in enumerate(grid[row]):
        here = whole.isel(task=k).sel(versus="plain", algorithm=known)
        value, low, high = quantity.ends(here)
        first, last = axes.get_xlim()
        seen = (first <= value) & (value <= last)
        drawn = points(axes, "o")
        assert [p.get_ydata()[0] for p in drawn] == [*np.flatnonzero(seen)]
        np.testing.assert_allclose([p.get_xdata()[0] for p in drawn], value[seen])
        decided = (low > quantity.neutral) | (high < quantity.neutral)
        hollow = [p.get_markerfacecolor() == "white" for p in drawn]
        np.testing.assert_array_equal(hollow, ~decided[seen])
        lines = [a for a in axes.get_lines() if len(a.get_xdata()) == 2][1:]
        there = np.isfinite(value)
        expected = np.clip([low[there], high[there]], first, last).T
        ends = [np.clip(a.get_xdata(), first, last) for a in lines]
        np.testing.assert_allclose(ends, expected)
        told = {t.get_text() for t in axes.texts}
        counts = [(low > quantity.neutral).sum(), (high < quantity.neutral).sum()]
        more, less = counts[:: quantity.better]
        words = quantity.words
        assert {f"{more} {words[1]}", f"{less} {words[-1]}"} <= told
        assert f"{len(known) - more - less} {words[0]}" in told


def test_better_and_flatter_are_blue_whichever_side_they_are_on():
    for quantity, value in zip(forest.QUANTITIES, (0.01, 0.5), strict=True):
        here = xarray.Dataset({quantity.variable + end: value for end in forest.ENDS})
        here = here.expand_dims(algorithm=["Stable ASAM"])
        axes = Figure().add_subplot()
        forest.panel(axes, here, {"ASAM": "Stable ASAM"}, quantity, 2.0)
        (point,) = points(axes, "o")
        assert point.get_color() == point.get_markerfacecolor() == COLORS[1]


def test_what_lies_beyond_has_an_arrow_and_its_value():
    y = list(pairs(made()).values()).index(FAR)
    axes = draw(forest).axes[0]
    assert y in [p.get_ydata()[0] for p in points(axes, "<")]
    assert "−50" in [
        t.get_text().strip() for t in axes.texts if t.get_position()[1] == y
    ]


def test_a_missing_eigenvalue_is_said():
    y = list(pairs(made()).values()).index(LOST)
    axes = draw(forest).axes[len(TASKS)]
    (text,) = [t for t in axes.texts if t.get_text() == " none"]
    assert text.get_position()[1] == y


def cells(block, number):
    """Drawn colours and textures `{(algorithm, column): ...}` of a block."""
    shown = rows(made())
    axes = Figure().add_subplot()
    matrix._block(axes, block, shown, 0.0)
    found = {}
    for patch in axes.patches:
        column, rest = divmod(patch.get_x(), 1)
        form = shown[round(patch.get_y() + 0.44)][int(rest > 0.4)]
        found[form, int(column)] = patch
    assert len(found) == len(LABELS) * number
    return axes, found


def test_cells_show_the_middle_radius_and_what_cannot_run():
    whole = made()
    saddles, convex, networks = blocks()
    _, found = cells(saddles, len(SADDLES))
    for (label, k), patch in found.items():
        if whole.saddle_unserved.sel(algorithm=label)[k] != "":
            assert label == LABELS[UNSERVED] and patch.get_hatch()
            continue
        share = float(whole.escape_eta_share.sel(algorithm=label)[k, MIDDLE])
        assert patch.get_facecolor() == pytest.approx(data.SHARES(share))
    _, found = cells(convex, len(FUNCTIONS))
    black, grey = ({c for c, p in found.items() if to_hex(p.get_fc()) == color.lower()}
                   for color in (matrix.NONE, matrix.FOREIGN))  # fmt: skip
    assert black == {("USAM", 0)}
    assert grey == {("SAM-Polyak", k) for k in range(3)}
    one = float(whole.range_low.sel(algorithm="SAM", target="band")[1, MIDDLE])
    assert float(convex.value.sel(algorithm="SAM")[1]) == pytest.approx(one / 2)
    base, own = (
        float(whole.range_low.sel(algorithm=n, target="band")[1, MIDDLE])
        for n in (data.BASE, "AdaSAM")
    )
    assert float(convex.value.sel(algorithm="AdaSAM")[1]) == pytest.approx(own / base)
    assert float(convex.value.sel(algorithm="AdaSAM")[0]) == 1  # both at all rates
    here = whole.largest.isel(task=0, rho_level=MIDDLE)
    logs = np.log(here.sel(algorithm="USAM") / here.sel(algorithm="GD"))
    value = float(networks.value.sel(algorithm="USAM")[0])
    assert value == pytest.approx(float(np.exp(logs.mean())))
    assert float(networks.value.sel(algorithm="SAM")[1]) == 0


def test_signs_are_where_stable_is_clearly_apart():
    whole = made()
    saddles, convex, networks = blocks()
    for label, plain in zip(LABELS, PLAIN, strict=True):
        if not plain:
            assert not any(b.sign.sel(algorithm=label).any() for b in blocks())
            continue
        share = whole.escape_eta_share[:, :, MIDDLE]
        change = (share.sel(algorithm=label) - share.sel(algorithm=plain)).round(1)
        np.testing.assert_array_equal(
            saddles.sign.sel(algorithm=label),
            np.where(abs(change) >= 0.2, np.sign(change), 0),
        )
        low = whole.range_low.sel(target="band")[..., MIDDLE].fillna(0)
        one, other = (low.sel(algorithm=n).values for n in (label, plain))
        far = np.where(one > 1.02 * 1.05 * other, 1, 0)
        far = far - (other > 1.02 * 1.05 * one)
        np.testing.assert_array_equal(convex.sign.sel(algorithm=label), far)
        ratio = whole.train_largest_ratio.sel(versus="plain", algorithm=label)
        ratio = ratio[:, MIDDLE].values
        told = (ratio / 1.3 > 1).astype(int) - (ratio * 1.3 < 1)
        np.testing.assert_array_equal(networks.sign.sel(algorithm=label), told)


def test_ranges_whose_brackets_touch_are_not_told_apart():
    whole = made().sel(algorithm=["USAM", "SSAM"])
    for wide, sign in ((1.5, 0), (1.1, 1)):
        low = xarray.zeros_like(whole.range_low) + 2.0
        low = low * xarray.where(whole.algorithm == "SSAM", 1.3, 1.0)
        here = whole.assign(range_low=low, range_high=wide * low)
        assert (data._convex(here).sign.sel(algorithm="SSAM") == sign).all()
        here = whole.assign(range_low=1 / low, range_high=wide / low)
        assert (data._convex(here).sign.sel(algorithm="SSAM") == -sign).all()


def test_what_is_undecided_says_nothing():
    whole = made().sel(algorithm=["USAM", "SSAM"])
    low = xarray.ones_like(whole.range_low)
    low = low.where(whole.algorithm != "SSAM")
    here = whole.assign(range_low=low, range_high=low)
    told = data._convex(here)
    assert (told.sign.sel(algorithm="SSAM") == -1).all()
    assert (told.value.sel(algorithm="SSAM") == 0).all()
    failure = xarray.full_like(whole.range_failure, "undecided", dtype="<U12")
    told = data._convex(here.assign(range_failure=failure))
    assert (told.sign == 0).all()
    assert told.value.sel(algorithm="SSAM").isnull().all()
    assert (told.value.sel(algorithm="USAM") == 0.5).all()


def test_signs_are_drawn_and_summed():
    parts, scaled = blocks(), [p for p in PLAIN if p]
    axes = draw(matrix).axes[0]
    bold = [t.get_text() for t in axes.texts if t.get_weight() == "bold"]
    for (sign, mark), total in zip(matrix.MARKS.items(), bold, strict=True):
        count = sum(int((part.sign == sign).sum()) for part in parts)
        assert count == int(total) > 0
        assert len(points(axes, mark)) == count + 1  # the head of its column
    assert len(axes.get_yticks()) == len(LABELS) - len(scaled)


def test_points_are_differences_to_sgd_at_their_cost():
    whole = made()
    for k, axes in enumerate(draw(pareto).axes):
        here = whole.isel(task=k)
        costs, plain, _ = zip(*pareto.columns(here), strict=True)
        costs, names = [*costs], [name(label) for label in plain]
        ticks = [t.get_text() for t in axes.get_xticklabels()]
        assert ticks == (names if k >= 2 else [])
        assert costs == sorted(costs) and names[0] == "SGD"
        low, high = axes.get_ylim()
        drawn = {p.label: p for p in pareto.placed(here)}
        assert set(drawn) == set(LABELS)
        for label, place in drawn.items():
            value = 100 * here.difference.sel(algorithm=label, versus="GD").fillna(0)
            assert place.value == pytest.approx(float(value))
            assert place.cost == whole.cost_counted.sel(algorithm=label)[0]
            column = name(PLAIN[LABELS.index(label)] or label)
            assert names[round(place.x)] == column
            if low < place.value < high:
                at = [p for p in points(axes, "o", "D") if p.get_xdata()[0] == place.x]
                assert any(p.get_ydata()[0] == place.value for p in at)


def test_the_front_is_of_those_that_nothing_beats():
    places = pareto.placed(made().isel(task=2))
    beaten = {
        a.label
        for a, b in itertools.permutations(places, 2)
        if (b.cost <= a.cost and b.value > a.value)
        or (b.cost < a.cost and b.value == a.value)
    }
    assert {p.label for p in pareto.front(places)} == set(LABELS) - beaten
    axes = draw(pareto).axes[2]
    (ring,) = [a for a in points(axes, "o") if a.get_markersize() == pareto.RING["ms"]]
    assert len(ring.get_xdata()) == len(LABELS) - len(beaten)


@pytest.mark.parametrize("k", range(len(TASKS)))
def test_no_point_lies_above_the_front(k):
    axes = draw(pareto).axes[k]
    (step,) = [a for a in axes.get_lines() if a.get_drawstyle() == "steps-post"]
    x, y = step.get_data()
    for place in pareto.placed(made().isel(task=k)):
        assert place.value <= y[np.searchsorted(x, place.x) - 1] + 1e-12


def test_what_all_tasks_share_is_said_once():
    found, shared = tasks(made())
    assert found[:2] == ["Digits", "Digits noisy"] and shared == "MLP ReLU"
    assert tasks(made().isel(task=[0])) == (["Digits"], "MLP ReLU")


def test_names_of_methods():
    assert [name(n) for n in ("GD", "AdaSAM (rho 0)", "AUSAM (reconstructed)")] == [
        "SGD", "AMSGrad", "AUSAM",
    ]  # fmt: skip
