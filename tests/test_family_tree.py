"""The family tree shows every method and reduction once, and nothing overlaps."""

from itertools import combinations

import pytest
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.colors import to_hex
from matplotlib.patches import FancyBboxPatch, PathPatch

from figures import style, variants
from figures.zoo import tree
from theory import family, methods


def drawn(name):
    with style.use(name):
        figure = tree.draw()
        renderer = FigureCanvasAgg(figure).get_renderer()
        figure.draw_without_rendering()
        (axes,) = figure.axes
        texts = [t for t in axes.texts if t.get_text()]
        return figure, axes, [(t, t.get_window_extent(renderer)) for t in texts]


@pytest.mark.parametrize("name", style.STYLES)
def test_no_text_overlaps_another_or_leaves_the_page(name):
    figure, _, texts = drawn(name)
    for (a, box), (b, other) in combinations(texts, 2):
        apart = not box.padded(-1).overlaps(other.padded(-1))
        assert apart, (a.get_text(), b.get_text())
    for text, box in texts:
        inside = figure.bbox.x0 <= box.x0 and box.x1 <= figure.bbox.x1
        assert inside, text.get_text()


def test_every_method_has_a_box_of_its_colour():
    _, axes, texts = drawn("screen")
    words = [t.get_text() for t, _ in texts]
    boxes = [p for p in axes.patches if isinstance(p, FancyBboxPatch)]
    made = [methods.make(name) for name in methods.names()]
    colours = sorted(to_hex(p.get_facecolor()).upper() for p in boxes)
    assert colours == sorted(m.color.upper() for m in made)
    assert all(words.count(m.label.partition(" (")[0]) == 1 for m in made)


def test_every_reduction_is_a_line_or_words_or_that_of_no_radius():
    nodes = {name: tree._node(name) for name in methods.names()}
    _, axes, texts = drawn("screen")
    lines = [p for p in axes.patches if isinstance(p, PathPatch)]
    assert sum(len(n.drawn) for n in nodes.values()) == len(lines) + len(axes.lines)
    words = "".join(t.get_text() for t, _ in texts)
    for name, node in nodes.items():
        for r in methods.make(name).reductions:
            shown = r in node.drawn or r in node.told
            assert shown or (r.to, dict(r.at), r.given) == ("gd", {"rho": 0}, ""), name
            assert not shown or tree._tex(family.condition(r)) in words
    assert all(node.drawn for name, node in nodes.items() if name != "gd")


def test_without_a_result_the_tree_is_drawn(tmp_path):
    found = variants.variants(tmp_path)
    assert list(found) == [variants.TREE]
