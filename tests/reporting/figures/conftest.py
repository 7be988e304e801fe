import numpy as np
import pytest
from lxml import etree
from matplotlib.backends.backend_agg import FigureCanvasAgg

from evisynth.reporting.figures.drawing import fixed_style


def _boxes(figure):
    with fixed_style():
        figure.dpi = 144
        renderer = FigureCanvasAgg(figure).get_renderer()
        found = [(text.get_text(), text.get_window_extent(renderer)) for text in figure.axes[0].texts]
    return [words for words, _ in found], np.array([box.extents for _, box in found])


@pytest.fixture
def clashes():
    """Pairs of texts of a figure that overlap, and the texts that leave its page."""

    def find(figure):
        words, box = _boxes(figure)
        left, bottom, right, top = box.T
        slack = 0.5  # a quarter of a point
        level = (left[:, None] < right - slack) & (left < right[:, None] - slack)
        upright = (bottom[:, None] < top - slack) & (bottom < top[:, None] - slack)
        pairs = np.argwhere(np.triu(level & upright, k=1))
        width, height = figure.canvas.get_width_height()
        outside = (left < 0) | (bottom < 0) | (right > width) | (top > height)
        return [(words[a], words[b]) for a, b in pairs] + [words[a] for a in np.flatnonzero(outside)]

    return find


@pytest.fixture
def texts():
    """The lines of text of a drawing, read from its SVG."""

    def read(drawing):
        return [element.text for element in etree.fromstring(drawing.svg).iter("{*}text")]

    return read


@pytest.fixture
def hrefs():
    """The links of a drawing: text and address."""

    def read(drawing):
        key = "{http://www.w3.org/1999/xlink}href"
        links = etree.fromstring(drawing.svg).iter("{*}a")
        return [("".join(link.itertext()).strip(), link.get(key)) for link in links]

    return read
