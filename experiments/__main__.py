"""Lists the experiments: `python -m experiments`."""

from __future__ import annotations

import ast
from pathlib import Path

FOLDER = Path(__file__).parent

if __name__ == "__main__":
    print("experiments, each run as `python -m experiments.NAME [--help | --quick]`:")
    for file in sorted(FOLDER.glob("[!_]*.py")):
        text = file.read_text(encoding="utf-8")
        if "run.main(" in text and file.name != "run.py":
            first = (ast.get_docstring(ast.parse(text)) or "").splitlines()[0]
            print(f"  {file.stem:20} {first}")
