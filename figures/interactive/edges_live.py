"""The edge of stability, live: sliders, a button to start and stop, and the picture."""

from __future__ import annotations

from html import escape
from typing import Any

from ipywidgets import HTML, Button, Dropdown

from experiments.edges.setting import ETA, RHO, network
from figures.interactive import controls
from figures.interactive.claims_later import Later, at_once, whole
from figures.interactive.edges_picture import EdgePicture
from figures.interactive.training_live import EDGES, Live, Look
from theory.methods import make

SETTING = ("digits", "mlp", (32, 32), 2, 1000, "square", "float32", "cpu")


class EdgeOfStability:
    """A network trained on all digits at once, its sharpness and every edge.

    Args:
        method: by its command-line name.
        first: steps that are trained at once, before the button is pressed.
        steps: that the button trains up to.

    Raises:
        ValueError: there is no edge of such a method.
    """

    def __init__(self, method: str = "gd", first: int = 40, steps: int = 2000) -> None:
        """Trains the first steps."""
        if method not in EDGES:
            raise ValueError(
                f"`{method}` has no edge here: choose one of {', '.join(EDGES)}."
            )
        self.net, self.steps = network(*SETTING), steps
        self.picture = EdgePicture(controls.figure(9.3, 5.6))
        self.method = Dropdown(
            options=[(make(spec).label, spec) for spec in EDGES], value=method,
            description="method", layout=controls.WIDE, style=controls.WORDS,
        )  # fmt: skip
        eta = ETA["digits"][1]
        self.eta = controls.log_slider("learning rate η", eta, eta / 6, 2.5 * eta)
        self.rho = controls.log_slider("radius ρ", *self._radii())
        self.button = Button(description="Start", button_style="primary")
        self.again = Button(description="Begin anew")
        self.status = HTML()
        self.later = Later(self.say)
        self.method.observe(self.anew, "value")
        self.eta.observe(self.slid, "value")
        self.rho.observe(self.slid, "value")
        self.button.on_click(self.press)
        self.again.on_click(self.anew)
        self.begin(first)
        self.widget = controls.below(
            self.method, self.eta, self.rho,
            controls.beside(self.button, self.again, self.status),
            controls.shown(self.picture.board.figure),
        )  # fmt: skip

    def _ipython_display_(self) -> None:
        if at_once():
            self.press()
        controls.show(self.widget, self.picture.board.figure)

    def say(self, words: str) -> None:
        """A line beside the buttons."""
        self.status.value = escape(words)

    def begin(self, first: int) -> None:
        """A fresh network, and its first steps."""
        spec = self.method.value
        self.live = Live(self.net, spec, self.eta.value, self.rho.value)
        self.run = self.live.run(self.steps)
        self.picture.still(
            f"{make(spec).label} on digits, {self.net.dim} weights, all samples a step",
            self.steps, 4 / self.eta.value,
        )  # fmt: skip
        self.rho.disabled = spec == "gd"
        for _ in range(first // self.live.every + 1):
            self.show(next(self.run, None))
        self.picture.board.redraw()

    def anew(self, change: Any = None) -> None:
        """Another method, or the same from the start."""
        self.stop()
        if isinstance(change, dict):
            value, low, high = self._radii()
            self.rho.max = max(self.rho.max, value)  # never an empty range meanwhile
            self.rho.value = value
        self.begin(0)

    def press(self, _: Any = None) -> None:
        """Starts, or stops."""
        if self.later.busy:
            self.stop()
        else:
            self.button.description = "Stop"
            self.later.start(self.run, self.show)

    def stop(self) -> None:
        """Rests where it is; the button goes on from there."""
        self.later.stop()
        self.button.description = "Start"
        whole(self.picture.board.figure.canvas)

    def slid(self, _: Any = None) -> None:
        """The step after the one at hand goes by the new numbers."""
        self.live.eta, self.live.rho = self.eta.value, self.rho.value

    def show(self, look: Look | None) -> None:
        """One look more; None: the run is over."""
        if look is None:
            self.stop()
            last = self.live.looks[-1].step if self.live.looks else 0
            if last < self.steps - self.live.every:
                self.say(f"After step {last} the loss burst: the run diverged.")
            return
        self.picture.draw(self.live.looks)
        share = look.sharpness * look.eta / 2
        own = look.sharpness / look.edges["own"]
        self.say(
            f"step {look.step}: sharpness {look.sharpness:.3g}, {share:.2f} of 2/eta, "
            f"{own:.2f} of its own edge"
        )

    def _radii(self) -> tuple[float, float, float]:
        """A radius that is usual for the method, and the ends of the slider."""
        values = RHO[make(self.method.value).radius_unit]["digits"]
        return values[1], RHO["length"]["digits"][0] / 2, 4 * RHO["rate"]["digits"][-1]
