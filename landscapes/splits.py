"""Data for networks, parted into training, validation and test samples."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from landscapes.image_data import SCALES, images_present, raw_images
from landscapes.registry import unknown
from landscapes.tables import folder, read

# Samples for training, validation and test, unless said.
SIZES = {
    "digits": (1000, 297, 500),
    "fashion_mnist": (2000, 1000, 2000),
    "breast_cancer": (369, 100, 100),
    "wine": (98, 40, 40),
    "diabetes": (242, 100, 100),
}
NUMBERS = ("diabetes",)  # whose targets are no classes
NOISY = "noisy"  # `digits:noisy`: some training labels are wrong
WRONG = 0.2  # the share of them


@dataclass(frozen=True, eq=False)
class Split:
    """Three disjoint sets of samples, each `(X, y)`.

    Args:
        train: `(n, *shape)` float64, and labels `(n,)` int64 or targets `(n, 1)`.
        validation: for choosing.
        test: for judging what was chosen.
    """

    train: tuple[np.ndarray, np.ndarray]
    validation: tuple[np.ndarray, np.ndarray]
    test: tuple[np.ndarray, np.ndarray]

    @property
    def shape(self) -> tuple[int, ...]:
        """Of one example."""
        return self.train[0].shape[1:]

    @property
    def classes(self) -> int:
        """The number of classes, or of numbers to be told."""
        _, y = self.train
        if y.ndim > 1:
            return y.shape[1]
        return 1 + max(int(part[1].max()) for part in self._parts if len(part[1]))

    @property
    def _parts(self) -> tuple:
        return self.train, self.validation, self.test


def _known(name: str) -> tuple[str, bool]:
    """The data set, and whether its training labels are noisy."""
    base, colon, word = name.partition(":")
    if base not in SIZES or (colon and word != NOISY):
        known = [*SIZES, *(f"{each}:{NOISY}" for each in SIZES if each not in NUMBERS)]
        raise unknown("data set", name, known)
    if colon and base in NUMBERS:
        raise ValueError(f"`{base}` has no labels to be {NOISY}, got `{name}`.")
    return base, bool(colon)


def present(name: str) -> bool:
    """Whether a data set can be read here.

    Raises:
        ValueError: the name is unknown.
    """
    base, _ = _known(name)
    return images_present(base) if base in SCALES else folder() is not None


def split(
    name: str,
    train: int | None = None,
    validation: int | None = None,
    test: int | None = None,
    seed: int = 0,
) -> Split:
    """Parts a data set at random, the same for the same seed.

    What standardises comes from the training part alone: of images the mean image and
    one standard deviation for all pixels, of tables those of each feature (a feature
    that does not vary there becomes its deviation from it, not scaled). Numbers to be
    told are standardised likewise. Fashion-MNIST's test samples are of its own test
    part, the others of its training part.

    `NAME:noisy` is the same with a fifth of the training labels replaced, each by one
    of the other classes, all equally likely; those of validation and test are right.

    Args:
        name: `digits`, `fashion_mnist` (images `(1, height, width)`), `breast_cancer`,
            `wine` (features and classes), each of these with `:noisy`, or `diabetes`
            (features and a number).
        train: how many; None: as `SIZES` says.
        validation: the same, may be 0.
        test: the same, may be 0.
        seed: of the permutation, and of the wrong labels.

    Raises:
        ValueError: the name is unknown, the data are not here, or too few.
    """
    name, noisy = _known(name)
    given = zip((train, validation, test), SIZES[name], strict=True)
    sizes = [usual if size is None else size for size, usual in given]
    if name == "fashion_mnist":
        first = _draw(name, *raw_images(name, "train"), sizes[:2], seed)
        parts = first + _draw(name, *raw_images(name, "test"), sizes[2:], seed)
    else:
        parts = _draw(name, *_whole(name), sizes, seed)
    if noisy:
        classes = 1 + max(int(y.max()) for _, y in parts if len(y))
        parts[0] = parts[0][0], _mistaken(parts[0][1], classes, seed)
    return Split(*_standardised(parts, images=name in SCALES))


def _mistaken(y: np.ndarray, classes: int, seed: int) -> np.ndarray:
    """Labels of which the share `WRONG`, rounded, are those of other classes."""
    rng = np.random.default_rng([seed, 1])
    wrong = rng.permutation(len(y))[: round(WRONG * len(y))]
    y = y.copy()
    y[wrong] = (y[wrong] + rng.integers(1, classes, len(wrong))) % classes
    return y


def _whole(name: str) -> tuple[np.ndarray, np.ndarray]:
    """All samples as they are stored."""
    if name in SCALES:
        return raw_images(name)
    numbers = read(name)
    X, y = numbers[:, :-1], numbers[:, -1]
    return X, y[:, None] if name in NUMBERS else y.astype(np.int64)


def _draw(
    name: str, X: np.ndarray, y: np.ndarray, sizes: list[int], seed: int
) -> list[tuple[np.ndarray, np.ndarray]]:
    """Disjoint samples in a random order."""
    if min(sizes) < 0 or sizes[0] < (len(sizes) > 1) or sum(sizes) > len(y):
        raise ValueError(
            f"`{name}` has {len(y)} samples to part, at least one for training, got "
            f"{' + '.join(map(str, sizes))}."
        )
    order = np.random.default_rng(seed).permutation(len(y))
    ends = np.cumsum([0, *sizes])
    chosen = [order[a:b] for a, b in zip(ends[:-1], ends[1:], strict=True)]
    return [(X[i].astype(np.float64), y[i].copy()) for i in chosen]


def _standardised(parts: list, images: bool) -> list:
    """By the first part's mean and deviation."""
    X, y = parts[0]
    axes = None if images else 0
    centre, scale = X.mean(axis=0), (X - X.mean(axis=0)).std(axis=axes)
    scale = np.where(scale > 0, scale, 1.0)
    told = [y for _, y in parts]
    if y.ndim > 1:
        told = [(each - y.mean(axis=0)) / (y.std(axis=0) or 1.0) for each in told]
    return [((X - centre) / scale, y) for (X, _), y in zip(parts, told, strict=True)]
