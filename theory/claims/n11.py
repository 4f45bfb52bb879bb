"""N11: what renormalisation leaves of the flattening of the whole spectrum."""

from __future__ import annotations

import numpy as np

from theory.claim import Claim, Statement
from theory.measured import spectra

FAMILY = 24  # intervals of a claim that miss together with 5 %, at most
SLOW = 0.01  # of SAM's drift


def beside(what: str):
    """The ratio of a number at the ends to the other method's."""
    return spectra.ratio(what, FAMILY)


def any_case(**case) -> bool:
    """No assumption is made."""
    return True


def sharper(id: str, says: str, method: str, other: str, what: str, expected: str):
    """The renormalised method's number is not below the method's own."""
    return Claim(
        id=id,
        says=says,
        expected=expected,
        relation=">=",
        measured=beside(what),
        bound=lambda **case: 1.0,
        cases=lambda quick: spectra.pairs(method, other),
        within=any_case,
        loose="a quotient may have any size",
    )


def moved(site, samples, method, share, share_level, rho_level):
    """The displacement over SAM's predicted one, its size."""
    place = site, samples, method, share, share_level, rho_level
    return np.abs(spectra.drift("ratio")(*place))


def stays(quick):
    """Every method but SAM, both ways of sampling."""
    for method in ("GD", "USAM", "SSAM", "SSAM-N"):
        for mode in ("all", "one"):
            yield from spectra.drifts(mode, method)


def switched(quick):
    """Late switches, both numbers."""
    for method in ("USAM", "SAM"):
        for case in spectra.pairs(method, "GD", cells=("late",)):
            for what in ("largest", "trace"):
                yield {"what": what, **case}


def equal(id: str, says: str, what: str, expected: str, cells=spectra.EQUAL):
    """SSAM's number is SGD's."""
    return Claim(
        id=id,
        says=says,
        expected=expected,
        measured=beside(what),
        bound=lambda **case: 1.0,
        cases=lambda quick: spectra.pairs("SSAM", "GD", cells=cells),
        within=any_case,
        rtol=0.1,  # networks differ by some per cent, seed by seed
    )


def n11():
    """The statement."""
    return Statement(
        id="N11",
        title="renormalised, SAM and USAM flatten the Hessian's spectrum less",
        source="this toolkit",
        grade="N",
        claims=(
            sharper(
                "N11.ssam",
                r"at one learning rate and radius SSAM's $\lambda_1$ at the end is no "
                r"smaller than USAM's",
                "SSAM",
                "USAM",
                "largest",
                "open",
            ),
            sharper(
                "N11.normalised",
                r"nor SSAM-N's than SAM's",
                "SSAM-N",
                "SAM",
                "largest",
                "open",
            ),
            sharper(
                "N11.trace",
                r"nor its trace",
                "SSAM-N",
                "SAM",
                "trace",
                "open",
            ),
            equal(
                "N11.sgd",
                r"SSAM's $\lambda_1$ is SGD's, to a tenth",
                "largest",
                "open",
            ),
            equal("N11.sgd_trace", "and so its trace", "trace", "open"),
            equal("N11.sgd_rank", "and its effective rank", "effective_rank", "open"),
            equal(
                "N11.late",
                r"500 steps after a late switch from GD to SSAM $\lambda_1$ is that of "
                r"GD going on, to a tenth",
                "largest",
                "open",
                ("late",),
            ),
            Claim(
                id="N11.switched",
                says="after one to USAM or SAM trace and $\\lambda_1$ are lower",
                expected="open",
                relation="<=",
                measured=lambda what, **case: beside(what)(**case),
                bound=lambda **case: 1.0,
                cases=switched,
                within=any_case,
                loose="a quotient may have any size",
            ),
            Claim(
                id="N11.rest",
                says=r"on a manifold of zero loss only SAM drifts: GD, USAM, SSAM "
                r"and SSAM-N, beside it, move along it by less than 1 % of what SAM "
                r"does in as many steps",
                expected="supported",
                relation="<=",
                measured=moved,
                bound=lambda **case: SLOW,
                cases=stays,
                within=any_case,
                loose="they come to rest",
            ),
        ),
        code=("experiments/hessian_spectra.py", "theory/measured/spectra.py"),
        reads=(spectra.EXPERIMENT,),
        notes="T13 says it of the largest eigenvalue where g is aligned with it. "
        + spectra.SETTING,
    )
