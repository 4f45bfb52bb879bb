"""Real images, offline: scikit-learn's digits, and Fashion-MNIST of its Debian package.

Fashion-MNIST (Xiao, Rasul, Vollgraf, arXiv 1708.07747): 60000 and 10000 images of ten
kinds of clothing, in the IDX format of MNIST.
"""

from __future__ import annotations

import gzip
import os
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import numpy as np

from landscapes.registry import unknown
from landscapes.tables import folder, frozen, read

# Units of a pixel's full scale, by name.
SCALES = {"digits": 16.0, "fashion_mnist": 255.0}
PARTS = {"train": "train", "test": "t10k"}
ABSENT = (
    "`fashion_mnist` is not here: `make fashion_mnist` downloads it (Debian package "
    "dataset-fashion-mnist)"
)


def _places() -> Iterator[Path]:
    """Where Fashion-MNIST is looked for, the first first."""
    if own := os.environ.get("SHARPNESS_DATA"):
        yield Path(own) / "fashion-mnist"
    yield Path(__file__).resolve().parent.parent / "data/fashion-mnist"
    yield Path("/usr/share/datasets/fashion-mnist")


def _files(place: Path) -> dict[str, tuple[Path, Path]]:
    """Images and labels of every part."""
    return {
        part: (
            place / f"{word}-images-idx3-ubyte.gz",
            place / f"{word}-labels-idx1-ubyte.gz",
        )
        for part, word in PARTS.items()
    }


def fashion_mnist_folder() -> Path | None:
    """The first folder that has all four files, or None."""
    for place in _places():
        if all(file.is_file() for pair in _files(place).values() for file in pair):
            return place
    return None


def images_present(name: str) -> bool:
    """Whether images can be read."""
    where = {"digits": folder, "fashion_mnist": fashion_mnist_folder}
    return where[name]() is not None


def _idx(file: Path) -> np.ndarray:
    """Bytes of an IDX file: two zeros, type 8, the number of axes, their lengths."""
    try:
        raw = gzip.decompress(file.read_bytes())
        axes = raw[3]
        shape = np.frombuffer(raw, ">u4", axes, offset=4)
        numbers = np.frombuffer(raw, np.uint8, offset=4 + 4 * axes).reshape(shape)
    except (OSError, EOFError, IndexError, ValueError) as error:
        raise ValueError(f"`{file}` is no IDX file of bytes: {error}") from error
    if raw[:3] != b"\x00\x00\x08":
        raise ValueError(f"`{file}` is no IDX file of bytes: it begins {raw[:3]!r}")
    return numbers


@cache
def _fashion_mnist(place: Path, part: str) -> tuple[np.ndarray, np.ndarray]:
    pixels, labels = map(_idx, _files(place)[part])
    return frozen(pixels[:, None], labels.astype(np.int64))


@cache
def _digits() -> tuple[np.ndarray, np.ndarray]:
    numbers = read("digits")
    return frozen(numbers[:, :-1].reshape(-1, 1, 8, 8), numbers[:, -1].astype(np.int64))


def raw_images(name: str, part: str = "train") -> tuple[np.ndarray, np.ndarray]:
    """Images as they are stored, `(n, 1, height, width)`, and labels, read-only.

    Args:
        name: `digits` (1797 of 8 x 8, which have no part of their own for tests), or
            `fashion_mnist` (28 x 28).
        part: of Fashion-MNIST, `train` (60000) or `test` (10000).

    Raises:
        ValueError: name or part is unknown, the data are not here, or are damaged.
    """
    if name not in SCALES:
        raise unknown("images", name, SCALES)
    if part not in PARTS or (name == "digits" and part != "train"):
        raise ValueError(f"`{name}` has no part `{part}`.")
    if name == "digits":
        return _digits()
    place = fashion_mnist_folder()
    if place is None:
        raise ValueError(ABSENT)
    return _fashion_mnist(place, part)


def images(name: str, part: str = "train") -> tuple[np.ndarray, np.ndarray]:
    """Images in units of the full scale, and labels; arguments as in `raw_images`.

    Returns:
        Pixels `(n, 1, height, width)`, 0 to 1 (float64; Fashion-MNIST: float32), and
        labels 0 to 9, `(n,)`.

    Raises:
        ValueError: name or part is unknown, the data are not here, or are damaged.
    """
    pixels, labels = raw_images(name, part)
    dtype = np.float64 if name == "digits" else np.float32
    return (pixels / SCALES[name]).astype(dtype), labels.copy()
