"""The one-step checks have teeth: they pass the methods and kill every mutant."""

import pytest

from tests.checks import ONE_STEP, matches_the_closed_form
from tests.mutants import MUTANTS


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
