"""A residual network with batch normalisation."""

from __future__ import annotations

from torch import Tensor, nn

from landscapes.models.activations import images_only


class Block(nn.Module):
    """Convolution, norm, ReLU, convolution, norm; the input is added; ReLU.

    Where the block halves the image or changes the channels, the input passes a
    convolution of 1 x 1 and a norm.
    """

    def __init__(self, inner: int, outer: int, stride: int):
        super().__init__()
        self.body = nn.Sequential(
            nn.Conv2d(inner, outer, 3, stride, padding=1, bias=False),
            nn.BatchNorm2d(outer),
            nn.ReLU(),
            nn.Conv2d(outer, outer, 3, padding=1, bias=False),
            nn.BatchNorm2d(outer),
        )
        same = inner == outer and stride == 1
        self.shortcut = nn.Sequential() if same else projection(inner, outer, stride)

    def forward(self, x: Tensor) -> Tensor:
        """The block's output, `(n, outer, height / stride, width / stride)`."""
        return nn.functional.relu(self.body(x) + self.shortcut(x))


def projection(inner: int, outer: int, stride: int) -> nn.Module:
    """What brings a block's input to the shape of its output."""
    return nn.Sequential(
        nn.Conv2d(inner, outer, 1, stride, bias=False), nn.BatchNorm2d(outer)
    )


def resnet(
    shape: tuple[int, ...],
    classes: int,
    widths: tuple[int, ...] = (8, 16),
    blocks: int = 1,
) -> nn.Module:
    """A stem (convolution, norm, ReLU), stages of blocks, the mean, a linear layer.

    Every stage but the first halves the image. `widths=(64, 128, 256, 512), blocks=2`
    is ResNet-18 in its form for images of 28 x 28 or 32 x 32 (a stem of 3 x 3, no
    pooling), with 62 parameter tensors. Source: He et al., arXiv 1512.03385.

    Args:
        shape: of one image, `(channels, height, width)`.
        classes: the number of outputs.
        widths: channels of the stages.
        blocks: of each stage.

    Raises:
        ValueError: the examples are no images.
    """
    images_only("resnet", shape)
    stem = nn.Conv2d(shape[0], widths[0], 3, padding=1, bias=False)
    layers: list[nn.Module] = [stem, nn.BatchNorm2d(widths[0]), nn.ReLU()]
    inner = widths[0]
    for stage, outer in enumerate(widths):
        for block in range(blocks):
            layers.append(Block(inner, outer, 2 if stage and not block else 1))
            inner = outer
    pooled = [nn.AdaptiveAvgPool2d(1), nn.Flatten()]
    return nn.Sequential(*layers, *pooled, nn.Linear(inner, classes))
