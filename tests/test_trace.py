"""Boundaries are followed for a fiftieth of the labels, and nothing is made up."""

from functools import cache

import numpy as np
import pytest

import landscapes
from experiments import run
from experiments.regimes.trace import Plane, followed, labels_of, trace, traces
from experiments.regimes.trace_check import checked
from experiments.regimes.trace_labels import label_of, place_of, verdict_of
from theory import methods, simulate
from theory.decide import Decision
from theory.tracing.agreement import agreement
from theory.tracing.dimension import dimension
from theory.tracing.follow import follow
from theory.verdict import Verdict

SIZE = 512
DOMAIN = np.mgrid[:SIZE, :SIZE]
LINES = [(0.3, 0.9), (-1.0, 1.1), (1.0, 0.02)]


def half_plane(a, b):
    return a * (DOMAIN[0] - 250.3) + b * (DOMAIN[1] - 240.6) > 0


def disc(i, j, radius):
    return (DOMAIN[0] - i) ** 2 + (DOMAIN[1] - j) ** 2 < radius**2


@cache
def three_roots():
    """The root that Newton's method for z^3 = 1 finds: a boundary of dimension 1.42."""
    z = (DOMAIN[1] + 1j * DOMAIN[0] + 0.3 + 0.2j) / SIZE * 3 - 1.5 - 1.5j
    for _ in range(30):
        z = z - (z**3 - 1) / (3 * z**2)
    return np.abs(z[..., None] - np.exp(2j * np.pi * np.arange(3) / 3)).argmin(-1)


def gasket():
    """Sierpinski's triangle, of dimension log 3 / log 2."""
    return (DOMAIN[0] & DOMAIN[1]) == 0


def traced(labels, **options):
    """A trace of labels that are all there, and how often each was asked for."""
    labels, asked = labels.astype(int), np.zeros(labels.shape, int)

    def label(i, j):
        np.add.at(asked, (i, j), 1)
        return labels[i, j]

    return follow(label, len(labels), **options), asked


def box_count(labels, width):
    """Boxes that contain a boundary cell, from all labels: the independent count."""
    across = np.zeros((len(labels),) * 2, bool)
    for di, dj in ((0, 1), (1, 0), (1, 1)):
        across[:-1, :-1] |= labels[:-1, :-1] != labels[di:, dj:][: SIZE - 1, : SIZE - 1]
    n = len(labels) // width
    return across.reshape(n, width, n, width).any(axis=(1, 3)).sum()


# ---------------------------------------------------------------- smooth boundaries


@pytest.mark.parametrize(
    "labels",
    [*(half_plane(*line) for line in LINES), disc(250, 260, 125.5)],
    ids=["line", "diagonal", "steep", "disc"],
)
def test_a_smooth_boundary_is_found_whole_for_a_fiftieth_of_the_labels(labels):
    found, asked = traced(labels)
    seen = agreement(found, labels.astype(int))
    assert seen.missed == seen.invented == seen.unresolved == seen.area == 0
    assert seen.found == seen.cells > 300
    assert found.complete
    assert asked.max() == 1 and asked.sum() == found.asked <= SIZE**2 // 50


def test_three_labels_may_meet():
    labels = half_plane(*LINES[0]) * 1 + 2 * half_plane(*LINES[1])
    found, _ = traced(labels, budget=SIZE**2 // 20)
    assert agreement(found, labels).missed == 0
    assert {tuple(pair) for pair in found.pairs} >= {(0, 1), (2, 3), (0, 2)}
    i, j, _ = found.cells.T
    corners = np.stack([labels[i + a, j + b] for a in (0, 1) for b in (0, 1)])
    assert (found.pairs == np.stack([corners.min(0), corners.max(0)], axis=1)).all()


def test_no_boundary_costs_what_was_asked_to_begin_with():
    found, _ = traced(np.zeros((SIZE, SIZE)), samples=2)
    assert len(found.cells) == 0 and found.complete and found.widest == 1
    assert found.asked <= 17**2 + 2 * 16**2
    assert np.isnan(dimension(found).value)


def tongue():
    """Three nodes wide, through cells whose corners it seldom touches."""
    i, j = DOMAIN
    thin = (np.abs(j - 300 - 60 * np.sin(i / 90)) < 1.6) & (i < 450)
    return thin | disc(30, 300, 40)


def test_a_tongue_once_touched_is_followed_to_its_end():
    found, _ = traced(tongue(), samples=0)
    assert agreement(found, tongue().astype(int)).missed == 0


def test_following_ends_with_the_budget_and_that_is_said():
    i, j = DOMAIN
    bent = np.abs(j - 300 - 3 * np.sin(i / 2)) < 1.6
    for budget in range(600, 2200, 200):
        found, asked = traced(bent | disc(30, 300, 40), samples=0, budget=budget)
        assert asked.sum() == found.asked <= budget
        assert not found.complete and found.unfollowed + found.widest > 1


def test_every_label_is_filled_in():
    labels = disc(250, 260, 125.5) * 1 + 2 * half_plane(*LINES[1])
    found, _ = traced(labels, budget=SIZE**2 // 20)
    assert (found.filled() == labels).all()
    assert (found.filled(8) == labels[::8, ::8]).all()


# ---------------------------------------------------------------- islands

BLOCKS, SMALL = 16, 128
COMPACT = np.zeros((SMALL, SMALL), bool)
COMPACT[70:90, 40:60] = True
SPREAD = np.zeros((SMALL, SMALL), bool)
SPREAD.reshape(4, 32, 4, 32)[:, 9:13, :, 20:24] = True


@pytest.mark.parametrize(
    ("labels", "chance"),
    [(COMPACT, 1 - 400 / 1024), (SPREAD, (1 - 16 / 1024) ** BLOCKS)],
    ids=["compact", "spread"],
)
def test_an_island_is_missed_as_often_as_is_said(labels, chance):
    trials, missed = 120, 0
    for seed in range(trials):
        found, _ = traced(labels, samples=1, seed=seed, budget=SMALL**2)
        missed += len(found.cells) == 0
    sigma = np.sqrt(chance * (1 - chance) * trials)
    assert abs(missed - trials * chance) < 4 * sigma
    bound = found.missed(labels.mean())
    assert chance <= bound * (1 + 1e-12)
    assert bound < 1.2 * chance


def test_an_island_that_is_hit_is_traced_whole():
    for seed in range(20):
        found, _ = traced(COMPACT, samples=1, seed=seed, budget=SMALL**2)
        seen = agreement(found, COMPACT.astype(int))
        assert seen.missed in (0, seen.cells)
        assert (seen.area == 0) == (seen.missed == 0)
        if seen.missed:
            assert seen.islands == 1 and seen.largest == COMPACT.mean()


def test_an_island_with_a_coarse_square_is_never_missed():
    rng = np.random.default_rng(3)
    for i, j in rng.integers(0, SMALL - 32, (15, 2)):
        labels = np.zeros((SMALL, SMALL), bool)
        labels[i : i + 32, j : j + 32] = True
        found, _ = traced(labels, samples=0, budget=SMALL**2)
        assert agreement(found, labels.astype(int)).missed == 0


# ---------------------------------------------------------------- budget, dimension


@pytest.mark.parametrize("share", [50, 200])
def test_the_budget_is_kept_and_said_to_be_short(share):
    labels = three_roots()
    found, asked = traced(labels, samples=1, budget=SIZE**2 // share)
    assert asked.sum() == found.asked <= SIZE**2 // share
    assert found.asked > 0.7 * found.budget
    assert not found.complete and found.widest > 1
    assert found.resolution().max() == found.widest
    for i, j, width in found.cells:  # none is made up, none lies in another
        assert np.ptp(labels[i : i + width + 1, j : j + width + 1]) > 0
    cover = np.zeros((SIZE, SIZE), int)
    for i, j, width in found.cells:
        cover[i : i + width, j : j + width] += 1
    assert cover.max() == 1


def test_boxes_are_those_of_the_whole_grid():
    labels = three_roots()
    found, _ = traced(labels, budget=SIZE**2)
    assert agreement(found, labels).missed < 0.01 * len(found.cells)
    measured = dimension(found)
    counts = [box_count(labels, width) for width in measured.widths]
    np.testing.assert_allclose(measured.counts, counts, rtol=1e-2)  # islands of a node
    slope = np.polyfit(np.log(measured.widths), np.log(counts), 1)[0]
    assert measured.value == pytest.approx(-slope, abs=0.01)


@pytest.mark.parametrize(
    ("labels", "known"),
    [
        (half_plane(*LINES[0]), 1.0),
        (half_plane(*LINES[2]), 1.0),
        (disc(250, 260, 125.5), 1.0),
        (disc(250, 260, 125.5) | disc(350, 350, 100), 1.0),
        (three_roots(), 1.42),
    ],
    ids=["line", "steep", "disc", "discs", "three roots"],
)
def test_a_known_dimension_lies_in_its_interval(labels, known):
    measured = dimension(traced(labels, budget=SIZE**2)[0])
    assert measured.low <= known <= measured.high
    assert measured.value == pytest.approx(known, abs=0.06)


def test_the_dimension_of_the_gasket_is_that_of_its_boxes():
    measured = dimension(traced(gasket(), budget=SIZE**2)[0])
    counts = [box_count(gasket(), width) for width in measured.widths]
    assert measured.counts.tolist() == counts
    # The cells beside the set belong to its boundary too: at wide boxes a few more.
    assert measured.value == pytest.approx(np.log2(3), abs=0.06)


def test_a_short_budget_leaves_the_dimension_what_it_is():
    found, _ = traced(three_roots(), budget=SIZE**2 // 12)
    measured = dimension(found)
    assert found.widest == measured.widths[0] == 4
    assert measured.low <= 1.42 <= measured.high


# ---------------------------------------------------------------- labels of runs


@pytest.fixture(scope="module")
def config(tmp_path_factory):
    return run.Config(steps=256, jobs=1, out=tmp_path_factory.mktemp("traces"))


WELL = "double_well_saddle"
# Below the edge of stability: beyond it there are windows within windows.
PLANE = Plane(WELL, "sam", (0.01, 0.45), (0.004, 1.0), 256)


def test_a_label_names_verdict_and_minimum():
    verdict = np.array([1, 2, 3, 6, 0], np.int8)
    place = np.array([4, 0, 2, -1, 1], np.int16)
    label = label_of(Decision(verdict, place, verdict * 0, verdict * 0))
    assert (verdict_of(label) == verdict).all()
    assert place_of(label).tolist() == [4, 0, -1, -1, -1]


def test_labels_do_not_depend_on_the_batch(config):
    rng = np.random.default_rng(0)
    i, j = rng.integers(PLANE.size, size=(2, 700))
    labels = labels_of(PLANE, config)
    whole = labels(i, j)
    labels.batch = 46
    assert (labels(i, j) == whole).all()
    assert len(np.unique(whole)) > 1


def test_a_label_is_what_its_run_did(config):
    labels = labels_of(PLANE, config)
    landscape, sam = landscapes.load(WELL), methods.make("sam")
    i, j = np.meshgrid([3, 120, 250], [5, 130, 250])
    for one, two, label in zip(
        i.flat, j.flat, labels(i.ravel(), j.ravel()), strict=True
    ):
        rho, eta = labels.rho[one], labels.eta[two]
        *_, last = simulate.iterate(
            landscape, sam.having(rho=rho), np.array(landscape.start), eta, 256
        )
        ends = {Verdict.STALLED: np.zeros(2), Verdict.BAND: np.array([0, 2**0.5])}
        near = [
            k
            for k, at in ends.items()
            if np.linalg.norm(last.x - at) < min(0.7, 10 * rho)
        ]
        assert verdict_of(label) in [Verdict.UNDECIDED, *near]


def test_without_a_radius_a_column_is_one_run(config):
    plane = Plane(WELL, "gd", (0.2, 2.0), PLANE.rho, 256)
    labels = labels_of(plane, config)
    found = followed(labels, 256, 0)
    assert found.complete and 0 < labels.runs <= 256
    filled = found.filled()
    assert (filled == filled[0]).all() and len(np.unique(filled)) > 1
    assert len(found.cells) == 255 * np.count_nonzero(np.diff(filled[0]))


def test_a_trace_agrees_with_every_run(config):
    seen, found, labels = checked(PLANE, config)
    assert seen.cells > 500 and len(np.unique(labels)) > 2
    assert seen.invented == seen.missed == seen.area == 0
    assert found.asked <= 256**2 // 50
    whole = follow(lambda i, j: labels[i, j], 256, budget=256**2)
    assert agreement(whole, labels).found == seen.cells


def test_what_a_trace_misses_is_islands(config):
    plane = Plane(WELL, "ssam", (0.05, 0.4), (0.02, 2.0), 256)
    labels = labels_of(plane, config)
    every = labels(*np.divmod(np.arange(256**2), 256)).reshape(256, 256)
    whole = follow(lambda i, j: every[i, j], 256, budget=256**2)
    seen = agreement(whole, every)
    assert seen.cells > 500 and seen.invented == 0
    assert seen.missed <= 12 * seen.islands and seen.area < 1e-4


# ---------------------------------------------------------------- files


def test_the_file_says_what_was_found(config):
    eta, rho = (0.2, 2.0), PLANE.rho
    found = trace(config, WELL, "gd", eta, rho, 256)
    labels = labels_of(Plane(WELL, "gd", eta, rho, 256), config)
    i, j, a, b = (found[f"cell_{name}"].values for name in ("rho", "eta", "a", "b"))
    one, two = verdict_of(labels(i, j)), verdict_of(labels(i, j + 1))
    assert len(i) and (np.sort([one, two], axis=0) == np.sort([a, b], axis=0)).all()
    assert found.attrs["complete"] == 1 and (found.cell_width == 1).all()
    assert found.attrs["runs"] <= 256
    assert found.label_map.shape == (256, 256)
    np.testing.assert_allclose(np.diff(np.log(found.eta)), np.log(10) / 255)


def test_files_are_the_same_for_any_jobs_and_are_not_made_twice(config, tmp_path):
    planes = [
        Plane(WELL, spec, (0.2, 2.0), PLANE.rho, 64) for spec in ("gd", "stable:sam")
    ]
    one = traces(config, planes)
    assert [p.name for p in one] == [
        "trace-double_well_saddle-gd.nc",
        "trace-double_well_saddle-stable_sam.nc",
    ]
    before = [(p.read_bytes(), p.stat().st_mtime_ns) for p in one]
    assert [(p.read_bytes(), p.stat().st_mtime_ns) for p in traces(config, planes)] == (
        before
    )
    other = run.Config(steps=256, jobs=2, out=tmp_path)
    two = traces(other, planes[::-1])[::-1]
    assert [p.read_bytes() for p in two] == [content for content, _ in before]
    wider = [Plane(WELL, "gd", (0.2, 2.5), PLANE.rho, 64)]
    assert traces(config, wider)[0].read_bytes() != before[0][0]


# ---------------------------------------------------------------- bad input


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"eta": (2.0, 0.1)}, "0 < low < high for eta"),
        ({"rho": (0.0, 1.0)}, "0 < low < high for rho"),
        ({"rho": (0.1, np.inf)}, "0 < low < high for rho"),
        ({"size": 100}, "a multiple of 32"),
        ({"size": 65536}, "a multiple of 32"),
    ],
)
def test_a_bad_plane_is_refused(change, said):
    with pytest.raises(ValueError, match=said):
        Plane(**(vars(PLANE) | change))


@pytest.mark.parametrize(
    ("options", "said"),
    [
        ({"size": 256, "coarse": 24}, "power of two"),
        ({"size": 250}, "power of two"),
        ({"size": 256, "budget": 100}, "its budget is 100"),
    ],
)
def test_bad_numbers_are_refused(options, said):
    with pytest.raises(ValueError, match=said):
        follow(lambda i, j: i * 0, **options)


@pytest.mark.parametrize("wrong", [lambda i, j: i * 0.5, lambda i, j: i * 0 - 1])
def test_what_is_no_label_is_refused(wrong):
    with pytest.raises(ValueError, match="whole numbers from 0"):
        follow(wrong, 256)
