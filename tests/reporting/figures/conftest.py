import numpy as np
import pytest
from lxml import etree
from matplotlib.backends.backend_agg import FigureCanvasAgg

from evisynth.reporting.figures.drawing import fixed_style
from evisynth.synthesis.measures.effect_sizes import effect_sizes
from evisynth.synthesis.measures.two_by_two import TwoByTwo
from evisynth.synthesis.pooling.pool import pool

LONG_NAMES = (
    "$x_1^2$ & <b>bold</b> \\frac{1}{2}",
    "A very long name of a multicentre randomised trial in many places of many countries, second report, 2019",
    "Donaudampfschifffahrtselektrizitätenhauptbetriebswerkbauunterbeamtengesellschaft" * 2,
    "שלום עולם 2012",
    "محمد 2015",
    "😀 2020",
)


def _written(figure):
    """Every text that is drawn: on the axes, at the ticks, along the axes."""
    found = []
    for axes in figure.axes:
        found += axes.texts
        if axes.axison:
            found += [axes.xaxis.label, axes.yaxis.label, *axes.get_xticklabels(), *axes.get_yticklabels()]
    return [text for text in found if text.get_text() and text.get_visible()]


def _boxes(figure):
    with fixed_style():
        figure.dpi = 144
        canvas = FigureCanvasAgg(figure)
        figure.draw_without_rendering()
        found = [
            (text.get_text(), text.get_window_extent(canvas.get_renderer())) for text in _written(figure)
        ]
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
    """The lines of text of a drawing, or of a figure from one call, read from its SVG."""

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


@pytest.fixture
def table_of():
    """An invented table of k trials, the same on every call; on request with names that are hard to print."""

    def make(k, *, long_names=False):
        generator = np.random.default_rng(k)
        n1, n2 = generator.integers(15, 250, (2, k))
        risk = generator.uniform(0.15, 0.6, k)
        names = [f"Author {1980 + number}" for number in range(k)]
        if long_names:
            names = [f"{LONG_NAMES[number % len(LONG_NAMES)]} {number}" for number in range(k)]
        events1, events2 = generator.binomial(n1, 0.7 * risk) + 1, generator.binomial(n2, risk) + 1
        return TwoByTwo.from_rows(
            zip(names, map(float, events1), map(float, n1), map(float, events2), map(float, n2), strict=True)
        )

    return make


@pytest.fixture
def pooled_of(table_of):
    """The pooled odds ratio of such a table."""

    def make(k, *, long_names=False, **how):
        table = table_of(k, long_names=long_names)
        effects = effect_sizes("OR", studies=table.studies, **table.columns)
        return pool(effects.yi, effects.vi, measure="OR", studies=effects.studies, **how)

    return make
