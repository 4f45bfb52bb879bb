"""A method and its state as plain numbers and tensors, and back."""

from __future__ import annotations

from dataclasses import fields, replace
from typing import Any

import torch

from theory import methods
from theory.adapter.layout import Layout
from theory.adapter.tensors import Tensors
from theory.method import Method

KEY, VERSION = "sharpness_aware", 1


def described(method: Method) -> dict[str, Any]:
    """A method's name and numbers."""
    values = _hyperparameters(method)
    return {"version": VERSION, "method": _name(method), "hyperparameters": values}


def same_method(method: Method, description: dict[str, Any] | None) -> Method:
    """The method with the numbers of a description of it.

    Raises:
        ValueError: it describes another one, names both.
    """
    if description is None:
        raise ValueError(
            f"`SharpnessAware` of `{_name(method)}` got a state without a method: a "
            "plain optimizer's is loaded by `.base`."
        )
    if description["version"] != VERSION:
        raise ValueError(
            f"`SharpnessAware` reads states of version {VERSION}, got "
            f"{description['version']}."
        )
    if description["method"] != _name(method):
        raise ValueError(
            f"`SharpnessAware` of `{_name(method)}` got a state of "
            f"`{description['method']}`."
        )
    return _having(method, description["hyperparameters"])


def _name(method: Method) -> str:
    """Its command-line name, or its class's."""
    try:
        return methods.spec(method)
    except ValueError:
        return type(method).__name__


def _hyperparameters(method: Method) -> dict[str, Any]:
    """By name; those of a wrapped method under the name of its field."""
    found = {}
    for spec in fields(method):
        value = getattr(method, spec.name)
        wraps = isinstance(value, Method)
        found[spec.name] = _hyperparameters(value) if wraps else _plain(value)
    return found


def _having(method: Method, values: dict[str, Any]) -> Method:
    changes = {}
    for key, value in values.items():
        own = getattr(method, key)
        changes[key] = _having(own, value) if isinstance(own, Method) else value
    return replace(method, **changes)


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
