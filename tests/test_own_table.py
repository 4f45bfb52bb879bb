"""A user's own table is read in one way, whatever experiment it is for."""

import numpy as np
import pytest

from landscapes.own_table import from_table

BAD = {
    "1,2,0\n1,3,1\n1,4,0\n": "has a constant column: number 1 is always 1.",
    "1,2,1\n2,3,1\n": "has one class only: its last column, the target, is always 1.",
    "1,2,0\n2,inf,1\n": "holds a number that is not finite: row 2, column 2.",
    "a,b\n1,c\n": "is no table of numbers: ",
    "1,x\n1,2\n": "is no table of numbers: ",
    "1,2,3\n1,2\n": "is no table of numbers: ",
    "1\n2\n": "got 2 and 1.",
    "": "needs at least 2 rows and 2 columns (features, then the target), got 0",
    "a,b\n": "needs at least 2 rows",
}


@pytest.mark.parametrize("text, told", BAD.items())
def test_what_teaches_nothing_is_told_in_one_line(tmp_path, text, told):
    path = tmp_path / "bad.csv"
    path.write_text(text)
    with pytest.raises(ValueError) as caught:
        from_table(str(path))
    assert told in str(caught.value) and str(path) in str(caught.value)
    assert "\n" not in str(caught.value)


def test_a_missing_and_a_binary_file_are_told(tmp_path):
    with pytest.raises(ValueError, match="no such file: `none.csv`"):
        from_table("none.csv")
    (tmp_path / "b.csv").write_bytes(bytes(range(256)))
    with pytest.raises(ValueError, match="is no table of numbers"):
        from_table(str(tmp_path / "b.csv"))


@pytest.mark.parametrize("head", ["", "a,b,y\n", "length (m),2nd width,class\n"])
def test_a_line_of_names_changes_nothing(tmp_path, head):
    rows = np.random.default_rng(0).normal(3, 2, (9, 3))
    lines = "".join(",".join(map(repr, row)) + "\n" for row in rows.tolist())
    path = tmp_path / "mine.csv"
    path.write_text(head + lines)
    X, y = from_table(str(path))
    np.testing.assert_array_equal(y, rows[:, 2])
    by_hand = (rows - rows.mean(0)) / rows.std(0)
    np.testing.assert_allclose(X, by_hand[:, :2], rtol=1e-13)
