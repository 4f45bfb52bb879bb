"""The arrays inside states, methods and landscapes: take them out, put them back."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import fields, is_dataclass, replace
from typing import Any

from landscapes.components import Components
from landscapes.landscape import Landscape


def is_leaf(node: Any) -> bool:
    """Arrays, tensors and floats flow through a loop; all else is structure."""
    return isinstance(node, float) or hasattr(node, "shape")


def _children(node: Any) -> dict[Any, Any]:
    if isinstance(node, (tuple, list)):
        return dict(enumerate(node))
    if isinstance(node, Components):
        return dict(enumerate(node.parts))
    if isinstance(node, Landscape):
        return {name: getattr(node, name) for name in node.batched}
    if is_dataclass(node):
        return {
            spec.name: getattr(node, spec.name)
            for spec in fields(node)
            if not spec.metadata.get("static")
        }
    return {}


def map_leaves(function: Callable[..., Any], tree: Any, *others: Any) -> Any:
    """A tree of the same structure with `function` applied leaf by leaf."""
    if isinstance(tree, Components):
        return tree.map(function, *others)
    if isinstance(tree, (tuple, list)):
        groups = zip(tree, *others, strict=True)
        return type(tree)(map_leaves(function, *group) for group in groups)
    if is_leaf(tree):
        return function(tree, *others)
    children = _children(tree)
    if not children:
        return tree
    rest = [_children(other) for other in others]
    new = {
        key: map_leaves(function, child, *(other[key] for other in rest))
        for key, child in children.items()
    }
    return replace(tree, **new)


def leaves(tree: Any) -> list[Any]:
    """All leaves, in the order of `map_leaves`."""
    found: list[Any] = []
    map_leaves(lambda leaf: found.append(leaf) or leaf, tree)
    return found


def rebuild(tree: Any, values: Any) -> Any:
    """The tree with its leaves replaced, in order."""
    values = iter(values)
    return map_leaves(lambda _: next(values), tree)


def structure(tree: Any) -> Any:
    """A hashable description of everything but the leaves' values.

    A landscape's own constants are told apart by identity.
    """
    if is_leaf(tree):
        return "leaf"
    children = _children(tree)
    inside = tuple((key, structure(child)) for key, child in children.items())
    if isinstance(tree, (tuple, list, Components)):
        return type(tree), inside
    if isinstance(tree, Landscape):
        rest = [getattr(tree, s.name) for s in fields(tree) if s.name not in children]
        return type(tree), inside, tuple(id(value) for value in rest)
    if is_dataclass(tree):
        static = (getattr(tree, s.name) for s in fields(tree) if s.name not in children)
        return type(tree), inside, tuple(static)
    return tree
