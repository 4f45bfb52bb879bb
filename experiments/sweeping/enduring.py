"""A file for the HDF5 library, which does not survive a disk that fills up."""

from __future__ import annotations

import io
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any


@contextmanager
def enduring(path: Path) -> Iterator[io.RawIOBase]:
    """After the first failure all writes seem to succeed; it is raised at the end."""
    with Enduring(path, "r+") as file:
        failed = None
        try:
            yield file
        except Exception as error:  # HDF5 may stumble over what was not written
            failed = error
        if file.error:
            raise file.error
        if failed:
            raise failed


class Enduring(io.FileIO):
    """A file whose first failed write is kept in `error`, and ends all writing."""

    error: OSError | None = None

    def write(self, content: Any) -> int:
        """All of it, or no more from now on."""
        view = memoryview(content).cast("B")
        done = 0
        while not self.error and done < len(view):
            with self._watched():
                done += super().write(view[done:])
        return len(view)

    def truncate(self, size: int | None = None) -> int:
        """To what the library believes to have written."""
        if not self.error:
            with self._watched():
                return super().truncate(size)
        return size or 0

    @contextmanager
    def _watched(self) -> Iterator[None]:
        try:
            yield
        except OSError as error:
            self.error = error
