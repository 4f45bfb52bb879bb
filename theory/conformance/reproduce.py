"""Scripts that show one failure: the check's own source, and what it calls."""

from __future__ import annotations

import ast
import inspect
import re
import textwrap
from collections.abc import Callable
from types import ModuleType
from typing import Any

from theory.conformance.exact import RHO
from theory.conformance.peer import Peer

OURS = "theory.conformance"


def script(peer: Peer, run: Callable, known: dict[str, Any], allowed: float) -> str:
    """A program that measures one deviation, and exits with 1 if it is too large.

    Args:
        peer: whose.
        run: the check.
        known: numbers of the method's definition, if it needs them.
        allowed: the largest deviation.
    """
    imports, sources = dict.fromkeys(peer.head), {}
    _collect(run, imports, sources, top=True)
    if peer.step:
        imports["import torch"] = None
        sources["step"], step = textwrap.dedent(peer.step).strip(), "step"
    else:
        step = peer.stepped.__name__
        _collect(peer.stepped, imports, sources)
    sources["build"] = peer.builder.strip()
    lines = [f"known = {known!r}", f"deviation = {run.__name__}(build, {step}, known)"]
    said = f'print(f"deviation {{deviation:.3g}}, allowed {allowed:g}")'
    end = [*lines, said, f"raise SystemExit(not deviation <= {allowed!r})"]
    says = [*_title(peer, run), *(_definition(peer) if known else ()), *sorted(imports)]
    return "\n\n\n".join(["\n".join(says), *sources.values(), _join(end)])


def _title(peer: Peer, run: Callable) -> list[str]:
    import torch

    asks = (run.__doc__ or "").strip().splitlines()[0]
    made = f"{peer.target} {peer.version}".rstrip()
    return [f"# {made}, torch {torch.__version__}", f"# {asks}"]


def _definition(peer: Peer) -> list[str]:
    """What the known numbers were computed from, as comments."""
    whole = inspect.getdoc(type(peer.defined)) or ""
    says = re.split(r"\n\n(?=Cost|Args)|Cost: ", whole)[0].strip()
    method = peer.defined.having(rho=RHO)
    head = f"# `known` is of gradient descent along {method!r}."
    return [head, *(f"# {line}".rstrip() for line in says.splitlines())]


def _join(lines: list[str]) -> str:
    """Long lists of numbers are wrapped."""
    text = "\n".join(lines) + "\n"
    return re.sub(r"\[[^]\n]{60,}\]", lambda m: _wrapped(m[0]), text)


def _wrapped(numbers: str) -> str:
    inner = textwrap.fill(numbers[1:-1], 80, initial_indent="    ")
    return "[\n" + inner.replace("\n", "\n    ") + ",\n]"


def _collect(
    thing: Any, imports: dict[str, None], sources: dict[str, str], top: bool = False
) -> None:
    """Adds the source of a function or class, after that of all it names."""
    source = textwrap.dedent(inspect.getsource(thing))
    scope = vars(inspect.getmodule(thing))
    named = {n.id for n in ast.walk(ast.parse(source)) if isinstance(n, ast.Name)}
    for name in sorted(named & scope.keys() - {thing.__name__, *sources}):
        value = scope[name]
        if isinstance(value, ModuleType):
            imports[_imported(name, value)] = None
        elif not hasattr(value, "__module__"):
            sources[name] = f"{name} = {value!r}"
        elif value.__module__.startswith(OURS):
            _collect(value, imports, sources)
        else:
            imports[f"from {value.__module__} import {name}"] = None
    sources[thing.__name__] = source.strip() if top else _bare(source)


def _bare(source: str) -> str:
    """Without docstrings, and the empty lines that follow those of classes."""
    lines: list[str | None] = list(source.splitlines())
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.ClassDef | ast.FunctionDef) and ast.get_docstring(node):
            first, last = node.body[0].lineno, node.body[0].end_lineno
            last += not lines[last]
            lines[first - 1 : last] = [None] * (last - first + 1)
    return "\n".join(line for line in lines if line is not None).strip()


def _imported(name: str, module: ModuleType) -> str:
    whole = module.__name__
    if whole == name:
        return f"import {name}"
    parent, _, last = whole.rpartition(".")
    return f"from {parent} import {last}" + f" as {name}" * (last != name)
