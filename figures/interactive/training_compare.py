"""SGD, SAM and Stable SAM side by side, epoch by epoch."""

from __future__ import annotations

from collections.abc import Iterator
from html import escape
from typing import Any

from ipywidgets import HTML, Button, IntSlider
from matplotlib.ticker import MaxNLocator

from figures.interactive import controls
from figures.interactive.board import plain
from figures.interactive.claims_later import Later, whole
from figures.interactive.training import Epoch, trained
from theory.methods import make

METHODS = {"gd": "SGD", "sam": "SAM", "ssam": "SSAM"}


class Compare:
    """Three methods, each with the same network, batches and learning rate.

    Args:
        first: epochs that are trained at once, before the button is pressed.
        epochs: where the slider of epochs begins.
    """

    def __init__(self, first: int = 1, epochs: int = 30) -> None:
        """Trains the first epochs."""
        self.figure = controls.figure(9.3, 3.6)
        plain(self.figure.canvas)
        self.axes = self.figure.subplots(1, 2)
        self.eta = controls.log_slider("learning rate η", 0.2, 0.01, 2.0)
        self.length = controls.log_slider("radius of SAM", 0.1, 0.005, 1.0, "a length")
        self.rate = controls.log_slider(
            "radius of SSAM", 0.2, 0.005, 2.0, "times the gradient"
        )
        self.epochs = IntSlider(
            value=epochs, min=1, max=100, description="epochs",
            layout=controls.WIDE, style=controls.WORDS,
        )  # fmt: skip
        self.button = Button(description="Train", button_style="primary")
        self.button.on_click(self.press)
        self.status, self.table, self.later = HTML(), HTML(), Later(self.say)
        self.seen: list[Epoch] = []
        for epoch in self.pieces(first):
            self.seen.append(epoch)
        self.draw(first)
        self.widget = controls.below(
            self.eta, self.length, self.rate, self.epochs,
            controls.beside(self.button, self.status),
            controls.shown(self.figure), self.table,
        )  # fmt: skip

    def _ipython_display_(self) -> None:
        controls.show(self.widget, self.figure)

    def say(self, words: str) -> None:
        """A line beside the button."""
        self.status.value = escape(words)

    def press(self, _: Any = None) -> None:
        """Trains all three, or stops."""
        if self.later.busy:
            self.later.stop()
            self.button.description = "Train"
            return
        self.seen, self.button.description = [], "Stop"
        self.later.start(self.pieces(self.epochs.value), self.show)

    def pieces(self, epochs: int) -> Iterator[Epoch]:
        """All epochs, a method after the other."""
        radii = {"length": self.length.value, "rate": self.rate.value}
        for spec in METHODS:
            rho = radii[make(spec).radius_unit]
            yield from trained(spec, self.eta.value, rho, epochs)

    def show(self, epoch: Epoch | None) -> None:
        """One epoch more; None: all are there."""
        if epoch is not None:
            self.seen.append(epoch)
            self.say(f"{METHODS[epoch.method]}, epoch {epoch.epoch}")
            if epoch.epoch % 5:
                return
        else:
            self.button.description = "Train"
            whole(self.figure.canvas)
        self.draw(self.epochs.value)

    def draw(self, epochs: int) -> None:
        """Losses, accuracies, and a table of the last ones."""
        rows = []
        for axes, part, words in zip(
            self.axes, ("loss", "accuracy"), ("training loss", "test accuracy"),
            strict=True,
        ):  # fmt: skip
            axes.clear()
            first = int(part == "accuracy")  # untrained, all are at a tenth
            axes.set(xlabel="epoch", title=words, xlim=(0, epochs))
            axes.xaxis.set_major_locator(MaxNLocator(integer=True))
            for spec in METHODS:
                own = [e for e in self.seen if e.method == spec and e.epoch >= first]
                x, y = [e.epoch for e in own], [getattr(e, part) for e in own]
                made = make(spec)
                axes.plot(x, y, color=made.color, label=METHODS[spec])
        self.axes[0].set_yscale("log")
        self.axes[0].legend()
        for spec in METHODS:
            own = [each for each in self.seen if each.method == spec]
            if own:
                last, made = own[-1], make(spec)
                rows.append(
                    (
                        controls.swatch(made.color, METHODS[spec]), str(last.epoch),
                        f"{last.loss:.3g}", f"{100 * last.accuracy:.1f} %",
                    )
                )  # fmt: skip
        head = ("", "epochs", "training loss", "test accuracy")
        self.table.value = controls.table(head, rows)
        self.figure.canvas.draw_idle()
