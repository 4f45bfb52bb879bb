"""Every variant at its own best on real data, its range of rates, its curvature."""

from __future__ import annotations

from typing import Any

import numpy as np
import xarray

from experiments.networks import tuned
from experiments.networks.curved import Curved
from experiments.networks.grid import axes, gathered
from experiments.networks.paired import Pairs
from experiments.networks.ranges import ranges
from experiments.sweep import sweep
from experiments.zoo import plan
from experiments.zoo.words import CHOICE, attributes

ENDS = ("", "_low", "_high")


def training(config: Any, grid_name: str, judged_name: str) -> xarray.Dataset:
    """The grid, then the chosen cells anew; what was complete on disk is kept.

    Args:
        config: the options of `experiments.variants`.
        grid_name: the sweep's folder.
        judged_name: that of the fresh runs.

    Returns:
        What `grid.gathered`, `grid.axes`, `tuned.chosen`, `tuned.at_best`,
        `comparisons` and `ranges.ranges` return, `versus` being `GD`, `SAM` and
        `plain`, the same method without Stable, whose label `plain_form` has;
        `tuned_top_eigenvalue`, and `hindsight_test`.
    """
    jobs, against = plan.jobs(config), plan.against(plan.specs(config))
    grid = gathered(jobs, sweep(list(jobs.values()), config, grid_name))
    grid = grid.merge(axes(jobs))
    choice = tuned.chosen(grid)
    anew = {key: Curved(**vars(job)) for key, job in jobs.items()}
    anew = tuned.judges(anew, choice, config.fresh_seeds)
    paths = sweep(list(anew.values()), config, judged_name)
    fresh = tuned.at_best(gathered(anew, paths))
    wide = ranges(grid, {"plain": against["plain"]})
    told = [grid, choice, fresh, comparisons(fresh, against), wide]
    whole = xarray.merge(told, compat="override", join="outer")
    whole = with_choice(whole, against)
    # The order of the first, not of the alphabet.
    whole = whole.sel(algorithm=grid.algorithm, task=grid.task, versus=[*against])
    plain = [against["plain"].get(label, "") for label in whole.algorithm.values]
    whole["plain_form"] = "algorithm", plain
    return whole.assign_attrs(attributes(whole, against))


def comparisons(fresh: xarray.Dataset, against: Pairs) -> xarray.Dataset:
    """Methods in pairs on the same seeds, a family of intervals for each `versus`.

    Args:
        fresh: `tuned_test` and `tuned_top_eigenvalue` `(task, algorithm, fresh_seed)`.
        against: who is compared with whom.

    Returns:
        `(task, algorithm, versus)`: `difference`, `_low`, `_high` of the test accuracy;
        `curvature_ratio`, `_low`, `_high` of the top eigenvalue, as a geometric mean.
        NaN where a seed has no positive eigenvalue.
    """
    top = fresh.tuned_top_eigenvalue
    logs = np.log(top.where(top > 0))
    tests, curves = [], []
    for name, pairs in against.items():
        tests.append(tuned.judged(fresh.tuned_test, {name: pairs}))
        curves.append(np.exp(tuned.judged(logs, {name: pairs})))
    names = {f"difference{end}": f"curvature_ratio{end}" for end in ENDS}
    tests, curves = xarray.concat(tests, "versus"), xarray.concat(curves, "versus")
    return tests.merge(curves.rename(names))


def with_choice(whole: xarray.Dataset, against: Pairs) -> xarray.Dataset:
    """Intervals of differences that hold those in hindsight, too.

    Which cell is chosen on some hundred validation images is partly chance, of which
    fresh seeds at one cell know nothing. In hindsight, with the cells that are best on
    the test data of the grid's own seeds, nothing is chosen by it; all methods look too
    good, by about as much.

    Args:
        whole: with `test_accuracy` of the grid, and `difference`, `_low`, `_high`.
        against: who is compared with whom.

    Returns:
        The same with `hindsight_test`, `(task, algorithm)`, and intervals that contain
        its differences, give or take `CHOICE`.
    """
    cells = ["rho_level", "eta_level"]
    best = whole.test_accuracy.mean("seed", skipna=False).max(cells)
    whole = whole.assign(hindsight_test=best)
    for name, side, outer in (("low", -1, np.fmin), ("high", 1, np.fmax)):
        end = whole[f"difference_{name}"].copy()
        for versus, pairs in against.items():
            for label, other in pairs.items():
                at = {"versus": versus, "algorithm": label}
                apart = best.sel(algorithm=label) - best.sel(algorithm=other)
                wider = outer(
                    end.loc[at],
                    apart.drop_vars("algorithm", errors="ignore") + side * CHOICE,
                )
                end.loc[at] = wider.where(end.loc[at].notnull())
        whole[f"difference_{name}"] = end
    return whole
