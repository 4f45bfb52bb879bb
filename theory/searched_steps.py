r"""Functions on which one step of SSAM is nearly at its worst, found by search: N4.

Data in the plane, beta = 1, rounded to decimals that obey all inequalities of the
class; the ascent point and the next point follow from them. `f` and `gradient` say
which of the two is left as large as can be.
"""

from __future__ import annotations

import numpy as np

from landscapes.interpolant import Interpolant

# (measure, mu, rho, eta): the start w (gradient: 0), the gradients at w, its ascent
# point and the next point, and the values there. For `f` the minimiser is 0, value 0.
FOUND = {
    ("f", 0.3, 1.0, 0.3): (
        (-2.0958613, -0.1061767), (-0.6295081, -0.0194333), (-1.0, 0.1747814),
        (-0.5723865, -0.0509002), (0.6607149, 1.1751749, 0.5501449),
    ),
    ("f", 0.3, 1.0, 0.7): (
        (-2.1074846, -0.1054021), (-0.635463, 0.0094347), (-1.0, 0.2058059),
        (-0.4995951, -0.083394), (0.6691191, 1.1975803, 0.4260931),
    ),
    ("f", 0.3, 1.0, 1.0): (
        (-2.1378431, -0.1431978), (-0.6576906, 0.0702383), (-1.0, 0.2875746),
        (-0.443066, -0.1504855), (0.6979922, 1.2677235, 0.3581692),
    ),
    ("f", 0.1, 2.0, 0.9): (
        (-6.2026241, -1.413914), (-0.700181, 0.1412677), (-1.0, 0.7348427),
        (-0.5242252, -0.336063), (2.0716576, 3.3858581, 1.7915964),
    ),
    ("f", 0.05, 0.5, 1.0): (
        (-16.4018631, -1.0337529), (-0.8256337, 0.0286053), (-1.0, 0.1788591),
        (-0.7756692, -0.1150597), (6.7565715, 7.1434734, 6.1156153),
    ),
    ("gradient", 0.3, 1.0, 0.3): (
        (0.0, 0.0), (-0.6261711, 0.032676), (-1.0, -0.1545628),
        (-0.5709269, 0.0570365), (0.0, 0.5097069, -0.1099811),
    ),
    ("gradient", 0.3, 1.0, 0.7): (
        (0.0, 0.0), (-0.6289994, 0.010297), (-1.0, -0.17695),
        (-0.5000409, 0.0795778), (0.0, 0.518198, -0.2413405),
    ),
    ("gradient", 0.1, 1.0, 0.3): (
        (0.0, 0.0), (-0.6850597, 0.0511109), (-1.0, -0.2074951),
        (-0.6662407, 0.0844387), (0.0, 0.5784807, -0.1335023),
    ),
    ("gradient", 0.1, 1.0, 1.0): (
        (0.0, 0.0), (-0.6923666, 0.000154), (-1.0, -0.24107),
        (-0.6275581, 0.1511195), (0.0, 0.6044539, -0.4319377),
    ),
    ("gradient", 0.1, 2.0, 0.9): (
        (0.0, 0.0), (-0.5595874, 0.0122077), (-1.0, -0.3742566),
        (-0.5164965, 0.1768487), (0.0, 0.9033998, -0.2371517),
    ),
    ("gradient", 0.0, 1.0, 0.5): (
        (0.0, 0.0), (-0.7215016, 0.0503785), (-1.0, -0.2402387),
        (-0.7248172, 0.1172534), (0.0, 0.6283872, -0.2472003),
    ),
    ("gradient", 0.0, 1.0, 1.0): (
        (0.0, 0.0), (-0.7267233, 0.0117723), (-1.0, -0.2582187),
        (-0.7310762, 0.1745514), (0.0, 0.6498943, -0.4960237),
    ),
}  # fmt: skip


def function(
    measure: str, mu: float, rho: float, eta: float
) -> tuple[Interpolant, np.ndarray]:
    """The function through the data of `FOUND`, and the start `(2,)`.

    Raises:
        ValueError: no such numbers are kept, or no function of the class passes.
    """
    if (measure, mu, rho, eta) not in FOUND:
        raise ValueError(
            f"no function was kept of `{measure}` at mu = {mu}, rho = {rho}, "
            f"eta = {eta}."
        )
    w, g, h, z, values = (np.array(v) for v in FOUND[measure, mu, rho, eta])
    gamma = np.linalg.norm(g) / np.linalg.norm(h)
    points, gradients = [w, w + rho * g, w - eta * gamma * h], [g, h, z]
    if measure == "f":
        points, gradients = [0 * w, *points], [0 * w, *gradients]
        values = np.append(0, values)
    name = f"searched {measure}"
    return Interpolant(np.stack(points), np.stack(gradients), values, mu, 1.0, name), w
