"""A small vision transformer."""

from __future__ import annotations

import torch
from torch import Tensor, nn

from landscapes.models.activations import images_only


class Attention(nn.Module):
    r"""$\mathrm{softmax}(q k^\top/\sqrt{d})\,v$ in several heads, written out.

    Torch's fused attention has no second derivative.
    """

    def __init__(self, width: int, heads: int):
        super().__init__()
        self.heads = heads
        self.qkv = nn.Linear(width, 3 * width)
        self.out = nn.Linear(width, width)

    def forward(self, x: Tensor) -> Tensor:
        """Of tokens `(n, tokens, width)`, the same shape."""
        split = self.qkv(x).unflatten(-1, (3, self.heads, -1))
        q, k, v = split.movedim(-3, 0).transpose(-2, -3)  # (n, heads, tokens, d)
        weights = (q @ k.mT / q.shape[-1] ** 0.5).softmax(-1)
        return self.out((weights @ v).transpose(-2, -3).flatten(-2))


class Block(nn.Module):
    """Attention and a perceptron, each on normed tokens and added to them."""

    def __init__(self, width: int, heads: int, dropout: float):
        super().__init__()
        self.attend = nn.Sequential(nn.LayerNorm(width), Attention(width, heads))
        self.think = nn.Sequential(
            nn.LayerNorm(width),
            nn.Linear(width, 2 * width),
            nn.GELU(),
            nn.Linear(2 * width, width),
        )
        self.drop = nn.Dropout(dropout)

    def forward(self, x: Tensor) -> Tensor:
        """Of tokens `(n, tokens, width)`, the same shape."""
        x = x + self.drop(self.attend(x))
        return x + self.drop(self.think(x))


class Tokens(nn.Module):
    """Patches as tokens, a class token before them, a position added to each."""

    def __init__(self, shape: tuple[int, ...], patch: int, width: int):
        super().__init__()
        channels, height, breadth = shape
        count = (height // patch) * (breadth // patch)
        self.patch = patch
        self.embed = nn.Linear(channels * patch**2, width)
        self.token = nn.Parameter(torch.empty(1, 1, width))
        self.position = nn.Parameter(torch.empty(1, count + 1, width))
        self.reset_parameters()

    def reset_parameters(self) -> None:
        """Draws token and positions anew, normal with a deviation of 0.02."""
        for own in (self.token, self.position):
            nn.init.normal_(own, std=0.02)

    def forward(self, x: Tensor) -> Tensor:
        """Of images `(n, channels, height, width)`: `(n, tokens, width)`."""
        p = self.patch
        tiles = x.unflatten(-1, (-1, p)).unflatten(-3, (-1, p))  # (n, c, h, p, w, p)
        x = self.embed(tiles.permute(0, 2, 4, 1, 3, 5).flatten(3).flatten(1, 2))
        return torch.cat([self.token.expand(len(x), -1, -1), x], 1) + self.position


class First(nn.Module):
    """The class token."""

    def forward(self, x: Tensor) -> Tensor:
        """Of tokens `(n, tokens, width)`: `(n, width)`."""
        return x[:, 0]


def vit(
    shape: tuple[int, ...],
    classes: int,
    patch: int = 4,
    width: int = 32,
    depth: int = 2,
    heads: int = 4,
    dropout: float = 0.0,
) -> nn.Module:
    """Tokens of patches, transformer blocks, a norm, a linear layer on the class token.

    Source: Dosovitskiy et al., arXiv 2010.11929; norms stand before the layers.

    Args:
        shape: of one image, `(channels, height, width)`.
        classes: the number of outputs.
        patch: side of a patch; divides height and width.
        width: of a token; a multiple of `heads`.
        depth: the number of blocks.
        heads: of the attention.
        dropout: the share dropped of what a block adds.

    Raises:
        ValueError: the examples are no images, or a number does not divide another.
    """
    images_only("vit", shape)
    if shape[1] % patch or shape[2] % patch or width % heads:
        raise ValueError(
            "`vit` takes a patch that divides height and width, and heads that divide "
            f"width, got patch {patch}, {tuple(shape)}, heads {heads}, width {width}."
        )
    return nn.Sequential(
        Tokens(shape, patch, width),
        *(Block(width, heads, dropout) for _ in range(depth)),
        nn.LayerNorm(width),
        First(),
        nn.Linear(width, classes),
    )
