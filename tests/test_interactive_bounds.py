"""Every claim's numbers can be moved, and what is drawn is what is computed."""

from fractions import Fraction
from numbers import Real

import numpy as np
import pytest

ipywidgets = pytest.importorskip("ipywidgets", reason="the extra `notebook` is missing")
pytest.importorskip("clarabel", reason="the extra `certify` is missing")

from figures.interactive import (  # noqa: E402
    bounds_class,
    bounds_curve,
    claims_all,
    controls,
)
from figures.interactive.bounds import Bounds  # noqa: E402
from figures.interactive.bounds_choice import Choice  # noqa: E402
from figures.interactive.bounds_class import Question  # noqa: E402
from figures.interactive.claims_case import all_cases, lead, member  # noqa: E402
from figures.interactive.claims_knobs import knobs  # noqa: E402
from theory import claims, regions  # noqa: E402
from theory.certify import worst_case  # noqa: E402
from theory.methods import make  # noqa: E402
from theory.outcome import VIOLATED  # noqa: E402
from theory.proving.pieces import Proof  # noqa: E402


@pytest.fixture(autouse=True)
def no_windows():
    import matplotlib
    from matplotlib import pyplot

    matplotlib.use("agg")
    yield
    pyplot.close("all")


def claim_of(name):
    statement = claims.load(name.partition(".")[0])
    return next(claim for claim in statement.claims if claim.id == name)


def alone(name, at=0):
    claim = claim_of(name)
    cases, _ = all_cases(claim)
    shape = lead(claim, cases[0])
    one = member(cases[0], shape, at) if shape else cases[0]
    return claim, cases, shape, one


def movable(value, shape):
    """Told apart from the house's own rule: a number, or one for each case."""
    if isinstance(value, (bool, np.bool_)):
        return False
    if isinstance(value, (Real, Fraction)):
        return True
    numbers = isinstance(value, np.ndarray) and value.dtype.kind in "iuf"
    return numbers and bool(shape) and value.shape == shape


@pytest.mark.parametrize("letter", claims.ORDER)
def test_every_number_of_every_claim_has_a_slider(letter):
    seen = 0
    for name in claims.names():
        if not name.startswith(letter):
            continue
        for claim in claims.load(name).claims:
            cases, _ = all_cases(claim)
            shape = lead(claim, cases[0])
            found = {knob.name: knob for knob in knobs(claim, cases, cases[0])}
            one = member(cases[0], shape, 0) if shape else cases[0]
            for part, value in cases[0].items():
                if movable(value, shape):
                    assert part in found, (claim.id, part)
            for knob in found.values():
                assert knob.low <= knob.get(one) <= knob.high, (claim.id, knob)
            seen += len(found)
    assert seen > 10


@pytest.mark.parametrize("name", ["T14.if", "T17.distance", "T13.edges", "L11.convex"])
def test_the_curve_passes_through_the_bound_of_the_case(name):
    claim, cases, shape, one = alone(name)
    for knob in knobs(claim, cases, cases[0]):
        value = knob.get(one)
        x = bounds_curve.grid(knob, value, 9)
        line = bounds_curve.line(claim, one, shape, knob, x)
        (here,) = np.flatnonzero(line.x == value)
        bound = np.ravel(claim.bound(**one))
        # A batch of nine and one alone may differ in the last place.
        np.testing.assert_allclose(line.bound[here], bound, rtol=1e-13)
        assert line.inside[here] == np.all(claim.within(**one))


@pytest.mark.parametrize("name", ["T14.usam_quadratic", "N6.line", "T5.line"])
def test_the_curve_is_the_bound_of_every_moved_case(name):
    claim, cases, shape, one = alone(name)
    for knob in knobs(claim, cases, cases[0]):
        x = bounds_curve.grid(knob, knob.get(one), 5)
        line = bounds_curve.line(claim, one, shape, knob, x)
        for row, value in zip(line.bound, x, strict=True):
            moved = knob.put(one, value)
            assert knob.get(moved) == pytest.approx(value, rel=1e-12)
            with np.errstate(all="ignore"):
                bound = np.ravel(claim.bound(**moved))
            np.testing.assert_allclose(row, bound, rtol=1e-13)


def test_one_case_of_many_is_measured_as_among_the_others():
    claim, cases, shape, _ = alone("T14.if")
    among = np.asarray(claim.measured(**cases[0]))
    for at in (0, 7, shape[0] - 1):
        own = np.asarray(claim.measured(**member(cases[0], shape, at)))
        # One row and many are summed in another order.
        np.testing.assert_allclose(own, among[at], rtol=1e-12)


def test_outside_of_its_assumptions_a_bound_is_shaded():
    claim, cases, shape, one = alone("T14.if")
    (eta,) = (k for k in knobs(claim, cases, cases[0]) if k.name == "eta")
    limit = 2 / (one["beta"] * (1 + one["rho"] * one["beta"]))  # USAM, T14
    line = bounds_curve.line(claim, one, shape, eta, np.array([0.99, 1.01]) * limit)
    assert line.inside.tolist() == [True, False]


@pytest.mark.parametrize("name", ["P5.pairs", "N6.class", "T10.beyond"])
def test_a_refuted_claim_has_its_counterexample(name):
    claim = claim_of(name)
    seen = list(claims_all.outcomes(claim))
    worst = claims_all.refuting(claim, seen)
    case = all_cases(claim)[0][worst.number]
    at = claims_all.place(claim, case, worst.outcome)
    shape = lead(claim, case)
    one = member(case, shape, at) if shape else case
    found = bounds_curve.measured(claim, one)
    assert found.status == VIOLATED
    assert found.measured == pytest.approx(worst.outcome.measured, rel=1e-12)


def test_a_claim_that_holds_has_no_counterexample():
    claim = claim_of("T14.usam_quadratic")
    assert claims_all.refuting(claim, list(claims_all.outcomes(claim))) is None


@pytest.fixture
def explored():
    return Bounds("N6.class")


def test_a_counterexample_is_drawn_and_gone_to(explored):
    (x, same), (bound, y) = explored.along.counter.get_data()
    assert x == same and np.isfinite([x, bound, y]).all()
    assert "Refuted" in explored.ruling.value
    explored.go()
    knob, one = explored.choice.knob, explored.choice.one
    assert knob.get(one) == pytest.approx(x)
    found = bounds_curve.measured(explored.choice.claim, one)
    assert found.status == VIOLATED
    assert (found.bound, found.measured) == pytest.approx((bound, y))


def test_a_refuted_statement_begins_with_what_refutes_it(explored):
    explored.choice.statements.value = "T13"
    assert explored.choice.statement.claims[0].expected == "holds"
    assert explored.choice.claim.expected == "refuted"


@pytest.mark.parametrize("value", [0.3, 0.3137, 1.0])
def test_equal_steps_lead_to_a_slider_s_value(value):
    slider = controls.log_slider("rho", value, 0.01, 3)
    assert slider.value == pytest.approx(value, rel=1e-15)
    steps = (np.log10(value) - slider.min) / slider.step
    assert steps == pytest.approx(round(steps), abs=1e-9)
    assert 0 <= slider.min - np.log10(0.01) <= slider.step


def test_what_is_drawn_follows_the_slider(explored):
    knob = explored.choice.knob
    explored.choice.put(knob, 0.7)
    assert knob.get(explored.choice.one) == 0.7
    (x,), (y,) = explored.along.bound.get_data()
    assert (x, y) == (0.7, np.ravel(explored.choice.claim.bound(**explored.choice.one)))
    x, y = explored.side.picture.now.get_data()
    assert x[0] == explored.side.question.eta == pytest.approx(0.7)


def test_the_drawn_worst_case_is_certified(explored):
    asked = explored.side.question
    own = worst_case(
        make(asked.method).having(rho=asked.rho), mu=asked.mu, beta=1.0, eta=asked.eta,
        measure=asked.measure,
    )  # fmt: skip
    eta, value = explored.side.picture.now.get_data()
    assert eta[0] == asked.eta
    assert value[0] == pytest.approx(own.value, rel=1e-9)
    (seen,) = explored.side.picture.run.get_ydata()
    # The function is of a class smaller by 1e-6 at each end.
    assert seen == pytest.approx(own.value, rel=2e-5)


def test_only_what_a_kept_proof_verifies_is_drawn_as_proved():
    shown = Bounds("T14").side
    name, strip = bounds_class.covering(shown.question)
    assert len(shown.picture.rectangles) == len(strip.columns)
    rng = np.random.default_rng(0)
    for low, high, eta in shown.picture.rectangles[::13]:
        rho, rate = rng.uniform(low, high), rng.uniform(0, eta)
        (column,) = (c for c in strip.columns if c.rho[0] < rho <= c.rho[1])
        assert rate <= float(column.eta)
        proof = Proof(strip.statement(column), "proved", column.pieces)
        assert not proof.fault()
    assert name in regions.KEPT


def test_a_wider_class_is_not_taken_for_a_narrower_one():
    question = Question("ssam", "distance", 0.12, 1.0, 1.0)
    _, strip = bounds_class.covering(question)
    assert strip.mu == Fraction(1, 10)
    assert bounds_class.covering(Question("ssam", "pair", 0.1, 1.0, 1.0)) is None


def test_where_there_is_no_region_there_is_nothing_to_verify():
    for name in ("T14", "P5.pairs"):
        shown = Bounds(name).side
        strip = bounds_class.covering(shown.question)
        assert shown.button.disabled == (strip is None)
    assert shown.button.disabled


def test_what_does_not_apply_is_said():
    shown = Bounds("L24.reported")
    words = [text.get_text() for text in shown.side.picture.plane.texts]
    assert "No kept proof or region" in " ".join(words)
    assert shown.side.box.layout.display == "none"


def test_an_unknown_statement_is_named():
    with pytest.raises(ValueError, match="unknown statement `T99`"):
        Choice("T99", lambda: None, lambda: None)


def test_a_number_that_a_claim_refuses_is_told_in_words(explored):
    knob = next(k for k in explored.choice.knobs if k.name == "rho")
    explored.choice.one = knob.put(explored.choice.one, -1.0)
    here = bounds_curve.at(explored.choice.claim, explored.choice.one)
    seen = explored._measured()[1]
    assert here.fault or not here.inside or isinstance(seen, str)


def test_a_page_that_rounds_a_slider_changes_nothing():
    shown = Bounds("T14")
    slider = shown.choice.sliders.children[shown.choice.knobs.index(shown.choice.knob)]
    exact, step = shown.choice.knob.get(shown.choice.one), slider.step
    slider.value = exact * 10 ** (0.4 * step)
    assert shown.choice.knob.get(shown.choice.one) == exact
    slider.value = exact * 10 ** (3 * step)
    assert shown.choice.knob.get(shown.choice.one) == slider.value
