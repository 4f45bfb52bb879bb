"""Writes the report: answers, ledger, maps, proofs on one page.

    python -m figures report
    python -m figures report --from experiments/results/quick --out report.html

The page needs no network, and works without scripts.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Annotated

import tyro

from experiments.run import RESULTS, main
from theory.console import BadOption
from theory.files import atomic, check_folder


@dataclass
class Options:
    """Writes one HTML page: answers, ledger, regime maps, proofs, provenance.

    It needs no network, and reads what is there: nothing is computed anew. What the
    folder lacks comes from the kept results, so a fresh clone has a report, too, in
    half a minute.
    """

    from_: Annotated[
        Path | None,
        tyro.conf.arg(
            name="from",
            metavar="DIR",
            help="folder of results, preferred to the kept ones",
            help_behavior_hint=f"(default: {RESULTS}, if it is there)",
        ),
    ] = None
    out: Annotated[Path, tyro.conf.arg(metavar="FILE")] = Path("report.html")
    """the page to be written"""

    def __post_init__(self) -> None:
        """Checks what can be checked before any work."""
        if self.out.is_dir():
            raise BadOption(f"--out takes a file, `{self.out}` is a folder.")


def work(options: Options) -> None:
    """Reads, writes the page whole or not at all, says where."""
    from figures.report.page import page
    from figures.report.source import Source

    source = Source.of(options.from_)
    check_folder(options.out.absolute().parent)
    text = page(source)
    with atomic(options.out.absolute()) as temporary:
        temporary.write_text(text, encoding="utf-8")
    for line in source.remarks:
        print(line)
    size = len(text.encode()) / 1e6
    print(f"written: {options.out} ({size:.1f} MB; open it in any browser)")


if __name__ == "__main__":
    main(Options, work, "figures.report")
