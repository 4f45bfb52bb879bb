"""The checks that judge optimizers: ours passes, and planted defects are found."""

import gc
import runpy
import subprocess
import sys
from pathlib import Path

import pytest

from theory import console
from theory.conformance.__main__ import Options, work
from theory.conformance.checks import CHECKS
from theory.conformance.guess import expression
from theory.conformance.judge import FAIL, PASS, SKIP, judge
from theory.conformance.page import page
from theory.conformance.peer import Peer
from theory.conformance.peers import PEERS, ours
from theory.conformance.table import write
from theory.methods import names, specs

BUILD = "{name}(model, Base, rho, **options)"
SINGLE = ("ausam", "esam", "sparse-sam")

# SAM, correct, and a defect for each class that follows.
PLANTED = '''
import torch


class Correct(torch.optim.Optimizer):
    def __init__(self, model, Base, rho, **options):
        self.model, self.rho = model, rho
        self.base = Base(model.parameters(), **options)
        super().__init__(self.base.param_groups, self.base.defaults)
        self.share()

    def share(self):
        self.param_groups, self.state = self.base.param_groups, self.base.state

    def load_state_dict(self, state):
        self.base.load_state_dict(state)
        self.share()

    def norm(self, g):
        return torch.cat([x.flatten() for x in g]).norm()

    def ascent(self, g):
        n = self.norm(g)
        return [self.rho * x / n if n else x for x in g]

    def gradients(self):
        return [p.grad.clone() for p in self.model.parameters()]

    def restore(self, old, e):
        with torch.no_grad():
            for p, before in zip(self.model.parameters(), old):
                p.copy_(before)

    def second(self, closure, g):
        """Sets the gradients to those of the second pass."""
        e = self.ascent(g)
        old = [p.detach().clone() for p in self.model.parameters()]
        with torch.no_grad():
            for p, each in zip(self.model.parameters(), e):
                p.add_(each)
        try:
            closure()
        finally:
            self.restore(old, e)

    def step(self, closure):
        random = torch.get_rng_state()
        loss = closure()
        after = torch.get_rng_state()
        buffers = [b.clone() for b in self.model.buffers()]
        torch.set_rng_state(random)
        self.second(closure, self.gradients())
        torch.set_rng_state(after)
        for b, kept in zip(self.model.buffers(), buffers):
            b.copy_(kept)
        self.base.step()
        return loss


class Accumulated(Correct):
    def second(self, closure, g):
        super().second(closure, g)
        for p, first in zip(self.model.parameters(), g):
            p.grad.add_(first)


class PerTensor(Correct):
    def ascent(self, g):
        return [self.rho * x / x.norm() if x.any() else x for x in g]


class Downhill(Correct):
    def ascent(self, g):
        return [-x for x in super().ascent(g)]


class Single(Correct):
    def norm(self, g):
        return torch.cat([x.flatten() for x in g]).float().norm()


class Large(Correct):
    def norm(self, g):
        return super().norm(g) + 1e-7


class Subtracts(Correct):
    def restore(self, old, e):
        with torch.no_grad():
            for p, each in zip(self.model.parameters(), e):
                p.sub_(each)


class Perturbed(Correct):
    def second(self, closure, g):
        old = [p.detach().clone() for p in self.model.parameters()]
        e = self.ascent(g)
        with torch.no_grad():
            for p, each in zip(self.model.parameters(), e):
                p.add_(each)
        closure()
        self.restore(old, e)


class Forgets(Correct):
    def load_state_dict(self, state):
        torch.optim.Optimizer.load_state_dict(self, {**state, "state": {}})
        self.base.param_groups = self.param_groups


class Rebinds(Correct):
    def restore(self, old, e):
        for p, before in zip(self.model.parameters(), old):
            p.data = before


class Twice(Correct):
    def step(self, closure):
        closure()
        loss = closure()
        self.second(closure, self.gradients())
        self.base.step()
        return loss


class Plain(Correct):
    def step(self, closure):
        loss = closure()
        self.second(closure, self.gradients())
        self.base.step()
        return loss


class NoNumber(Correct):
    def ascent(self, g):
        return [self.rho * x / self.norm(g) for x in g]


class Copies(Correct):
    def share(self):
        self.state = self.base.state
        self.param_groups = [dict(group) for group in self.base.param_groups]


class Stale(Correct):
    def load_state_dict(self, state):
        self.base.load_state_dict(state)


class Floor(Correct):
    def ascent(self, g):
        return [max(self.rho, 1e-9) * x / self.norm(g) for x in g]


class Pollutes(Correct):
    def second(self, closure, g):
        for p in self.model.parameters():
            self.state[p]["old"] = p.detach().clone()
        super().second(closure, g)


class Silent(Correct):
    def step(self, closure):
        super().step(closure)
        return torch.tensor(0.0)


class Halved(Correct):
    def step(self, closure):
        loss = super().step(closure)
        self.model.half()
        return loss


class Prior(Correct):
    """A backward pass comes before; its absence goes unnoticed."""

    def step(self, closure):
        if all(p.grad is not None for p in self.model.parameters()):
            self.second(closure, self.gradients())
        else:
            closure()
        self.base.step()


class Look(Correct):
    """LookSAM with k = 5 and alpha = .7."""

    count = 0

    def step(self, closure):
        loss = closure()
        g = self.gradients()
        if self.count % 5 == 0:
            self.second(closure, g)
            self.aside = self.across(self.gradients(), g)
        else:
            self.reuse(closure, g)
        self.count += 1
        self.base.step()
        return loss

    def inner(self, a, b):
        return sum((x * y).sum() for x, y in zip(a, b))

    def across(self, s, g):
        share = self.inner(s, g) / self.inner(g, g)
        return [x - share * y for x, y in zip(s, g)]

    def reuse(self, closure, g):
        size = (self.inner(g, g) / self.inner(self.aside, self.aside)).sqrt()
        for p, v in zip(self.model.parameters(), self.aside):
            p.grad.add_(0.7 * size * v)


class LookTwice(Look):
    def reuse(self, closure, g):
        self.second(closure, g)
        for p, each in zip(self.model.parameters(), g):
            p.grad.copy_(each)
        super().reuse(closure, g)


class LookPerTensor(Look):
    def across(self, s, g):
        return [x - (x * y).sum() / (y * y).sum() * y for x, y in zip(s, g)]
'''

FOUND = {
    "Accumulated": "constant gradient",
    "PerTensor": "one step, quadratic",
    "Downhill": "one step, quadratic",
    "Single": "one step, quadratic",
    "Large": "one step, network",
    "Subtracts": "weights restored",
    "Perturbed": "exception",
    "Forgets": "resume",
    "Rebinds": "storage",
    "Twice": "evaluations",
    "Plain": "BatchNorm",
    "NoNumber": "zero gradient",
    "Copies": "scheduler",
    "Stale": "reloaded groups",
    "Floor": "rho = 0, SGD",
    "Pollutes": "rho = 0, Adam",
    "Silent": "returned loss",
    "Halved": "float32",
}


@pytest.fixture(scope="module", autouse=True)
def planted(tmp_path_factory):
    """A folder with a module of optimizers."""
    folder = tmp_path_factory.mktemp("planted")
    (folder / "planted_optimizers.py").write_text(PLANTED)
    sys.path.insert(0, str(folder))
    yield folder
    sys.path.remove(str(folder))
    gc.unfreeze()


@pytest.fixture(autouse=True)
def hidden(planted):
    """Our optimizer looks for models among all objects: not among those from before."""
    gc.freeze()


def peer(name, **changes):
    given = {"build": BUILD.format(name=name)} | changes
    return Peer(f"planted_optimizers:{name}", **given)


def failures(results):
    return {r.check.name: r for r in results if r.status == FAIL}


@pytest.mark.parametrize("spec", [name for name in names() if name not in SINGLE])
def test_our_optimizer_passes(spec):
    results = judge(ours(spec))
    assert failures(results) == {}
    assert sum(r.status == PASS for r in results) >= 12


STABLE = [s for s in specs() if ":" in s and s.split(":")[1] not in SINGLE]


@pytest.mark.parametrize("spec", STABLE)
def test_our_optimizer_passes_with_stable_around_a_method(spec, monkeypatch):
    steps = [check for check in CHECKS if check.steps]
    monkeypatch.setattr("theory.conformance.judge.CHECKS", steps)
    assert failures(judge(ours(spec))) == {}


def test_a_correct_optimizer_passes():
    results = judge(peer("Correct"))
    assert failures(results) == {}
    skipped = [r.check.name for r in results if r.status == SKIP]
    assert skipped == ["no backward before"]


@pytest.mark.parametrize("name, check", FOUND.items())
def test_a_planted_defect_is_found(name, check):
    assert check in failures(judge(peer(name)))


def test_one_defect_fails_its_own_checks_only():
    own = {"Subtracts": {"weights restored"}, "Rebinds": {"storage"}}
    own |= {"Forgets": {"resume"}, "Plain": {"BatchNorm", "dropout"}}
    for name, checks in own.items():
        assert failures(judge(peer(name))).keys() == checks


def test_a_norm_in_single_precision_is_told_from_another_method():
    single = failures(judge(peer("Single")))["one step, quadratic"]
    other = failures(judge(peer("PerTensor")))["one step, quadratic"]
    assert 1e-10 < single.deviation < 1e-6 < 1e-3 < other.deviation


def test_a_known_epsilon_is_allowed():
    results = failures(judge(peer("Large", epsilon=1e-7)))
    assert "one step, network" not in results


def test_a_forgotten_backward_is_found():
    results = failures(judge(peer("Prior", form="prior-backward")))
    assert "no backward before" in results
    assert "one step, quadratic" not in results


LOOK = {"method": "looksam", "values": {"k": 5, "alpha": 0.7}}


@pytest.mark.parametrize(
    "name, found",
    [
        ("Look", set()),
        ("LookTwice", {"evaluations"}),
        ("LookPerTensor", {"seven steps, network"}),
    ],
)
def test_the_reuse_of_looksam_is_checked(name, found):
    exact = {check.name for check in CHECKS if check.steps} - {"constant gradient"}
    assert failures(judge(peer(name, **LOOK))).keys() & exact == found


def judged(name, **changes):
    return [r for r in judge(peer(name, **changes)) if r.script]


@pytest.mark.parametrize("name", ["Accumulated", "NoNumber", "Plain", "Rebinds"])
def test_a_script_shows_the_failure_it_is_of(name, tmp_path, capsys):
    results = judged(name)
    for file, result in zip(write(tmp_path, results), results, strict=True):
        with pytest.raises(SystemExit) as end:
            runpy.run_path(str(file))
        assert end.value.code == 1
        said = capsys.readouterr().out.split()
        assert float(said[1].strip(",")) == pytest.approx(
            result.deviation, rel=1e-2, nan_ok=True
        )


def test_a_script_needs_torch_and_the_optimizer_only(planted, tmp_path):
    (file,) = write(tmp_path, judged("Rebinds"))
    code = file.read_text()
    imports = [line for line in code.splitlines() if "import" in line]
    assert {line.split()[1].split(".")[0] for line in imports} == {
        "torch",
        "planted_optimizers",
    }
    environment = {"PYTHONPATH": str(planted), "OMP_NUM_THREADS": "1"}
    done = subprocess.run(
        [sys.executable, str(file)], capture_output=True, text=True, env=environment
    )
    assert (done.returncode, done.stdout) == (1, "deviation 2, allowed 0\n")


def test_a_step_of_somebodys_own_is_quoted():
    step = "def step(optimizer, loss):\n    return 0 * closure(optimizer, loss)\n"
    step = "from theory.conformance.forms import closure\n" + step
    (script,) = [r.script for r in judged("Correct", step=step)]
    assert "return 0 * closure(optimizer, loss)" in script


@pytest.mark.parametrize(
    "arguments, made",
    [
        (["params", "base_optimizer", "rho"], "(model.parameters(), Base, rho=rho"),
        (["params", "optim", "rho"], "(model.parameters(), Base(model.parameters()"),
        (["optimizer", "rho"], "(Base(model.parameters(), **options), rho=rho)"),
        ([], "(Base("),
    ],
)
def test_how_it_is_made_is_guessed(arguments, made):
    assert expression("SAM", arguments).startswith("SAM" + made)


def command(monkeypatch, capsys, *words):
    monkeypatch.setattr(sys, "argv", ["conformance", *words])
    code = 0
    try:
        console.main(Options, work, "theory.conformance")
    except SystemExit as end:
        code = end.code
    return code, *capsys.readouterr()


def test_the_command_passes_ours(monkeypatch, capsys):
    target = "theory.torch_optimizer:SharpnessAware"
    code, out, err = command(monkeypatch, capsys, target, "--method", "ssam")
    assert code == 0 and not err
    assert out.rstrip().endswith("0 of 19 checks failed.")


def test_the_command_tells_failures_and_writes_scripts(monkeypatch, capsys, tmp_path):
    words = ["planted_optimizers:Rebinds", "--build", BUILD.format(name="Rebinds")]
    code, out, err = command(monkeypatch, capsys, *words)
    assert code == 1 and not err and "# ---- storage" in out
    code, out, _ = command(monkeypatch, capsys, *words, "--scripts", str(tmp_path))
    assert code == 1 and out.rstrip().endswith("storage.py")
    assert [file.name for file in tmp_path.iterdir()] == ["storage.py"]


CORRECT = ["planted_optimizers:Correct", "--build", BUILD.format(name="Correct")]
BAD = {
    "not installed": ["no_such_package:SAM"],
    "package` is not installed": ["no_such_package:SAM", "--build", "SAM(model)"],
    "has no class": ["planted_optimizers:Nobody"],
    "PACKAGE:CLASS, got": ["planted_optimizers"],
    "give a PACKAGE:CLASS": [],
    "unknown method": [*CORRECT, "--method", "samm"],
    "unknown form `two`: did you mean two-step": [*CORRECT, "--form", "two"],
    "step of the form two-step": [*CORRECT, "--form", "two-step"],
    "NAME=NUMBER": [*CORRECT, "--values", "k"],
    "needs a sample with": [*CORRECT, "--method", "esam"],
    "say how it is made": ["torch.optim:SGD"],
    "invalid syntax": [*CORRECT[:1], "--build", "1 +"],
    "no hyperparameter": [*CORRECT, "--values", "alpha=0.5"],
}


@pytest.mark.parametrize("rule, words", BAD.items())
def test_bad_input_is_one_line(rule, words, monkeypatch, capsys):
    code, out, err = command(monkeypatch, capsys, *words)
    assert code == 2 and not out
    assert rule in err and err.count("\n") == 1


def test_the_page_shows_who_fails_what(monkeypatch):
    known = (peer("Correct"), peer("Rebinds"), Peer("no_such_package:SAM"))
    monkeypatch.setattr("theory.conformance.page.PEERS", known)
    monkeypatch.setattr("theory.conformance.page.specs", lambda: ["sam", "esam"])
    text = page()
    assert "| storage | ok | **2** |" in text
    assert "Not installed: no_such_package." in text
    assert text.count("<summary>script</summary>") == 1
    assert "passes every check with 1 method;" in text
    assert "Not judged (they need single samples): esam." in text


def test_the_kept_page_is_of_these_checks_and_optimizers():
    text = (Path(__file__).parent.parent / "docs/conformance.md").read_text()
    assert all(f"- *{check.name}*: {check.asks}" in text for check in CHECKS)
    assert all(each.expression in text for each in PEERS)
    assert "SharpnessAware` fails" not in text
