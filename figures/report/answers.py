"""The paper's six sentences: verdict, number, picture, and the commands behind them."""

from __future__ import annotations

from dataclasses import dataclass

from figures.report.ledger import Ledger, Row
from figures.report.numbers import NUMBERS
from figures.report.pictures import Picture, picture
from figures.report.sketches import SKETCHES
from theory.kept import Unkept

# What each picture shows, for who cannot see it; the numbers stand beside it.
SHOWS = {
    "P1": "Bars: the share of training runs that learn nothing and end above "
    "descending curvature, by method and initialisation, each at its largest radius.",
    "P2": "The norm of the step's direction over that of the gradient, by method: one "
    "point at 1 for SSAM and SSAM-N, wide ranges around it for SAM and USAM.",
    "P3": "Time of a step over SGD's for every method, without and with Stable.",
    "P4": "The largest learning rate that trains each network over SGD's, SAM and "
    "USAM, with intervals.",
    "P5": "Theorem T3: the largest learning rate that always descends, over the "
    "radius. SSAM's curve for convex functions lies between USAM's and GD's; for "
    "curvature of both signs it falls to zero and crosses USAM's.",
    "P6": "Differences of test accuracy with intervals, SSAM against SGD and SAM, "
    "SSAM-N against SAM, task by task; hollow points are undecided.",
}
# What made the numbers: experiments, beside the ledger's own row.
MADE = {
    "P1": "python -m experiments.network_saddles",
    "P2": "python -m experiments.network_regimes",
    "P3": "python -m experiments.variants",
    "P4": "python -m experiments.network_edges",
    "P5": "python -m theory T3 T15 --explain",
    "P6": "python -m experiments.network_regimes",
}


@dataclass(frozen=True)
class Answer:
    """One sentence of the paper, and what is found of it."""

    row: Row
    number: str
    picture: Picture | None
    decides: str
    made: str

    @property
    def tally(self) -> dict[str, int]:
        """How many of its claims came out in each way, none left out."""
        verdicts = [claim.verdict for claim in self.row.claims]
        return {verdict: verdicts.count(verdict) for verdict in dict.fromkeys(verdicts)}


def answers(ledger: Ledger) -> list[Answer]:
    """All six, as far as the ledger has them."""
    return [answer(row) for row in ledger.rows if row.id in NUMBERS]


def answer(row: Row) -> Answer:
    """One; without number and picture where the kept result is missing."""
    decides = f"python -m theory {row.id} --explain"
    try:
        number = NUMBERS[row.id]()
        drawn = picture(row.id, SHOWS[row.id], SKETCHES[row.id])
    except Unkept as error:
        number, drawn = f"Not told: {error}.", None
    return Answer(row, number, drawn, decides, MADE[row.id])
