"""One method a file, found by `names`, made by `make`."""

from __future__ import annotations

import ast
import importlib
from collections.abc import Callable
from dataclasses import fields
from functools import cache
from math import inf
from typing import Any

from landscapes.registry import definitions, squash, unknown
from theory.method import Method


@cache
def _makers() -> dict[str, Callable[..., Method]]:
    """Every class and every alias of the folder, by command-line name."""
    makers: dict[str, Callable[..., Method]] = {}
    for stem, name in definitions("theory.methods", ast.ClassDef).items():
        module = importlib.import_module(f"theory.methods.{stem}")
        makers[stem.replace("_", "-")] = getattr(module, name)
        makers |= vars(module).get("ALIASES", {})
    return dict(sorted(makers.items()))


def _wraps(maker: Callable) -> bool:
    return isinstance(maker, type) and any(f.name == "method" for f in fields(maker))


def names() -> list[str]:
    """Names of all methods that stand for themselves (not those that wrap another)."""
    return [name for name, maker in _makers().items() if not _wraps(maker)]


def specs() -> list[str]:
    """`names()`, and `stable:NAME` of those that can be wrapped."""
    inner = [name for name in names() if not make(name).whole_step]
    return [*names(), *(f"stable:{name}" for name in inner)]


def make(spec: str, **values: Any) -> Method:
    """A method by its command-line name.

    Args:
        spec: a name out of `names()`, or `stable:NAME` (capped: `stable@1:NAME`).
        **values: hyperparameters by name; those the method lacks are ignored.

    Raises:
        ValueError: the name is unknown (the nearest are named), or a value is out of
            range.
    """
    outer, colon, inner = spec.lower().partition(":")
    name, at, cap = outer.partition("@")
    makers = {squash(key): maker for key, maker in _makers().items()}
    maker = makers.get(squash(name))
    if maker is None or _wraps(maker) != bool(colon) or bool(at) > bool(colon):
        raise unknown("method", spec, specs())
    if colon:
        limit = {"cap": _number(spec, cap)} if at else {}
        return maker(make(inner, **values), **limit).having(**values)
    return maker().having(**values)


def spec(method: Method) -> str:
    """The command-line name of a method, without its hyperparameters.

    Raises:
        ValueError: it is not of this folder.
    """
    stems = {maker: name for name, maker in _makers().items()}
    name = stems.get(type(method))
    if name is None:
        raise ValueError(
            f"`{type(method).__name__}` has no name: it is not in `theory.methods`."
        )
    inner = next((v for v in vars(method).values() if isinstance(v, Method)), None)
    if inner is None:
        return name
    cap = vars(method).get("cap", inf)
    return f"{name}{f'@{cap!r}' * (cap < inf)}:{spec(inner)}"


def _number(spec: str, text: str) -> float:
    try:
        return float(text)
    except ValueError:
        raise ValueError(f"method `{spec}`: a cap is a number, got `{text}`.") from None
