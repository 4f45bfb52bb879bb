"""P6: the paper's sentence on data sets and tasks."""

from __future__ import annotations

from theory.claim import Claim, Statement
from theory.measured import regimes
from theory.measured.variants import MARGIN

SCALED = ("SSAM", "SSAM-N")


def against(other, methods=SCALED, words=""):
    """The tasks, as cases: these methods against another."""
    return lambda quick: regimes.tasks(methods, other, words)


def p6():
    """The statement."""
    shared = {
        "measured": regimes.gained,
        "within": lambda task, method, other: True,
        "grade": "N",
    }
    better = {
        "relation": ">=",
        "bound": lambda task, method, other: 0.0,
        "loose": "a difference, in percentage points of test accuracy",
        **shared,
    }
    return Statement(
        id="P6",
        title="SSAM does better on representative data sets and tasks",
        source="Tan et al., arXiv 2401.07250 (abstract)",
        grade="A",
        claims=(
            Claim(
                id="P6.sgd",
                says=r"at each method's $(\eta, \rho)$, chosen on validation data, "
                "SSAM tests better than SGD on four tasks",
                expected="open",
                cases=against("GD", ("SSAM",)),
                **better,
            ),
            Claim(
                id="P6.sam",
                says="and better than SAM on all four",
                expected="open",
                cases=against("SAM", ("SSAM",)),
                **better,
            ),
            Claim(
                id="P6.fashion",
                says="SSAM tests better than SGD on Fashion-MNIST (as SAM and USAM do)",
                expected="supported",
                cases=against("GD", ("SSAM", "SAM", "USAM"), "fashion"),
                **better,
            ),
            Claim(
                id="P6.normalised",
                says="SSAM-N, with SAM's own ascent, tests better than SAM on all four",
                expected="refuted",
                cases=against("SAM", ("SSAM-N",)),
                **better,
            ),
            *(
                Claim(
                    id=f"P6.not_less_{name}",
                    says=f"SSAM is on none worse than {other} by more than {MARGIN} "
                    "points",
                    expected="supported",
                    cases=against(label, ("SSAM",)),
                    **better | {"bound": lambda task, method, other: -MARGIN},
                )
                for name, other, label in (("sgd", "SGD", "GD"), ("sam", "SAM", "SAM"))
            ),
            *(
                Claim(
                    id=f"P6.at_most_{name}",
                    says=f"neither is a percentage point better than {other}",
                    expected="supported",
                    relation="<=",
                    bound=lambda task, method, other: 1.0,
                    cases=against(label),
                    loose="a limit on what may have been missed",
                    **shared,
                )
                for name, other, label in (("sgd", "SGD", "GD"), ("sam", "SAM", "SAM"))
            ),
        ),
        code=("theory/methods/stable.py", "theory/measured/regimes.py"),
        reads=(regimes.EXPERIMENT,),
        notes=(
            regimes.SETTING + "Chosen on validation data (SGD from 24 cells, the "
            "others from 120), trained anew from 50 fresh seeds, judged on test data; "
            "95 % intervals of all 28 comparisons together, given the chosen cells and "
            "one partition of the data: with 14 rates SSAM-N's cell on Fashion-MNIST "
            "was another, and no worse than SAM's. Open is the sign alone, of what is "
            "less than .8 points. Nothing is said of larger networks. "
            "Where loss is a function of one inner product an example, and examples "
            "come one at a time, SSAM is SGD (T16): no gain is possible there."
        ),
    )
