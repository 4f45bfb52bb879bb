"""The sharpness of a network in training, drawn beside every method's edge."""

from __future__ import annotations

from matplotlib.figure import Figure

from figures import style
from figures.interactive.board import Board
from figures.interactive.training_live import EDGES, Look
from theory.methods import make

DASHES = {"gd": "-", "usam": "--", "sam": "-.", "ssam": ":"}
NAMES = {"gd": r"$2/\eta$: GD", "usam": "USAM", "sam": "SAM, at this gradient"}
NAMES["ssam"] = "SSAM, on an eigenvector"


class EdgePicture:
    """Sharpness and edges over the steps, and the loss below.

    Args:
        figure: empty.
    """

    def __init__(self, figure: Figure) -> None:
        """Nothing is trained yet."""
        figure.set_layout_engine("none")
        self.board = Board(figure)
        grid = figure.add_gridspec(
            2, 1, height_ratios=(2.4, 1), left=0.08, right=0.98, top=0.93, bottom=0.1
        )
        self.axes, self.below = grid.subplots(sharex=True)
        self.edges = {
            spec: self.axes.plot(
                [], [], ls=DASHES[spec], lw=1.6, color=make(spec).color,
                label=NAMES[spec], zorder=3 if spec == "ssam" else 2,
            )[0]
            for spec in EDGES
        }  # fmt: skip
        (self.own,) = self.axes.plot(
            [], [], color=style.THEORY, lw=1, label=r"its own, at the measured $\gamma$"
        )
        (self.sharpness,) = self.axes.plot(
            [], [], "o", ms=3.5, color="#333333", label=r"sharpness $\lambda_{\max}$"
        )
        (self.loss,) = self.below.semilogy([], [], color="#333333", lw=1.2)
        self.board.moves(*self.edges.values(), self.own, self.sharpness, self.loss)
        self.axes.set_ylabel("curvature")
        self.below.set(xlabel="step", ylabel="loss", ylim=(1e-3, 2))
        self.axes.legend(loc="upper left", ncols=3)

    def still(self, words: str, steps: int, top: float) -> None:
        """Another run.

        Args:
            words: the title.
            steps: of the run.
            top: curvature up to which the axis goes at first.
        """
        self.axes.set_title(words)
        self.axes.set(xlim=(0, steps), ylim=(0, top))

    def draw(self, looks: list[Look]) -> None:
        """What was seen up to now."""
        t = [look.step for look in looks]
        for spec, line in self.edges.items():
            line.set_data(t, [look.edges[spec] for look in looks])
        self.own.set_data(t, [look.edges["own"] for look in looks])
        self.sharpness.set_data(t, [look.sharpness for look in looks])
        self.loss.set_data(t, [look.loss for look in looks])
        if not looks:
            return
        high = max(max(look.sharpness, look.edges["gd"]) for look in looks)
        if 1.05 * high > self.axes.get_ylim()[1]:
            self.axes.set_ylim(0, 1.6 * high)
            self.board.redraw()
        low = min(look.loss for look in looks)
        if low < self.below.get_ylim()[0]:
            self.below.set_ylim(low / 10, self.below.get_ylim()[1])
            self.board.redraw()
        self.board.refresh()
