"""Tables of words."""

from __future__ import annotations


def percent(share: float, digits: int = 1) -> str:
    """`12.3 %`."""
    return f"{100 * float(share):.{digits}f} %"


def align(rows: list[tuple[str, ...]], left: int = 2) -> str:
    """Columns side by side, the first ones to the left."""
    widths = [max(len(row[i]) for row in rows) for i in range(len(rows[0]))]
    lines = []
    for row in rows:
        cells = (
            cell.ljust(w) if i < left else cell.rjust(w)
            for i, (cell, w) in enumerate(zip(row, widths, strict=True))
        )
        lines.append("  ".join(cells).rstrip())
    return "\n".join(lines)
