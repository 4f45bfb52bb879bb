"""Board: a figure whose moving parts are drawn over a picture of all the rest."""

from __future__ import annotations

from collections.abc import Callable
from time import perf_counter
from typing import Any

from matplotlib.artist import Artist
from matplotlib.axes import Axes
from matplotlib.figure import Figure


class Board:
    """Keeps the still parts as pixels, so that a move costs only what moves.

    Args:
        figure: with a canvas; its moving artists are named by `moves`.
    """

    def __init__(self, figure: Figure) -> None:
        """Nothing moves yet."""
        self.figure, self.moving, self._still = figure, [], None
        figure.canvas.mpl_connect("draw_event", self._keep)
        plain(figure.canvas)

    def moves(self, *artists: Artist) -> None:
        """From now on these are drawn over the rest, in this order."""
        for artist in artists:
            artist.set_animated(True)
            self.moving.append(artist)

    def refresh(self) -> None:
        """Draws what moves anew; all of it where the rest was never drawn."""
        canvas = self.figure.canvas
        if self._still is None:
            self.redraw()
            return
        canvas.restore_region(self._still)
        self._draw()
        canvas.blit(self.figure.bbox)

    def redraw(self) -> None:
        """Draws everything anew, after something still was changed.

        A notebook's canvas must not be drawn before a page shows it, but when that
        asks for it (ipympl 0.10 would send a picture that no page can read).
        """
        self.figure.canvas.draw_idle()

    def _keep(self, event: Any) -> None:
        # A saved picture holds the moving parts already.
        canvas = self.figure.canvas
        if not canvas.is_saving():
            self._still = canvas.copy_from_bbox(self.figure.bbox)
            self._draw()
            # A page clears its picture when it learns its size, and that may be after
            # the first one was sent: what is drawn whole is sent whole.
            canvas._force_full = True

    def _draw(self) -> None:
        for artist in self.moving:
            self.figure.draw_artist(artist)


def plain(canvas: Any) -> None:
    """Of a notebook's canvas, leaves only the picture: no header, bar or footer."""
    for name in ("header_visible", "footer_visible", "toolbar_visible", "resizable"):
        if hasattr(canvas, name):
            setattr(canvas, name, False)


class Handle:
    """A point of a picture that the mouse takes, drags and lets go.

    While the last answer took long, moves are passed over, so that none waits in a
    queue; where the mouse lets go is never passed over.

    Args:
        axes: where it is taken.
        moved: called with the place `(x, y)` while it is dragged.
        released: called with the place where it was let go.
    """

    def __init__(
        self,
        axes: Axes,
        moved: Callable[[float, float], None],
        released: Callable[[float, float], None],
    ) -> None:
        """Listens to the axes' canvas."""
        self.axes, self.moved, self.released = axes, moved, released
        self.held, self._free = False, 0.0
        connect = axes.figure.canvas.mpl_connect
        connect("button_press_event", self.press)
        connect("motion_notify_event", self.motion)
        connect("button_release_event", self.release)

    def press(self, event: Any) -> None:
        """Takes the point to the mouse."""
        if event.inaxes is self.axes and event.button == 1:
            self.held = True
            self._move(event)

    def motion(self, event: Any) -> None:
        """Follows the mouse, as fast as it can be answered."""
        if self.held and event.inaxes is self.axes and perf_counter() >= self._free:
            self._move(event)

    def release(self, event: Any) -> None:
        """Lets go where the mouse is, or was last inside."""
        if self.held:
            self.held = False
            if event.inaxes is self.axes:
                self._move(event)
            self.released(*self._place)

    def _move(self, event: Any) -> None:
        began = perf_counter()
        self._place = (event.xdata, event.ydata)
        self.moved(*self._place)
        end = perf_counter()
        self._free = end + (end - began) / 4
