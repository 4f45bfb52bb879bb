"""What the report is made of: results of one folder, and the kept ones."""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cached_property, lru_cache
from pathlib import Path
from typing import TYPE_CHECKING

from experiments.run import RESULTS, ROOT, load
from figures.paper_notes import REPORTS
from theory.kept import KEPT

if TYPE_CHECKING:
    import xarray

LEDGER = "ledger.json"
REGIONS = "proved_regions.json"
MAPS = "learning_rate_regimes"
KNOWN = (*REPORTS, MAPS)  # netCDF files that the report reads


@dataclass
class Source:
    """A folder of results, with the kept ones behind it.

    Args:
        folder: of the results that are preferred, or None.
        remarks: what the reader should know of it, a line each.
    """

    folder: Path | None
    remarks: list[str] = field(default_factory=list)

    @classmethod
    def of(cls, folder: Path | None) -> Source:
        """Checks a folder that was named; without one takes the usual if it is there.

        Raises:
            ValueError: it is no folder, or holds nothing that the report reads.
        """
        if folder is None:
            found = cls(RESULTS if RESULTS.is_dir() else None)
            return found if found.held else cls(None)
        if not folder.is_dir():
            what = "a file" if folder.exists() else "not there"
            raise ValueError(
                f"--from takes a folder of results, `{folder}` is {what}; leave it "
                "out for the kept results."
            )
        found = cls(folder)
        if not found.held:
            raise ValueError(
                f"no result of this toolkit at `{folder}`: run an experiment with "
                f"--out {folder}, or leave --from out for the kept results."
            )
        for path in found.foreign:
            found.remarks.append(f"{path.name}: left out, not a result the page reads")
        return found

    @cached_property
    def held(self) -> list[str]:
        """The files of the folder that the report reads."""
        names = [LEDGER, REGIONS, *(f"{name}.nc" for name in KNOWN)]
        return [n for n in names if self.folder and (self.folder / n).is_file()]

    @property
    def name(self) -> str:
        """The folder's, without what is above it unless it is the project's."""
        return short(self.folder) if self.folder else ""

    @property
    def foreign(self) -> list[Path]:
        """Results of other programs, or of experiments that have no part here."""
        return sorted(p for p in self.folder.glob("*.nc") if p.name not in self.held)

    def file(self, name: str) -> Path | None:
        """A file of the folder, else the kept one, else None."""
        for folder in (self.folder, KEPT):
            if folder and (folder / name).is_file():
                return folder / name
        return None

    def result(self, experiment: str) -> tuple[xarray.Dataset, Path] | None:
        """An experiment's result, and where it was; None if there is none.

        Raises:
            ValueError: it is damaged, foreign, or of another version.
        """
        path = self.file(f"{experiment}.nc")
        return path and (_loaded(path), path)


_loaded = lru_cache(maxsize=16)(load)


def short(path: Path) -> str:
    """Relative to the project where it lies there."""
    whole = path.resolve()
    inside = ROOT in whole.parents
    return str(whole.relative_to(ROOT)) if inside else whole.name
