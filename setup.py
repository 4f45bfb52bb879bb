"""The packages: in the wheel all of ours lie inside one; the rest: `pyproject.toml`.

`theory.namespace` says why, and rewrites the sources. An editable installation leaves
everything where it is.
"""

import sys
from pathlib import Path

from setuptools import find_packages, setup
from setuptools.command.build_py import build_py
from setuptools.command.editable_wheel import editable_wheel

sys.path.insert(0, str(Path(__file__).parent))
from theory.namespace import NAMESPACE, OURS, moved, moved_words  # noqa: E402

HERE = find_packages(include=[part for top in OURS for part in (top, f"{top}.*")])
NOTES = "paper_notes.md"
DATA = ["*.json", "*.css", "*.js", "*.html", "*.svg", "*.yaml"]


class Moved(build_py):
    """Copies modules; those of ours as the wheel has them."""

    def build_module(self, module, module_file, package):
        """Writes one module's source."""
        if not package.startswith(f"{NAMESPACE}."):
            return super().build_module(module, module_file, package)
        outfile = Path(self.build_lib, *package.split("."), f"{module}.py")
        source = Path(module_file).read_text(encoding="utf-8")
        try:
            text = moved(source)
        except ValueError as error:
            raise SystemExit(f"`{module_file}`: {error}") from None
        outfile.parent.mkdir(parents=True, exist_ok=True)
        outfile.write_text(text, encoding="utf-8")
        return str(outfile), True

    def build_package_data(self):
        """Copies what goes with modules, and the notes, which the report reads."""
        super().build_package_data()
        for page in Path(self.build_lib, NAMESPACE).rglob("*.html"):
            page.write_text(moved_words(page.read_text("utf-8")), "utf-8")
        self.copy_file(NOTES, str(Path(self.build_lib, NAMESPACE, NOTES)))


class InPlace(editable_wheel):
    """An editable installation: the repository's own packages, where they are."""

    def finalize_options(self):
        """Takes the packages at the repository's top."""
        self.distribution.packages = [NAMESPACE, *HERE]
        self.distribution.package_dir = {}
        super().finalize_options()


setup(
    packages=[NAMESPACE, *(f"{NAMESPACE}.{name}" for name in HERE)],
    package_dir={f"{NAMESPACE}.{top}": top for top in OURS},
    package_data={"": DATA, f"{NAMESPACE}.experiments": ["kept/*"]},
    include_package_data=False,
    cmdclass={"build_py": Moved, "editable_wheel": InPlace},
)
