"""L32: SAM and mSAM end where the loss is flatter."""

from __future__ import annotations

from theory.claim import Claim, Statement
from theory.kept import Unkept
from theory.measured import variants

SHARDS = "mSAM (m 4)"


def cells(method, other, same):
    """The tasks on which both chose one cell, or those on which they did not.

    Raises:
        Unkept: there is none to compare them on.
    """
    tasks = [*variants.tasks(method, other)]
    found = [case for case in tasks if variants.same_cell(**case) == same]
    if same and not found:
        raise Unkept(f"waits for a task on which {method} and {other} choose one cell")
    return found


def flatter(id, says, method, other):
    """One method's top eigenvalue is at most the other's."""
    return Claim(
        id=id,
        says=says,
        expected="supported",
        relation="<=",
        measured=variants.curvature,
        bound=lambda task, method, other: 1.0,
        cases=lambda quick: cells(method, other, same=True),
        outside=lambda quick: cells(method, other, same=False),
        within=variants.same_cell,
        loose="a quotient may have any size",
        grade="N",
    )


def l32():
    """The statement."""
    return Statement(
        id="L32",
        title="SAM ends flatter than SGD, and mSAM flatter than SAM",
        source="Foret et al., arXiv 2010.01412; Behdin et al., arXiv 2302.09693",
        grade="C",
        claims=(
            flatter(
                "L32.sam",
                "the top Hessian eigenvalue at the end, seed by seed, is smaller "
                "after SAM than after SGD",
                "SAM",
                "GD",
            ),
            flatter(
                "L32.msam",
                "and smaller after mSAM of four shards than after SAM",
                SHARDS,
                "SAM",
            ),
        ),
        code=("theory/measured/variants.py",),
        reads=(variants.EXPERIMENT,),
        notes="Geometric means of paired quotients. What holds at the edge of "
        "stability, where a learning rate bounds the curvature, is L28's and the edge "
        "rows' matter. Compared are methods that chose one learning rate and, both "
        "having one, one radius: a larger one flattens by itself. That was asked after "
        "the result was seen; the tasks that it leaves out are those outside the "
        "assumptions. " + variants.SETTING,
    )
