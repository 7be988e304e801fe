"""What all charts share: no text meets another, the same bytes every day, words beside the picture."""

from pathlib import Path

import numpy as np
import pytest
from lxml import etree
from scipy.special import ndtr

from evisynth.errors import DataError
from evisynth.reporting.figures.albatross import albatross
from evisynth.reporting.figures.baujat import baujat
from evisynth.reporting.figures.bubble import bubble
from evisynth.reporting.figures.drapery import drapery
from evisynth.reporting.figures.forest import forest
from evisynth.reporting.figures.funnel import funnel
from evisynth.reporting.figures.gosh import gosh
from evisynth.reporting.figures.influence import influence
from evisynth.reporting.figures.labbe import labbe
from evisynth.reporting.figures.radial import radial
from evisynth.synthesis.bias.trim_and_fill import trim_and_fill
from evisynth.synthesis.moderators.regression import meta_regression
from evisynth.synthesis.pooling.pool import pool
from evisynth.synthesis.sensitivity.gosh import gosh as gosh_of
from evisynth.synthesis.without_pooling.albatross import albatross as albatross_of

TITLE = "A title that is rather long for such a figure: recovery at the end of treatment"


def with_year(pooled):
    columns = {"year": np.arange(1980, 1980 + pooled.k), "dose": np.arange(pooled.k) % 3}
    return meta_regression(pooled.yi, pooled.vi, columns, measure="OR", studies=pooled.studies)


def filled(pooled):
    return trim_and_fill(
        pooled.yi, pooled.vi, measure="OR", studies=pooled.studies, side="left", estimator="R0"
    )


def p_values(table, pooled):
    return albatross_of(
        2 * ndtr(-np.abs(pooled.yi / np.sqrt(pooled.vi))),
        table.n1 + table.n2,
        positive=(pooled.yi > 0).tolist(),
        effects=[-0.5, -0.2, 0.2, 0.5, 1.0],
        studies=pooled.studies,
    )


CHARTS = {  # each from a table and its pooled odds ratio
    "forest": lambda table, pooled, **how: forest(pooled, table=table, layout="metafor", **how),
    "funnel": lambda _, pooled, **how: funnel(pooled, named=True, contours=True, **how),
    "filled funnel": lambda _, pooled, **how: funnel(filled(pooled), contours=[0.05], **how),
    "baujat": lambda _, pooled, **how: baujat(pooled, **how),
    "radial": lambda _, pooled, **how: radial(pooled, **how),
    "labbe": lambda table, pooled, **how: labbe(
        table, pooled, group1="Oral immunotherapy with milk", group2="Avoidance of milk for a year", **how
    ),
    "gosh": lambda _, pooled, **how: gosh(
        gosh_of(pooled, subsets=300, seed=1), study=pooled.studies[1], **how
    ),
    "bubble": lambda _, pooled, **how: bubble(with_year(pooled), "year", **how),
    "drapery": lambda _, pooled, **how: drapery(pooled, **how),
    "influence": lambda _, pooled, **how: influence(pooled, **how),
    "albatross": lambda table, pooled, **how: albatross(p_values(table, pooled), **how),
}
FEWEST = {"filled funnel": 3, "baujat": 3, "influence": 3, "bubble": 5, "drapery": 3, "gosh": 3}


def chart(name, table_of, pooled_of, k, *, long_names=False, **how):
    k = max(k, FEWEST.get(name, 2))
    return CHARTS[name](table_of(k, long_names=long_names), pooled_of(k, long_names=long_names), **how)


@pytest.mark.parametrize("width", [225, 595])
@pytest.mark.parametrize("k", [2, 12, 100])
@pytest.mark.parametrize("name", CHARTS)
def test_no_text_overlaps_and_none_leaves_the_page(name, k, width, table_of, pooled_of, clashes):
    plotted = chart(name, table_of, pooled_of, k, long_names=True, title=TITLE, width=width)
    assert clashes(plotted.figure) == []
    assert clashes(chart(name, table_of, pooled_of, k, width=width).figure) == []


@pytest.mark.parametrize("name", CHARTS)
def test_the_same_call_gives_the_same_bytes(name, table_of, pooled_of):
    one, other = (chart(name, table_of, pooled_of, 12) for _ in range(2))
    assert one.drawing() == other.drawing()


@pytest.mark.parametrize("name", CHARTS)
def test_svg_keeps_text_and_names_itself_in_words(name, table_of, pooled_of):
    plotted = chart(name, table_of, pooled_of, 12, title="Recovery & more")
    root = etree.fromstring(plotted.svg)
    assert root.get("aria-label") == plotted.alt == str(plotted)
    assert "Recovery & more" in [element.text for element in root.iter("{*}text")]
    assert "Author 1981" in plotted.alt
    assert not list(root.iter("{*}style"))


def test_two_charts_on_a_page_share_no_name_inside_their_files(table_of, pooled_of):
    ids = [
        set(etree.fromstring(chart(name, table_of, pooled_of, 12).svg).xpath("//@id"))
        for name in ("funnel", "radial", "baujat")
    ]
    assert all(ids)
    assert not ids[0] & ids[1] | ids[1] & ids[2] | ids[0] & ids[2]


@pytest.mark.parametrize("name", CHARTS)
def test_the_axes_can_be_restyled_before_saving(name, table_of, pooled_of, tmp_path):
    plotted = chart(name, table_of, pooled_of, 12)
    before = plotted.svg
    plotted.axes.set_facecolor("#123456")
    plotted.axes.axhline(0.2, color="#123456")
    assert plotted.svg != before
    assert b"#123456" in plotted.svg
    for kind, start in (("svg", b"<?xml"), ("png", b"\x89PNG"), ("pdf", b"%PDF")):
        path = plotted.save(tmp_path / f"figure.{kind}")
        assert path.read_bytes().startswith(start)


def test_a_file_of_another_kind_is_refused(pooled_of, tmp_path):
    with pytest.raises(DataError, match=r"figure.gif: figures are saved as .svg, .png or .pdf"):
        funnel(pooled_of(5)).save(Path(tmp_path) / "figure.gif")


@pytest.mark.parametrize("width", [100, 224.9, 600])
def test_a_width_that_cannot_be_read_is_refused(width, pooled_of):
    with pytest.raises(DataError, match=r"225 \(300 px\) to 595 \(A4\)"):
        funnel(pooled_of(5), width=width)


@pytest.mark.parametrize("name", ["forest", "funnel", "radial", "drapery"])
@pytest.mark.parametrize("scale", [1e-6, 1.0, 1e4])
def test_any_size_of_effects_can_be_drawn(name, scale, clashes):
    yi = scale * np.array([0.3, -0.2, 0.8, 0.1])
    pooled = pool(yi, (scale * np.array([0.2, 0.3, 0.4, 0.25])) ** 2, measure="MD")
    assert clashes(CHARTS[name](None, pooled, width=225).figure) == []


DEGENERATE = {
    "equal studies": ([0.5] * 4, [0.1] * 4),
    "no effect at all": ([0.0] * 3, [0.1] * 3),
    "one study that outweighs all": ([0.1, 0.2, 0.3], [1e-6, 1.0, 100.0]),
    "ratios beyond any axis": ([30.0, -30.0, 0.0], [50.0, 60.0, 40.0]),
}


@pytest.mark.parametrize("data", DEGENERATE)
@pytest.mark.parametrize("name", ["forest", "funnel", "baujat", "radial", "gosh", "drapery", "influence"])
def test_degenerate_data_can_be_drawn(name, data, clashes):
    pooled = pool(*DEGENERATE[data], measure="OR")
    assert clashes(CHARTS[name](None, pooled, width=300).figure) == []


@pytest.mark.parametrize("measure", ["PLO", "ZCOR", "AUCN", "PLN", "SMD", "PR"])
@pytest.mark.parametrize("name", ["forest", "funnel", "radial", "drapery"])
def test_measures_of_every_scale_can_be_drawn(name, measure, clashes):
    pooled = pool([-0.7, -0.9, -0.4], [0.01, 0.03, 0.02], measure=measure)
    if name == "funnel":
        assert clashes(funnel(pooled, width=300).figure) == []
    else:
        assert clashes(CHARTS[name](None, pooled, width=300).figure) == []
