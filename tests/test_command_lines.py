"""Every command: what is listed, help, examples, and what is said of mistakes."""

import importlib
import json
import re
import shlex
import subprocess
import sys
import time
from pathlib import Path

import pytest
import xarray

import landscapes
from experiments import run, store
from tests.test_architecture import ROOT
from theory import __main__ as ledger
from theory import claims, completion, console, listing, methods, statements, written
from theory.options import BadOption, check, given, options, reduced

# One meaning, one help text: what every command says of a word, it may say more.
MEANING = {
    "quick": r"a small version|every statement on fewer cases",
    "jobs": r"processes; the \w+ do(es)? not depend on it",
    "methods": r"gd( \(on mini-batches: SGD\))?, usam, s?sam|esam, looksam",
    "method": r"gd, usam, sam, ssam, ssam-n|what it claims to be",
    "eta": r"learning rates?\b(, values or LOW:HIGH:N \(logarithmic\))?",
    "rho": r"radi(us|i)\b(, values or LOW:HIGH:N \(logarithmic\))?",
    "mu": r"least curvature, values or LOW:HIGH:N \(logarithmic\)",
    "beta": r"largest curvature, values or LOW:HIGH:N \(logarithmic\)",
    "kappa": r"condition numbers beta/mu > 1",
    "batch": r"samples (in a mini-batch|of a step)",
    "train": r"training samples",
    "epochs": r"passes over the training data",
    "seed": r"of all random numbers",
    "dtype": r"float64 or float32",
    "device": r"torch device",
    "loss": r"square or cross_entropy",
    "landscape": r"names?\b",
    "out": r"folder of the|the page to be written|the table",
    "json": r"write the rows|with --verify: file of the regions",
    "steps": r"of a run|most steps a run takes|of the longest runs",
    "threads": r"torch's threads",
    "replacements": r"samples of each data set that are replaced",
    "blocks": r"of each measurement",
    "least_rho": r"smallest radius of the map",
    "most_rho": r"largest radius of the map",
    "all": r"every",
}


def has_a_block(file):
    """A module that compares its name is run; a string that has the words is not."""
    return "__main__" in compile(file.read_text("utf-8"), file, "exec").co_consts


def module_of(file):
    parts = file.relative_to(ROOT).with_suffix("").parts
    return ".".join(part for part in parts if part != "__main__")


MODULES = sorted(
    module_of(file)
    for folder in ("landscapes", "theory", "experiments", "figures", "benchmarks")
    for file in (ROOT / folder).rglob("*.py")
    if has_a_block(file)
)


def config_of(module):
    """The dataclass of a command's options."""
    inner = ".__main__" * (ROOT / module.replace(".", "/")).is_dir()
    loaded = importlib.import_module(module + inner)
    return getattr(loaded, "Options", None) or loaded.Config


def parsed(module, *words):
    return console.parse(config_of(module), f"python -m {module}", list(words))


def helped(module, capsys):
    with pytest.raises(SystemExit) as stop:
        parsed(module, "--help")
    assert not stop.value.code
    return capsys.readouterr().out


def test_every_file_that_is_run_is_listed():
    assert sorted(c.module for c in listing.commands()) == MODULES
    for folder in listing.FOLDERS:
        assert {c.module.split(".")[0] for c in listing.commands(folder)} <= {folder}


def test_every_command_says_in_a_line_what_it_answers():
    lines = [c.line for c in listing.commands()]
    assert all(20 < len(line) <= 86 and line[-1] in ".?" for line in lines)
    assert len(set(lines)) == len(lines)


@pytest.mark.parametrize("module", MODULES)
def test_help_has_an_example_exit_codes_and_a_text_for_every_option(module, capsys):
    text = helped(module, capsys)
    assert text.startswith(f"usage: python -m {module} ")
    assert "Exit code" in text and "For example:" in text
    _, shown = text.split("\noptions:\n")
    for option in options(config_of(module)):
        if not option.positional:
            after = shown.split(f"  {option.word}", 1)[1]
            said = re.split(r"\n  -", after)[0]
            assert len(re.sub(r"\(default.*?\)|[A-Z\[\]{}|. ]", "", said)) > 5, said
    assert "(default: )" not in text and "None" not in shown
    body = [line for line in text.splitlines() if "python -m" not in line]
    assert max(map(len, body)) <= 80


@pytest.mark.parametrize("wide", [40, 80, 100, 200])
def test_on_a_terminal_every_word_of_a_list_is_there_and_no_line_is_cut(
    monkeypatch, wide
):
    rows = [(c.module, c.line) for c in listing.commands()]
    whole = listing.table(("", ""), rows)
    assert whole.count("\n") == len(rows)  # a line a row, for programs
    monkeypatch.setattr(sys.stdout, "isatty", lambda: True, raising=False)
    monkeypatch.setenv("COLUMNS", str(wide))
    shown = listing.table(("", ""), rows)
    assert shown.split() == whole.split()
    assert max(map(len, shown.splitlines())) <= max(wide, 44 + listing.BELOW)


EXAMPLES = [line for c in listing.commands() for line in c.examples]


@pytest.mark.parametrize("line", EXAMPLES)
def test_every_example_is_a_command_line(line):
    python, m, module, *words = shlex.split(line)
    assert (python, m) == ("python", "-m")
    if words and words[0] in listing.names(module):
        module, words = f"{module}.{words[0]}", words[1:]
    parsed(module, *words)


def test_every_command_has_an_example_of_its_own():
    for command in listing.commands():
        said = [shlex.split(e)[2:4] for e in command.examples]
        assert command.module in {w for s in said for w in (s[0], ".".join(s))}


OPTIONS = [
    (module, option.word)
    for module in MODULES
    if not module.startswith("benchmarks")
    for option in options(config_of(module))
    if not option.positional
]


@pytest.mark.parametrize("module", sorted({module for module, _ in OPTIONS}))
def test_a_mistyped_option_names_the_nearest(module):
    words = [word for m, word in OPTIONS if m == module and len(word) > 5]
    for word in words:
        wrong = word[:-2] + word[-1] + word[-2] + "x"
        with pytest.raises(BadOption, match=rf"did you mean .*{word}\b"):
            check(config_of(module), [wrong, "1"])
    with pytest.raises(BadOption, match="no option `--zzqqy`"):
        parsed(module, "--zzqqy")


def test_the_same_word_means_the_same_everywhere():
    seen = {}
    for module in MODULES:
        for option in options(config_of(module)):
            text = told(module, option.field)
            if text is not None and option.field in MEANING:
                assert re.match(MEANING[option.field], text), (module, text)
                seen.setdefault(option.field, []).append(module)
    assert set(seen) == set(MEANING)


def told(module, field):
    """What a class says of a field, in the source; None of annotated ones."""
    for owner in config_of(module).__mro__[:-1]:
        source = Path(importlib.import_module(owner.__module__).__file__)
        text = source.read_text(encoding="utf-8")
        body = text.split(f"class {owner.__name__}", 1)[1]
        found = re.search(rf'\n    {field}: [^\n]*\n    """(.*?)"""', body, re.DOTALL)
        if found:
            return " ".join(found[1].split())
    return None


NUMBERS = [
    (module, option.word)
    for module, word in OPTIONS
    for option in options(config_of(module))
    if option.word == word and option.several is False and not option.flag
    if config_of(module).__dataclass_fields__[option.field].type
    in ("int", "float", "float | None", "int | None")
]


@pytest.mark.parametrize(("module", "word"), NUMBERS)
def test_no_number_is_taken_that_is_none_or_below_its_range(module, word):
    for value in ("nan", "-1", "inf", "many"):
        with pytest.raises((BadOption, ValueError)) as caught:
            parsed(module, *needed(module), word, value)
        assert word in str(caught.value) and "\n" not in str(caught.value), value


GRIDS = [
    (m, w)
    for m, w in OPTIONS
    if re.search(r"(^|-)(eta|rho|rate|kappa|beta|regressions|mu)$", w)
    if not w.startswith(("--most", "--least")) and (m, w) not in NUMBERS
]


@pytest.mark.parametrize(("module", "word"), GRIDS)
def test_no_grid_is_taken_that_has_a_value_out_of_range(module, word):
    for value in ("nan", "fast", "" if word != "--assuming" else "nan"):
        with pytest.raises((BadOption, ValueError)) as caught:
            parsed(module, *needed(module, word), word, "0.5", value)
        assert word.strip("-") in str(caught.value)
    if word not in ("--mu", "--kappa"):  # these may be negative
        with pytest.raises((BadOption, ValueError), match=word.strip("-")):
            parsed(module, *needed(module, word), word, "-0.5")


def needed(module, besides=""):
    """Words for the options without a default."""
    if module == "experiments.trajectory":
        return ["--landscape", "beale", "--out", "run.csv"]
    if module == "theory.conformance":
        return ["package:Class"]
    if module != "theory.adjudicate":
        return []
    words = {"--method": "usam", "--measure": "pair", "--factor": "1", "--rho": ".1"}
    words |= {"--mu": "0.1", "--eta": "0.5"}
    return [w for pair in words.items() if pair[0] != besides for w in pair]


@pytest.mark.parametrize(
    ("words", "near"),
    [
        (["theory", "T77"], "T7"),
        (["theory", "adjudicat"], "adjudicate"),
        (["theory", "--only", "refute"], "refuted"),
        (["theory.regions", "usam-pair-kappa-3"], "usam-pair-kappa-2"),
        (["theory.completion", "bsh"], "bash"),
        (["experiments", "stabilty"], "stability"),
        (["figures", "sadle_escape"], "saddle_escape"),
        (["figures", "paper_note"], "paper_notes"),
        (["experiments.saddle_escape", "--landscape", "beal"], "beale"),
        (["experiments.learning_rate_regimes", "--methods", "smm"], "sam"),
        (["experiments.certified_regimes", "--methods", "usm"], "usam"),
        (["experiments.convergence", "--methods", "smm"], "sam"),
        (["experiments.convergence", "--data", "winne"], "wine"),
        (["experiments.edge_of_stability", "--methods", "smm"], "sam"),
        (["experiments.excess_risk", "--methods", "smm"], "sam"),
        (["experiments.hessian_spectra", "--methods", "smm"], "sam"),
        (["experiments.hessian_spectra", "--tasks", "wine-sqare"], "wine-square"),
        (["experiments.network_regimes", "--model", "mpl:relu"], "mlp"),
        (["experiments.network_saddles", "--data", "digit"], "digits"),
        (["experiments.stability", "--model", "logistik"], "logistic"),
        (["experiments.variants", "--methods", "looksm"], "looksam"),
    ],
)
def test_an_unknown_name_names_the_nearest(words, near, tmp_path, monkeypatch, capsys):
    module, *rest = words
    loaded = importlib.import_module(config_of(module).__module__)
    if "out" in loaded.__dict__.get("Config", object).__dict__.get(
        "__dataclass_fields__", {}
    ):
        rest = ["--quick", "--out", str(tmp_path), *rest]
    monkeypatch.setattr(sys, "argv", ["", *rest])
    with pytest.raises(SystemExit) as stop:
        console.main(config_of(module), loaded.work, module)
    (line,) = capsys.readouterr().err.strip().splitlines()[-1:]
    assert stop.value.code == 2 and re.search(rf"\b{near}\b", line), line
    assert not list(tmp_path.rglob("*.nc"))


def test_what_needs_a_value_and_what_must_be_given_is_said():
    with pytest.raises(BadOption, match="--eta needs a value"):
        parsed("experiments.saddle_escape", "--eta", "--quick")
    with pytest.raises(BadOption, match=r"--mu, --eta must be given; for example: "):
        parsed("theory.adjudicate", "--method=sam", "--measure", "pair", "--factor=1")
    with pytest.raises(BadOption, match="nothing takes `stray`"):
        parsed("experiments.saddle_escape", "stray")


def test_quick_says_what_it_takes_less_of():
    words = ["--quick", "--replacements", "30", "--trials", "4", "--eta", "0.5", ".1"]
    made = parsed("experiments.stability", *words)
    assert given(type(made), words)["eta"] == ["0.5", ".1"]
    assert reduced(made, words) == ["--quick: --replacements is 8, not 30"]
    made = parsed("experiments.stability", *words[1:])
    assert made.replacements == 30 and reduced(made, words[1:]) == []
    words = ["--quick", "--eta", "0.1:1:7", "--kappa", "2", "3", "4", "--data", "wine"]
    made = parsed("experiments.convergence", *words)
    assert (len(made.rates), len(made.kappas), made.data) == (7, 3, ("wine",))
    assert len(parsed("experiments.convergence", "--quick").kappas) == 2


@pytest.mark.parametrize("module", ["theory", "experiments", "figures"])
def test_a_list_and_a_help_come_at_once(module):
    program = (
        "import runpy, sys\n"
        "for words in ([''], ['', '--help']):\n"
        "    sys.argv = words\n"
        f"    try: runpy.run_module({module!r}, run_name='__main__', alter_sys=True)\n"
        "    except SystemExit as stop: assert not stop.code\n"
        "heavy = {'numpy', 'torch', 'sympy', 'scipy', 'xarray', 'matplotlib'}\n"
        "print(*(heavy & set(sys.modules)), file=sys.stderr)\n"
    )
    command = [sys.executable, "-c", program]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True)
    assert done.returncode == 0 and done.stderr == "\n", done.stderr
    names = {
        "theory": [*listing.names("theory"), *claims.names()],
        "experiments": listing.names("experiments"),
        "figures": [*listing.names("figures"), "saddle_escape", "ledger", "stability"],
    }[module]
    for name in names:
        assert re.search(rf"^  (theory\.)?{name} ", done.stdout, re.MULTILINE), name


def test_a_name_runs_what_it_names():
    words = ["-m", "experiments", "saddle_escape", "--starts", "0"]
    done = subprocess.run([sys.executable, *words], cwd=ROOT, capture_output=True)
    assert done.returncode == 2
    assert done.stderr.startswith(b"python -m experiments.saddle_escape: --starts must")


def test_a_listed_statement_has_its_title_and_the_notes_verdict():
    found = {s.id: s for s in statements.statements(ledger.NOTES, ledger.LEDGER)}
    assert list(found) == claims.names()
    for name in ("T7", "P5", "N12", "L13"):
        assert found[name].title == claims.load(name).title
    lines = written.part(ledger.NOTES, ledger.LEDGER).splitlines()
    for line in lines:
        for name, statement in found.items():
            if line.startswith(f"| {name} |"):
                assert f" | {statement.verdict} | " in line
    without = statements.statements(ROOT / "none.md", ledger.LEDGER)
    assert {s.verdict for s in without} == {""}


def test_times_are_measured_ones_of_what_there_is():
    known = json.loads(listing.TIMES.read_text(encoding="utf-8"))
    assert set(known) == {"machine", "commands", "statements"}
    assert set(known["commands"]) <= set(MODULES)
    assert set(known["statements"]) <= set(claims.names())
    for times in (*known["commands"].values(), *known["statements"].values()):
        assert set(times) <= set(listing.KINDS) and min(times.values()) >= 0


def test_what_a_whole_run_took_is_read_beside_its_kept_result(tmp_path, monkeypatch):
    kept = tmp_path / "experiments/kept"
    kept.mkdir(parents=True)
    config = run.Work(fresh=True, out=tmp_path)
    made = xarray.Dataset({"x": ("i", [1.0])})
    monkeypatch.setattr(store, "BEGUN", time.monotonic() - 90)
    run.save(made, kept / "some.nc", config, "key")
    monkeypatch.setattr(listing, "ROOT", tmp_path)
    found = listing.times("commands", "experiments.some")
    assert found["full"] == pytest.approx(90, abs=9)  # seconds that saving takes
    config.fresh = False
    run.save(made, kept / "some.nc", config, "key")
    assert listing.times("commands", "experiments.some") == {}


def test_times_are_told_in_units_that_suit():
    spoken = {None: "-", 0.02: "0.1 s", 0.94: "0.9 s", 12.4: "12 s", 54: "0.9 min"}
    spoken |= {55: "0.92 min", 200: "3.3 min", 3600: "1 h", 5400: "1.5 h"}
    assert {s: listing.spent(s) for s in spoken} == spoken


def completed(script, *words):
    """What a bash that has evaluated the script completes the words to."""
    program = f"{script}\nCOMP_WORDS=({shlex.join(words)}); "
    program += (
        'COMP_CWORD=$(( ${#COMP_WORDS[@]} - 1 )); _sharpness; echo "${COMPREPLY[*]}"'
    )
    done = subprocess.run(["bash", "-c", program], capture_output=True, text=True)
    assert done.returncode == 0 and not done.stderr
    return done.stdout.split()


def test_a_tab_completes_commands_options_and_names():
    script = completion.script("bash")
    modules = [c.module for c in listing.commands("experiments")]
    for start in (["sharpness"], ["/usr/bin/python3", "-W", "error", "-m"]):
        assert completed(script, *start, "experiments") == modules
        found = completed(script, *start, "experiments.stability", "--re")
        assert found == ["--replacements"]
        surfaces = completed(script, *start, modules[-1], "--landscape", "")
        assert surfaces == landscapes.names()
        assert completed(script, *start, "x", "--methods", "") == methods.specs()
        assert completed(script, *start, "theory", "P") == [
            n for n in claims.names() if n[0] == "P"
        ]
    assert completed(script, "python", "scr") == []
    assert completion.script("zsh").endswith(script)
