"""The kept proofs and regions: what each says, its file, the line that verifies it."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

from figures import proved_regions
from figures.report.pictures import Picture, picture, uri
from figures.report.source import REGIONS, Source
from theory import proofs, regions
from theory.proofs.verify import plain
from theory.proving.pieces import load
from theory.proving.rational import between
from theory.regions.strip import load as load_strip

SHOWS = (
    "Regions of learning rates and radii that are proved, as rectangles below the "
    "theorems' limits, for USAM and SSAM and four classes of functions."
)
FRACTIONS = "python -m theory.proofs --verify"


@dataclass(frozen=True)
class File:
    """A file that proves something.

    Args:
        name: of the file.
        about: of the method, class and measure, in a few words.
        theorem: in full, a line each.
        boxes: how many pieces it has.
        checked: whether it was verified for this page.
        line: the command that verifies it.
        size: in bytes.
        digest: the beginning of its SHA-256.
        uri: the file itself.
    """

    name: str
    about: str
    theorem: str
    boxes: int
    checked: bool
    line: str
    size: int
    digest: str
    uri: str


def kept_proofs() -> list[File]:
    """Proofs of single statements, each verified here and now.

    Raises:
        ValueError: one proves nothing, or something else than it should.
    """
    found = []
    for name in proofs.KEPT:
        said, boxes = proofs.checked(name)
        path = proofs.FOLDER / f"{name}.json"
        label = said.made(said.rho and said.rho[0]).label
        where = [f"ρ = {between(said.rho)}"] if said.rho else []
        where += [f"η = {between(said.eta)}", f"μ = {said.mu}"]
        about = f"{label}, {said.measure}, at most {said.factor}; {', '.join(where)}"
        theorem = load(path).theorem()
        line = f"python -m theory.proof {path.name}"
        found.append(_file(path, about, theorem, boxes, True, line))
    return found


def kept_regions() -> list[tuple[File, dict[str, Any]]]:
    """Whole regions, and what a picture shows of them.

    To verify all of them takes a minute, so it is not done here.
    """
    found = []
    for name in regions.KEPT:
        path = regions.FOLDER / f"{name}.json"
        strip = load_strip(path)
        shown = plain(strip)
        about = (
            f"{shown['label']}: {proved_regions.ASKED[strip.measure]}; β = 1, "
            f"μ = {strip.mu}, ρ = {between(strip.rho)}"
        )
        theorem = (
            f"{100 * shown['share']:.1f} % of the region below {shown['source']}'s "
            f"limit, in {len(strip.columns)} columns"
        )
        file = _file(path, about, theorem, strip.pieces(), False, FRACTIONS)
        found.append((file, shown))
    return found


def _file(
    path: Path, about: str, theorem: str, boxes: int, checked: bool, line: str
) -> File:
    content = path.read_bytes()
    digest = hashlib.sha256(content).hexdigest()[:16]
    address = uri("application/json", content)
    about_file = line, len(content), digest, address
    return File(path.name, about, theorem, boxes, checked, *about_file)


def drawn(source: Source, kept: list[dict[str, Any]]) -> Picture:
    """The regions that README shows, of the folder's result or of the files.

    Raises:
        ValueError: the folder's result is damaged.
    """
    if path := source.file(REGIONS):
        panels = proved_regions.load(path)
    else:
        panels = proved_regions.grouped(kept)
    shown = {k: panels[k] for k in proved_regions.SHOWN if k in panels} or panels
    draw = partial(proved_regions.draw, shown, True)
    return picture("proved_regions", SHOWS, draw)
