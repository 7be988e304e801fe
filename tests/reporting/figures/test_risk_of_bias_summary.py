"""The risk of bias summary shows shares that add up to the whole, and says whether they are weighted."""

from dataclasses import replace

import pytest

from evisynth.errors import DataError
from evisynth.reporting.figures.risk_of_bias_summary import (
    RiskOfBiasSummary,
    draw_risk_of_bias_summary,
    risk_of_bias_summary_alt,
    risk_of_bias_summary_figure,
    shares,
)

PLOT = RiskOfBiasSummary(
    studies=("A", "B", "C", "D"),
    domains=("Randomisation", "Blinding"),
    judgements={
        "A": {"Randomisation": "low", "Blinding": "high"},
        "B": {"Randomisation": "low", "Blinding": "unclear"},
        "C": {"Randomisation": "low"},
        "D": {"Randomisation": "high", "Blinding": "high"},
    },
    title="Risk of bias",
)
WEIGHTED = replace(PLOT, weights={"A": 10.0, "B": 20.0, "C": 0.0, "D": 70.0})


def test_unweighted_each_study_counts_the_same(texts):
    assert shares(PLOT, "Randomisation") == {"low": 0.75, "high": 0.25}
    assert shares(PLOT, "Blinding") == {"unclear": 0.25, "high": 0.5, "": 0.25}
    assert "Unweighted: each study counts the same." in texts(draw_risk_of_bias_summary(PLOT))


def test_weighted_each_study_counts_by_its_weight(texts):
    assert shares(WEIGHTED, "Randomisation") == pytest.approx({"low": 0.3, "high": 0.7})
    found = texts(draw_risk_of_bias_summary(WEIGHTED))
    assert "Weighted: each study counts by its weight in the meta-analysis." in found
    assert {"Low 30%", "High 70%"} <= set(found)


def test_shares_add_up_to_1():
    for plot in (PLOT, WEIGHTED):
        for domain in plot.domains:
            assert sum(shares(plot, domain).values()) == pytest.approx(1)


def test_no_text_overlaps_and_none_leaves_the_page(clashes):
    domains = tuple(f"$Domain$ {i} " + "with a long name & <b> " * i for i in range(8))
    studies = tuple(str(i) for i in range(40))
    words = ("low", "unclear", "some concerns", "high", "")
    judgements = {
        study: {domain: words[(i * k) % 5] for k, domain in enumerate(domains)}
        for i, study in enumerate(studies)
    }
    plot = RiskOfBiasSummary(
        studies, domains, judgements, {s: 1.5 ** int(s) for s in studies}, "long title " * 20
    )
    assert clashes(risk_of_bias_summary_figure(plot)) == []
    assert clashes(risk_of_bias_summary_figure(PLOT)) == []


def test_drawing_twice_gives_the_same_bytes():
    assert draw_risk_of_bias_summary(WEIGHTED) == draw_risk_of_bias_summary(WEIGHTED)


def test_the_alternative_text_tells_the_shares():
    assert risk_of_bias_summary_alt(PLOT) == (
        "Risk of bias summary of 4 studies. Unweighted: each study counts the same. "
        "Randomisation: 75% low risk of bias, 25% high risk of bias. "
        "Blinding: 25% unclear risk of bias, 50% high risk of bias, 25% not judged."
    )


def test_a_study_without_a_weight_is_refused():
    with pytest.raises(DataError, match="D has no weight"):
        risk_of_bias_summary_figure(replace(PLOT, weights={"A": 1.0, "B": 1.0, "C": 1.0}))


def test_weights_that_are_all_0_are_refused():
    with pytest.raises(DataError, match="not all 0"):
        risk_of_bias_summary_figure(replace(PLOT, weights=dict.fromkeys("ABCD", 0.0)))


def test_a_summary_without_domains_is_refused():
    with pytest.raises(DataError, match="at least one domain"):
        risk_of_bias_summary_figure(replace(PLOT, domains=()))
