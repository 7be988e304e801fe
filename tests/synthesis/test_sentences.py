import pytest

import evisynth as ev
from evisynth.synthesis.sentences import methods_of

YI, VI = [0.1, 0.4, 0.3], [0.04, 0.05, 0.06]


@pytest.mark.parametrize(
    ("measure", "words"),
    [
        ("RR", "Risk ratios of"),
        ("SMD", "Standardised mean differences of"),
        ("SMD1", "Standardised mean differences by the SD of group 2 of"),
        ("PETO", "Odds ratios by Peto's method of"),
        ("MC", "Mean changes of"),
        ("ROM", "Ratios of means of"),
        ("D2OR", "Odds ratios from a standardised mean difference of"),
        ("AS", "Differences of arcsines of root risks of"),
        ("CLESN", "Probabilities of superiority (normal) of"),
        ("AUCN", "Areas under the curve (normal) of"),
        ("ZCOR", "Correlations (Fisher's z) of"),
        ("R2", "R squared values of"),
        ("ARAW", "Reliabilities of"),
        ("SMN", "Means divided by their standard deviation of"),
        ("generic", "Effects of"),
    ],
)
def test_a_measure_stands_in_the_plural(measure, words):
    assert ev.pool(YI, VI, measure=measure).methods_sentence().startswith(f"{words} 3 studies were pooled")


@pytest.mark.parametrize("measure", ev.MEASURES)
def test_every_measure_has_a_sentence(measure):
    pooled = ev.pool(YI, VI, measure=measure)
    text = methods_of(pooled).text
    assert " of 3 studies were pooled in a random-effects model" in text
    assert "means difference" not in text


def test_subgroups_have_variances_of_their_own():
    found = ev.subgroups([*YI, *YI], [*VI, *VI], list("aaabbb"))
    assert "2 subgroups were pooled with between-study variances of their own" in found.methods_sentence()
