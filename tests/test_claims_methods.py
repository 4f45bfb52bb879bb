"""The rows of the methods' headline claims, on results made up and on mutants."""

import json

import numpy as np
import pytest
import xarray

from theory import claims, kept
from theory.claims import l29, l30, l31, l34
from theory.judge import judge
from theory.measured import reading, variants
from theory.measured.counting import per_step
from theory.methods import looksam, make

ROWS = ("L29", "L30", "L31", "L32", "N7")
LABELS = {
    "GD": "", "SAM": "", "SSAM-N": "SAM", "ESAM": "", "LookSAM": "", "mSAM (m 4)": "",
    "AUSAM (reconstructed)": "",
}  # fmt: skip
OWN = (l29.overhead, l30.counted, l31.faster)  # which read no result
TASKS, VERSUS = ("digits", "fashion"), ("GD", "SAM", "plain")


def made(folder, gain=0.0, half=0.001, ratio=1.0, time=1.0, eta=1.0):
    """A result in which every comparison comes out alike.

    Args:
        folder: where it is kept.
        gain: in test accuracy, a share.
        half: of every interval.
        ratio: of the curvatures, ranges.
        time: of every step but GD's and SAM's, which are 1 and 2.
        eta: the learning rate of SAM; the others' are 1.
    """
    labels, shape = list(LABELS), (len(TASKS), len(LABELS), len(VERSUS))
    cell = ("task", "algorithm", "versus")
    stable = np.array([bool(form) for form in LABELS.values()])
    low = np.full((len(labels), 1, 2, 2), 1.0)
    low[stable] = ratio
    high = 1.01 * low
    times = np.array([1.0, 2.0, *[time] * (len(labels) - 2)])[:, None]
    rates = np.array([eta if label == "SAM" else 1.0 for label in labels])
    share = 0.5 + gain * stable[:, None, None] * np.ones((len(labels), 1, 2))
    ranges = ("algorithm", "function", "target", "convex_rho_level")
    around = {"": 0.0, "_low": -1.0, "_high": 1.0}
    table = {
        f"difference{k}": (cell, np.full(shape, gain + s * half))
        for k, s in around.items()
    }
    table |= {
        f"curvature_ratio{k}": (cell, np.full(shape, ratio + s * half))
        for k, s in around.items()
    }
    table |= {
        f"cost_time{k}": (("algorithm", "network"), times * (1 + s * 0.01))
        for k, s in around.items()
    }
    dataset = xarray.Dataset(
        table
        | {
            "chosen_eta": (cell[:2], np.tile(rates, (2, 1))),
            "chosen_rho": (cell[:2], np.ones(shape[:2])),
            "escape_eta_share": (("algorithm", "landscape", "saddle_rho_level"), share),
            "range_low": (ranges, low),
            "range_high": (ranges, high),
            "plain_form": ("algorithm", list(LABELS.values())),
        },
        coords={
            "task": list(TASKS), "algorithm": labels, "versus": list(VERSUS),
            "landscape": ["saddle"], "function": ["bowl"], "network": ["mlp"],
            "target": ["point", "band"],
        },
        attrs={kept.RESTS_ON: json.dumps({})},
    )  # fmt: skip
    dataset.to_netcdf(folder / "variants.nc", engine="h5netcdf")


@pytest.fixture
def judged(tmp_path, monkeypatch):
    """Verdicts of a row's claims, on a result made up."""
    monkeypatch.setattr(kept, "KEPT", tmp_path)

    def verdicts(name, **numbers):
        reading._read.cache_clear()
        if numbers:
            made(tmp_path, **numbers)
        statement = claims.load(name)
        chosen = [c for c in statement.claims if not numbers or c.measured not in OWN]
        found = [judge(claim, statement.grade, True) for claim in chosen]
        return {j.id.partition(".")[2]: j.verdict for j in found}

    yield verdicts
    reading._read.cache_clear()


@pytest.mark.parametrize("name", ROWS)
def test_without_a_result_what_needs_one_is_open(judged, name):
    found = judged(name)
    counted = {"counted", "less"}
    assert {found[part] for part in found.keys() - counted} == {"open"}


@pytest.mark.parametrize(
    ("gain", "half", "verdict"),
    [(0.02, 0.001, "supported"), (0.0, 0.01, "open"), (-0.02, 0.001, "refuted")],
)
def test_intervals_of_accuracy_decide(judged, gain, half, verdict):
    numbers = {"gain": gain, "half": half}
    assert judged("N7", **numbers)["accuracy"] == verdict


def test_what_is_similar_may_be_a_little_less(judged):
    for name in ("L29", "L30", "L31"):
        assert judged(name, gain=-0.003)["accuracy"] == "supported"
        assert judged(name, gain=-0.02)["accuracy"] == "refuted"
        assert judged(name, gain=-0.005, half=0.002)["accuracy"] == "open"


@pytest.mark.parametrize(
    ("time", "verdicts"),
    [(1.1, ("supported",) * 3), (1.9, ("refuted",) * 3)],
)
def test_quartiles_of_time_decide(judged, time, verdicts):
    rows = [judged(name, time=time)["time"] for name in ("L29", "L30", "L31")]
    assert tuple(rows) == verdicts


@pytest.mark.parametrize(
    ("ratio", "flatter", "wider"),
    [
        (0.5, "supported", "refuted"),
        (2.0, "refuted", "supported"),
        (1, "open", "supported"),
    ],
)
def test_quotients_decide(judged, ratio, flatter, wider):
    found = judged("L32", ratio=ratio)
    assert found == {"sam": flatter, "msam": flatter}
    ranges = judged("N7", ratio=ratio)
    assert (ranges["point"], ranges["band"]) == (wider, wider)


def test_a_quotient_of_times_has_the_widest_quartiles(judged):
    judged("L30", time=1.5)
    found = variants.times("LookSAM", "SAM")
    told = 1.5 * 0.99 / (2 * 1.01), 1.5 / 2, 1.5 * 1.01 / (2 * 0.99)
    assert (found.low, found.value, found.high) == pytest.approx(told)


def test_a_quotient_of_ranges_is_a_bracket(judged):
    judged("N7", ratio=2.0)
    case = next(variants.functions("band"))
    found = variants.widened(**case)
    assert found.low == pytest.approx(2 / 1.01) and found.high == pytest.approx(2.02)


def test_saddles_are_compared_level_by_level(judged):
    assert judged("N7", gain=0.1)["saddles"] == "supported"
    assert judged("N7", gain=-0.1)["saddles"] == "refuted"


def test_curvatures_are_compared_at_one_cell(judged):
    found = judged("L32", ratio=2.0, eta=0.5)
    assert found == {"sam": "open", "msam": "open"}


@pytest.mark.parametrize(
    ("spec", "begin", "steps", "told"),
    [
        ("gd", 0, 8, 1),
        ("sam", 0, 8, 2),
        ("looksam", 0, 10, 1.2),
        ("looksam", 0, 7, (7 + 2) / 7),
        ("esam", 4, 8, 1 + 1 / 3 + 1 / 2),
        ("ausam", 0, 4, 2),
        ("sparse-sam", 0, 20, 2 + 1 / 20),
    ],
)
def test_evaluations_are_counted(spec, begin, steps, told):
    assert per_step(make(spec), begin, steps) == pytest.approx(told, rel=1e-12)


def test_a_mutant_that_ascends_each_time_is_seen(judged, monkeypatch):
    def direction(self, x, state, gradient):
        g = gradient(x)
        return gradient(x + self.rho * g), g, state

    assert judged("L30")["counted"] == "supported"
    monkeypatch.setattr(looksam.LookSAM, "direction", direction)
    assert judged("L30")["counted"] == "refuted"


def test_a_radius_that_does_not_shrink_breaks_the_rate(monkeypatch):
    own = l34.iterate

    def constant(*args, schedule, **options):
        still = lambda t: {"eta": 0.5, "rho": 0.2}  # noqa: E731
        return own(*args, schedule=still, **options)

    (rate, _) = l34.l34().claims
    assert judge(rate, "M", True).verdict == "supported"
    monkeypatch.setattr(l34, "iterate", constant)
    assert judge(rate, "M", True).verdict == "refuted"
