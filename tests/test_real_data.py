"""The data sets are scikit-learn's, and the fits on them are its own fits."""

import numpy as np
import pytest

from landscapes import load
from landscapes.data import POSITIVE, TABLES, classification, digits, regression, table
from landscapes.synthetic import matrix, twin

SHAPES = {
    "diabetes": (442, 10),
    "breast_cancer": (569, 30),
    "wine": (178, 13),
    "digits": (1797, 61),
}


def raw(name):
    """The data set by scikit-learn's own reader."""
    import sklearn.datasets

    options = {"scaled": False} if name == "diabetes" else {}
    return getattr(sklearn.datasets, f"load_{name}")(return_X_y=True, **options)


@pytest.mark.parametrize("name", sorted(TABLES))
def test_a_table_is_scikit_learns_standardised(name):
    X, y = table(name)
    data, target = raw(name)
    np.testing.assert_array_equal(y, target)
    varying = data[:, np.ptp(data, axis=0) > 0]
    assert X.shape == varying.shape == SHAPES[name]
    np.testing.assert_allclose(X.mean(axis=0), 0, atol=1e-13)
    np.testing.assert_allclose((X**2).mean(axis=0), 1, rtol=1e-12)
    slope = np.ptp(varying, axis=0) / np.ptp(X, axis=0)
    back = X * slope + varying.mean(axis=0)
    np.testing.assert_allclose(back, varying, rtol=1e-10, atol=1e-10)


@pytest.mark.parametrize("name", sorted(TABLES))
def test_a_table_is_read_once_and_cannot_be_changed(name):
    assert table(name)[0] is table(name)[0]
    for array in (*table(name), digits()):
        with pytest.raises(ValueError, match="read-only"):
            array[0] = 0


def test_the_digits_are_centred_pixels_in_units_of_the_full_scale():
    images = raw("digits")[0] / 16
    images = images[:, np.ptp(images, axis=0) > 0]
    np.testing.assert_allclose(digits(), images - images.mean(axis=0), atol=1e-15)


@pytest.mark.parametrize("name", sorted(POSITIVE))
def test_classes_are_signs_and_both_there(name):
    y, target = classification(name)[1], raw(name)[1]
    assert set(y) == {-1.0, 1.0}
    even = target % 2 == 0
    expected = {"breast_cancer": target == 1, "wine": target == 0, "digits": even}
    np.testing.assert_array_equal(y > 0, expected[name])


def test_targets_of_a_regression_are_standardised():
    _, y = regression("diabetes")
    assert y.mean() == pytest.approx(0, abs=1e-14)
    assert y.std() == pytest.approx(1, rel=1e-12)


@pytest.mark.parametrize("name", sorted(TABLES))
def test_ridge_regression_is_scikit_learns(name):
    from sklearn.linear_model import Ridge

    f = load("ridge_regression", data=name, ridge=0.2)
    fit = Ridge(alpha=0.2 * f.n, fit_intercept=False, tol=1e-14).fit(f.X, f.y)
    np.testing.assert_allclose(f.locate()[0], fit.coef_, rtol=1e-8, atol=1e-10)


@pytest.mark.parametrize("name", sorted(POSITIVE))
def test_logistic_regression_is_scikit_learns(name):
    from sklearn.linear_model import LogisticRegression

    f = load("logistic_regression", data=name, ridge=0.05)
    model = LogisticRegression(
        C=1 / (0.05 * f.n), fit_intercept=False, tol=1e-12, solver="newton-cholesky"
    )
    fit = model.fit(f.X, f.y)
    np.testing.assert_allclose(f.locate(), fit.coef_, rtol=1e-6, atol=1e-8)


@pytest.mark.parametrize("name", ["ridge_regression", "logistic_regression"])
def test_a_minimiser_is_exact_to_rounding(name):
    for data in sorted(POSITIVE):
        f = load(name, data=data)
        (minimum,) = f.critical_points
        assert minimum.kind == "minimum"
        assert np.abs(f.gradient(minimum.point)).max() < 1e-15


def test_separable_classes_without_ridge_have_no_minimiser():
    assert load("logistic_regression", data="wine", ridge=0.0).locate().shape == (0, 13)


def test_rows_are_the_first_samples():
    few, all_ = (load("logistic_regression", rows=rows) for rows in (50, None))
    np.testing.assert_array_equal(few.X, all_.X[:50])
    assert few.n == 50


@pytest.mark.parametrize("rows, columns", [(100, 100), (40, 10), (10, 40)])
def test_a_synthetic_matrix_has_its_condition(rows, columns):
    s = np.linalg.svd(matrix(rows, columns, 3.0, seed=2), compute_uv=False)
    assert s[0] == pytest.approx(1, rel=1e-12) and s[-1] == pytest.approx(
        1 / 3, rel=1e-12
    )
    lam = np.linalg.svd(twin(rows, columns, 10.0)[0], compute_uv=False) ** 2 / rows
    assert lam[0] == pytest.approx(1, rel=1e-12) and lam[-1] == pytest.approx(
        0.1, rel=1e-12
    )


def test_the_synthetic_twin_has_the_condition_it_declares():
    f = load("ridge_regression", data="synthetic", condition=10, ridge=0.0)
    assert f.X.shape == (100, 100)
    assert f.constants["beta"] / f.constants["mu"] == pytest.approx(10, rel=1e-10)
    again = load("ridge_regression", data="synthetic", condition=10, ridge=0.0)
    np.testing.assert_array_equal(f.X, again.X)


@pytest.mark.parametrize(
    "call, what",
    [
        (lambda: table("iris2"), "unknown data set `iris2`: did you mean"),
        (lambda: load("ridge_regression", data="diabets"), "did you mean diabetes"),
        (lambda: load("logistic_regression", data="diabetes"), "has no classes"),
        (lambda: load("logistic_regression", rows=570), "1 to 569 rows, got rows=570"),
        (lambda: load("logistic_regression", condition=3), "takes no condition"),
        (lambda: load("ridge_regression", data="wine", seed=3), "takes no seed"),
        (lambda: load("ridge_regression", ridge=-0.1), "ridge >= 0, got -0.1"),
        (lambda: matrix(3, 3, 0.5), "condition >= 1, got 3, 3, 0.5"),
    ],
)
def test_what_is_not_there_is_refused_in_one_line(call, what):
    with pytest.raises(ValueError, match=what) as error:
        call()
    assert "\n" not in str(error.value)
