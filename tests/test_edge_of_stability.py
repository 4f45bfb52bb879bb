"""Networks at the edge of stability: every number against a plain loop."""

import numpy as np
import pytest
import torch
import xarray
from scipy import stats

from experiments import edge_of_stability
from experiments.edges import late, leaving, look, plan, report
from experiments.edges.setting import setting
from experiments.run import BadOption
from theory import methods
from theory.edges import edge, edge_at
from theory.measured import departing, hovering, keeping

METHODS = ["gd", "usam", "sam", "ssam", "ssam-n"]
SMALL = {"hidden": (3,), "train": 20, "seeds": 2, "steps": 12, "every": 3, "jobs": 1}
EXACT = {"dtype": "float64", "tol": 1e-7}


def config(**words):
    words = {"data": ("digits",), "eta": ("0.5",), "rho": ("0.1", "0.4")} | words
    return edge_of_stability.Config(**(SMALL | words))


def loss(net, w):
    """The mean square loss of two layers with tanh between them, by hand."""
    X = net.X.flatten(1)
    a, b = 3 * X.shape[1], 3 * X.shape[1] + 3
    hidden = torch.tanh(X @ w[:a].view(3, -1).T + w[a:b])
    z = hidden @ w[b : b + 30].view(10, 3).T + w[b + 30 :]
    target = torch.eye(10, dtype=w.dtype)[net.y]
    return ((z - target) ** 2).sum(-1).mean() / 2


def slope(net, w):
    w = w.clone().requires_grad_()
    return torch.autograd.grad(loss(net, w), w)[0]


def loop(spec, net, eta, rho, w, steps):
    """One run by the formulas: the end, g there, d there, and |g|/|d'|."""
    for t in range(steps + 1):
        g = slope(net, w)
        ascent = g if spec in ("usam", "ssam") else g / g.norm()
        d = g if spec == "gd" else slope(net, w + rho * ascent)
        gamma = g.norm() / d.norm()
        d = d * gamma if spec.startswith("ssam") else d
        if t < steps:
            w = w - eta * d
    return w, g, d, gamma


@pytest.mark.parametrize("spec", METHODS)
def test_runs_and_spectra_are_those_of_a_plain_loop(spec):
    words = config(**EXACT)
    found = plan.do("edge", "digits", spec, 0, words).isel(
        data=0, algorithm=0, eta_level=0
    )
    net = setting(words, "digits")
    for j, rho in enumerate(found.rho.values):
        cell = found.isel(rho_level=j, seed=1, check=-1)
        start = net.initial(1).double()
        w, g, d, gamma = loop(spec, net, 0.5, rho, start, 12)
        H = torch.autograd.functional.hessian(lambda v: loss(net, v), w).numpy()
        lam, V = np.linalg.eigh(H)
        want = {
            "loss": loss(net, w),
            "g_norm": g.norm(),
            "d_norm": d.norm(),
            "gamma": gamma,
            "cos_g_v1": abs(V[:, -1] @ g.numpy()) / g.norm(),
            "cos_d_v1": abs(V[:, -1] @ d.numpy()) / d.norm(),
            "cos_g_top": np.linalg.norm(V[:, -2:].T @ g.numpy()) / g.norm(),
        }
        for name, value in want.items():
            np.testing.assert_allclose(cell[name], float(value), rtol=1e-5)
        np.testing.assert_allclose(cell.sharpness, lam[:-3:-1], rtol=1e-6)
        r = {"gd": 0, "usam": rho, "ssam": rho}.get(spec, rho / float(g.norm()))
        stable = spec.startswith("ssam")
        for name, factor in (("edge", 1), ("edge_measured_gamma", float(gamma))):
            # eta gamma lam (1 + r lam) = 2, of which an aligned gamma leaves eta lam.
            rest = 0 if stable and name == "edge" else r
            scale = factor if stable else 1
            turned = 0.5 * scale * cell[name] * (1 + rest * cell[name])
            np.testing.assert_allclose(turned, 2, rtol=1e-5)
    assert (found.residual <= 1e-7).all()
    assert (found.diverged == -1).all()


def test_methods_are_paired_by_their_starts():
    words = config()
    first = [
        plan.do("edge", "digits", spec, 0, words).isel(check=0) for spec in METHODS
    ]
    for found in first:
        for name in ("loss", "sharpness", "g_norm"):
            for j in range(found.sizes["rho_level"]):
                np.testing.assert_array_equal(
                    found[name].isel(algorithm=0, rho_level=j),
                    first[0][name].isel(algorithm=0, rho_level=0),
                )


def test_a_run_that_diverges_is_said_so_and_has_no_part_in_a_mean():
    words = config(eta=("0.5", "60"), rho=("0.1",))
    parts = [
        ((0, 0, 0, k), plan.do("edge", "digits", "gd", k, words)) for k in range(2)
    ]
    found = plan.together(parts[::-1]).isel(data=0, algorithm=0)
    assert found.eta.values.tolist() == [0.5, 60]
    assert (found.diverged.isel(eta_level=0) == -1).all()
    lost = found.isel(eta_level=1)
    assert (lost.diverged > 0).all() and (lost.diverged <= 12).all()
    assert lost.sharpness.isel(check=-1).isnull().all()
    assert (lost.matvecs.isel(check=-1) == 0).all()
    both = hovering.mean(hovering.over(found, "gd"))
    alone = hovering.mean(hovering.over(found.isel(eta_level=[0]), "gd"))
    assert (both.value, both.half) == (alone.value, alone.half)
    assert "2 d" in report._came(found)


def test_a_member_does_not_feel_that_another_diverges():
    words = config()
    net = setting(words, "digits")
    x = torch.stack([net.initial(0), net.initial(0)])
    rho = torch.zeros(2, 1)
    eta = torch.tensor([[0.5], [60.0]])

    def run(rows):
        runs = look.Runs(net, methods.make("gd"), rho[rows], eta[rows], 2, 1e-3)
        return look.trained(runs, x[rows], range(0, 13, 3))

    both, alone = run(slice(None)), run(slice(0, 1))
    assert both["diverged"][0] == -1 and both["diverged"][1] > 0
    for name in ("loss", "sharpness"):  # float32, in other company
        np.testing.assert_allclose(both[name][0], alone[name][0], rtol=1e-4)


def test_intervals_are_students():
    values = xarray.DataArray(
        np.random.default_rng(0).normal(3, 1, (2, 5)), dims=("eta_level", "seed")
    )
    told = hovering.mean(values)
    own = values.values.mean(0)
    want = stats.t.interval(0.95, 4, loc=own.mean(), scale=stats.sem(own))
    np.testing.assert_allclose(told.value - told.half, want[0], rtol=1e-12)
    np.testing.assert_allclose(told.value + told.half, want[1], rtol=1e-12)
    some = hovering.mean(values.isel(eta_level=0).where([True] * 3 + [False] * 2))
    assert some.count == 3
    assert str(hovering.mean(values.isel(seed=[0]))) == "one seed"
    assert str(hovering.mean(values.where(False))) == "-"


def made_up():
    """GD at 2/eta, USAM at half of it, SSAM a tenth below it, two seeds, two radii.

    Losses fall a tenth a check; SSAM's is that of the others two checks before.
    """
    shares = {"GD": 1.0, "USAM": 0.5, "SSAM": 0.9}
    sharp = np.empty((3, 2, 2, 2, 8, 1))
    for i, share in enumerate(shares.values()):
        sharp[i] = share * 10 * np.array([1, 2])[:, None, None, None, None]
    sharp[..., :6, :] = 1.0  # before the last quarter
    loss = np.broadcast_to(0.9 ** np.arange(8.0), sharp.shape[:-1]).copy()
    loss[2] /= 0.9**2
    sharp[0, :, 1] = loss[0, :, 1] = np.nan
    cell = ("algorithm", "eta_level", "rho_level", "seed")
    edge = np.full((3, 2, 2, 2, 8), 10.0)
    edge[1] = 5.0
    rho = [[0.0, np.nan], [0.1, 0.2], [0.1, 0.2]]
    return xarray.Dataset(
        {
            "sharpness": ((*cell, "check", "top"), sharp),
            "edge": ((*cell, "check"), edge),
            "edge_measured_gamma": ((*cell, "check"), edge * [0.9]),
            "loss": ((*cell, "check"), loss),
            "residual": ((*cell, "check", "top"), 0 * sharp + 0.004),
            "diverged": (cell, np.full((3, 2, 2, 2), -1)),
            "rho": (("algorithm", "rho_level"), rho),
            "eta": ("eta_level", [0.2, 0.1]),
        },
        {"algorithm": list(shares), "rho_level": [0, 1], "data": "made up"},
    )


def test_shares_of_edges_and_of_flattening_are_as_made_up():
    part = made_up()
    gd = hovering.over(part, "gd")
    for name, share in {"GD": 1.0, "USAM": 0.5, "SSAM": 0.9}.items():
        own = gd.sel(algorithm=name).isel(rho_level=0)
        np.testing.assert_allclose(own, share)
        flat = hovering.flattening(part).sel(algorithm=name).isel(rho_level=0)
        np.testing.assert_allclose(flat, share)
        assert hovering.between(own) == (share, share)
    kept = keeping.kept(part, "SSAM", 0)
    np.testing.assert_allclose([kept.share.value, kept.share.half], [0.2, 0], atol=1e-9)
    np.testing.assert_allclose([kept.low, kept.high, kept.rates], [0.2, 0.2, 2])
    np.testing.assert_allclose(kept.loss.value, 0.9**-2)
    trend = hovering.trend(part).isel(rho_level=0, seed=0)
    np.testing.assert_allclose(trend, np.outer([1.0, 0.5, 0.9], [10, 20]))


def test_a_run_came_to_its_edge_if_one_later_check_is_at_it_or_above():
    part = made_up()
    came = hovering.reached(part).isel(rho_level=0, seed=0)
    # SSAM at the first rate: 9, below 2/eta = 10, if not below 9 at its measured gamma.
    assert came.values.tolist() == [[True, True], [True, True], [False, True]]
    part.sharpness[2, 0, 0, 0, 3] = 99.0  # in the first half
    assert not hovering.reached(part)[2, 0, 0, 0]
    part.sharpness[2, 0, 0, 0, 4] = 10.0
    assert hovering.reached(part)[2, 0, 0, 0]
    said = report.answer(part.expand_dims(data=["made up"]))
    assert "under SSAM at 0.90 to 1.80 times its edge (5 of 8 runs came to it)" in said


def test_the_answer_says_how_far_above_an_edge_and_how_well_it_is_known():
    part = made_up()
    part["edge"] = part.edge / 2.1
    part.sharpness[:, 1] /= 2
    said = report.answer(part.expand_dims(data=["made up"]))
    assert "under GD 110.0 to 110.0 % above its edge" in said
    assert "known to 0.4 % by the largest residual" in said


def test_radii_are_not_averaged_with_each_other():
    part = made_up()
    part.sharpness[2, :, 1, :, 6:] *= 5 / 9  # SSAM at the larger radius: as USAM
    shares = [keeping.kept(part, "SSAM", level).share.value for level in (0, 1)]
    np.testing.assert_allclose(shares, [0.2, 1.0])
    said = report.answer(part.expand_dims(data=["made up"]))
    assert "0.200 ± 0.000 (rho 0.1, loss 1.23 of GD's), 1.000 ± 0.000 (rho 0.2" in said


@pytest.mark.parametrize("lost", [0, 1, 2])
def test_a_rate_at_which_a_seed_is_lost_is_out_for_both_methods_and_all_seeds(lost):
    part = made_up()
    part.sharpness[2, 1, 0, :, 6:] = 12.0  # another share at the second rate: 0.8
    both = keeping.kept(part, "SSAM", 0)
    np.testing.assert_allclose([both.low, both.high], [0.2, 0.8])
    np.testing.assert_allclose(both.share.value, (0.1 + 0.4) / (0.5 + 0.5))
    part.sharpness[lost, 1, 0, 1, 5:] = np.nan
    for equal in ("steps", "loss"):
        alone = keeping.kept(part, "SSAM", 0, equal)
        assert alone.rates == 1 and alone.share.count == 2
        only = keeping.kept(part.isel(eta_level=[0]), "SSAM", 0, equal)
        assert alone == only
    over = hovering.over(part, "gd")[lost, :, 0]
    assert hovering.mean(over) == hovering.mean(over.isel(eta_level=[0]))


def test_at_equal_loss_the_others_are_seen_where_they_came_down_to_it(monkeypatch):
    monkeypatch.setattr(keeping, "SMOOTH", 1)
    part = made_up()
    # SSAM ends at the mean of 0.9^4 and 0.9^5, which the others are below at check 5.
    for place, sharpness in enumerate((8.0, 4.0)):
        part.sharpness[place, ..., 5, 0] = sharpness
    part.sharpness[2, ..., 6:, 0] = 7.0
    kept = keeping.kept(part, "SSAM", 0, "loss")
    np.testing.assert_allclose(kept.share.value, (1 - 7 / 8) / (1 - 4 / 8))
    part.loss[1] = 1.0  # USAM never comes down
    never = keeping.kept(part, "SSAM", 0, "loss")
    assert never.rates == 0 and str(never.share) == "-"


def test_edges_that_a_bouncing_mode_sets_itself_are_marked():
    marked = {
        (name, edge)
        for name in ("GD", "USAM", "SAM", "SSAM", "SSAM-N")
        for edge in ("edge", "edge_measured_gamma", "gd")
        if hovering.meets_itself(name, edge)
    }
    gamma = {(name, "edge_measured_gamma") for name in ("SAM", "SSAM", "SSAM-N")}
    assert marked == {("SAM", "edge"), *gamma}
    # Which they are: the edge follows |g|, or gamma, at the same eta and rho.
    for spec in METHODS:
        method = methods.make(spec, rho=0.1) if spec != "gd" else methods.make(spec)
        moves = {
            "edge": edge(method, 0.1, 1.0) != edge(method, 0.1, 2.0),
            "edge_measured_gamma": edge_at(method, 0.1, 1.0, 0.5)
            != edge_at(method, 0.1, 2.0, 0.9),
        }
        for name, moved in moves.items():
            assert moved == hovering.meets_itself(method.label, name)


def test_growth_is_the_slope_of_a_mode_over_a_drift():
    t = np.arange(101)
    for factor in (-1.15, -1.9, 1.3, -3.0):
        mode = 1e-9 * np.sign(factor) ** t * np.abs(factor) ** np.minimum(t, 20.0)
        told = late.growth(mode + 1e-7)
        np.testing.assert_allclose(told, np.log(abs(factor)), rtol=0.05)
    assert np.isnan(late.growth(0.6**t))  # falls
    assert np.isnan(late.growth(np.r_[0.0, 1.0, -1.0, 1.0]))  # jumps
    assert np.isnan(late.growth(np.full(9, np.nan)))


def test_a_switch_to_gradient_descent_is_none():
    words = config(methods=("usam", "ssam"), **EXACT)
    words.late_steps = (9, 10)
    found = late.switched("digits", words).isel(data=0)
    assert list(found.late_algorithm.values) == ["GD>GD", "GD>USAM", "GD>SSAM"]
    net = setting(words, "digits")
    control = found.isel(late_algorithm=0, rho_level=0)
    for seed in range(2):
        eta = float(found.late_eta)
        w, *_ = loop("gd", net, eta, 0, net.initial(seed).double(), 9)
        switched, *_ = loop("usam", net, eta, float(found.late_rho[1, 0]), w, 10)
        w, *_ = loop("gd", net, eta, 0, w, 10)
        own = found.isel(late_algorithm=1, rho_level=0, seed=seed, late_check=-1)
        at = control.isel(seed=seed, late_check=-1)
        np.testing.assert_allclose(at.late_loss, loss(net, w), rtol=1e-6)
        np.testing.assert_allclose(own.late_loss, loss(net, switched), rtol=1e-6)


def switches(spec, rho):
    """Two seeds after a switch, their gradients along v_1 growing at first."""
    lam, size = np.array([8.0, 8.8]), np.array([0.1, 0.2])
    cell = ("late_algorithm", "rho_level", "seed")
    return xarray.Dataset(
        {
            "late_sharpness": (
                (*cell, "late_check", "top"),
                lam.reshape(1, 1, 2, 1, 1),
            ),
            "late_g_norm": ((*cell, "late_check"), size.reshape(1, 1, 2, 1)),
            "late_rho": (cell[:2], [[rho]]),
            "late_eta": 0.2,
        },
        {"late_algorithm": [f"GD>{spec}"]},
    ).isel(late_algorithm=0, rho_level=0)


def test_the_cosine_of_a_held_mode_is_that_at_which_it_is_turned_round():
    for spec, r in (("SSAM", 0.1), ("SSAM-N", 0.1 / np.array([0.1, 0.2]))):
        cosine = leaving.balanced(switches(spec, 0.1), f"GD>{spec}").values
        lam = np.array([8.0, 8.8])
        ascended = np.sqrt(1 - cosine**2 + cosine**2 * (1 + r * lam) ** 2)
        np.testing.assert_allclose(0.2 * lam * (1 + r * lam) / ascended, 2, rtol=1e-12)
    assert leaving.balanced(switches("USAM", 0.1), "GD>USAM").isnull().all()


def test_every_method_has_the_slope_of_what_was_recorded():
    words = config(methods=("usam", "sam"))
    words.late_steps = (9, 30)
    found = late.switched("digits", words)
    assert found.late_growth_predicted.sel(late_algorithm="GD>SAM").notnull().all()
    rows = found.late_g_along_v1.values.reshape(-1, 31).astype(float)
    slopes = np.array([late.growth(row) for row in rows])
    np.testing.assert_allclose(found.late_growth.values.ravel(), slopes, rtol=1e-4)


def bounced(spec, eta, rho, lam, start, steps=12):
    """A mode beside another whose gradient has the norm 1, and neither's curvature."""
    a, rows = start, []
    for _ in range(steps):
        rows.append(a)
        size = 1.0 if spec == "usam" else np.hypot(a, 1)
        a = (1 - eta * lam * (1 + rho / size * lam)) * a
    return np.array(rows)


@pytest.mark.parametrize(
    ("spec", "rho"), [("usam", 0.5), ("sam", 0.5), ("sam", 5.0), ("usam", 0.05)]
)
def test_growth_at_first_is_that_of_the_multiplier_however_large(spec, rho):
    along = 1e-7 + bounced(spec, 0.4, rho, 4.0, 1e-6, 40)
    own = xarray.Dataset(
        {
            "late_g_along_v1": ("late_moment", along),
            "late_g_norm": ("late_check", [1.0, 9.0]),
            "late_growth_predicted": np.log(abs(1 - 0.4 * 4 * (1 + 4 * rho))),
        }
    )
    found = departing.at_first(own)
    if own.late_growth_predicted < 0:
        assert found.isnull()
        return
    np.testing.assert_allclose(found, own.late_growth_predicted, rtol=1e-3)
    if rho == 5:  # the slope over three decades is of what comes after
        assert not late.growth(along) > 0.5 * own.late_growth_predicted


def test_a_growth_of_two_changes_is_seen_and_of_one_is_not():
    size = 1.0
    assert np.isnan(departing._first_slope(np.array([0.0, 1.0]), size))
    assert np.isnan(departing._first_slope(np.array([0.0, 1.0, np.nan, 1.0]), size))
    np.testing.assert_allclose(
        departing._first_slope(np.array([0.0, 1.0, -9.0, 5.0]), size), np.log(10)
    )


def carried_out(folder, capsys, *words):
    words = [
        "--data", "digits", "--hidden", "3", "--train", "20", "--every", "2",
        "--quick", "--methods", "gd", "usam", "ssam", "--out", str(folder), *words,
    ]  # fmt: skip
    made = edge_of_stability.run.parse(edge_of_stability.Config, "edges", words)
    edge_of_stability.work(made)
    said = capsys.readouterr().out
    return (folder / "edge_of_stability.nc").read_bytes(), said


def test_the_result_does_not_depend_on_jobs_and_says_what_was_found(tmp_path, capsys):
    one, said = carried_out(tmp_path / "one", capsys, "--jobs", "1")
    two, _ = carried_out(tmp_path / "two", capsys, "--jobs", "2")
    assert one == two
    again, _ = carried_out(tmp_path / "one", capsys, "--jobs", "1")  # from its parts
    assert again == one
    assert torch.get_num_threads() >= 1
    for words in ("SSAM keeps", "its edge (", "GD>USAM", "the largest residual"):
        assert words in said
    dataset = edge_of_stability.run.load(tmp_path / "one/edge_of_stability.nc")
    cell = ("data", "algorithm", "eta_level", "rho_level", "seed", "check", "top")
    assert dataset.sharpness.dims == cell
    assert dataset.late_sharpness.dims[:2] == ("data", "late_algorithm")
    assert "theory/methods/stable.py" in dataset.attrs["rests_on"]


@pytest.mark.parametrize(
    ("words", "message"),
    [
        ({"seeds": 1}, "--seeds must be >= 2"),
        ({"steps": 5}, "--steps must be >= 12"),
        ({"tol": 0.0}, "--tol must be above 0"),
        ({"pool": 3}, "--pool must divide 28"),
        ({"dtype": "float16"}, "--dtype is float64 or float32"),
        ({"methods": ()}, "--methods needs a name"),
        ({"eta": ("-1",)}, "--eta must be finite"),
        ({"device": "tpu"}, "--device tpu is not available"),
    ],
)
def test_bad_options_are_refused_in_one_line(words, message):
    with pytest.raises(BadOption, match=message) as refused:
        config(**words)
    assert "\n" not in str(refused.value)


@pytest.mark.parametrize(
    ("words", "message"),
    [
        ({"data": ("digit",)}, "digit"),
        ({"data": ("wine",), "eta": ()}, "`wine` has no usual learning rates"),
        ({"methods": ("sma",)}, "sma"),
        ({"methods": ("ssam", "stable:usam")}, "both called SSAM"),
        ({"model": "mpl"}, "mpl"),
        ({"loss": "hinge"}, "hinge"),
        ({"train": 10**6}, "samples"),
    ],
)
def test_unknown_words_are_refused_in_one_line(words, message):
    with pytest.raises(ValueError, match=message) as refused:
        plan.by_part(config(**words))
    assert "\n" not in str(refused.value)
