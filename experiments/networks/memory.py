"""What networks take of memory while they are trained together."""

from __future__ import annotations

import copy
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from landscapes.network import Network

# Measured, with MLPs, CNN and transformer: between half and nine tenths of this.
STATES = 16  # arrays of parameters, while a step is made
COPIES = 2  # of the activations, while a loss is computed


def tile_bytes(nets: dict[str, Network], members: int) -> float:
    """Parameters of all members, and the activations of those that go together.

    Args:
        nets: the landscape of each part of the data, all of one module.
        members: networks that are trained together.
    """
    net, most = nets["train"], max(each.n for each in nets.values())
    together = 1 if net.engine == "looped" else members
    numbers = STATES * members * net.dim + COPIES * together * most * _width(net)
    return numbers * net.X.element_size()


def _width(net: Network) -> int:
    """Numbers that the layers make of one example."""
    module, sizes = copy.deepcopy(net.module).eval(), []

    def note(layer: Any, given: tuple, made: Any) -> None:
        if made.data_ptr() != given[0].data_ptr():  # else another view of the same
            sizes.append(made.numel())

    for layer in module.modules():
        if not list(layer.children()):
            layer.register_forward_hook(note)
    module(net.X[:1])
    return sum(sizes)
