"""A method and its state as plain numbers and tensors, and back."""

from __future__ import annotations

from dataclasses import fields, replace
from typing import Any

import torch
from torch.optim import Optimizer

from theory import methods
from theory.adapter.clock import Clock
from theory.adapter.layout import Layout
from theory.adapter.tensors import Tensors
from theory.method import Method

KEY, VERSION = "sharpness_aware", 1
WRITTEN = {"version", "method", "hyperparameters", "state"}


def described(method: Method) -> dict[str, Any]:
    """A method's name and numbers."""
    values = _hyperparameters(method)
    return {"version": VERSION, "method": _name(method), "hyperparameters": values}


def same_method(method: Method, description: dict[str, Any] | None) -> Method:
    """The method with the numbers of a description of it.

    Raises:
        ValueError: it describes another one, names both; or it is malformed.
    """
    if description is None:
        raise ValueError(
            f"`SharpnessAware` of `{_name(method)}` got a state without a method: a "
            "plain optimizer's is loaded by `.base`."
        )
    if not isinstance(description, dict) or not set(description) >= WRITTEN:
        raise malformed(f"`{KEY}` has not {sorted(WRITTEN)}")
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


def clock(own: Clock, description: dict[str, Any]) -> Clock:
    """The clock that was saved; none was for methods that go by none.

    Raises:
        ValueError: it is malformed, or a number is out of range.
    """
    found = description.get("clock", vars(replace(own, step=0)))
    if not isinstance(found, dict) or sorted(found) != sorted(vars(own)):
        raise malformed(f"the clock {found!r} has not {sorted(vars(own))}")
    return Clock(**found)


def malformed(why: str) -> ValueError:
    """What is raised for a state that nobody wrote so."""
    return ValueError(f"`SharpnessAware` got a malformed state: {why}.")


def load(base: Optimizer, state: dict[str, Any]) -> None:
    """Loads a torch optimizer's own state.

    Raises:
        ValueError: it belongs to other parameters, or it is malformed.
    """
    try:
        base.load_state_dict(state)
    except (AttributeError, KeyError, TypeError) as error:
        why = f"`{type(base).__name__}` found {type(error).__name__} {error}"
        raise malformed(why) from error


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
    names = [spec.name for spec in fields(method)]
    if not isinstance(values, dict) or sorted(values) != sorted(names):
        raise malformed(f"the hyperparameters {values!r} are not {names}")
    changes = {}
    for key, value in values.items():
        own = getattr(method, key)
        changes[key] = _having(own, value) if isinstance(own, Method) else value
        if not isinstance(changes[key], (Method, int, float, torch.Tensor)):
            raise malformed(f"the {key} {value!r} is no number")
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
        ValueError: the tensors are those of other parameters, or there are none.
    """
    if isinstance(state, dict):
        found = state.get("tensors")
        if not isinstance(found, list) or not all(map(torch.is_tensor, found)):
            raise malformed("a point of the method is no list of tensors")
        shapes = [tuple(t.shape) for t in found]
        wanted = [tuple(p.shape) for p in layout.parameters]
        if shapes != wanted:
            raise ValueError(
                "the state of the method belongs to parameters of the shapes "
                f"{shapes}, not {wanted}."
            )
        rows = zip(found, layout.parameters, strict=True)
        return Tensors(layout.join([t.to(p) for t, p in rows]))
    if isinstance(state, (list, tuple)):
        return tuple(unpacked(each, layout) for each in state)
    if not isinstance(state, (type(None), int, float, torch.Tensor)):
        raise malformed(f"{state!r} is nothing that a method keeps")
    return state.clone() if isinstance(state, torch.Tensor) else state


def moved(state: Any, old: Layout, new: Layout) -> Any:
    """A method's state where the same parameters lie in other parts.

    Raises:
        ValueError: they are not the same parameters.
    """
    if isinstance(state, Tensors):
        if set(old.parameters) != set(new.parameters):
            raise ValueError(
                f"the state of the method belongs to {len(old.parameters)} parameters, "
                f"not to the {len(new.parameters)} that are trained now."
            )
        places = dict(zip(old.parameters, old.separate(state), strict=True))
        return Tensors(new.join([places[p] for p in new.parameters]))
    if isinstance(state, tuple):
        return tuple(moved(each, old, new) for each in state)
    return state
