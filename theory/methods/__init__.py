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
        spec: a name out of `names()`, or `stable:NAME` (capped: `stable@1:NAME`), with
            hyperparameters after a slash: `msam/m=4`, `stable:looksam/k=2,alpha=.1`.
        **values: hyperparameters by name; those the method lacks, but another has, are
            ignored.

    Raises:
        ValueError: a name is unknown (the nearest are named), or a value is no number
            or out of range.
    """
    bare, own = _parted(spec)
    for name in values:
        if name not in _known():
            raise unknown("hyperparameter", name, sorted(_known()))
    return _bare(bare).having(**own).having(**values)


def label(spec: str) -> str:
    """A method's label and the hyperparameters that its name has: `mSAM (m 4)`.

    Raises:
        ValueError: as `make`.
    """
    bare, values = _parted(spec)
    method = _bare(bare)
    method.having(**values)  # out of range
    shown = [
        name.replace("_", " ") + ("" if value is True else f" {value:g}")
        for name, value in values.items()
        if value != method.get(name)
    ]
    return f"{method.label} ({', '.join(shown)})" if shown else method.label


def _parted(spec: str) -> tuple[str, dict[str, Any]]:
    """The name without its hyperparameters, and these."""
    bare, slash, words = spec.partition("/")
    values, known = {}, _hyperparameters(_bare(bare)) if slash else {}
    for word in words.split(",") if slash else ():
        name, equals, text = (part.strip() for part in word.partition("="))
        if not equals:
            raise ValueError(f"method `{spec}`: NAME/KEY=VALUE,..., got `{word}`.")
        if not known:
            raise ValueError(f"method `{spec}`: `{bare}` has no hyperparameters.")
        if name.lower() not in known:
            raise unknown(f"hyperparameter of `{bare}`", name, known)
        name, default = known[name.lower()]
        if name in values:
            raise ValueError(f"method `{spec}` has {name} twice.")
        values[name] = _value(spec, name, text, default)
    return bare, values


def _hyperparameters(method: Method) -> dict[str, tuple[str, Any]]:
    """Names and defaults, of the wrapped method's too, by the name in small letters."""
    found = {}
    for own in fields(method):
        value = getattr(method, own.name)
        if isinstance(value, Method):
            found |= _hyperparameters(value)
        else:
            found[own.name.lower()] = own.name, value
    return found


@cache
def _known() -> frozenset[str]:
    """The hyperparameters of all methods."""
    found = (_hyperparameters(_bare(name)) for name in (*names(), "stable:sam"))
    return frozenset(own for each in found for own, _ in each.values())


def _value(spec: str, name: str, text: str, default: Any) -> Any:
    """A number of the default's kind."""
    number = _number(spec, text, name)
    if isinstance(default, bool):
        if number not in (0, 1):
            raise ValueError(f"method `{spec}`: {name} is 0 or 1, got {text}.")
        return number == 1
    return int(number) if isinstance(default, int) and number % 1 == 0 else number


def _bare(spec: str) -> Method:
    """A method of default hyperparameters."""
    outer, colon, inner = spec.lower().partition(":")
    name, at, cap = outer.partition("@")
    makers = {squash(key): maker for key, maker in _makers().items()}
    maker = makers.get(squash(name))
    if maker is None or _wraps(maker) != bool(colon) or bool(at) > bool(colon):
        raise unknown("method", spec, specs())
    if colon:
        limit = {"cap": _number(spec, cap, "a cap")} if at else {}
        return maker(_bare(inner), **limit)
    return maker()


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


def _number(spec: str, text: str, name: str) -> float:
    try:
        return float(text)
    except ValueError:
        raise ValueError(
            f"method `{spec}`: {name} is a number, got `{text}`."
        ) from None
