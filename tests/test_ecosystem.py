"""What docs/ecosystem.md shows says what it promises, in five lines."""

import re

import pytest

from theory.imports import ROOT

TEXT = (ROOT / "docs/ecosystem.md").read_text(encoding="utf-8")
BLOCKS = re.findall(r"```python\n(.*?)```", TEXT, re.DOTALL)
WHOLE = [block for block in BLOCKS if block.startswith("from ")]


@pytest.mark.parametrize("block", WHOLE, ids=lambda block: block.split()[1])
def test_what_is_shown_runs(block, capsys):
    import matplotlib
    from matplotlib import pyplot

    matplotlib.use("Agg")
    names: dict = {}
    exec(compile(block, "ecosystem.md", "exec"), names)
    pyplot.close("all")
    told = capsys.readouterr().out
    expected = {"landscape": "saddle (0, 0)", "covering": "n2.json"}
    expected |= {"largest_learning_rate": "T14", "load": ""}
    assert expected[next(name for name in expected if name in names)] in told


def test_each_is_five_lines_at_most():
    assert len(WHOLE) == 4
    for block in WHOLE:
        assert len([line for line in block.splitlines() if line]) <= 5
