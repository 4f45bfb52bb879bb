"""What `experiments.variants` prints: tables and sentences of a made-up result."""

from __future__ import annotations

import re

import numpy as np
import pytest
import xarray

from experiments.networks.paired import interval
from experiments.zoo import answer, report
from experiments.zoo.told import convex, cost, layout, saddles, training
from theory import methods

LABELS = ["GD", "SAM", "SSAM-N", "ASAM", "Stable ASAM", "ESAM", "Stable ESAM"]
PLAIN = ["", "", "SAM", "", "ASAM", "", "ESAM"]
LACKING = "`ESAM` needs a sample with `segments`, which a sample of `quadratic` lacks."
NAN, INF = np.nan, np.inf


@pytest.fixture
def base():
    """Methods alone."""
    found = xarray.Dataset(coords={"algorithm": LABELS})
    return found.assign(plain_form=("algorithm", PLAIN))


def surfaces(base):
    """Two saddles, three radii, four rates; ESAM cannot run at the first."""
    cell = ("algorithm", "landscape", "saddle_rho_level", "saddle_eta_level")
    escaped = np.zeros((len(LABELS), 2, 3, 4))
    escaped[LABELS.index("SAM")] = 0.9
    escaped[LABELS.index("SSAM-N"), :, :, :3] = 1.0  # fewer cells
    escaped[LABELS.index("SSAM-N"), :, :, 3] = 0.899
    escaped[LABELS.index("Stable ASAM"), 0, 0, 0] = 1.0  # one more, at one radius
    escaped[LABELS.index("ESAM"), 1] = escaped[LABELS.index("Stable ESAM"), 1] = 1.0
    escaped[LABELS.index("ESAM") :, 0] = NAN
    served = [
        [LACKING if "ESAM" in n and k == 0 else "" for k in (0, 1)] for n in LABELS
    ]
    share = xarray.DataArray(escaped >= 0.9, dims=cell).mean("saddle_eta_level")
    found = base.assign(
        saddle_escaped=(cell, escaped), saddle_unserved=(cell[:2], served),
        escape_eta_share=share,
    )  # fmt: skip
    return found.assign_coords(landscape=["steep", "flat"])


# Brackets to the point at the three radii: by label, (low, high), what happens beyond.
RANGES = {
    "GD": [(1.97, 2.0, "diverged")] * 3,
    "SAM": [(1.97, 2.0, "diverged"), (NAN, NAN, "band"), (1.5, 1.52, "cycling")],
    "SSAM-N": [(1.98, 2.01, "diverged"), (1.9, 1.93, "band"), (1.49, 1.51, "cycling")],
    "ASAM": [(0.5, 0.51, "diverged"), (6.8, INF, ""), (0.5, 0.51, "diverged")],
    "Stable ASAM": [(0.6, 0.61, "diverged"), (2, 2.1, "converged"), (0.3, 2.8, "band")],
    "ESAM": [(NAN, NAN, "")] * 3,
    "Stable ESAM": [(NAN, NAN, "")] * 3,
}


def ranges(base):
    """One function; to the band all is as to the point, but nothing is decided."""
    cell = ("target", "algorithm", "function", "convex_rho_level")
    point = [[row] for row in RANGES.values()]
    words = np.array([[[c[2] for c in row] for row in part] for part in point])
    low, high = (
        np.array([[[c[k] for c in row] for row in part] for part in point])
        for k in (0, 1)
    )
    served = [[LACKING if "ESAM" in name else ""] for name in LABELS]
    found = base.assign(
        range_low=(cell, np.stack([low, NAN * low])),
        range_high=(cell, np.stack([high, np.full_like(high, INF)])),
        range_failure=(cell, np.stack([words, np.full_like(words, "undecided")])),
        convex_unserved=(("algorithm", "function"), served),
    )
    return found.assign_coords(target=["point", "band"], function=["bowl"])


def steps(base):
    """One network."""
    cell = ("algorithm", "network")
    counted = np.array([1, 2, 2, 2, 2, 1.5, 1.62])[:, None]
    stated = np.array([1, 2, 2, 2, 2, 1.5, 1.5])[:, None]
    time = np.array([1, 2, 2.2, 1.8, 1.8, 3, 2.7])[:, None]
    found = base.assign(
        cost_gradients=(cell, counted - 0.125), cost_values=(cell, 0 * counted + 0.375),
        cost_products=(cell, 0 * counted), cost_counted=(cell, counted),
        cost_stated=(cell, stated), cost_time=(cell, time),
        cost_time_low=(cell, time - 0.25), cost_time_high=(cell, time + 0.5),
        cost_sgd_seconds=("network", [0.0021]),
    )  # fmt: skip
    return found.assign_coords(network=["net"])


def line(text, start):
    """The one line that begins so."""
    (found,) = (row for row in text.splitlines() if row.startswith(start))
    return re.split(r"  +", found)


# -- Saddles ---------------------------------------------------------------------------


def test_saddles_stand_plain_beside_stable_at_the_middle_radius(base):
    text = saddles.table(surfaces(base))
    assert line(text, "method |") == ["method | with Stable", "steep", "flat"]
    assert line(text, "GD") == ["GD", "0.00", "0.00"]
    assert line(text, "SAM") == ["SAM", "1.00 | 0.75", "1.00 | 0.75"]
    assert line(text, "ASAM") == ["ASAM", "0.00 | 0.00", "0.00 | 0.00"]  # the first's
    assert line(text, "ESAM") == ["ESAM", "- | -", "1.00 | 1.00"]
    assert text.count(LACKING) == 1 and text.endswith(LACKING)
    assert "share of 4 learning rates" in text


def test_escapes_are_counted_over_all_cells_where_both_can_run(base):
    text = saddles.answer(surfaces(base))
    assert "of 3 methods" in text
    assert "with Stable for 1 (ASAM), in fewer for 1 (SAM), in as many for 1;" in text
    # SAM 24 of 24 and 18, ASAM 0 of 24 and 1, ESAM 12 of 12 and 12.
    assert "in 31 of 60 with it, in 36 without" in text


@pytest.mark.parametrize("alone", ["SAM", "SSAM-N"])
def test_a_saddle_that_one_of_two_can_leave_is_not_compared(base, alone):
    data = surfaces(base)
    other = "SAM" if alone == "SSAM-N" else "SSAM-N"
    data["saddle_escaped"].loc[{"algorithm": other}] = NAN
    assert "of 2 methods" in saddles.answer(data)
    data["saddle_escaped"].loc[{"algorithm": other, "landscape": "flat"}] = 1.0
    # At the flat one: SAM in 12 of 12, as ESAM; SSAM-N in 9, or in 12 as set here.
    own = 9 if alone == "SSAM-N" else 12
    text = saddles.answer(data)
    assert f"in {1 + 12 + own} of 48 with it, in 24 without" in text


# -- Convex functions ------------------------------------------------------------------


def test_convex_ranges_stand_with_what_fails_beyond(base):
    text = convex.table(ranges(base))
    point, band = text.split("to T5's band:")
    assert line(point, "GD") == ["GD", "1.97 (diverged)"]
    assert line(point, "SAM") == ["SAM", "none (band) | 1.9 (band)"]
    assert line(point, "ASAM") == ["ASAM", ">= 6.8 | 2 (not all)"]
    assert line(point, "ESAM") == ["ESAM", "- | -"]
    assert line(band, "GD") == ["GD", "none (undecided)"]
    assert text.count(LACKING) == 1


def test_ends_are_told_apart_where_their_brackets_are(base):
    at = ranges(base).sel(target="point")
    assert convex.changes(at, "SSAM-N", "SAM").values.tolist() == [[0, 1, 0]]
    assert convex.changes(at, "Stable ASAM", "ASAM").values.tolist() == [[1, -1, 0]]
    assert convex.changes(at, "Stable ESAM", "ESAM").isnull().all()


def bracket(base, own, other):
    """What is told of two brackets."""
    data = ranges(base).isel(convex_rho_level=[0]).sel(target="point").copy(deep=True)
    for label, ends in (("SSAM-N", own), ("SAM", other)):
        for name, end in zip(("range_low", "range_high"), ends, strict=True):
            data[name].loc[{"algorithm": label}] = end
    return convex.changes(data, "SSAM-N", "SAM").item()


@pytest.mark.parametrize(
    ("own", "other", "told"),
    [
        ((1.0, 1.1), (NAN, NAN), 1),  # the lowest rate of the scan is refuted
        ((NAN, NAN), (1.0, 1.1), -1),
        ((NAN, NAN), (NAN, NAN), 0),
        ((6.8, INF), (6.8, INF), 0),
        ((3.0, 3.1), (NAN, 2.8), 1),  # undecided below 2.8
        ((1.0, 1.1), (NAN, 2.8), NAN),
        ((NAN, 2.8), (NAN, 2.8), NAN),
        ((1.0, 1.1), (NAN, INF), NAN),  # nothing is decided
        ((NAN, INF), (1.0, 1.1), NAN),
    ],
)
def test_what_is_undecided_leaves_no_range_as_it_is(base, own, other, told):
    np.testing.assert_equal(bracket(base, own, other), told)


def test_the_answer_tells_whose_range_is_wider(base):
    text = convex.answer(ranges(base))
    assert (
        "to the point Stable widens the range of 1 (SAM), narrows that of 0, does "
        "either, by function and radius, for 1 (ASAM) and leaves that of 0 of 2 methods"
    ) in text
    assert "wider in 2 and narrower in 1 of 6 cells" in text
    assert "band" not in text
    none = ranges(base).sel(target=["band", "band"])
    none = none.assign_coords(target=["point", "band"])
    assert "of no method are both ranges decided" in convex.answer(none)


# -- Cost ------------------------------------------------------------------------------


def test_costs_stand_beside_what_is_stated(base):
    text = cost.table(steps(base))
    row = ["ESAM", "1.375", "0.375", "0", "1.5", "1.5", "3.00 (2.75 to 3.50)"]
    assert line(text, "ESAM") == row
    assert line(text, "SGD")[:2] == ["SGD", "0.875"]
    assert line(text, "net:") == ["net:"] and "2.1 ms" in text


def test_the_largest_deviation_is_named(base):
    text = cost.answer(steps(base))
    assert "as stated for 6 of 7 methods and differ by at most 8.0 %" in text
    assert "(Stable ESAM: 1.62, stated 1.5)" in text
    assert "is 0.9 (ASAM) to 2 (ESAM) times what is stated, the median" in text
    mean = (1.1 * 1.0 * 0.9) ** (1 / 3)
    assert f"with Stable it is {mean:.3g} (0.9 to 1.1) times" in text


def test_a_deviation_downwards_counts_as_one_upwards(base):
    data = steps(base)
    data["cost_counted"].loc[{"algorithm": "SAM"}] = 1.0
    assert "differ by at most 50.0 % (SAM: 1, stated 2)" in cost.answer(data)


# -- Intervals -------------------------------------------------------------------------


def compared(apart):
    """Paired differences of one method, and the zoo's intervals of them."""
    ends = dict(zip(("", "_low", "_high"), interval(np.array(apart), 1), strict=True))
    told = {f"difference{end}": ("versus", [value]) for end, value in ends.items()}
    data = xarray.Dataset(told, coords={"versus": ["plain"]})
    return data.assign_coords(fresh_seed=range(len(apart)))


@pytest.mark.parametrize(
    ("apart", "sign"),
    [
        ([0.01, 0.02, 0.01, 0.02, 0.015], 1),
        ([-0.01, -0.02, -0.01, -0.02, -0.015], -1),
        ([-0.01, 0.02, -0.01, 0.02, 0.0], 0),
        ([0.01, 0.0101, 0.0102, 0.0101], 0),  # four seeds
        ([-0.006, -0.006], 0),
        ([-0.006] * 6, 0),  # no spread
        ([0.3 - 0.1, 0.2, 0.1 + 0.1, 0.2, 0.2, 0.2], 0),  # none but rounding's
    ],
)
def test_few_seeds_and_seeds_without_spread_decide_nothing(apart, sign):
    at = compared(apart)
    assert int(answer.sign(at.sel(versus="plain"), "difference", 0.0)) == sign
    assert training._difference(at, "plain").endswith("*") == bool(sign)


def test_a_factor_on_which_all_seeds_agree_is_not_clear():
    """Two radii: at one the seeds differ, at the other all have the same factor."""
    step, factor = np.log(2), 8.0
    ends = np.exp(np.log(factor) + np.array([1.2, 1.0]) * step)
    dims, cell = ("task", "algorithm", "rho_level"), ("versus", "task", "algorithm")
    told = {"": [factor] * 2, "_high": ends, "_low": factor**2 / ends}
    data = xarray.Dataset(
        {
            f"train_largest_ratio{end}": (
                (*cell, "rho_level"), np.stack([np.full(2, NAN), v])[None, None]
            )
            for end, v in told.items()
        }
        | {
            "train_none": (dims, np.zeros((1, 2, 2), int)),
            "eta": (("task", "eta_level"), [[0.1, 0.2, 0.4]]),
        },
        coords={"algorithm": ["SAM", "SSAM-N"], "versus": ["plain"]},
    )  # fmt: skip
    text = answer._largest(data, {"SSAM-N": "SAM"})
    assert "clearly larger at 1 and smaller at 0 of 2" in text
    assert "at 1 all seeds agree" in text


# -- Together --------------------------------------------------------------------------


def test_methods_stand_beside_every_renormalised_form(base):
    found = layout.forms(base)
    assert found == [
        ("GD",), ("SAM", "SSAM-N"), ("ASAM", "Stable ASAM"), ("ESAM", "Stable ESAM"),
    ]  # fmt: skip
    two = base.assign(plain_form=("algorithm", ["", "", "SAM", "", "SAM", "", ""]))
    assert layout.forms(two)[1:3] == [("SAM", "SSAM-N"), ("SAM", "Stable ASAM")]


def test_the_report_holds_the_parts_that_the_result_holds(base, monkeypatch):
    monkeypatch.setattr(training, "table", lambda _: "trained")
    monkeypatch.setattr(answer, "answer", lambda _: "Yes.")
    assert report.table(base) == "trained" and report.answer(base) == "Yes."
    whole = xarray.merge([surfaces(base), ranges(base), steps(base)])
    heads = [part.splitlines()[0] for part in report.table(whole).split("\n\n")]
    assert [heads[k] for k in (0, 1, 3, 5)] == [
        "trained", "saddles", "convex functions", "cost of a step",
    ]  # fmt: skip
    words = [part.split(":")[0] for part in report.answer(whole).split("\n\n")]
    assert words == ["Yes.", "Saddles", "Convex functions", "Cost"]


def test_a_method_has_a_radius_unless_it_lacks_one_or_it_is_fixed_at_0():
    words = {
        "sam": True,
        "ssam": True,
        "msam/m=4": True,
        "gd": False,
        "sam/rho=0": False,
    }
    assert {spec: methods.make(spec).has_radius for spec in words} == words
    assert not methods.make("stable:sam/rho=0").has_radius
