"""Every kept proof, verified in fractions: a line each, and a total."""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

from theory import proofs, regions
from theory.files import atomic
from theory.proving.rational import between
from theory.proving.statement import CONVERGENCE
from theory.regions.strip import Strip


def verify() -> tuple[bool, list[dict[str, Any]]]:
    """Prints what each file proves, boxes, the share of the exact region, seconds.

    Returns:
        whether all prove what they are to, and the regions as plain data.
    """
    begun, faults, boxes, drawn = time.perf_counter(), 0, 0, []
    for name, check in _checks():
        start = time.perf_counter()
        try:
            words, count, data = check(name)
        except (ValueError, OSError) as error:
            faults += 1
            print(f"{name}: NOTHING IS PROVED: {error}", flush=True)
            continue
        boxes += count
        drawn += data
        spent = time.perf_counter() - start
        print(f"{name}: {words}; boxes: {count}; {spent:.2f} s", flush=True)
    spent = time.perf_counter() - begun
    total = f"{len(proofs.KEPT)} proofs and {len(regions.KEPT)} regions"
    said = f"{faults} prove nothing" if faults else "all verified in fractions"
    print(f"{total}, {said}; boxes: {boxes}; {spent:.1f} s")
    return not faults, drawn


def save(drawn: list[dict[str, Any]], path: str) -> None:
    """Writes the regions for `figures.proved_regions`."""
    Path(path).parent.mkdir(parents=True, exist_ok=True)
    with atomic(Path(path)) as temporary:
        temporary.write_text(json.dumps(drawn) + "\n", encoding="utf-8")


def _checks() -> Iterator[tuple[str, Callable[[str], tuple[str, int, list]]]]:
    yield from ((name, _proof) for name in proofs.KEPT)
    yield from ((name, _region) for name in regions.KEPT)


def _proof(name: str) -> tuple[str, int, list]:
    said, count = proofs.checked(name)
    ranges = {"mu": (said.mu, said.mu), "rho": said.rho, "eta": said.eta}
    places = [f"{key} = {between(ends)}" for key, ends in ranges.items() if ends]
    label = said.made(said.rho and said.rho[0]).label
    return f"{label}, {said.measure} <= {said.factor}, {', '.join(places)}", count, []


def _region(name: str) -> tuple[str, int, list]:
    strip = regions.proved(name)
    data = plain(strip)
    label, part, source = (data[key] for key in ("label", "share", "source"))
    label += f" from |w - w*| = {strip.radius}" * (strip.radius is not None)
    measure = strip.measure
    if measure == CONVERGENCE:
        measure = f"descent and {measure}"
    about = f"{label}, {measure}, mu = {strip.mu}, rho = {between(strip.rho)}"
    said = f"{100 * part:.1f} % of {source}'s region in {len(strip.columns)} columns"
    left = [f"rho = {between(ends)}" for ends in strip.undecided()]
    said += f", undecided {', '.join(left)}" * bool(left)
    return f"{about}: {said}", strip.pieces(), [data]


def plain(strip: Strip) -> dict[str, Any]:
    """What a picture shows; the curve and the share in floating point."""
    from theory.regions import exact

    rho, eta = exact.curve(strip)
    return {
        "label": strip.statement(strip.columns[0]).made(strip.rho[0]).label,
        "measure": strip.measure,
        "mu": float(strip.mu),
        "radius": strip.radius and float(strip.radius),
        "source": exact.source(strip),
        "share": exact.share(strip),
        "columns": [[*map(float, c.rho), float(c.eta)] for c in strip.columns],
        "curve": [rho.tolist(), eta.tolist()],
    }
