"""Regime maps against optimizer objects, NumPy, eager torch, and this machine's best.

    python -m benchmarks.regimes
    python -m benchmarks.regimes --landscape beale --runs 200000

All in one run, one landscape and method after another:

1. one step of every way is the same to 1e-12, or there is no comparison;
2. the verdict maps of the compiled engine and of NumPy: their share of differing cells,
   each of which must lie beside a cell of another verdict;
3. point-steps a second, those that runs really take (`Decision.steps`): of the map,
   verdicts included, alone and with the writing of its int8 codes; of (a) a loop over
   points with a torch optimizer each (and pytorch_optimizer's SAM), (b) NumPy arrays
   `(N, d)`, (c) blocked NumPy, verdicts included, (d) eager torch. Without verdicts
   are (a), (b) and (d): bare steps;
4. the kernel alone beside the roofline (`benchmarks.roofline`), a core;
5. the map over sizes from 10^3 runs on, and whole sweeps, netCDF written, with one
   process and two.

Cores that others use too give less, most of all to threads that wait for one another
(`OMP_NUM_THREADS=1` is fairer then): ratios of one run say more than its rates.
"""

from __future__ import annotations

import tempfile
import time
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
import torch

import landscapes
from benchmarks import batch_engines, roofline
from experiments import run
from landscapes.landscape import Landscape
from theory import compiled, console, methods
from theory.base import gradient_descent
from theory.decide import EVERY, Decision, decide
from theory.job import flatten
from theory.method import Method
from theory.tree import leaves

SHORT = 16  # steps that the slow ways are timed over


@dataclass
class Config:
    """Regime maps, timed."""

    landscape: tuple[str, ...] = ("strict_saddle", "double_well_saddle", "beale")
    """names of those that run on components"""
    methods: tuple[str, ...] = ("gd", "sam", "ssam")
    """gd, usam, sam, ssam, ssam-n, stable:NAME ..."""
    runs: int = 1_000_000
    """how many the map has"""
    steps: int = 1024
    """of a run, at most"""
    side: int = 256
    """of the map whose verdicts are compared, (rho, eta)"""
    large: bool = False
    """sizes up to 10^8 instead of 10^7"""

    def __post_init__(self) -> None:
        """Checks the numbers."""
        run.at_least(1, runs=self.runs, steps=self.steps)
        run.at_least(2, side=self.side)


@dataclass(frozen=True, eq=False)
class Case:
    """A landscape, a method, and how large their rates and radii are."""

    landscape: Landscape
    method: Method
    spec: str
    steps: int

    def grid(self, runs: int) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
        """So many rates, radii and starts, flat, in the order of a map."""
        side = max(1, round(runs**0.5 / 4))
        eta, rho = self.axes(side, side)
        count = -(-runs // side**2)
        low, high = np.array(self.landscape.box).T
        x = np.random.default_rng(0).uniform(low, high, (count, self.landscape.dim))
        at = np.unravel_index(np.arange(runs), (side, side, count))
        return eta[at[1]], rho[at[0]], x[at[2]]

    def axes(self, etas: int, rhos: int) -> tuple[np.ndarray, np.ndarray]:
        """Rates up to 3, radii up to 1, in the landscape's own units."""
        at = np.asarray(self.landscape.start, dtype=float)
        curvature = np.abs(self.landscape.hessian(at)).max()
        unit = curvature if self.method.radius_unit == "rate" else 1.0
        return (
            np.geomspace(1e-2, 3, etas) / curvature,
            np.geomspace(1e-3, 1, rhos) / unit,
        )

    def decided(self, eta, rho, x, engine: str) -> Decision:
        """The map."""
        return decide(
            self.landscape, self.method, eta, rho, x, self.steps, engine=engine
        )


def check_steps(case: Case) -> None:
    """One step of every way, or no comparison."""
    f, x = case.landscape, np.random.default_rng(0).normal(size=(20, 2))
    method = case.method.having(rho=1e-2)
    one = (f, method, 1e-3)
    reference = batch_engines.arrays(*one, "numpy")(x, 1)
    ways = {
        "compiled": batch_engines.engine(*one, "compiled"),
        "blocked NumPy": batch_engines.engine(*one, "numpy"),
        "eager torch": batch_engines.arrays(*one, "torch"),
        "optimizer loop": batch_engines.optimizers(*one),
    }
    if other := other_sam(case, 1e-3, 1e-2):
        ways["pytorch_optimizer"] = other
    for name, steps in ways.items():
        deviation = np.abs(steps(x, 1) - reference).max()
        if not deviation <= 1e-12 * np.abs(reference).max():
            raise SystemExit(f"{name} deviates by {deviation:.2g}: no comparison.")
    print(f"  one step is the same to 1e-12: NumPy arrays, {', '.join(ways)}")


def other_sam(case: Case, eta: float, rho: float) -> Callable | None:
    """SAM as pytorch_optimizer has it, where it is installed."""
    try:
        from pytorch_optimizer import SAM
    except ImportError:
        return None
    if case.spec != "sam":
        return None

    def steps(x: np.ndarray, count: int) -> np.ndarray:
        ends = []
        for row in x:
            w = torch.nn.Parameter(torch.from_numpy(row.copy()))
            optimizer = SAM([w], torch.optim.SGD, rho=rho, lr=eta)
            for _ in range(count):
                for half in (optimizer.first_step, optimizer.second_step):
                    case.landscape.value(w).backward()
                    half(zero_grad=True)
            ends.append(w.detach().numpy())
        return np.array(ends)

    return steps


def check_verdicts(case: Case, side: int) -> None:
    """The maps of both engines: which cells differ, and where they lie."""
    eta, rho = case.axes(side, side)
    x = np.asarray(case.landscape.start, dtype=float)
    first, second = (
        case.decided(eta, rho[:, None], x, engine).verdict
        for engine in ("compiled", "numpy")
    )
    differ = first != second
    inside = differ & ~(edges(first) | edges(second))
    print(
        f"  verdict maps, {side} x {side}: {differ.sum()} cells differ "
        f"({differ.mean():.2%}), {inside.sum()} of them on no boundary"
    )


def edges(verdict: np.ndarray) -> np.ndarray:
    """Cells with another verdict among their eight neighbours."""
    wide, found = np.pad(verdict, 1, "edge"), np.zeros(verdict.shape, dtype=bool)
    height, width = verdict.shape
    for i in range(3):
        for j in range(3):
            found |= wide[i : i + height, j : j + width] != verdict
    return found


def timed(work: Callable, times: int = 3) -> tuple[float, object]:
    """The median of some calls' seconds, and what they give."""
    seconds = []
    for _ in range(times):
        begun = time.perf_counter()
        given = work()
        seconds.append(time.perf_counter() - begun)
    return float(np.median(seconds)), given


def map_rates(case: Case, runs: int, engine: str) -> tuple[float, float, float]:
    """Point-steps a second, with writing too, and the steps of a run in the mean."""
    grid = case.grid(runs)
    case.decided(*(v[:64] for v in grid), engine)  # compiles
    times = 3 if runs < 4e6 else 1
    seconds, found = timed(lambda: case.decided(*grid, engine), times)
    steps = found.steps.sum(dtype=float)
    with tempfile.TemporaryFile() as file:
        writing, _ = timed(lambda: (np.save(file, found.verdict), file.flush()))
    return steps / seconds, steps / (seconds + writing), steps / runs


def compare(case: Case, runs: int) -> None:
    """The map's rate beside those of the other ways."""
    eta, rho, x = (v[: min(runs, 10**6)] for v in case.grid(runs))
    bare, written, mean = map_rates(case, runs, "compiled")
    print(f"  {runs} runs of {mean:.0f} steps in the mean; M point-steps/s, map is")
    row("map, verdicts included", bare, bare)
    row("map, int8 codes written", written, bare)
    row("blocked NumPy, verdicts", map_rates(case, runs // 20, "numpy")[0], bare)
    method = case.method.having(rho=float(np.median(rho)))
    one = (case.landscape, method, float(np.median(eta)))
    for name, steps, starts in (
        ("NumPy arrays", batch_engines.arrays(*one, "numpy"), x),
        ("eager torch", batch_engines.arrays(*one, "torch"), x),
        ("optimizer loop", batch_engines.optimizers(*one), x[:20]),
        ("pytorch_optimizer", other_sam(case, one[2], method.get("rho")), x[:20]),
    ):
        if steps is not None:
            with np.errstate(all="ignore"):
                row(name, batch_engines.rate(steps, starts, SHORT), bare)
        elif case.spec == "sam":
            print(f"    {name:26}not installed")


def row(name: str, speed: float, first: float) -> None:
    """A line of the table."""
    print(f"    {name:26}{speed / 1e6:12.4g}{first / speed:14.1f} x")


def beside_roofline(case: Case, machine: roofline.Machine) -> None:
    """The kernel alone on one core, and what bounds it."""
    x = np.random.default_rng(0).normal(size=(compiled.BLOCK, case.landscape.dim))
    method = case.method.having(rho=np.full(len(x), 1e-2))
    _, job, progress = flatten(
        case.landscape, method, gradient_descent, 1e-3, x, 0.0, 1e6, "float64"
    )
    job = replace(job, every=EVERY)
    given, state = (list(map(torch.from_numpy, leaves(t))) for t in (job, progress))
    kernel = compiled.kernel(torch, job, progress, given, state, 1)
    speed = len(x) * EVERY / roofline.core_seconds(kernel, *given, *state)
    limits = roofline.bounds(machine, *roofline.operations(case.landscape, case.method))
    least = min(limits, key=limits.get)
    said = ", ".join(f"{k} {v / 1e6:.0f}" for k, v in limits.items() if v < np.inf)
    print(
        f"  kernel, a core: {speed / 1e6:.0f} M point-steps/s, "
        f"{speed / limits[least]:.0%} of the roofline ({least}; {said})"
    )


def sizes(case: Case, large: bool) -> None:
    """The map's rate over its size."""
    rates = []
    for power in range(3, 9 if large else 8):
        engine = "compiled" if power > 4 else "numpy"
        speed, _, _ = map_rates(case, 10**power, engine)
        rates.append(f"10^{power} {speed / 1e6:.4g} ({engine})")
    print(f"  over runs, M point-steps/s: {', '.join(rates)}")


def processes(case: Case, runs: int) -> None:
    """Whole sweeps with one process, all threads its own, and with two."""
    from experiments.sweep import Sweep, sweep

    side = max(2, round(runs**0.5 / 4))
    eta, rho = (tuple(axis) for axis in case.axes(side, side))
    job = Sweep(case.landscape.name, case.spec, eta, rho, 16, 0, case.steps)
    seconds = {}
    for jobs in (1, 2):
        for again in (False, True):  # the second time nothing is compiled
            with tempfile.TemporaryDirectory() as out:
                config = run.Work(jobs=jobs, out=Path(out), fresh=again)
                seconds[jobs], _ = timed(lambda c=config: sweep([job], c, "map"), 1)
    print(
        f"  sweep of {job.runs} runs, netCDF written: {seconds[1]:.1f} s with one "
        f"process (all cores), {seconds[2]:.1f} s with two, "
        f"{seconds[1] / seconds[2]:.2f} x"
    )


def main(config: Config) -> None:
    """Everything, case by case."""
    threads = torch.get_num_threads()
    print(f"torch {torch.__version__}, NumPy {np.__version__}, {threads} threads")
    machine = roofline.measure()
    torch.set_num_threads(threads)
    kinds = ", ".join(f"{k} {1 / v / 1e9:.3g}" for k, v in vars(machine).items())
    print(f"a core, 10^9 a second: {kinds}")
    for name in config.landscape:
        for spec in config.methods:
            case = Case(landscapes.load(name), methods.make(spec), spec, config.steps)
            print(f"{case.method.label} on {name}")
            check_steps(case)
            check_verdicts(case, config.side)
            compare(case, config.runs)
            beside_roofline(case, machine)
    sizes(case, config.large)
    processes(case, config.runs)


if __name__ == "__main__":
    console.main(Config, main, "benchmarks.regimes")
