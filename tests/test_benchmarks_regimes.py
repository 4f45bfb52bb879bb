"""What the benchmark of regime maps counts."""

import numpy as np

from benchmarks.regimes import Case, edges
from benchmarks.roofline import Machine, bounds, operations
from landscapes import load
from theory.decide import EVERY
from theory.methods import make


def test_a_boundary_is_where_a_neighbour_differs():
    verdict = np.array([[1, 1, 1, 1], [1, 1, 1, 1], [1, 1, 1, 2]])
    expected = [[0, 0, 0, 0], [0, 0, 1, 1], [0, 0, 1, 1]]
    np.testing.assert_array_equal(edges(verdict), np.array(expected, bool))


def test_sam_divides_by_one_norm_in_two_coordinates():
    gd, _ = operations(load("strict_saddle"), make("gd"))
    sam, bytes_ = operations(load("strict_saddle"), make("sam"))
    assert (sam["div"], sam["sqrt"]) == (2, 1) and not gd["div"] + gd["sqrt"]
    # eta, rho, centre, radius; x and the count, to and fro.
    assert bytes_ == 8 * (5 + 2 * 3) / EVERY
    limits = bounds(Machine(div=2e-9, sqrt=1e-9, other=1e-12, byte=1e-12), sam, bytes_)
    assert limits["divider"] == 1 / 5e-9


def test_a_grid_has_all_its_rates_and_radii():
    case = Case(load("beale"), make("sam"), "sam", 128)
    eta, rho, x = case.grid(1000)
    assert len(eta) == len(rho) == len(x) == 1000
    assert len(np.unique(eta)) == len(np.unique(rho)) == 8
    np.testing.assert_allclose([eta.max() / eta.min(), rho.max()], [300, 1], 1e-12)
