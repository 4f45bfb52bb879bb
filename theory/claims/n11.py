"""N11: what renormalisation leaves of the flattening of the whole spectrum."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from theory.claim import Claim, Statement
from theory.measured import spectra

SLOW = 0.01  # of SAM's drift


def beside(
    id: str,
    says: str,
    expected: str,
    relation: str,
    what: str,
    cases: Callable[[], list[dict]],
    rtol: float = 0.0,
) -> Claim:
    """A method's number over another's; a claim's intervals miss together with 5 %."""

    def measured(**case):
        return spectra.ratio(what, len(cases()))(**case)

    return Claim(
        id=id,
        says=says,
        expected=expected,
        relation=relation,
        measured=measured,
        bound=lambda **case: 1.0,
        cases=lambda quick: cases(),
        within=lambda **case: True,
        loose="" if relation == "==" else "a quotient may have any size",
        rtol=rtol,
    )


def of(kind: str, *pairs: tuple[str, str], cells: tuple[str, ...] = spectra.EQUAL):
    """Cases of some pairs of methods on tasks of a kind."""
    return lambda: [
        case for pair in pairs for case in spectra.pairs(*pair, kind, cells)
    ]


def moved(site, samples, method, share, share_level, rho_level):
    """The displacement over SAM's predicted one, its size."""
    place = site, samples, method, share, share_level, rho_level
    return np.abs(spectra.drift("ratio")(*place))


def stays(quick):
    """Every method but SAM, both ways of sampling."""
    for method in ("GD", "USAM", "SSAM", "SSAM-N"):
        for mode in ("all", "one"):
            yield from spectra.drifts(mode, method)


OWN = (("SSAM", "USAM"), ("SSAM-N", "SAM"))
TENTH = 0.1  # networks hover above an edge, by some per cent


def n11():
    """The statement."""
    return Statement(
        id="N11",
        title="renormalised, SAM and USAM flatten the Hessian's spectrum less",
        source="this toolkit",
        grade="N",
        claims=(
            beside(
                "N11.sharper",
                r"square loss, full batch, at one $\eta$ and $\rho$: $\lambda_1$ at "
                r"the end is above USAM's under SSAM, above SAM's under SSAM-N",
                "supported",
                ">=",
                "largest",
                of("square", *OWN),
            ),
            beside(
                "N11.edge",
                r"there SSAM's $\lambda_1$ is GD's, to a tenth (T13)",
                "supported",
                "==",
                "largest",
                of("square", ("SSAM", "GD")),
                TENTH,
            ),
            beside(
                "N11.trace",
                "and so its trace",
                "open",
                "==",
                "trace",
                of("square", ("SSAM", "GD")),
                TENTH,
            ),
            beside(
                "N11.rank",
                r"and its effective rank $(\mathrm{tr}\,H)^2/\mathrm{tr}\,H^2$: the "
                "whole spectrum is GD's",
                "supported",
                "==",
                "effective_rank",
                of("square", ("SSAM", "GD")),
                TENTH,
            ),
            beside(
                "N11.batches",
                r"with cross-entropy on mini-batches, too, SSAM's $\lambda_1$ is SGD's "
                "at the same rate, to a tenth",
                "refuted",
                "==",
                "largest",
                of("batches", ("SSAM", "GD")),
                TENTH,
            ),
            beside(
                "N11.best",
                r"each at its own best rate and radius, SSAM and SSAM-N end no sharper "
                r"than SGD there ($\lambda_1$)",
                "refuted",
                "<=",
                "largest",
                of("batches", ("SSAM", "GD"), ("SSAM-N", "GD"), cells=("own",)),
            ),
            beside(
                "N11.late",
                r"500 steps after a late switch from GD to SSAM, square loss, "
                r"$\lambda_1$ is that of GD going on, to a tenth",
                "supported",
                "==",
                "largest",
                of("square", ("SSAM", "GD"), cells=("late",)),
                TENTH,
            ),
            beside(
                "N11.switched",
                r"after one to USAM or SAM $\lambda_1$ is lower (L28)",
                "supported",
                "<=",
                "largest",
                of("square", ("USAM", "GD"), ("SAM", "GD"), cells=("late",)),
            ),
            beside(
                "N11.switched_trace",
                "and the trace",
                "open",
                "<=",
                "trace",
                of("square", ("USAM", "GD"), ("SAM", "GD"), cells=("late",)),
            ),
            Claim(
                id="N11.rest",
                says=r"on a manifold of zero loss only SAM goes on along it: GD, USAM, "
                r"SSAM and SSAM-N move by less than 1 % of what it does in as many "
                "steps",
                expected="supported",
                relation="<=",
                measured=moved,
                bound=lambda **case: SLOW,
                cases=stays,
                within=lambda **case: True,
                loose="they come to rest",
            ),
        ),
        code=("experiments/hessian_spectra.py", "theory/measured/spectra.py"),
        reads=(spectra.EXPERIMENT,),
        notes=(
            "T13 says it of the largest eigenvalue where g lies along its vector. "
            "With cross-entropy the Hessian shrinks with the loss: who ends at a "
            "higher one, as the renormalised methods at their own best do, ends "
            "sharper. What is open is undecided by five seeds. " + spectra.SETTING
        ),
    )
