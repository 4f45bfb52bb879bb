"""Whole regions: complete, small, verified without a solver, found out if wrong."""

import json
import subprocess
import sys
from dataclasses import replace
from fractions import Fraction
from pathlib import Path

import numpy as np
import pytest

from figures import proved_regions as picture
from figures import style
from theory import claims, members, proofs, regions
from theory.gram.box import indices
from theory.gram.dual import _controls
from theory.gram.polynomial import as_polynomial, variable
from theory.judge import judge
from theory.methods import make
from theory.methods.usam import USAM
from theory.proofs import __main__ as command
from theory.proofs import verify as verifying
from theory.regions import __main__ as finding
from theory.regions import exact
from theory.regions.find import edges
from theory.regions.strip import Strip, load

ROOT = Path(__file__).resolve().parent.parent
# Verified here; `make verify-proofs` verifies all.
QUICK = ("usam-distance-kappa-100", "usam-pair-kappa-20", "usam-convergence-weakly-1")


def kept(name):
    """Not verified."""
    return load(regions.FOLDER / f"{name}.json")


def test_the_files_are_the_lists():
    found = {path.stem for path in regions.FOLDER.glob("*.json")}
    assert found == set(regions.KEPT) and len(found) >= 24
    assert sum(path.stat().st_size for path in regions.FOLDER.glob("*.json")) < 1e6


@pytest.mark.parametrize("name", QUICK)
def test_each_proves_its_region(name):
    strip = regions.proved(name)
    _, mu, measure, radius, count = regions.KEPT[name]
    assert (strip.mu, strip.measure) == (Fraction(str(mu)), measure)
    assert strip.rho == (0, Fraction(str(radius)))
    assert len(strip.columns) <= count


def test_ssams_columns_are_proved_too():
    """One of the small and one of the large radii of every file of SSAM, SSAM-N."""
    for name in (n for n in regions.KEPT if n.startswith("ssam")):
        strip = kept(name)
        few = replace(strip, columns=strip.columns[:13:12])
        assert few.fault() == ""


@pytest.mark.parametrize("name", regions.KEPT)
def test_the_area_is_that_of_points_below_the_staircase(name):
    strip = kept(name)
    rho, most = float(strip.rho[1]), 2.0
    at = np.stack(np.meshgrid(*(np.arange(400) + 0.5 for _ in "xy"))) / 400
    radius, eta = at[0] * rho, at[1] * most
    inside = np.zeros(radius.shape, bool)
    for c in strip.columns:
        low, high = map(float, c.rho)
        inside |= (low < radius) & (radius <= high) & (eta <= float(c.eta))
    area = inside.mean() * rho * most
    assert float(strip.area()) == pytest.approx(area, rel=5e-3)  # a pixel a column
    gaps = sum(b - a for a, b in strip.undecided())
    widths = sum(c.rho[1] - c.rho[0] for c in strip.columns)
    assert gaps + widths == strip.rho[1]
    below = np.array([exact.limit(strip.method, float(strip.mu), strip.measure,
                                  float(c.rho[1])) for c in strip.columns])  # fmt: skip
    assert (np.array([float(c.eta) for c in strip.columns]) < below).all()


def test_no_step_leads_away_inside_a_region():
    rng = np.random.default_rng(12)
    for name in ("ssam-distance-kappa-10", "usam-distance-kappa-10"):
        strip = kept(name)
        f = members.spectra([12, 1], (60, 3), float(strip.mu))
        for c in strip.columns:
            x = rng.normal(size=(60, 3))
            rho = rng.uniform(*map(float, c.rho), 60)
            after = members.step(strip.method, rho, f, x, np.full(60, float(c.eta)))
            assert ((after**2).sum(-1) <= (x**2).sum(-1) * (1 + 1e-12)).all()


def test_no_step_of_ssam_n_leads_away_from_beyond_a_quarter_of_the_radius():
    rng, strip = np.random.default_rng(14), kept("ssam-n-distance-kappa-3.3")
    f = members.spectra([14, 1], (400, 3), float(strip.mu))
    x = rng.normal(size=(400, 3))
    x[:200, :-1] *= 1e-3
    size = np.linalg.norm(x, axis=-1)
    for c in strip.columns:
        rho = size * rng.uniform(*map(float, c.rho), 400)
        after = members.step(strip.method, rho, f, x, np.full(400, float(c.eta)))
        assert (np.linalg.norm(after, axis=-1) <= size * (1 + 1e-12)).all()


CHANGED = {
    "a wider column": lambda c: c["columns"][0].update(rho=["0", "1/2"]),
    "a larger rate": lambda c: c["columns"][3].update(eta="19/10"),
    "a lost box": lambda c: c["columns"][2]["pieces"].pop(),
    "a column twice": lambda c: c["columns"].append(c["columns"][-1]),
    "a foreign column": lambda c: c["columns"].insert(0, c["columns"].pop(7)),
    "less curvature": lambda c: c.update(mu="0"),
    "more curvature": lambda c: c.update(beta="2"),
    "another method": lambda c: c.update(method="stable:usam"),
    "another measure": lambda c: c.update(measure="pair"),
    "a farther strip": lambda c: c.update(rho=["0", "3"]),
    "no columns": lambda c: c.update(columns=[]),
    "another format": lambda c: c.update(format="sharpness-regimes proof 1"),
    "no fraction": lambda c: c["columns"][0].update(eta="0.1"),
    "one end": lambda c: c["columns"][0].update(rho=["1"]),
}


@pytest.mark.parametrize("how", CHANGED)
def test_a_changed_file_proves_nothing(how, tmp_path, monkeypatch):
    name = "usam-distance-kappa-10"
    content = json.loads((regions.FOLDER / f"{name}.json").read_text())
    CHANGED[how](content)
    (tmp_path / f"{name}.json").write_text(json.dumps(content))
    monkeypatch.setattr(regions, "FOLDER", tmp_path)
    with pytest.raises(ValueError) as error:
        regions.proved(name)
    assert "\n" not in str(error.value)


@pytest.mark.parametrize("name", ["usam-distance-kappa-10", "usam-pair-kappa-10",
                                  "ssam-convergence-convex"])  # fmt: skip
def test_a_multiplier_made_smaller_proves_nothing(name):
    strip = kept(name)
    column = strip.columns[3]
    piece = column.pieces[0]
    halved = {k: tuple(v / 2 for v in vs) for k, vs in piece.multipliers.items()}
    pieces = (replace(piece, multipliers=halved), *column.pieces[1:])
    worse = replace(strip, columns=(replace(column, pieces=pieces),))
    assert "of the piece" in worse.fault()


def test_a_mutant_of_the_method_is_not_proved(monkeypatch):
    def direction(self, x, state, gradient):
        g = gradient(x)
        return gradient(x + 2 * self.rho * g), g, state

    monkeypatch.setattr(USAM, "direction", direction)
    for name in (*QUICK, "ssam-distance-convex"):
        with pytest.raises(ValueError, match=f"`{name}` proves nothing"):
            regions.proved(name)


def test_a_strip_of_descent_is_refused():
    strip = replace(kept(QUICK[0]), measure="descent")
    assert strip.fault() == "there are no regions of descent"


@pytest.mark.parametrize("claim", ["N12.inside", "N12.share"])
def test_a_wrong_limit_is_found_out(claim, monkeypatch):
    true = exact.limit
    monkeypatch.setattr(exact, "limit", lambda *about: true(*about) * 0.99)
    if claim == "N12.share":
        monkeypatch.setattr(exact, "limit", lambda *about: true(*about) * 1.05)
    row = claims.load("N12")
    said = next(c for c in row.claims if c.id == claim)
    assert judge(said, row.grade, True).verdict == "refuted"


WITHOUT = """
import sys
class Blocked:
    def find_spec(self, name, path=None, target=None):
        if name.split(".")[0] in ("clarabel", "cvxpy", "PEPit", "torch"):
            raise ImportError(f"{name} is blocked")
sys.meta_path.insert(0, Blocked())
from theory import proofs, regions
some = ("n2", "t3-ssam"), ("usam-pair-kappa-10", "usam-convergence-convex")
for module, names in zip((proofs, regions), some):
    module.KEPT = {name: module.KEPT[name] for name in names}
sys.argv[1:] = ["--verify", "--json", sys.argv[1]]
import runpy
runpy.run_module("theory.proofs", run_name="__main__")
"""


def test_all_kept_files_are_verified_where_there_is_no_solver(tmp_path):
    file = tmp_path / "folder" / "proved_regions.json"
    words = [sys.executable, "-W", "ignore", "-c", WITHOUT, str(file)]
    done = subprocess.run(words, capture_output=True, text=True, cwd=ROOT)
    assert done.returncode == 0, done.stderr
    *lines, total = done.stdout.splitlines()
    starts = ["n2", "t3-ssam", "usam-pair-kappa-10", "usam-convergence-convex"]
    assert [line.partition(":")[0] for line in lines] == starts
    assert "96.5 % of N3's region in 40 columns" in lines[2]
    assert "USAM, descent and convergence, mu = 0, rho = [0, 4]" in lines[3]
    assert total.startswith("2 proofs and 2 regions, all verified in fractions")
    assert len(json.loads(file.read_text())) == 2


def test_a_file_that_proves_nothing_ends_in_exit_code_2(tmp_path, monkeypatch, capsys):
    monkeypatch.setattr(proofs, "KEPT", {"n2-fast": proofs.KEPT["n2-fast"]})
    monkeypatch.setattr(regions, "KEPT", {})
    monkeypatch.setattr(proofs, "FOLDER", tmp_path)
    assert verifying.verify() == (False, [])
    said = capsys.readouterr().out
    assert "n2-fast: NOTHING IS PROVED" in said and "1 prove nothing" in said
    with pytest.raises(ValueError, match="not all kept files"):
        command.work(command.Options(verify=True))


def test_a_region_is_found_anew(tmp_path, monkeypatch, capsys):
    pytest.importorskip("clarabel")
    monkeypatch.setattr(
        finding, "KEPT", {"usam-pair-kappa-2": ("usam", "0.5", "pair", 1, 4)}
    )
    finding.work(finding.Options(out=str(tmp_path)))
    strip = load(tmp_path / "usam-pair-kappa-2.json")
    assert strip.fault() == "" and strip.pieces() == 4
    assert exact.share(strip) > 0.9
    assert "usam-pair-kappa-2: 91.7 % in 4 boxes" in capsys.readouterr().out
    again = tmp_path / "again.json"
    strip.save(again)
    assert load(again) == strip


def test_an_unknown_region_is_named():
    with pytest.raises(ValueError, match="did you mean usam-pair"):
        finding.work(finding.Options(names=("usam-pear",)))


def test_columns_are_narrow_where_the_curve_falls():
    ends = edges(lambda r: 2 / (1 + r), Fraction(4), 20)
    widths = np.diff([float(end) for end in ends])
    assert ends[0] == 0 and ends[-1] == 4 and len(ends) == 21
    assert widths.min() > 0 and widths[-1] > 3 * widths[0]


def test_convergence_is_proved_below_the_limit_only():
    pytest.importorskip("clarabel")
    from theory.proof import prove

    about = {"beta": 1, "rho": 1, "measure": "convergence"}
    for mu, limit in ((0, 1.0), ("-1/3", 1.0), ("0.1", 1.0)):
        good = prove(make("usam"), mu=mu, eta=limit * 0.999, **about)
        assert good.status == "proved" and good.verify()
        assert "grad f tends to 0 from every start" in good.theorem()
        bad = prove(make("usam"), mu=mu, eta=limit * 1.001, **about, limit=4)
        assert bad.status == "undecided"
    with pytest.raises(ValueError, match="a factor of convergence is < 0, got 1."):
        prove(make("usam"), mu=0, eta=0.5, factor=1, **about)


def test_a_fall_by_a_share_of_the_gradient_is_seen_on_functions():
    """Of the lemma's words: f(w+) - f(w) <= factor eta/(largest) |g|^2."""
    rng, slack = np.random.default_rng(13), -0.02
    from theory.proof import prove

    pytest.importorskip("clarabel")
    proof = prove(make("ssam"), mu=-1, beta=1, rho=0.4, eta=1.6, factor=slack,
                  measure="convergence")  # fmt: skip
    assert proof.verify()
    f = members.spectra([13, 1], (200, 2), -1.0)
    x, rho = rng.normal(size=(200, 2)), np.full(200, 0.4)
    d, g = members.directions("ssam", rho, f, x)
    for eta in (0.1, 0.8, 1.6):
        rise = f.value(x - eta * d) - f.value(x)
        assert (rise <= slack * eta / 1.6 * (g**2).sum(-1) + 1e-12).all()


def test_the_pictures_show_every_region(tmp_path):
    names = [name for name in regions.KEPT if "kappa-2" in name or "convex" in name]
    drawn = [verifying.plain(kept(name)) for name in names]
    verifying.save(drawn, str(tmp_path / picture.RESULT))
    found = picture.proved_regions(tmp_path)
    assert set(found) == {"proved_regions"} | {
        f"proved_regions_{one['measure']}" for one in drawn
    }
    with style.use("screen"):
        for name, draw in found.items():
            axes = draw().axes
            measure = name.removeprefix("proved_regions").removeprefix("_")
            ours = [one for one in drawn if one["measure"] == measure]
            curves = sum(len(one.get_lines()) for one in axes)
            boxes = sum(len(one.patches) for one in axes)
            assert curves and boxes
            if measure:
                assert curves == len(ours)
                assert boxes == sum(len(one["columns"]) for one in ours)
    (tmp_path / picture.RESULT).write_text("[]")
    with pytest.raises(ValueError, match="holds no region"):
        picture.proved_regions(tmp_path)
    (tmp_path / picture.RESULT).write_text("[1]")
    with pytest.raises(ValueError, match="is damaged or not of this version"):
        picture.proved_regions(tmp_path)
    with pytest.raises(ValueError, match="run `make verify-proofs` first"):
        picture.proved_regions(tmp_path / "none")


def test_columns_out_of_place_are_refused():
    strip: Strip = kept("usam-pair-kappa-2")
    turned = replace(strip, columns=strip.columns[::-1])
    assert "is out of its place" in turned.fault()


def test_whole_multiples_are_of_the_control_values():
    """In fractions, of every coefficient, by one positive factor at a time."""
    for name in ("ssam-distance-kappa-20", "ssam-n-distance-kappa-5"):
        strip = kept(name)
        column = strip.columns[1]
        dual, _ = strip.statement(column).bound(column.eta)
        piece = column.pieces[-1]
        terms = dual.remainder(piece.box, piece.multipliers).terms
        rest = {key: as_polynomial(value) for key, value in terms.items()}
        whole = list(_controls(rest, piece.box, dual.degrees))
        factors = set()
        for index, found in zip(indices(dual.degrees), whole, strict=True):
            for key, value in rest.items():
                true = value.control(piece.box, index)
                assert type(found[key]) is int and (true == 0) == (found[key] == 0)
                factors |= {found[key] / Fraction(true)} if true else set()
        assert len(factors) == 1 and min(factors) > 0
    with pytest.raises(ValueError, match="x is no parameter"):
        list(_controls({(): variable("x")}, piece.box, dual.degrees))
