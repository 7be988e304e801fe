"""The PRISMA flow diagram prints the counts it is given, in the standard's boxes, with one column or two."""

import re
from dataclasses import replace

import pytest

from evisynth.errors import DataError
from evisynth.reporting.figures.prisma_boxes import FlowDiagram, Update, prisma_flow_alt
from evisynth.reporting.figures.prisma_flow import draw_prisma_flow, prisma_flow_figure

# 2111, 157, 16 and 5 are the milk review's; what lies between is invented and adds up.
FLOW = FlowDiagram(
    databases=(("MEDLINE", 1200), ("Embase", 1511)),
    registers=(("CENTRAL trials", 300),),
    duplicates_removed=900,
    screened=2111,
    excluded_screening=1954,
    sought=157,
    not_retrieved=3,
    assessed=154,
    excluded_reasons=(("Not randomised", 100), ("Wrong population", 38)),
    included_studies=5,
    included_reports=16,
)
TWO = replace(
    FLOW,
    other_sources=(("Websites", 4), ("Citation searching", 21)),
    other_sought=25,
    other_not_retrieved=2,
    other_assessed=23,
    other_excluded_reasons=(("Not randomised", 22),),
)

UPDATED = replace(
    FLOW,
    update=Update(
        previous_studies=6,
        previous_reports=17,
        already_there=901,
        further_reports=0,
        total_studies=11,
        total_reports=33,
    ),
)


def numbers(texts):
    return {int(n) for words in texts for n in re.findall(r"\(n = (\d+)\)", words)}


def test_every_number_is_a_count_or_the_sum_of_a_list(texts):
    given = {1200, 1511, 300, 900, 2111, 1954, 157, 3, 154, 100, 38, 5, 16}
    assert numbers(texts(draw_prisma_flow(FLOW))) == given | {
        2711,
        300,
        138,
    }  # databases, registers, reports excluded


def test_the_boxes_have_the_standards_names(texts):
    found = texts(draw_prisma_flow(FLOW))
    for words in (
        "Identification",
        "Screening",
        "Included",
        "Identification of studies via databases and registers",
        "Records identified from:",
        "Records removed before screening:",
        "Duplicate records removed (n = 900)",
        "Records screened",
        "Records excluded",
        "Reports sought for retrieval",
        "Reports not retrieved",
        "Reports assessed for eligibility",
        "Studies included in review",
        "Reports of included studies",
    ):
        assert words in found, words
    assert "Identification of studies via other methods" not in found


def test_other_methods_get_a_column_of_their_own(texts):
    found = texts(draw_prisma_flow(TWO))
    assert "Identification of studies via other methods" in found
    assert found.count("Reports assessed for eligibility") == 2
    assert {25, 2, 23, 22, 21} <= numbers(found)


def test_other_sources_screened_with_the_rest_stand_in_the_same_box(texts):
    found = texts(draw_prisma_flow(replace(FLOW, other_sources=(("Websites", 4), ("Experts", 3)))))
    assert "Other sources (n = 7)" in found
    assert "Identification of studies via other methods" not in found


def test_a_count_of_0_is_printed_and_one_that_is_not_kept_is_not(texts):
    found = texts(draw_prisma_flow(replace(FLOW, ongoing=0, not_retrieved=0)))
    assert "Reports of ongoing studies (n = 0)" in found
    assert not [words for words in found if "awaiting" in words]
    assert 0 in numbers(found)


def test_a_review_without_exclusions_can_be_drawn(texts):
    assert "Reports excluded" in texts(draw_prisma_flow(replace(FLOW, excluded_reasons=())))


HOSTILE = tuple(
    (f"$\\frac{{{i}}}{{2}}$ & <b> a reason that takes many words to say " * 3, i) for i in range(15)
)


@pytest.mark.parametrize(
    "flow",
    [
        FLOW,
        TWO,
        replace(FLOW, ongoing=1, awaiting=2),
        UPDATED,
        replace(
            UPDATED,
            update=replace(UPDATED.update, previous_studies=10**9, further_reports=4),
            databases=HOSTILE,
            excluded_reasons=HOSTILE,
            ongoing=1,
        ),
        replace(TWO, update=UPDATED.update),
        replace(
            TWO,
            databases=HOSTILE,
            excluded_reasons=HOSTILE,
            other_excluded_reasons=HOSTILE,
            other_removed=HOSTILE,
        ),
        replace(FLOW, databases=(("x" * 300, 10**9),), registers=(), excluded_reasons=()),
    ],
)
def test_no_text_overlaps_and_none_leaves_the_page(flow, clashes):
    assert clashes(prisma_flow_figure(flow)) == []


def test_a_box_with_more_reasons_is_taller():
    low, high = (
        prisma_flow_figure(flow).get_figheight() for flow in (FLOW, replace(FLOW, excluded_reasons=HOSTILE))
    )
    assert high > low + 1


def test_boxes_carry_links(hrefs):
    links = hrefs(draw_prisma_flow(replace(FLOW, hrefs={"screened": "#screened"})))
    assert links == [("Records screened", "#screened"), ("(n = 2111)", "#screened")]


def test_drawing_twice_gives_the_same_bytes():
    assert draw_prisma_flow(TWO) == draw_prisma_flow(TWO)


def test_the_alternative_text_has_every_number():
    words = prisma_flow_alt(FLOW)
    assert "Records screened: 2111. Records excluded: 1954." in words
    assert "Reports excluded: 138 (Not randomised: 100; Wrong population: 38)." in words
    assert words.endswith("Studies included in review: 5; reports of included studies: 16.")
    assert "Other methods. Records identified from: Websites: 4; Citation searching: 21." in prisma_flow_alt(
        TWO
    )


def test_a_count_below_0_is_refused():
    with pytest.raises(DataError, match="Records excluded is -1"):
        prisma_flow_figure(replace(FLOW, excluded_screening=-1))


def test_an_updated_review_has_the_boxes_of_the_standards_template(texts):
    found = texts(draw_prisma_flow(UPDATED))
    for words in (
        "Previous studies",
        "Identification of new studies via databases and registers",
        "Duplicate records removed (n = 900)",
        "New studies included in review",
        "Reports of new included studies",
        "Total studies included in review",
        "Reports of total included studies",
    ):
        assert words in found, words
    assert {6, 17, 901, 5, 16, 11, 33} <= numbers(found)
    assert "Studies included in review" not in found


def test_new_reports_of_earlier_studies_have_a_line_where_there_are_any(texts):
    some = replace(UPDATED, update=replace(UPDATED.update, further_reports=4))
    assert "New reports of studies included" in texts(draw_prisma_flow(some))
    assert "New reports of studies included" not in texts(draw_prisma_flow(UPDATED))


def test_an_updated_review_with_other_methods_names_them_new_too(texts):
    found = texts(draw_prisma_flow(replace(TWO, update=UPDATED.update)))
    assert "Identification of new studies via other methods" in found


def test_the_alternative_text_of_an_update_tells_what_was_there_before_and_the_whole():
    words = prisma_flow_alt(replace(UPDATED, update=replace(UPDATED.update, further_reports=4)))
    assert words.startswith(
        "PRISMA 2020 flow diagram of an updated review. The boxes count the last run of the searches; what earlier runs "
        "included is under previous studies. Previous studies. Studies included in previous version of review: 6; reports of studies included in previous version of review: 17. New studies. Records identified"
    )
    assert "Duplicate records removed: 900; Records found by an earlier search: 901." in words
    assert words.endswith(
        "New studies included in review: 5; reports of new included studies: 16; new reports of studies included "
        "before: 4. Total studies included in review: 11; reports of total included studies: 33."
    )


def test_a_count_of_an_earlier_version_below_0_is_refused():
    with pytest.raises(DataError, match="Studies included in previous version of review is -1"):
        prisma_flow_figure(replace(UPDATED, update=replace(UPDATED.update, previous_studies=-1)))
