"""The traffic light plot shows each judgement by a sign that can be read without colours."""

from dataclasses import replace
from itertools import pairwise

import pytest
from matplotlib.colors import to_rgb

from evisynth.errors import DataError
from evisynth.reporting.figures.traffic_light import (
    MARKS,
    TrafficLight,
    draw_traffic_light,
    traffic_light_alt,
    traffic_light_figure,
)

PLOT = TrafficLight(
    studies=("Longo 2008", "Skripak 2008"),
    domains=("D1", "D2", "Overall"),
    judgements={
        "Longo 2008": {"D1": "low", "D2": "high", "Overall": "high"},
        "Skripak 2008": {"D1": "low", "D2": "unclear"},
    },
    domain_names=("Random sequence generation", "Blinding", "Overall"),
    title="Risk of bias",
    hrefs={"Longo 2008": "#longo"},
)


def test_each_judgement_is_a_sign(texts):
    found = texts(draw_traffic_light(PLOT))
    assert [found.count(sign) for sign in ("+", "−", "?", "!")] == [
        2 + 1,
        2 + 1,
        1 + 1,
        0,
    ]  # cells and legend


def test_the_legend_explains_only_what_is_used(texts):
    found = texts(draw_traffic_light(PLOT))
    assert {"Low risk of bias", "High risk of bias", "Unclear risk of bias", "Not judged"} <= set(found)
    assert "Some concerns" not in found
    assert "D1: Random sequence generation" in found


def test_shades_differ_in_grey():
    def luminance(colour):
        linear = [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in to_rgb(colour)]
        return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]

    shades = sorted(luminance(MARKS[word].fill) for word in ("low", "unclear", "high"))
    assert min(b - a for a, b in pairwise(shades)) > 0.25
    for mark in (MARKS[word] for word in ("low", "unclear", "some concerns", "high")):
        light, dark = sorted((luminance(mark.fill), luminance(mark.ink)), reverse=True)
        assert (light + 0.05) / (dark + 0.05) > 4.5  # WCAG 2 contrast of text


def test_signs_differ():
    signs = [mark.sign for mark in MARKS.values()]
    assert len(set(signs)) == len(signs)


def test_a_study_carries_its_link(hrefs):
    assert hrefs(draw_traffic_light(PLOT)) == [("Longo 2008", "#longo")]


@pytest.mark.parametrize("k", [1, 5, 60])
def test_no_text_overlaps_and_none_leaves_the_page(k, clashes):
    studies = tuple(f"$Study$ {i} " + "with a long name & <b> " * (i % 8) for i in range(k))
    domains = ("D1", "A rather long domain label", "Antidisestablishmentarianism", "Overall")
    judgements = {study: dict.fromkeys(domains, "some concerns") for study in studies}
    plot = replace(
        PLOT, studies=studies, domains=domains, judgements=judgements, domain_names=("word " * 60,) * 4
    )
    assert clashes(traffic_light_figure(plot)) == []
    assert clashes(traffic_light_figure(PLOT)) == []


def test_drawing_twice_gives_the_same_bytes():
    assert draw_traffic_light(PLOT) == draw_traffic_light(PLOT)


def test_the_alternative_text_tells_every_judgement():
    assert traffic_light_alt(PLOT) == (
        "Risk of bias of 2 studies in 3 domains. "
        "Longo 2008: Random sequence generation low, Blinding high, Overall high. "
        "Skripak 2008: Random sequence generation low, Blinding unclear, Overall not judged."
    )


def test_an_unknown_judgement_is_refused():
    plot = replace(PLOT, judgements={"Longo 2008": {"D1": "Low"}})
    with pytest.raises(DataError, match='Longo 2008, D1: "Low" is no judgement; known are "low"'):
        traffic_light_figure(plot)


def test_a_plot_without_studies_is_refused():
    with pytest.raises(DataError, match="at least one study"):
        traffic_light_figure(replace(PLOT, studies=()))
