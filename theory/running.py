"""A folder's command runs those of its files: `python -m theory proof FILE`."""

from __future__ import annotations

import runpy
import sys

from theory import listing


def run_named(folder: str, package: str) -> None:
    """Runs `python -m FOLDER NAME ...` as `python -m FOLDER.NAME ...`, if it is one."""
    if sys.argv[1:2] and sys.argv[1] in listing.names(folder):
        name = sys.argv.pop(1)
        runpy.run_module(f"{package}.{name}", run_name="__main__", alter_sys=True)
        sys.exit(0)
