"""The pictures in the documentation are of the pages that there are, and stay small."""

import re
from pathlib import Path

import pytest

import screenshots

DOCS = Path(__file__).resolve().parents[2] / "docs"
PICTURES = DOCS / "screenshots"
MOST = 4 * 2**20  # bytes of all of them


def test_each_page_has_its_pictures_and_there_are_no_others():
    wanted = {f"{shot.name}-{width}.png" for shot in screenshots.SHOTS for width in screenshots.WIDTHS}
    assert {path.name for path in PICTURES.glob("*")} == wanted


def test_the_pictures_are_small_together():
    assert sum(path.stat().st_size for path in PICTURES.glob("*.png")) < MOST


def test_each_picture_in_the_text_is_there_and_says_what_it_shows():
    shown = re.findall(r"!\[([^\]]*)\]\(([^)]+)\)", (DOCS / "web.md").read_text(encoding="utf-8"))
    assert shown
    for words, path in shown:
        assert (DOCS / path).is_file()
        assert len(words.split()) > 3


@pytest.mark.slow
@pytest.mark.django_db
def test_the_review_of_the_pictures_is_in_the_middle_of_its_work(tmp_path):
    from evisynth.store.exchange.load import load_folder
    from evisynth.store.live_flow import live_flow
    from evisynth.store.screening_items import ready

    review, problems = load_folder(screenshots.half_done(tmp_path))
    assert not problems
    ready(review)
    flow = live_flow(review)
    assert flow.waiting_screening
    assert flow.conflicts_screening == screenshots.OPEN_CONFLICTS
    assert flow.waiting_full_text
    assert flow.conflicts_full_text
    assert flow.included_studies
    assert flow.reports_without_study
