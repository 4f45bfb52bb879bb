"""What one pass through a module shows: width, random numbers, side effects."""

from __future__ import annotations

from dataclasses import replace

import torch

from landscapes.architecture import Architecture
from landscapes.random_state import seeded


def probed(made: Architecture, X: torch.Tensor) -> Architecture:
    """A copy that knows how wide it is and whether it uses random numbers.

    Args:
        made: the architecture.
        X: some examples, `(b, *shape)`, at least two for batch normalisation.

    Raises:
        ValueError: the module does not take them, or a pass changes its buffers.
    """
    before = {name: b.clone() for name, b in made.module.named_buffers()}
    numbers, stochastic = _passed(made, X)
    for name, buffer in made.module.named_buffers():
        if not torch.equal(buffer, before[name]):
            raise ValueError(
                f"`{made.name}` is no function of its parameters: a pass changes the "
                f"module's buffer `{name}`."
            )
    return replace(made, width=numbers // len(X), stochastic=stochastic)


def _passed(made: Architecture, X: torch.Tensor) -> tuple[int, bool]:
    """Numbers that the layers gave, and whether a generator moved."""
    numbers = [X.numel()]
    hooks = [
        layer.register_forward_hook(lambda _, __, z: numbers.append(_count(z)))
        for layer in made.module.modules()
        if not [*layer.children()]
    ]
    try:
        with seeded(X.device, 0) as generator, torch.no_grad():
            state = generator.get_state()
            made.call([p.detach() for p in made.parameters.values()], X, training=True)
            return sum(numbers), not torch.equal(state, generator.get_state())
    except (RuntimeError, ValueError, TypeError, IndexError) as error:
        raise ValueError(
            f"`{made.name}`: the module does not take examples of shape "
            f"{tuple(X.shape[1:])}: {str(error).partition(chr(10))[0]}"
        ) from error
    finally:
        for hook in hooks:
            hook.remove()


def _count(outputs: object) -> int:
    return outputs.numel() if isinstance(outputs, torch.Tensor) else 0
