"""Figures are the same bytes every day, hold any text, and leave matplotlib as they found it."""

import os
import subprocess
import sys
from pathlib import Path

import matplotlib as mpl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from lxml import etree

from evisynth.reporting.figures.drawing import draw, fixed_style, new_page
from evisynth.reporting.figures.page import safe_href
from evisynth.reporting.figures.typography import clean, text_width, wrap

HOSTILE = (
    "$x_1^2$ & <b> \\frac{1}{2} ^_% </text><script>alert(1)</script> ]]> שלום محمد 😀 \x00\x1b\ud800\uffff"
)


def small_figure(text="Longo 2008", href=""):
    with fixed_style():
        page = new_page(400)
        page.text(10, 20, text, size=9, href=href)
        page.circle(30, 40, 8, fill="#cccccc", dashes=(2, 2))
        page.box(60, 30, 40, 20, rounded=4)
        page.arrow([(110, 30), (110, 50), (140, 50)])
        page.line([(0, 60), (400, 60)], dashes=(2, 2))
        return page.finish(80)


def texts(svg):
    return [element.text for element in etree.fromstring(svg).iter("{*}text")]


def test_the_same_figure_gives_the_same_bytes():
    first, second = (draw(small_figure(), "words") for _ in range(2))
    assert first == second


def test_the_bytes_do_not_depend_on_the_day_or_on_the_seed_of_hashes(tmp_path):
    script = (
        "import hashlib, sys; sys.path.insert(0, sys.argv[1]); import test_drawing as t\n"
        "d = t.draw(t.small_figure(), 'words')\n"
        "print(hashlib.sha256(d.svg + d.png + d.pdf).hexdigest())"
    )
    prints = set()
    for seed, epoch in (("1", "0"), ("2", "1700000000")):
        environment = {**os.environ, "PYTHONHASHSEED": seed, "SOURCE_DATE_EPOCH": epoch}
        done = subprocess.run(
            [sys.executable, "-c", script, str(Path(__file__).parent)],
            env=environment,
            capture_output=True,
            check=True,
        )
        prints.add(done.stdout)
    assert len(prints) == 1


def test_no_file_names_a_date_or_a_program():
    drawing = draw(small_figure(), "words")
    assert b"Date" not in drawing.pdf
    assert b"atplotlib" not in drawing.svg + drawing.png
    assert b"tEXt" not in drawing.png


def test_a_users_settings_change_no_picture_and_are_kept():
    usual = draw(small_figure())
    with mpl.rc_context(
        {"font.size": 30, "text.color": "red", "svg.fonttype": "path", "text.parse_math": True}
    ):
        assert draw(small_figure()) == usual
        assert mpl.rcParams["font.size"] == 30
        assert mpl.rcParams["svg.fonttype"] == "path"


def test_png_has_200_dots_per_inch():
    png = draw(small_figure()).png
    width, height = (int.from_bytes(png[at : at + 4], "big") for at in (16, 20))
    assert (width, height) == (400 * 200 // 72, 80 * 200 // 72)


def test_hostile_text_is_printed_as_it_is():
    svg = draw(small_figure(HOSTILE), HOSTILE).svg
    assert texts(svg) == [clean(HOSTILE)]
    assert "$x_1^2$ & <b> \\frac{1}{2} ^_% </text><script>alert(1)</script> ]]> שלום" in texts(svg)[0]
    assert not list(etree.fromstring(svg).iter("{*}script"))


def test_svg_can_stand_in_a_page_with_others():
    svg = draw(small_figure(), 'Two "arms" & more').svg
    root = etree.fromstring(svg)
    assert root.get("aria-label") == 'Two "arms" & more'
    assert b"<!DOCTYPE" not in svg
    assert not root.xpath("//@id")
    assert not list(root.iter("{*}style"))
    assert root.get("font-family") == "'DejaVu Sans', 'Verdana', sans-serif"


@pytest.mark.parametrize(
    "href", ["#cell-1", "cells.html#a", "https://doi.org/10.1000/x?a=1&b=<2>", "mailto:a@b.org"]
)
def test_text_carries_a_link(href):
    root = etree.fromstring(draw(small_figure(href=href)).svg)
    (link,) = root.iter("{*}a")
    assert link.get("{http://www.w3.org/1999/xlink}href") == href
    assert link.get("target") is None


@pytest.mark.parametrize(
    "href",
    ["javascript:alert(1)", " JavaScript:alert(1)", "data:text/html,x", "java\nscript:x", "vbscript:x"],
)
def test_a_link_that_could_run_something_is_not_drawn(href):
    assert safe_href(href) == ""
    assert b"<a " not in draw(small_figure(href=href)).svg


@settings(max_examples=60, deadline=None)
@given(st.text(max_size=60), st.floats(20, 200))
def test_wrapped_lines_fit_and_lose_nothing(text, width):
    lines = wrap(text, width, 9)
    assert all(text_width(line, 9) <= width or len(line) == 1 for line in lines)
    assert "".join(lines).replace(" ", "") == clean(text).replace(" ", "")


def test_what_is_left_out_shows_as_an_ellipsis():
    lines = wrap("one two three four five six seven", 40, 9, most=2)
    assert len(lines) == 2
    assert lines[1].endswith("…")
    assert text_width(lines[1], 9) <= 40


def test_a_count_stays_in_one_piece():
    assert wrap("Not randomised", text_width("Not randomised", 9) + 1, 9, tail="(n = 5)") == [
        "Not randomised",
        "(n = 5)",
    ]


def test_clean_text_is_one_line():
    assert clean("a\n b\t\u00a0c\u202e\x07") == "a b c"
