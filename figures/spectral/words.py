"""Names of tasks, sites and methods, as a panel's title has them."""

from __future__ import annotations

import textwrap

SHORT = {"fashion_mnist": "Fashion-MNIST", "cross": "cross-", "relu": "ReLU",
         "mlp": "MLP", "cnn": "CNN", "wine": "Wine", "digits": "Digits"}  # fmt: skip


def heading(task: str) -> str:
    """`Digits MLP ReLU, mini-batches` in two lines."""
    words = task.split()
    what = " ".join(SHORT.get(word, word) for word in words[:3])
    rest = " ".join(words[3:]).replace("cross entropy", "cross-entropy")
    return f"{what}\n{f'all samples, {rest}' if rest else 'mini-batches'}"


def name(label: str) -> str:
    """GD on mini-batches is SGD."""
    return {"GD": "(S)GD"}.get(label, label)


def site(word: str) -> str:
    """`zero-diabetes` as `Diabetes`."""
    return textwrap.shorten(word.removeprefix("zero-").capitalize(), 20)
