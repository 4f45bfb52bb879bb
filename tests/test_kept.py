"""Kept results: what they rest on, what of it has changed, what cannot be read."""

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
    ("other", "same"),
    [
        (CODE.replace("Twice x.", "x, two times.\n\n    Long.\n    "), True),
        (CODE.replace("why", "wherefore"), True),
        (CODE.replace("2 * x", "3 * x"), False),
        (CODE.replace("2 * x", "'#' * x"), False),
        ("", False),
    ],
)
def test_words_may_change_and_changed_code_is_named(root, other, same):
    save(root, kept.stamp(["maker.py"]))
    (root / "maker.py").write_text(other)
    assert kept.changed(kept.result("some", root)) == ([] if same else ["maker.py"])


def test_the_ledger_says_how_old_a_result_is(root, monkeypatch):
    monkeypatch.setattr(kept, "KEPT", root)
    assert kept.told("some") == ""
    save(root, json.dumps({"gone.py": "0123", "maker.py": "4567"}))
    assert kept.told("some") == "some: made before gone.py and 1 more changed"


def test_what_is_computed_anew_is_kept(root, monkeypatch):
    (root / "experiments/results").mkdir(parents=True)
    (root / "experiments/kept").mkdir()
    (root / "experiments/__init__.py").write_text("")
    path = "experiments/results/some.nc"
    (root / "experiments/some.py").write_text(f"open('{path}', 'w').write('new')")
    monkeypatch.setattr(kept, "KEPT", root / "experiments/kept")
    kept.recompute(["some", "some"])
    assert (root / "experiments/kept/some.nc").read_text() == "new"
    with pytest.raises(ValueError, match="`experiments.other` ended with exit code 1"):
        kept.recompute(["other"])


def test_a_claim_without_its_result_is_open(root):
    judged = judge(reader(root), "N", True)
    assert judged.verdict == "open" and "experiments.some" in judged.reason


def test_a_result_that_names_no_code_is_not_read(root):
    save(root, "{")
    with pytest.raises(kept.Unkept, match="experiments.some"):
        kept.result("some", root)


def test_what_a_file_imports_is_stamped_too():
    made = json.loads(kept.stamp(["theory/methods/sam.py"]))
    assert "theory/method.py" in made and all(made.values())
