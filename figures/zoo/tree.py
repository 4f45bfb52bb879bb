"""The family tree by formula: what every method becomes at its ends."""

from __future__ import annotations

import re
from dataclasses import dataclass

from matplotlib.axes import Axes
from matplotlib.colors import to_rgb
from matplotlib.figure import Figure
from matplotlib.patches import FancyBboxPatch, PathPatch
from matplotlib.path import Path

from theory import family, methods
from theory.method import Method
from theory.methods.stable import Stable
from theory.reduces import Reduces

ROOT = "gd"
ASIDE = "#666666"
PAPER = {"facecolor": "white", "edgecolor": "none", "pad": 0.6}
# Inches from the left: centres of root, inner boxes and leaves; where text begins.
COLUMNS = {"root": 0.42, "inner": 2.05, "leaf": 5.06, "formula": 5.78, "also": 7.62}
ROW, BOX, TALL = 0.315, (1.16, 0.64), 0.225
FLAT = {"inner": 0.5, "leaf": 1.42}  # where a condition stands, in inches
ABOVE, BELOW = 0.4, 0.55
RIGHT = 10.4


@dataclass
class Node:
    """A method in the tree.

    Args:
        method: it.
        drawn: its reductions that are lines.
        told: those that are words beside it.
        at: its box's centre, in inches.
        width: of its box.
    """

    method: Method
    drawn: list[Reduces]
    told: list[Reduces]
    at: tuple[float, float] = (0.0, 0.0)
    width: float = BOX[0]


def draw() -> Figure:
    """Gradient descent at the left, what reduces to it to the right of it."""
    nodes = {name: _node(name) for name in methods.names()}
    tall = _place(nodes)
    figure = Figure(figsize=(RIGHT, tall))
    axes = figure.subplots()
    axes.set(xlim=(0, RIGHT), ylim=(0, tall))
    axes.set_axis_off()
    for name, node in nodes.items():
        several = len(node.drawn)
        for i, r in enumerate(node.drawn):
            shift = 0.62 * TALL * ((several - 1) / 2 - i)
            _line(axes, nodes[r.to], node, r, shift)
        _box(axes, node, inner=name in _inner())
    _legend(axes, tall)
    return figure


def _node(name: str) -> Node:
    """A line to each of what it becomes; a leaf has one to descent if to no other."""
    method = methods.make(name)
    found = sorted(method.reductions, key=lambda r: bool(r.given))
    lines: dict[str, Reduces] = {}
    for r in found:
        if r.to in methods.names():
            lines.setdefault(r.to, r)
    if len(lines) > 1 and name not in _inner():
        lines.pop(ROOT, None)
    drawn = list(lines.values())
    told = [r for r in found if r not in drawn and not _silent(r)]
    return Node(method, drawn, told)


def _silent(r: Reduces) -> bool:
    """Whether it is what a dot says: at no radius the method is descent."""
    return r.to == ROOT and dict(r.at) == {"rho": 0} and not r.given


def _moves(method: Method) -> bool:
    """Whether it is something else than descent at no radius."""
    return bool(method.reductions) and not any(map(_silent, method.reductions))


def _inner() -> list[str]:
    """Methods that others become, descent first."""
    every = [methods.make(name) for name in methods.names()]
    ends = {r.to for method in every for r in method.reductions if not r.given}
    return [name for name in family.members() if name in ends]


def _place(nodes: dict[str, Node]) -> float:
    """Leaves in rows, the others in the middle of theirs; gives the height."""
    root, *inner = _inner()
    leaves = [name for name in nodes if name not in (root, *inner)]

    def key(name: str) -> tuple:
        to = [r.to for r in nodes[name].drawn]
        return ROOT in to, len(to) == 1, nodes[name].method.label.lower()

    leaves.sort(key=key)
    tall = ROW * len(leaves) + ABOVE + BELOW
    for i, name in enumerate(leaves):
        nodes[name].at = COLUMNS["leaf"], tall - ABOVE - ROW * (i + 0.5)
    for name in inner:
        own = [leaf for leaf in leaves if name in [r.to for r in nodes[leaf].drawn]]
        alone = [leaf for leaf in own if len(nodes[leaf].drawn) == 1] or own
        nodes[name].at = COLUMNS["inner"], _mean(nodes, alone)
    nodes[root].at = COLUMNS["root"], _mean(nodes, inner)
    for name in (root, *inner):
        nodes[name].width = BOX[1]
    return tall


def _mean(nodes: dict[str, Node], names: list[str]) -> float:
    """The height of some together."""
    return sum(nodes[name].at[1] for name in names) / len(names)


def _line(axes: Axes, parent: Node, child: Node, r: Reduces, shift: float) -> None:
    """A curve from parent to child, flat where its condition stands."""
    (x, y), (u, v) = parent.at, child.at
    x, v = x + parent.width / 2, v + shift
    look = {"color": child.method.color, "linestyle": "--" if r.given else "-"}
    if abs(parent.at[0] - u) < child.width:  # one above the other
        down = -1 if parent.at[1] < child.at[1] else 1
        ends = [(u, child.at[1] + down * TALL / 2), (u, y - down * TALL / 2)]
        axes.plot(*zip(*ends, strict=True), lw=1.1, zorder=1, **look)
        label = (u, sum(p[1] for p in ends) / 2)
    else:
        kind = "leaf" if u == COLUMNS["leaf"] else "inner"
        u, flat = u - child.width / 2, FLAT[kind]
        # What passes by the inner boxes turns before them.
        bend = min(u - flat, 1.45 if r.to == ROOT else u)
        half = (x + bend) / 2
        points = [(x, y), (half, y), (half, v), (bend, v), (u, v)]
        codes = [Path.MOVETO, *[Path.CURVE4] * 3, Path.LINETO]
        axes.add_patch(PathPatch(Path(points, codes), fill=False, lw=1.1, **look))
        label = (u - flat / 2, v)
    text = _tex(family.condition(r))
    axes.text(
        *label, text, ha="center", va="center", fontsize=6.8, color="#222222",
        bbox=PAPER, zorder=3,
    )  # fmt: skip


def _box(axes: Axes, node: Node, inner: bool) -> None:
    (x, y), color = node.at, node.method.color
    corner = x - node.width / 2, y - TALL / 2
    axes.add_patch(
        FancyBboxPatch(
            *(corner, node.width, TALL),
            boxstyle="round,pad=0,rounding_size=.06",
            **{"facecolor": color, "edgecolor": "none", "zorder": 4},
        )
    )
    dark = sum(c * w for c, w in zip(to_rgb(color), (0.3, 0.59, 0.11), strict=True))
    ink = "white" if dark < 0.62 else "black"
    middle = {"ha": "center", "va": "center", "zorder": 5}
    axes.text(x, y, _short(node.method.label), color=ink, fontsize=8, **middle)
    formula = _tex(f"${node.method.formula}$")
    if inner:
        below = {"fontsize": 6.8, "bbox": PAPER}
        axes.text(x, y - TALL / 2 - 0.14, formula, **below, **middle)
        return
    left = {"va": "center", "fontsize": 7.2, "zorder": 5}
    if isinstance(node.method, Stable):
        formula += f", $d'$: {node.method.method.label}'s"
    axes.text(COLUMNS["formula"], y, formula, **left)
    told = "; ".join(f"{family.label(r.to)}: {family.condition(r)}" for r in node.told)
    aside = {"color": ASIDE, "fontsize": 6.5}
    axes.text(COLUMNS["also"], y, _tex(told), **left | aside)


def _legend(axes: Axes, tall: float) -> None:
    top = {"va": "center", "fontsize": 7.2, "color": ASIDE}
    y = tall - 0.2
    at = COLUMNS["leaf"] - (BOX[0] + FLAT["leaf"]) / 2
    axes.text(at, y, "becomes it at", ha="center", **top)
    axes.text(COLUMNS["formula"], y, r"$d$", **top)
    axes.text(COLUMNS["also"], y, "becomes besides", **top)
    moving = [_short(m.label) for m in family.members().values() if _moves(m)]
    axes.text(
        *(COLUMNS["formula"] - BOX[0] - 0.15, 0.3),
        r"$g = \nabla f(w)$, $u(v) = v / \Vert v\Vert$, "
        r"$\tilde g = \nabla f(w + \rho u(g))$. Dashed: under a condition that is no "
        "hyperparameter's.\n"
        rf"At $\rho = 0$ all but {', '.join(moving)} are GD too.",
        **top | {"linespacing": 1.5},
    )


def _short(label: str) -> str:
    return label.partition(" (")[0]


def _tex(text: str) -> str:
    """TeX in the words that matplotlib knows."""
    return re.sub(r"\\[lr](vert|Vert)", r"\\\1", text)
