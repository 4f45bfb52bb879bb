"""Parts of a Markdown file that are written by machine, each between two markers."""

from __future__ import annotations

from pathlib import Path

from theory.files import atomic


def markers(name: str) -> tuple[str, str]:
    """The lines before and after the part of a name."""
    return f"<!-- {name}: begin -->", f"<!-- {name}: end -->"


def part(path: Path, name: str) -> str:
    """What stands between a part's markers now.

    Raises:
        ValueError: the file lacks them.
    """
    return _split(_read(path), name, path)[1].strip("\n")


def renew(path: Path, parts: dict[str, str]) -> None:
    """Writes parts anew, all or none; what stands around them stays.

    Args:
        path: of the file.
        parts: their text, by name.

    Raises:
        ValueError: the file lacks the markers of a part.
    """
    text = _read(path)
    for name, content in parts.items():
        before, _, after = _split(text, name, path)
        begin, end = markers(name)
        content = content.strip("\n")
        text = f"{before}{begin}\n\n{content}\n\n{end}{after}"
    with atomic(path.absolute()) as temporary:
        temporary.write_text(text, encoding="utf-8")


def _read(path: Path) -> str:
    return path.read_text(encoding="utf-8") if path.is_file() else ""


def _split(text: str, name: str, path: Path) -> tuple[str, str, str]:
    """The text before, within and after a part."""
    begin, end = markers(name)
    before, begun, rest = text.partition(begin)
    within, ended, after = rest.partition(end)
    if not (begun and ended):
        raise ValueError(f"`{path.name}` lacks the markers `{begin}` and `{end}`.")
    return before, within, after
