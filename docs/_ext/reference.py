"""The reference's pages: one a package, with every module in it, and one of commands.

Nothing is listed: a new file appears by itself. The pages are written into
`docs/reference/api`, which is not kept, and only where they change, so that a second
build is quick.
"""

import ast
import re
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent.parent
PACKAGES = ("landscapes", "theory", "experiments", "figures", "sharpness")
MODULE = """
.. automodule:: {name}
   :members:
   :show-inheritance:
   :ignore-module-all:
"""
RUN = """\
Everything that is run. ``--help`` says more of each; an installed wheel has the same as
``sharpness NAME``.
"""


def packages() -> dict[str, Path]:
    """Every package's folder, by its dotted name."""
    found = (p.parent for top in PACKAGES for p in (ROOT / top).rglob("__init__.py"))
    return {".".join(p.relative_to(ROOT).parts): p for p in sorted(found)}


def modules(folder: Path) -> dict[str, str]:
    """First line of every public module in a package's folder, by the module's name."""
    found = {file.stem: first_line(file) for file in folder.glob("[!_]*.py")}
    return dict(sorted(found.items(), key=lambda item: _in_order(item[0])))


def _in_order(name):
    """`l2` before `l10`."""
    return [int(p) if p.isdigit() else p for p in re.split(r"(\d+)", name)]


def first_line(file: Path) -> str:
    """What a file says it is."""
    said = ast.get_docstring(ast.parse(file.read_text(encoding="utf-8")))
    return (said or "").split("\n\n")[0].replace("\n", " ")


def page(name: str, folder: Path, inside: list[str]) -> str:
    """A package's page.

    Args:
        name: dotted.
        folder: of its files.
        inside: its packages, dotted.
    """
    from docstrings import readable

    rows = modules(folder)
    parts = [_title(name, "="), f".. automodule:: {name}\n"]
    if rows:
        table = [".. list-table::\n   :widths: 30 70\n   :class: modules\n"]
        for stem, first in rows.items():
            (said,) = readable([first])
            table.append(f"   * - :ref:`{stem} <{name}.{stem}>`\n     - {said}")
        parts.append("\n".join(table) + "\n")
    if inside:
        lines = "".join(f"   {child}\n" for child in inside)
        parts.append(f".. toctree::\n   :maxdepth: 1\n\n{lines}")
    for stem in rows:
        anchor = f".. _{name}.{stem}:\n"
        whole = f"{name}.{stem}"
        parts += [anchor, _title(stem, "-"), MODULE.format(name=whole)]
    return "\n".join(parts)


def commands() -> str:
    """The page of what can be run: what each answers, and its examples."""
    from docstrings import readable

    from theory import listing

    parts = [_title("Commands", "="), RUN]
    for command in listing.commands():
        (said,) = readable([command.line])
        parts += [_title(f"python -m {command.module}", "-"), f"{said}\n"]
        if command.examples:
            lines = "".join(f"   {line}\n" for line in command.examples)
            parts.append(f".. code-block:: shell\n\n{lines}")
    return "\n".join(parts)


def _title(text, mark):
    return f"{text}\n{mark * len(text)}\n"


def write(out: Path) -> None:
    """Writes the pages that are new or changed, and removes what has gone."""
    out.mkdir(parents=True, exist_ok=True)
    found = packages()
    made = {out / "commands.rst": commands()}
    for name, folder in found.items():
        inside = [other for other in found if other.rpartition(".")[0] == name]
        made[out / f"{name}.rst"] = page(name, folder, inside)
    for file, text in made.items():
        if not file.is_file() or file.read_text(encoding="utf-8") != text:
            file.write_text(text, encoding="utf-8")
    for file in set(out.glob("*.rst")) - set(made):
        file.unlink()


def setup(app):
    """Writes the pages, among the sources, before they are read."""
    app.connect("builder-inited", lambda app: write(app.srcdir / "docs/reference/api"))
    return {"parallel_read_safe": True, "parallel_write_safe": True}
