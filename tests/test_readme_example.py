"""The README's example of training trains, and resumes to the last bit."""

import re
from pathlib import Path

import pytest
import torch

README = Path(__file__).resolve().parent.parent / "README.md"
BLOCKS = re.findall(r"```python\n(.*?)```", README.read_text(encoding="utf-8"), re.S)
(SOURCE,) = [block for block in BLOCKS if "SharpnessAware" in block]


class Interrupted(Exception):
    """As by Ctrl-C."""


def run(folder, epochs=None):
    """What the example defines, run in a folder, and in how many epochs.

    Args:
        folder: has its checkpoint.
        epochs: after so many it is interrupted, while it saves the next one.
    """
    saved, torch_save, names = [], torch.save, {}

    def save(state, path):
        if len(saved) == epochs:
            Path(path).write_bytes(b"half a file")
            raise Interrupted
        torch_save(state, path)
        saved.append(path)

    with pytest.MonkeyPatch.context() as patch:
        patch.chdir(folder)
        patch.setattr(torch, "save", save)
        try:
            exec(compile(SOURCE, "README.md", "exec"), names)
        except Interrupted:
            pass
    return names, len(saved)


@pytest.fixture(scope="module")
def whole(tmp_path_factory):
    return run(tmp_path_factory.mktemp("whole"))


def state(names):
    """Every tensor that a checkpoint keeps, and the rates."""
    model, optimizer, scheduler = (part.state_dict() for part in names["parts"])
    momenta = optimizer["state"]
    leaves = torch.utils._pytree.tree_leaves((model, momenta))
    tensors = [leaf for leaf in leaves if isinstance(leaf, torch.Tensor)]
    return tensors, scheduler["_last_lr"]


def test_the_example_trains(whole):
    names, epochs = whole
    with torch.no_grad():
        found = names["model"](names["X_test"]).argmax(1) == names["y_test"]
    assert found.double().mean() > 0.95 and epochs == 10
    assert names["optimizer"].method.label == "SSAM"


@pytest.mark.parametrize("epochs", [1, 6])
def test_the_resumed_run_is_the_uninterrupted_one(whole, tmp_path, epochs):
    _, before = run(tmp_path, epochs)
    again, after = run(tmp_path)
    assert (before, after) == (epochs, 10 - epochs)
    tensors, rates = state(again)
    expected, expected_rates = state(whole[0])
    # Four weights and biases, and the momentum of each.
    assert len(tensors) == len(expected) == 8 and rates == expected_rates
    assert all(torch.equal(*pair) for pair in zip(tensors, expected, strict=True))


def test_what_is_to_write_are_sixteen_lines():
    lines = SOURCE[SOURCE.index("base =") :].splitlines()
    end = next(i for i, line in enumerate(lines) if ".replace(" in line)
    assert sum(bool(line.strip()) for line in lines[: end + 1]) == 16
