"""P6: the paper's sentence on data sets and tasks."""

from theory.claim import Claim, Statement


def p6():
    """The statement."""
    return Statement(
        id="P6",
        title="SSAM does better on representative data sets and tasks",
        source="Tan et al., arXiv 2401.07250 (abstract)",
        grade="A",
        claims=(
            Claim(
                id="P6",
                says=r"at each method's best $(\eta, \rho)$ the test error of SSAM is "
                r"below that of SGD and of SAM, over seeds and data sets",
                expected="open",
                waits="networks: sweeps of learning rate and radius on real data, with "
                "seeds and intervals",
            ),
        ),
        code=("theory/methods/stable.py",),
        notes=(
            "Where loss is a function of one inner product an example, and examples "
            "come one at a time, SSAM is SGD (T16): no gain is possible there."
        ),
    )
