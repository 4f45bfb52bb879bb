"""Kept results are read only while the code they rest on is what made them."""

import json

import numpy as np
import pytest
import xarray

from theory import kept
from theory.claim import Claim
from theory.judge import judge

CODE = '"""What it is."""\n\n\ndef f(x):\n    """Twice x."""\n    return 2 * x  # why\n'


@pytest.fixture
def root(tmp_path, monkeypatch):
    monkeypatch.setattr(kept, "ROOT", tmp_path)
    (tmp_path / "maker.py").write_text(CODE)
    return tmp_path


def save(root, made):
    dataset = xarray.Dataset({"x": ("i", np.arange(3.0))}, attrs={kept.RESTS_ON: made})
    dataset.to_netcdf(root / "some.nc", engine="h5netcdf")


def reader(root):
    return Claim(
        id="X1",
        says="x is small",
        expected="supported",
        relation="<=",
        measured=lambda at: kept.result("some", root)["x"].values[at],
        bound=lambda at: 2.0,
        cases=lambda quick: [{"at": 1}],
        within=lambda at: True,
        loose="a test",
    )


def test_a_result_of_this_code_is_read(root):
    save(root, kept.stamp(["maker.py"]))
    assert kept.result("some", root)["x"].sum() == 3
    assert judge(reader(root), "N", True).verdict == "supported"


@pytest.mark.parametrize(
    ("changed", "same"),
    [
        (CODE.replace("Twice x.", "x, two times.\n\n    Long.\n    "), True),
        (CODE.replace("why", "wherefore"), True),
        (CODE.replace("2 * x", "3 * x"), False),
        (CODE.replace("2 * x", "'#' * x"), False),
    ],
)
def test_words_may_change_and_code_may_not(root, changed, same):
    save(root, kept.stamp(["maker.py"]))
    (root / "maker.py").write_text(changed)
    judged = judge(reader(root), "N", True)
    assert judged.verdict == ("supported" if same else "open")
    if not same:
        assert "maker.py changed since" in judged.reason


def test_a_claim_without_its_result_is_open(root):
    judged = judge(reader(root), "N", True)
    assert judged.verdict == "open" and "experiments.some" in judged.reason


@pytest.mark.parametrize("made", ["{", json.dumps({"gone.py": "0123"})])
def test_a_result_of_unknown_code_is_not_read(root, made):
    save(root, made)
    with pytest.raises(kept.Unkept, match="experiments.some"):
        kept.result("some", root)


def test_what_a_file_imports_is_stamped_too():
    made = json.loads(kept.stamp(["theory/methods/sam.py"]))
    assert "theory/method.py" in made and all(made.values())
