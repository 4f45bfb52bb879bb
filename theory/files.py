"""Files written whole or not at all."""

from __future__ import annotations

import errno
import os
import platform
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path


def check_folder(folder: Path) -> None:
    """Makes the folder; refuses one that cannot be written to, before any work."""
    if folder.exists() and not folder.is_dir():
        raise NotADirectoryError(errno.ENOTDIR, os.strerror(errno.ENOTDIR), str(folder))
    folder.mkdir(parents=True, exist_ok=True)
    if not os.access(folder, os.W_OK):
        raise PermissionError(errno.EACCES, os.strerror(errno.EACCES), str(folder))


@contextmanager
def atomic(path: Path) -> Iterator[Path]:
    """A temporary file beside the target that replaces it only when complete."""
    handle, name = tempfile.mkstemp(dir=path.parent, prefix=f".{path.stem}-")
    os.close(handle)
    temporary = Path(name)
    try:
        yield temporary
        temporary.chmod(0o644)
        os.replace(temporary, path)
    except OSError as error:
        raise OSError(error.errno, error.strerror, str(path)) from error
    finally:
        temporary.unlink(missing_ok=True)


_held: dict[Path, int] = {}  # folders this process has locked, and how often


@contextmanager
def locked(folder: Path) -> Iterator[None]:
    """Keeps other processes from working in a folder; a killed one lets it go.

    Raises:
        ValueError: another process works there.
    """
    import fcntl

    key = folder.resolve()
    if key in _held:
        _held[key] += 1
        try:
            yield
        finally:
            _held[key] -= 1
        return
    with open(folder / ".lock", "a+b", buffering=0) as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            file.seek(0)
            owner = file.read().decode().strip() or "another process"
            raise ValueError(f"`{folder}` is in use by {owner}.") from None
        file.truncate(0)
        with suppress(OSError):  # a full disk has no room for the name
            file.write(f"process {os.getpid()} on {platform.node()}\n".encode())
        _held[key] = 1
        try:
            yield
        finally:
            del _held[key]
            file.truncate(0)
