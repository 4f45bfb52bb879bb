"""What a step costs: the table, and the sentences."""

from __future__ import annotations

import xarray

from experiments.networks.answer import said
from experiments.text import percent
from experiments.zoo.answer import scaled, span
from experiments.zoo.told.layout import note, sections

HEAD = (
    "method", "gradients", "values", "products", "counted", "stated",
    "time over SGD's (quartiles)",
)  # fmt: skip
COUNTS = tuple(f"cost_{name}" for name in HEAD[1:6])
ROUNDING = 1e-9


def table(dataset: xarray.Dataset) -> str:
    """One row a network and method."""
    labels = dataset.algorithm.values.astype(str)
    rows = {
        name: [_row(dataset.sel(network=name, algorithm=label)) for label in labels]
        for name in dataset.network.values.astype(str)
    }
    return "\n".join(["cost of a step", sections(HEAD, rows), "", _notes(dataset)])


def _row(at: xarray.Dataset) -> tuple[str, ...]:
    time, low, high = (float(at[f"cost_time{end}"]) for end in ("", "_low", "_high"))
    return (
        said(str(at.algorithm.item())),
        *(f"{float(at[name]):.4g}" for name in COUNTS),
        f"{time:.2f} ({low:.2f} to {high:.2f})",
    )


def _notes(dataset: xarray.Dataset) -> str:
    from experiments.zoo.cost import PRODUCT, VALUE  # torch comes with it

    seconds = ", ".join(f"{1e3 * float(s):.3g}" for s in dataset.cost_sgd_seconds)
    return note(
        f"counted: gradients, {VALUE:.3g} a value (forward alone) and {PRODUCT:g} a "
        "Hessian-vector product, of a part of the batch its share; stated: what the "
        f"method states, in the same unit; SGD's step takes {seconds} ms."
    )


def answer(dataset: xarray.Dataset) -> str:
    """The largest deviation from what is stated; time; what Stable adds."""
    deviation = (dataset.cost_counted / dataset.cost_stated - 1).rename("deviation")
    exact = int((abs(deviation) <= ROUNDING).sum())
    worst = abs(deviation).argmax(...)
    words, most = _where(dataset, worst), abs(deviation).isel(worst)
    time = dataset.cost_time / dataset.cost_stated
    least, longest, middle = time.argmin(...), time.argmax(...), float(time.median())
    return (
        f"Cost: the evaluations of a step, counted in gradients, are as stated for "
        f"{exact} of {deviation.size} methods and differ by at most {percent(most)} "
        f"({words}: {float(dataset.cost_counted.isel(worst)):.4g}, stated "
        f"{float(dataset.cost_stated.isel(worst)):.4g}). Its time over SGD's is "
        f"{float(time.isel(least)):.3g} ({_where(dataset, least)}) to "
        f"{float(time.isel(longest)):.3g} ({_where(dataset, longest)}) times what is "
        f"stated, the median over methods {middle:.3g}{_added(dataset)}."
    )


def _where(dataset: xarray.Dataset, at: dict) -> str:
    return said(str(dataset.algorithm[at["algorithm"]].item()))


def _added(dataset: xarray.Dataset) -> str:
    """How a step with Stable compares with one without, in time."""
    pairs = scaled(dataset)
    if not pairs:
        return ""
    own, plain = (
        dataset.cost_time.sel(algorithm=[*labels]).drop_vars("algorithm")
        for labels in (pairs, pairs.values())
    )
    return f"; with Stable it is {span(own / plain)} times that of the plain form"
