"""Images are those of their packages; parts are disjoint, repeatable and honest."""

import gzip
import struct

import numpy as np
import pytest

from landscapes import image_data
from landscapes.data import images, present, split
from landscapes.splits import NUMBERS, SIZES
from tests.test_real_data import raw

HERE = [name for name in SIZES if present(name)]
fashion = pytest.mark.skipif(
    not present("fashion_mnist"), reason="Fashion-MNIST is not here"
)


def parts(made):
    return made.train, made.validation, made.test


def test_the_digits_are_scikit_learns():
    pixels, labels = images("digits")
    data, target = raw("digits")
    np.testing.assert_array_equal(pixels.reshape(1797, 64), data / 16)
    np.testing.assert_array_equal(labels, target)
    assert pixels.shape == (1797, 1, 8, 8) and labels.dtype == np.int64


@fashion
def test_fashion_mnist_has_its_known_sizes_and_as_many_of_every_kind():
    for part, count in (("train", 60000), ("test", 10000)):
        pixels, labels = image_data.raw_images("fashion_mnist", part)
        assert pixels.shape == (count, 1, 28, 28) and pixels.dtype == np.uint8
        np.testing.assert_array_equal(np.bincount(labels), [count // 10] * 10)
        assert pixels.min() == 0 and pixels.max() == 255


@fashion
def test_fashion_mnist_begins_as_published():
    # An ankle boot, a T-shirt; the mean and deviation that every tutorial quotes.
    pixels, labels = image_data.raw_images("fashion_mnist")
    np.testing.assert_array_equal(labels[:5], [9, 0, 0, 3, 0])
    assert pixels.mean() / 255 == pytest.approx(0.2860, abs=5e-5)
    assert pixels.std() / 255 == pytest.approx(0.3530, abs=5e-5)


def write(folder, word, pixels, labels):
    """Files in the IDX format, by its description."""
    for what, array in (("images-idx3", pixels), ("labels-idx1", labels)):
        head = struct.pack(f">4B{array.ndim}I", 0, 0, 8, array.ndim, *array.shape)
        file = folder / f"{word}-{what}-ubyte.gz"
        file.write_bytes(gzip.compress(head + array.tobytes()))


@pytest.fixture
def own(tmp_path, monkeypatch):
    """A data folder that the environment names; training images are the dark ones."""
    folder, rng = tmp_path / "fashion-mnist", np.random.default_rng(0)
    folder.mkdir()
    pixels = rng.integers(0, 100, (7, 3, 2), dtype=np.uint8)
    labels = np.arange(7, dtype=np.uint8)
    write(folder, "train", pixels, labels)
    write(folder, "t10k", pixels + 150, labels[::-1].copy())
    monkeypatch.setenv("SHARPNESS_DATA", str(tmp_path))
    return folder, pixels, labels


def test_files_are_read_from_the_folder_that_the_environment_names(own):
    _, pixels, labels = own
    found, kinds = images("fashion_mnist")
    np.testing.assert_allclose(found[:, 0], pixels / 255, rtol=1e-7)
    np.testing.assert_array_equal(kinds, labels)
    np.testing.assert_array_equal(images("fashion_mnist", "test")[1], labels[::-1])


def test_fashion_mnist_is_judged_on_its_own_test_part(own):
    made = split("fashion_mnist", 4, 3, 7)
    lightest = max(part[0].max() for part in (made.train, made.validation))
    assert made.test[0].min() > lightest
    assert sorted([*made.train[1], *made.validation[1]]) == [*range(7)]


def test_a_damaged_file_is_named(own):
    folder, _, _ = own
    file = folder / "train-images-idx3-ubyte.gz"
    for content in (b"no gzip", gzip.compress(b"\0\0\x0d\x01\0\0\0\x01abcd"), b""):
        file.write_bytes(content)
        with pytest.raises(ValueError, match="is no IDX file of bytes") as error:
            images("fashion_mnist")
        assert str(file) in str(error.value) and "\n" not in str(error.value)


def test_where_fashion_mnist_is_absent_a_line_says_how_it_comes(tmp_path, monkeypatch):
    monkeypatch.setattr(image_data, "_places", lambda: [tmp_path])
    assert not present("fashion_mnist")
    for call in (split, images):
        with pytest.raises(ValueError) as error:
            call("fashion_mnist")
        assert str(error.value) == (
            "`fashion_mnist` is not here: `make fashion_mnist` downloads it (Debian "
            "package dataset-fashion-mnist)"
        )


@pytest.mark.parametrize("name", HERE)
def test_a_split_has_the_sizes_it_is_asked_for(name):
    made = split(name)
    assert [len(X) for X, _ in parts(made)] == [len(y) for _, y in parts(made)]
    assert [len(y) for _, y in parts(made)] == list(SIZES[name])
    few = split(name, 12, 0, 3)
    assert [len(y) for _, y in parts(few)] == [12, 0, 3]
    if name not in NUMBERS:  # whose targets the training part standardises
        np.testing.assert_array_equal(few.train[1], made.train[1][:12])


@pytest.mark.parametrize("name", HERE)
def test_a_split_is_the_same_for_the_same_seed(name):
    first, again, other = (split(name, 40, 20, 20, seed=s) for s in (1, 1, 2))
    for one, two in zip(parts(first), parts(again), strict=True):
        np.testing.assert_array_equal(one[0], two[0])
        np.testing.assert_array_equal(one[1], two[1])
    assert not np.array_equal(first.train[0], other.train[0])


@pytest.mark.parametrize("name", HERE)
def test_only_the_training_part_standardises(name):
    made = split(name, 50, 30, 20)
    X, y = made.train
    np.testing.assert_allclose(X.mean(axis=0), 0, atol=1e-12)
    if X.ndim > 2:
        assert X.std() == pytest.approx(1, rel=1e-12)
    else:
        np.testing.assert_allclose(X.std(axis=0), 1, rtol=1e-12)
    assert abs(made.test[0].mean(axis=0)).max() > 1e-3  # of their own they are not
    if name in NUMBERS:
        assert y.shape == (50, 1) and made.classes == 1
        assert y.mean() == pytest.approx(0, abs=1e-12)
        assert y.std() == pytest.approx(1, rel=1e-12)
    else:
        assert y.dtype == np.int64 and y.min() >= 0
        # Other samples to be judged on leave what is trained on as it is.
        np.testing.assert_array_equal(split(name, 50, 0, 1).train[0], X)


@pytest.mark.parametrize("name", ["digits", "wine", "breast_cancer"])
def test_parts_are_disjoint_and_together_all(name):
    X, y = raw(name)
    n = len(y)
    a, b = n // 2, n // 4
    made = split(name, a, b, n - a - b)
    found = np.concatenate([X.reshape(len(X), -1) for X, _ in parts(made)])
    # Undo the standardisation, feature by feature; then the rows are the data's rows.
    flat = raw(name)[0].reshape(n, -1)
    order = np.random.default_rng(0).permutation(n)
    np.testing.assert_array_equal(np.concatenate([y for _, y in parts(made)]), y[order])
    centre = flat[order][:a].mean(axis=0)
    rest = flat[order][:a] - centre
    scale = rest.std() if name == "digits" else rest.std(axis=0)
    np.testing.assert_allclose(found * scale + centre, flat[order], atol=1e-10)


def test_a_split_knows_what_a_model_needs():
    assert split("digits").shape == (1, 8, 8) and split("digits").classes == 10
    assert split("wine").shape == (13,) and split("wine").classes == 3


@pytest.mark.parametrize(
    "call, what",
    [
        (lambda: split("iris"), "unknown data set `iris`: did you mean"),
        (lambda: present("digit"), "did you mean digits"),
        (lambda: images("mnist"), "unknown images `mnist`: did you mean fashion_mnist"),
        (lambda: images("digits", "test"), "`digits` has no part `test`"),
        (lambda: split("wine", 170, 9, 0), "`wine` has 178 samples .* 170 \\+ 9 \\+ 0"),
        (lambda: split("wine", 0, 9, 9), "at least one for training, got 0"),
        (lambda: split("wine", 9, -1, 9), "got 9 \\+ -1 \\+ 9"),
    ],
)
def test_what_is_not_there_is_refused_in_one_line(call, what):
    with pytest.raises(ValueError, match=what) as error:
        call()
    assert "\n" not in str(error.value)
