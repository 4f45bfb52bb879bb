"""Two tables of networks: the largest learning rates, and tuned against tuned."""

from __future__ import annotations

from collections.abc import Callable

from theory.interval import Interval
from theory.measured import regimes

PAIRS = (
    ("USAM", "GD"),
    ("SAM", "GD"),
    ("SSAM", "USAM"),
    ("SSAM-N", "SAM"),
    ("SSAM", "GD"),
    ("SSAM-N", "GD"),
)
TUNED = (
    ("SSAM", "SAM"),
    ("SSAM-N", "SAM"),
    ("SSAM", "GD"),
    ("SSAM-N", "GD"),
    ("SAM", "GD"),
    ("USAM", "GD"),
)


def extended() -> str:
    """By which factor the largest learning rate that trains is the other's."""
    return _table(PAIRS, regimes.extended, 1.0, "{:.2f}")


def gained() -> str:
    """Percentage points of test accuracy, each at its own best."""
    return _table(TUNED, regimes.gained, 0.0, "{:+.2f}")


def _table(
    pairs: tuple, measured: Callable[..., Interval], even: float, form: str
) -> str:
    """A row a pair, a column a task; bold where the interval is without `even`."""
    tasks = list(dict.fromkeys(case["task"] for case in regimes.tasks(("SAM",), "GD")))
    lines = [["", *tasks], ["---"] * (len(tasks) + 1)]
    for one, other in pairs:
        cells = [_cell(measured(task, one, other), even, form) for task in tasks]
        lines.append([f"{_name(one)} over {_name(other)}", *cells])
    return "\n".join(f"| {' | '.join(cells)} |" for cells in lines)


def _cell(found: Interval, even: float, form: str) -> str:
    said = f"{form} ({form} to {form})".format(found.value, found.low, found.high)
    return said if found.low <= even <= found.high else f"**{said}**"


def _name(label: str) -> str:
    return "SGD" if label == "GD" else label
