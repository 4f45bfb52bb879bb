"""Files have at most 150 lines and functions 35; what is longer has its reason here."""

import ast
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
PACKAGES = ("landscapes", "theory", "experiments", "figures", "benchmarks")
SOURCES = sorted(file for name in PACKAGES for file in (ROOT / name).rglob("*.py"))
FILE, FUNCTION = 150, 35  # lines; a function's without its docstring
# A statement is one file: its cases, its bounds, and a list of its claims, which is a
# table to be read from top to bottom and not steps to be followed.
STATEMENTS, STATEMENT = "theory/claims/", 400

# Kept results name the code that they rest on with digests. To move a function of such
# a file would make them "made before it changed", which is one of the reasons to wait.
FILES = {
    "a contract, and all that keeps it: apart, one half would break the other's": """
        landscapes/network.py theory/method.py theory/methods/__init__.py
        theory/torch_optimizer.py theory/claim.py theory/gram/vector.py
        landscapes/architecture.py landscapes/evaluation.py landscapes/minibatch.py
        theory/noise.py theory/schedule.py theory/conformance/peer.py
        theory/adapter/tensors.py theory/adapter/weights.py theory/adapter/saved.py
        theory/adapter/passes.py theory/adapter/examples.py
        landscapes/analytic.py landscapes/user_function.py
        landscapes/from_function.py""",
    "a family of functions: value, gradient, Hessian, constants beside one another": """
        landscapes/finite_sum.py landscapes/softmax_sum.py landscapes/interpolant.py
        landscapes/splits.py experiments/converging/problems.py""",
    "closed forms of one theorem, each with its formula and its source": """
        theory/uniform.py theory/excess_risk.py theory/gradient_factor.py
        theory/usam_distance.py theory/ssam_pairs.py theory/quadratic.py
        theory/regimes.py theory/step_factors.py theory/better_bounds.py
        theory/prediction.py theory/diffusion.py theory/worst_steps.py theory/beside.py
        theory/largest.py theory/spectrum.py theory/measured_limits.py
        theory/stability_cases.py theory/excess_risk_cases.py""",
    "one loop over many runs: its parts share their arrays": """
        theory/decide.py theory/job.py theory/simulate.py theory/compiled.py
        theory/noisy_runs.py theory/swapped.py theory/tracing/follow.py
        experiments/regimes/trace.py experiments/sweep.py
        experiments/sweeping/folder.py""",
    "a proof or a verdict, and the check of it, in the order of the argument": """
        theory/certify.py theory/proof.py theory/proving/pieces.py
        theory/proving/statement.py theory/gram/dual.py theory/gram/solve.py
        theory/gram/trace.py theory/regions/strip.py theory/refuting/case.py
        theory/refuting/file.py theory/judge.py theory/outcome.py theory/ledger.py""",
    "options, their checks, and what is done with them": """
        experiments/run.py experiments/store.py experiments/network_saddles.py
        theory/adjudicate.py theory/conformance/page.py theory/conformance/peers.py
        theory/__main__.py theory/console.py theory/listing.py""",
    "what is measured in one case, from its set-up to its numbers": """
        experiments/networks/ranges.py experiments/networks/saddles/escape.py
        experiments/networks/saddles/runs.py experiments/networks/saddles/training.py
        experiments/regimes/limits.py experiments/risk/case.py
        experiments/saddles/times.py experiments/spectral/drift.py
        experiments/spectral/ends.py experiments/stable/plan.py
        experiments/zoo/convex.py experiments/zoo/cost.py experiments/zoo/saddles.py""",
    "what one kept result says: many short questions to the same data": """
        theory/measured/convergence.py theory/measured/risk.py
        theory/measured/spectra.py theory/measured/stability.py
        theory/measured/variants.py""",
    "a table or an answer, with the words and notes that stand in it": """
        experiments/edges/report.py experiments/networks/answer.py
        experiments/regimes/report.py experiments/saddles/report.py
        experiments/stable/report.py experiments/zoo/answer.py
        theory/family.py""",
    "one picture, with its panels, legend and words": """
        figures/style.py figures/networks/accuracy_maps.py
        figures/networks/edge_curves.py figures/networks/saddle_shares.py
        figures/regimes/maps.py figures/regimes/trace.py figures/stable/summary.py
        figures/zoo/blocks.py figures/zoo/forest.py figures/zoo/matrix.py
        figures/zoo/pareto.py figures/zoo/tree.py""",
    "a part of a notebook or of the report: what it shows, and all that it says": """
        figures/interactive/bounds.py figures/interactive/bounds_choice.py
        figures/interactive/bounds_class.py figures/interactive/bounds_class_picture.py
        figures/interactive/bounds_curve.py figures/interactive/bounds_picture.py
        figures/interactive/bounds_side.py figures/interactive/claims_knobs.py
        figures/report/ledger.py figures/report/maps.py figures/report/numbers.py""",
    "contenders side by side, their equality first": """
        benchmarks/batch_engines.py benchmarks/notebooks.py
        benchmarks/networks.py benchmarks/regimes.py benchmarks/stability.py
        benchmarks/steps/overhead.py benchmarks/steps/rivals.py
        benchmarks/steps/zoo.py""",
    "every picture's moves, which one loop times": "benchmarks/notebooks.py",
}
LONGEST = 360  # lines of any of them
FUNCTIONS = {
    "a result's variables, listed by name": """
        experiments/edges/late.py:_after experiments/networks/words.py:attributes
        experiments/networks/saddles/escape.py:_dataset
        experiments/regimes/limits.py:described experiments/saddles/maps.py:trap_map
        experiments/saddles/directions.py:directions experiments/saddles/traps.py:trap
        experiments/saddles/thresholds.py:threshold theory/ledger.py:entry""",
    "one look at a run, quantity by quantity": "theory/glance.py:glance",
}


def listed(table):
    return {name for names in table.values() for name in names.split()}


def name(path):
    return str(path.relative_to(ROOT))


def functions(path):
    """Every function's name and lines, docstring not counted."""
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef)):
            body = node.body[ast.get_docstring(node) is not None :] or node.body
            yield node.name, node.end_lineno - body[0].lineno + 1


def length(path):
    return len(path.read_text(encoding="utf-8").splitlines())


def too_long(paths):
    """The files, and functions as `file:function`, that have no reason to be so."""
    for path in paths:
        file, statement = name(path), name(path).startswith(STATEMENTS)
        most = LONGEST if file in listed(FILES) else STATEMENT if statement else FILE
        if length(path) > most:
            yield file
        for function, lines in functions(path):
            reason = statement and function == path.stem
            if lines > FUNCTION and not reason:
                yield f"{file}:{function}"


def test_files_and_functions_are_short_or_say_why_not():
    assert set(too_long(SOURCES)) - listed(FUNCTIONS) == set()


@pytest.mark.parametrize("path", sorted(listed(FILES) | listed(FUNCTIONS)))
def test_what_has_a_reason_is_there(path):
    file, _, function = path.partition(":")
    assert not function or function in dict(functions(ROOT / file))
    assert (ROOT / file).is_file()


def test_a_long_file_and_a_long_function_are_found(tmp_path, monkeypatch):
    monkeypatch.setitem(globals(), "ROOT", tmp_path)
    file = tmp_path / "new.py"
    file.write_text("def f():\n" + '    """It."""\n' + "    pass\n" * 35)
    assert list(too_long([file])) == []
    file.write_text(file.read_text() + "    pass\n" + "# more\n" * 120)
    assert list(too_long([file])) == ["new.py", "new.py:f"]
