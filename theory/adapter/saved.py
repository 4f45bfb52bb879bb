"""A method and its state as plain numbers and tensors, and back."""

from __future__ import annotations

from dataclasses import fields, replace
from typing import Any

import torch

from theory import methods
from theory.adapter.layout import Layout
from theory.adapter.tensors import Tensors
from theory.method import Method


def name(method: Method) -> str:
    """Its command-line name, or its class's."""
    try:
        return methods.spec(method)
    except ValueError:
        return type(method).__name__


def hyperparameters(method: Method) -> dict[str, Any]:
    """By name; those of a wrapped method under the name of its field."""
    found = {}
    for spec in fields(method):
        value = getattr(method, spec.name)
        found[spec.name] = hyperparameters(value) if _is(value) else _plain(value)
    return found


def with_hyperparameters(method: Method, values: dict[str, Any]) -> Method:
    """A copy that has them."""
    changes = {}
    for key, value in values.items():
        own = getattr(method, key)
        changes[key] = with_hyperparameters(own, value) if _is(own) else value
    return replace(method, **changes)


def _is(value: Any) -> bool:
    return isinstance(value, Method)


def _plain(value: Any) -> Any:
    """NumPy's numbers as Python's, which are read back without trust."""
    return value.item() if type(value).__module__ == "numpy" else value


def packed(state: Any, layout: Layout) -> Any:
    """A method's state with every point as a list of tensors, one a parameter."""
    if isinstance(state, Tensors):
        return {"tensors": [t.clone() for t in layout.separate(state)]}
    if isinstance(state, (tuple, list)):
        return [packed(each, layout) for each in state]
    return state.clone() if isinstance(state, torch.Tensor) else state


def unpacked(state: Any, layout: Layout) -> Any:
    """The inverse of `packed`.

    Raises:
        ValueError: the tensors are those of other parameters.
    """
    if isinstance(state, dict):
        shapes = [tuple(t.shape) for t in state["tensors"]]
        wanted = [tuple(p.shape) for p in layout.parameters]
        if shapes != wanted:
            raise ValueError(
                "the state of the method belongs to parameters of the shapes "
                f"{shapes}, not {wanted}."
            )
        rows = zip(state["tensors"], layout.parameters, strict=True)
        return Tensors(layout.join([t.to(p) for t, p in rows]))
    if isinstance(state, list):
        return tuple(unpacked(each, layout) for each in state)
    return state.clone() if isinstance(state, torch.Tensor) else state
