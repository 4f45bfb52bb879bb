"""Tests have teeth: they pass the methods and kill every mutant."""

import importlib
from functools import partial
from itertools import product
from math import inf

import pytest

import theory.method
from landscapes.registry import definitions
from tests import reference, test_family
from tests import test_method_reductions as ends
from tests import test_zoo_states as states
from tests import test_zoo_subsets as subsets
from tests.checks import (
    ONE_STEP,
    matches_the_closed_form,
    no_radius_is_gradient_descent,
    without_radius,
)
from tests.mutants import FAULTS, MUTANTS
from theory import methods
from theory.methods.usam import USAM


@pytest.mark.parametrize("name", MUTANTS)
def test_a_mutant_is_killed(name):
    method, oracle = MUTANTS[name]
    killers = []
    for check in ONE_STEP:
        try:
            check(method, oracle)
        except AssertionError:
            killers.append(check.__name__)
    assert killers


def test_the_closed_form_alone_kills_every_wrong_direction():
    for name, (method, oracle) in MUTANTS.items():
        if name != "raw gradient at the wrong point":
            with pytest.raises(AssertionError):
                matches_the_closed_form(method, oracle)


# Faults in the source: of every file of the folder some, and the tests that find them.


def every(test, *values):
    """A test with some of its cases."""
    return [partial(test, *case) for case in product(*values)]


def cases(test):
    """A test with those of its only mark."""
    (mark,) = test.pytestmark
    return [partial(test, *case) for case in mark.args[1]]


MODULES = ends, states, subsets
RANGES = [
    case
    for tests in MODULES
    for case in cases(tests.test_a_hyperparameter_out_of_range_is_refused)
]
RUN = partial(every, states.a_run_is_its_formula)
TESTS = {
    "unified_sam": [
        *every(ends.test_between_its_ends_a_method_is_its_formula, (0.2,), (0.3,)),
        ends.test_labels_tell_variants_apart,
    ],
    "lookahead_sam": every(
        ends.test_between_its_ends_a_method_is_its_formula, (0.2,), (0.3,)
    ),
    "stable": [
        *every(subsets.test_esam_is_its_formula, (1, 2)),
        ends.test_polyak_s_step_is_a_step_for_a_learning_rate_of_one,
        subsets.test_stable_bears_the_names_of_its_two_forms,
    ],
    "msam": [
        *every(
            ends.test_every_shard_of_msam_has_an_ascent_of_its_own, (1, 2, 3), (2.0,)
        ),
        *every(
            subsets.test_m_sharpness_cuts_by_the_size_of_a_shard, (4,), ([4, 3, 3],)
        ),
        subsets.test_renormalisation_per_shard_comes_before_the_mean,
        subsets.test_size_one_is_sam_example_by_example_and_a_large_size_is_sam,
        subsets.test_shards_are_given_by_one_number,
        ends.test_labels_tell_variants_apart,
    ],
    "sam_polyak": every(ends.test_polyak_s_step_is_its_formula, ends.OPTIONS),
    "asam": [
        *RUN(["asam"]),
        *every(states.test_asam_goes_by_the_names_of_parameters, (False, True)),
    ],
    "gsam": [
        *RUN(["gsam"]),
        states.test_a_radius_follows_the_learning_rate,
        states.test_a_perturbed_gradient_of_zero_is_the_direction,
    ],
    "friendly_sam": [
        *RUN(["friendly-sam"]),
        states.test_a_gradient_that_does_not_vary_has_nothing_to_ascend,
    ],
    "vasso": RUN(["vasso"]),
    "looksam": [
        *RUN(["looksam"]),
        *every(states.test_rounding_is_not_blown_up_to_a_turn, (0.0, 1e-15)),
    ],
    "adasam": [
        *RUN(["adasam"]),
        states.test_renormalisation_is_before_the_moments_and_never_after,
        states.test_the_second_moment_never_falls,
    ],
    "esam": [
        *every(subsets.test_esam_is_its_formula, (0, 1, 2, 5)),
        subsets.test_esam_keeps_the_samples_of_largest_rise_and_their_number,
        subsets.test_esam_s_gradient_is_masked_whatever_the_sample_left_out,
        subsets.test_where_no_tensor_is_active_esam_is_descent_on_a_random_part,
        subsets.test_esam_s_tensors_are_active_with_their_probability,
        subsets.test_esam_costs_two_gradients_at_its_end_and_no_forward_pass,
    ],
    "ausam": [
        subsets.test_ausam_is_its_formula_over_epochs,
        subsets.test_the_probabilities_are_those_of_their_equation,
        subsets.test_equal_or_unknown_rises_are_drawn_alike,
        subsets.test_ausam_draws_again_until_there_is_a_sample,
        subsets.test_ausam_runs_one_by_one_and_on_networks,
    ],
    "sparse_sam": [
        subsets.test_sparse_sam_s_mask_is_fisher_s_and_the_first_step_is_no_sgd,
        subsets.test_fisher_s_mask_is_found_at_the_first_step_of_every_few_epochs,
        *cases(subsets.test_sparse_sam_d_drops_the_small_and_grows_among_the_dead),
        subsets.test_sparse_sam_d_begins_at_random_places,
        subsets.test_sparse_sam_d_grows_at_random_among_the_dead,
    ],
    "eigen_sam": [
        subsets.test_eigen_sam_is_its_formula,
        subsets.test_where_there_is_no_curvature_the_vector_stays,
        subsets.test_eigen_sam_iterates_five_times_every_hundred_steps,
    ],
    "xsam": [
        *every(subsets.test_xsam_is_its_formula, (1, 2), (0.3, 1.7)),
        subsets.test_xsam_s_search_takes_the_first_highest,
        subsets.test_xsam_searches_once_an_epoch,
        subsets.test_of_equal_heights_xsam_takes_the_first,
        *every(subsets.test_where_there_is_no_angle_xsam_is_sam, (0.0, 1.3)),
    ],
}


def checked(stem, found):
    """The one-step checks, where there is a closed form."""
    spec = stem.replace("_", "-")
    cls = next(c for name, c in found.items() if name.lower() == stem.replace("_", ""))
    makers = {
        "gd": [(lambda rho: cls(), reference.gd)],
        "stable": [
            (lambda rho, cap=cap: cls(USAM(rho), cap), reference.oracle(spec))
            for cap, spec in ((inf, "stable:usam"), (1.0, "stable@1:usam"))
        ],
    }
    oracle = reference.NAMED.get(spec)
    pairs = makers.get(stem, [(cls, oracle)] if oracle else [])
    return [
        partial(check, *pair)
        for pair, check in product(pairs, ONE_STEP)
        if check is not no_radius_is_gradient_descent or without_radius(spec)
    ]


def reduced(stem):
    """What its methods say they become."""
    module = f"theory.methods.{stem}"
    for spec, r in test_family.REDUCTIONS:
        if type(methods.make(spec)).__module__ in (module, "mutant"):
            yield partial(test_family.test_a_reduction_holds_along_runs, spec, r)


def survives(stem, monkeypatch, right="", wrong=""):
    """Whether the tests of a file pass its source with this change."""
    module = importlib.import_module(f"theory.methods.{stem}")
    with open(module.__file__, encoding="utf-8") as file:
        source = file.read()
    assert not right or source.count(right) == 1, (right, source.count(right))
    scope = {**vars(theory.method), "__name__": "mutant"}
    exec(source.replace(right, wrong) if right else source, scope)
    ours = {k: v for k, v in scope.items() if getattr(v, "__module__", "") == "mutant"}
    for name, value in ours.items():
        if hasattr(value, "registry"):  # what other files have told it
            scope[name] = getattr(module, name)
            continue
        for tests in MODULES:
            if getattr(tests, name, None) is getattr(module, name):
                monkeypatch.setattr(tests, name, value)
        for spec, maker in methods._makers().items():
            if maker is getattr(module, name):
                monkeypatch.setitem(methods._makers(), spec, value)
    try:
        own = *TESTS.get(stem, ()), *checked(stem, ours), *RANGES, *reduced(stem)
        for test in own:
            test()
    except (AssertionError, ValueError, RuntimeWarning, pytest.fail.Exception):
        return False
    return True


@pytest.mark.parametrize("stem", FAULTS)
def test_the_source_as_it_is_survives(stem, monkeypatch):
    assert survives(stem, monkeypatch)


@pytest.mark.parametrize(
    "stem, fault", [(stem, fault) for stem in FAULTS for fault in FAULTS[stem]]
)
def test_a_fault_is_found(stem, fault, monkeypatch):
    assert not survives(stem, monkeypatch, *FAULTS[stem][fault])


def test_every_file_of_the_folder_has_faults():
    import ast

    assert set(FAULTS) == set(definitions("theory.methods", ast.ClassDef))
    assert all(len(faults) >= 4 for faults in FAULTS.values())
