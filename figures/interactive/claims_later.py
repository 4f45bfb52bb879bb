"""Later: what takes long is done piece by piece beside the notebook's own events."""

from __future__ import annotations

import asyncio
import os
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from typing import Any

# One piece at a time: what is asked anew waits for no more than one old piece.
POOL = ThreadPoolExecutor(1, thread_name_prefix="pieces")
END = object()
# Set in the environment, a cell ends when all is done: for pages without a kernel.
AT_ONCE = "SHARPNESS_AT_ONCE"
PAUSE = 0.3  # seconds before the last call, which a page shall not lose


def at_once() -> bool:
    """Whether a notebook is executed to be read, by no one who drags or presses."""
    return bool(os.environ.get(AT_ONCE))


class Later:
    """Works through pieces while sliders stay free; a new start ends the old one.

    Pieces are computed in a thread, and shown where widgets and figures live. Where no
    loop of events runs (a test, a script), or `AT_ONCE` is set, all is done at once.

    Args:
        refused: gets the words of a ValueError that a piece raises.
    """

    def __init__(self, refused: Callable[[str], None]) -> None:
        """Nothing to do yet."""
        self._refused, self._task = refused, None

    @property
    def busy(self) -> bool:
        """Whether pieces are left."""
        return self._task is not None and not self._task.done()

    def start(self, pieces: Iterator[Any], show: Callable[[Any], None]) -> None:
        """Forgets what was left, and begins with these.

        Args:
            pieces: computed one by one, apart.
            show: gets each; its last call is with None.
        """
        self.stop()
        try:
            loop = None if at_once() else asyncio.get_running_loop()
        except RuntimeError:
            loop = None
        if loop is None:
            self._at_once(pieces, show)
            return
        self._task = loop.create_task(self._run(loop, pieces, show))

    def stop(self) -> None:
        """Lets the rest be."""
        if self._task is not None:
            self._task.cancel()
            self._task = None

    def _at_once(self, pieces: Iterator[Any], show: Callable[[Any], None]) -> None:
        try:
            for piece in pieces:
                show(piece)
        except ValueError as error:
            self._refused(str(error))
        show(None)

    async def _run(self, loop: Any, pieces: Any, show: Callable[[Any], None]) -> None:
        with suppress(asyncio.CancelledError):
            try:
                while (
                    piece := await loop.run_in_executor(POOL, next, pieces, END)
                ) is not END:
                    show(piece)
            except ValueError as error:
                self._refused(str(error))
            await asyncio.sleep(PAUSE)
            show(None)


def whole(canvas: Any) -> None:
    """Sends a page the whole picture, where there is a page.

    Else it is sent what changed, and of two changes in a hurry it may lose one.
    """
    if hasattr(canvas, "handle_refresh"):
        canvas.handle_refresh({})
