"""Pictures of networks, drawn from made-up numbers."""


import numpy as np
import xarray

from theory.methods import make

METHODS = [make(spec) for spec in ("gd", "usam", "sam", "ssam", "ssam-n")]
LABELS = [method.label for method in METHODS]
LENGTHS = ("SAM", "SSAM-N")
ETA = {"digits": [0.02, 0.05, 0.1], "fashion_mnist": [0.01, 0.03, 0.06]}
RHO = np.array([0.02, 0.05, 0.1])
SEEDS, CHECKS, TOP = 5, 20, 2
TASKS = ("digits mlp relu", "digits cnn relu", "fashion_mnist mlp tanh")


def radii(count: int) -> np.ndarray:
    """`(algorithm, rho_level)`: GD has none, rates are smaller than lengths here."""
    rho = np.geomspace(0.01, 0.3, count)
    found = np.tile(rho, (len(LABELS), 1))
    found[[label not in LENGTHS for label in LABELS]] /= 10
    found[LABELS.index("GD")] = np.nan
    return found


def edges() -> xarray.Dataset:
    """Sharpness that rises to each method's edge; one seed diverges at the end."""
    rng = np.random.default_rng(0)
    rho = radii(3)
    shape = (len(ETA), len(LABELS), 3, 3, SEEDS, CHECKS)
    eta = np.array(list(ETA.values()))
    rate = np.broadcast_to(eta[:, None, :, None, None, None], shape)
    radius = np.broadcast_to(rho[None, :, None, :, None, None], shape)
    step = np.arange(CHECKS) * 50
    g_norm = 0.3 * np.exp(-step / 600) * np.ones(shape)
    over = np.where(
        np.isin(LABELS, LENGTHS)[:, None, None, None, None], radius / g_norm, radius
    )
    own = (np.sqrt(1 + 8 * over / rate) - 1) / (2 * over)
    plain = np.isin(LABELS, ("GD", "SSAM"))[:, None, None, None, None]
    edge = np.where(plain, 2 / rate, own)
    noise = np.exp(0.03 * rng.normal(size=shape))
    sharpness = edge * (1 - 0.8 * np.exp(-step / 150)) * noise
    gap = ~np.isfinite(rho)[None, :, None, :, None] & (np.arange(3) > 0)[:, None]
    absent = np.broadcast_to(gap, shape[:-1])
    diverged = np.full(shape[:-1], -1)
    diverged[:, 2, -1, -1, 0] = 400
    sharpness[:, 2, -1, -1, 0, 8:] = np.nan
    for values in (sharpness, edge, g_norm):
        values[absent] = np.nan
    dims = ("data", "algorithm", "eta_level", "rho_level", "seed", "check")
    gamma = np.where(np.isin(LABELS, ("SSAM", "SSAM-N"))[:, None, None, None, None],
                     1.1 * edge, np.nan)  # fmt: skip
    data = {
        "eta": (("data", "eta_level"), eta),
        "rho": (("data", "algorithm", "rho_level"), np.tile(rho, (2, 1, 1))),
        "step": ("check", step),
        "sharpness": ((*dims, "top"), np.stack([sharpness, 0.6 * sharpness], -1)),
        "edge": (dims, edge),
        "edge_measured_gamma": (dims, gamma),
        "g_norm": (dims, g_norm),
        "loss": (dims, 2.3 * np.exp(-step / 300) * noise),
        "cos_g_v1": (dims, rng.uniform(-0.5, 0.5, shape)),
        "diverged": (dims[:-1], diverged),
    }
    coords = {"data": list(ETA), "algorithm": LABELS, "seed": np.arange(SEEDS)}
    return xarray.Dataset(data, coords)


def regimes() -> xarray.Dataset:
    """Accuracy with a ridge in the learning rate; the largest rates diverge."""
    rng = np.random.default_rng(1)
    n, m = 9, 4
    rho, eta = radii(m), np.geomspace(0.01, 4, n)
    dims = ("task", "algorithm", "rho_level", "eta_level", "seed")
    shape = (len(TASKS), len(LABELS), m, n, SEEDS)
    limit = np.array([1.0, 0.5, 0.6, 1.0, 0.8])[:, None, None, None] * np.ones(
        shape[1:]
    )
    distance = np.log(eta[:, None] / (0.3 * limit))
    accuracy = 0.95 - 0.02 * distance**2 + 0.01 * rng.normal(size=shape)
    diverged = np.where(eta[:, None] > 3 * limit, 7, -1) * np.ones(shape, int)
    diverged[..., 0] = np.where(eta > 2 * limit[..., 0], 3, diverged[..., 0])
    accuracy[diverged > 0] = np.nan
    absent = ~np.isfinite(rho) & (np.arange(m) > 0)
    accuracy[:, absent] = np.nan
    high = np.where(absent, np.nan, eta[5]) * np.ones(shape[:3])
    versus = ["GD", "SAM", "USAM"]
    apart = np.full((len(TASKS), len(LABELS), 3), np.nan)
    apart[:, 1:, 0] = 0.01 * rng.normal(size=(len(TASKS), 4))
    apart[:, 3:, 1] = apart[:, 3:4, 2] = 0.004
    chosen = np.where(np.array(LABELS) == "GD", np.nan, np.nan_to_num(rho[:, 1]))
    span = ("task", "algorithm", "rho_level")
    ratio = np.linspace(1.3, 0.4, m) * np.ones((3, *shape[:3]))
    ratio[:, :, 0] = ratio[1:] = np.nan
    data = {
        f"{name}_ratio{end}": (("versus", *span), factor * ratio)
        for name in ("largest", "width")
        for end, factor in {"": 1.0, "_low": 0.8, "_high": 1.2}.items()
    } | {
        "eta": (("task", "eta_level"), np.tile(eta, (len(TASKS), 1))),
        "rho": (span, np.tile(rho, (len(TASKS), 1, 1))),
        "test_accuracy": (dims, accuracy),
        "diverged": (dims, diverged),
        "chosen_rho": (span[:2], np.tile(chosen, (len(TASKS), 1))),
        "range_train_low": (span, 0.05 * high),
        "range_train_high": (span, high),
        "range_test_low": (span, 0.3 * high),
        "range_test_high": (span, 0.8 * high),
        "difference": (("task", "algorithm", "versus"), apart),
        "difference_low": (("task", "algorithm", "versus"), apart - 0.005),
        "difference_high": (("task", "algorithm", "versus"), apart + 0.005),
    }
    coords = {"task": list(TASKS), "algorithm": LABELS, "versus": versus}
    words = {
        "statistic": "mean of 20 paired differences on fresh seeds, Student's t",
        "multiplicity": "95 % together for the 7 comparisons of a task (Bonferroni)",
    }
    return xarray.Dataset(data, coords, words)
