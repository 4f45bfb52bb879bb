r"""Is your lemma about one step true? Point by point: a proof, or a counterexample.

For example (N6):

    python -m theory.adjudicate --method usam --measure pair \
      --factor "1-(1+mu*rho)*eta*mu*beta/(mu+beta)" \
      --assuming "eta <= 2/(mu+beta) - rho" \
      --mu 0.1 0.3 --eta 0.01:1.8:12 --rho 0.05:1.5:8 --out lemma
"""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Callable
from dataclasses import dataclass, field
from itertools import product
from math import prod
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import tyro

from theory import console
from theory.files import atomic, check_folder
from theory.lemmas import samples
from theory.lemmas.expression import condition, formula
from theory.methods import make

if TYPE_CHECKING:
    from theory.lemmas.lemma import Lemma, Point
    from theory.lemmas.ruling import Ruling

MOST = 20_000  # points
FUNCTIONS, PROOFS = "counterexample_{}", "proof_{}.json"


@dataclass
class Options:
    """Is every step's ratio at most FACTOR, for every f with curvature in [mu, beta]?

    At sampled points of the assumed region: proves it in exact arithmetic, or runs the
    method on a function that breaks it. Formulas have numbers, + - * / **, sqrt, min,
    max and eta, rho, mu, beta, kappa = beta/mu; conditions compare them, joined by
    and, or, not.

    Exit code 0: decided, true or false; 1: some points are not; 2: bad input; 74: a
    file cannot be written; 130: stopped.
    """

    method: str
    """gd, usam, sam, ssam, ssam-n"""
    measure: Annotated[str, tyro.conf.arg(metavar="MEASURE")]
    """distance, pair or descent (of f - f*; for mu < 0: f's change by |g|^2)"""
    factor: str
    """the most that the ratio is, a formula (with a minus first: `--factor=-eta`)"""
    mu: tuple[str, ...]
    """least curvature, values or LOW:HIGH:N (logarithmic)"""
    eta: tuple[str, ...]
    """learning rates, values or LOW:HIGH:N (logarithmic)"""
    assuming: str = ""
    """where it is claimed, a condition; else everywhere"""
    beta: tuple[str, ...] = ("1",)
    """largest curvature, values or LOW:HIGH:N (logarithmic)"""
    rho: tuple[str, ...] = ()
    """radii, values or LOW:HIGH:N (logarithmic)"""
    radius: Annotated[str, tyro.conf.arg(metavar="R")] = ""
    """of the ball in which a step of SAM or SSAM-N starts"""
    out: Annotated[str, tyro.conf.arg(metavar="DIR")] = ""
    """folder of the counterexamples, as Python files, and of adjudicated.json, all
    points; default: none is written"""
    keep_proofs: bool = False
    """writes every proof too, to DIR/proofs"""
    jobs: int = field(default_factory=lambda: os.cpu_count() or 1)
    """processes; the answer does not depend on it"""

    def __post_init__(self) -> None:
        """Checks what can be checked before any work."""
        _named("method", make, self.method)
        _named("factor", formula, self.factor)
        if self.assuming:
            _named("assuming", condition, self.assuming)
        if self.jobs < 1:
            raise console.BadOption(f"--jobs must be >= 1, got {self.jobs}.")
        if self.keep_proofs and not self.out:
            raise console.BadOption("--keep-proofs needs --out DIR.")
        if bool(self.rho) != make(self.method).has_radius:
            what = "has no radius" if self.rho else "needs one"
            raise console.BadOption(f"--rho: `{self.method}` {what}.")
        self.values = (
            samples.fractions("mu", self.mu),
            samples.fractions("beta", self.beta, "> 0"),
            samples.fractions("eta", self.eta, "> 0"),
            samples.fractions("rho", self.rho or ["0"], ">= 0"),
        )
        if (count := prod(map(len, self.values))) > MOST:
            raise console.BadOption(f"{count} points are too many: at most {MOST}.")

    @property
    def lemma(self) -> Lemma:
        """What is claimed."""
        from theory.lemmas.lemma import Lemma

        given = bool(self.radius)
        R = samples.fractions("radius", [self.radius], "> 0")[0] if given else None
        return Lemma(self.method, self.measure, self.factor, self.assuming, R)


def _named(option: str, read: Callable[[str], Any], text: str) -> None:
    try:
        read(text)
    except ValueError as error:
        raise console.BadOption(f"--{option}: {error}") from None


def work(options: Options) -> None:
    """Rules, prints, writes."""
    # One thread a process: what is computed does not depend on --jobs.
    for library in ("OMP", "OPENBLAS", "MKL"):
        os.environ[f"{library}_NUM_THREADS"] = "1"
    from theory.gram.solve import solver
    from theory.lemmas import findings
    from theory.lemmas.lemma import Point

    solver()
    folder = Path(options.out) if options.out else None
    if folder:
        check_folder(folder)
    lemma = options.lemma
    points = [Point(*at) for at in product(*options.values)]
    rulings = _ruled(lemma, points, options.jobs)
    print(f"{len(rulings)} of {len(points)} sampled points are in the assumed region.")
    print(findings.table(rulings))
    for line in findings.failures(rulings):
        print(line)
    for ruling in findings.worst(rulings):
        print(f"worst violation: {findings.violation(ruling)}")
    print(findings.sentence(rulings))
    if folder:
        _write(folder, lemma, rulings, options.keep_proofs)
    if not findings.decided(rulings):
        sys.exit(1)


def _ruled(lemma: Lemma, points: list[Point], jobs: int) -> list[Ruling]:
    """The rulings; what is said of a radius that is missing names its option."""
    from theory.lemmas.ruling import adjudicate

    try:
        return adjudicate(lemma, points, jobs)
    except ValueError as error:
        missing = lemma.radius is None and "takes a finite radius" in str(error)
        raise console.BadOption(f"{'--radius: ' * missing}{error}") from None


def _write(folder: Path, lemma: Lemma, rulings: list[Ruling], proofs: bool) -> None:
    from theory.lemmas import findings
    from theory.refuting import file

    for pattern in (f"{FUNCTIONS.format('?')}.py", f"proofs/{PROOFS.format('*')}"):
        for earlier in folder.glob(pattern):  # it would be taken for this lemma's
            earlier.unlink()
    says = f"the {lemma.measure} ratio is at most {lemma.factor}"
    says += f" where {lemma.assuming}" if lemma.assuming else ""
    for number, ruling in enumerate(findings.worst(rulings), 1):
        name = FUNCTIONS.format(number)
        path = file.save(ruling.function, folder, name, says)
        print(f"written: {path}")
    kept = [ruling.proof for ruling in rulings if ruling.proof] if proofs else []
    if kept:
        check_folder(folder / "proofs")
        for number, proof in enumerate(kept, 1):
            proof.save(folder / "proofs" / PROOFS.format(f"{number:03d}"))
        print(f"written: {len(kept)} proofs in {folder / 'proofs'}")
    path = folder / "adjudicated.json"
    with atomic(path.absolute()) as temporary:
        text = json.dumps(findings.content(lemma, rulings), indent=1)
        temporary.write_text(text + "\n", encoding="utf-8")
    print(f"written: {path}")
    worst = findings.worst(rulings)
    if any(ruling.function.landscape.dim <= 2 for ruling in worst):
        print(
            f"figures: python -m figures adjudicated --results {folder} --out {folder}"
        )


if __name__ == "__main__":
    console.main(Options, work, "theory.adjudicate")
