"""Claims: each has a value with its derivation, or says in plain words why it has none."""

import contextlib
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from evisynth.errors import DataError
from evisynth.reporting.analysis_claims import NEEDS_RESULT, OF_A_SIDE
from evisynth.reporting.claims import FILTERS, Claims
from evisynth.reporting.derivations import all_derivations

pytestmark = pytest.mark.django_db  # the findings come from a folder through the database


@pytest.fixture
def claims(findings):
    return Claims(findings)


def test_a_claim_has_a_text_and_a_derivation_down_to_the_rows(claims):
    assert claims.resolve("cure.effect") == ("RR 2.13, 95% CI 1.33 to 3.42", "claim/cure.effect")
    assert claims.derivations["claim/cure.effect"].inputs == ("analysis/cure",)


@pytest.mark.parametrize(
    ("claim", "text"),
    [
        ("flow.records", "8"),
        ("flow.records | words", "eight"),
        ("flow.records | words | capital", "Eight"),
        ("review.title | lower", "almond drops for winter cough"),
        ("flow.included-studies|words", "two"),
        ("cure.drops.events", "32"),
        ("cure.first.n", "50"),
        ("cure.syrup.percent", "30%"),
        ("cure.study.alpha", "20/30 against 10/30"),
        ("cure.certainty", "moderate"),
        ("rash.kind", "narrative"),
        ("rash.drops.events", "3"),
        ("rash.syrup.events", "0"),
        ("cell alpha/cure/week-12/drops/n", "30"),
        ("cell beta/cure/week-12/drops/patients_with_event", "12"),
        ("studies.blinding.double-blind", "1"),
        ("studies.blinding.double-blind+open", "2"),
        ("randomised.total", "103"),
        ("randomised.drops", "52"),
        ("contacts.answered", "1"),
        ("searches.names", "MEDLINE and PubMed"),
        ("searches.latest", "2 October 2012"),
        ("settings.votes-full-text", "2"),
        ("agreement.title-abstract.conflicts", "1"),
        ('"5 mL"', "5 mL"),
        ('"a | b"', "a | b"),
        ('""', ""),
    ],
)
def test_known_claims(claims, claim, text):
    assert claims.resolve(claim)[0] == text


@pytest.mark.parametrize(
    ("claim", "message"),
    [
        ("", "there is no claim ''"),
        ("cure", "there is no claim 'cure."),
        ("cure.efect", r"there is no claim 'cure.efect'. Did you mean 'effect'\?"),
        ("crue.effect", r"there is no claim 'crue.effect'. Did you mean 'cure'\?"),
        ("flow.recods", r"there is no claim 'flow.recods'. Did you mean 'records'\?"),
        ("cure.effect | wrods", r"there is no filter 'wrods'; .* Did you mean 'words'\?"),
        ("cure.effect | __import__('os')", "there is no filter"),
        ("__class__", "there is no claim '__class__'"),
        ("cure.__dict__", "there is no claim 'cure.__dict__'"),
        ("cure.result.table", "there is no claim 'cure.result.table'"),
        ("cure.drops.__class__", "there is no claim 'cure.drops.__class__'"),
        ("flow.__init__", "there is no claim 'flow.__init__'"),
        ("review.__class__.__mro__", "there is no claim"),
        ("cell ../../etc/passwd", "there is no value"),
        ("cell alpha/cure/week-12/drops/m", r"there is no value .* Did you mean"),
        ("{{ cure.effect }}", "there is no claim"),
        ("{% import os %}", "there is no claim"),
        ("'literal'", "there is no claim"),
        ('"unclosed', "there is no claim"),
        ('"a" + "b"', "there is no claim"),
        ("x" * 100_000, "a path of 100000 letters is no claim"),
        (
            "rash.effect",
            r"the claim 'rash.effect' has no value: the analysis is of kind narrative \(The trials counted",
        ),
        ("death.effect", "the claim 'death.effect' has no value: the analysis is of kind no data"),
        ("death.drops.events", "the claim 'death.drops.events' has no value: no study has data for drops"),
        ("studies.blinding.triple", "no included study has blinding 'triple'"),
        ("studies.colour.red", "there is no claim 'studies.colour.red'"),
        ("agreement.full-txt.kappa", r"Did you mean 'full-text'\?"),
        ("randomised.drop", r"there is no claim 'randomised.drop'. Did you mean 'drops'\?"),
    ],
)
def test_a_claim_that_does_not_exist_or_has_no_value_says_so_in_plain_words(claims, claim, message):
    with pytest.raises(DataError, match=message) as error:
        claims.resolve(claim)
    assert len(str(error.value)) < 400


@pytest.mark.parametrize("key", ["cure", "rash", "death"])
@pytest.mark.parametrize(
    "name", [*NEEDS_RESULT, *(f"{side}.{of}" for side in ("drops", "second") for of in OF_A_SIDE)]
)
def test_every_claim_of_every_kind_of_analysis_has_a_value_or_says_why_not(claims, key, name):
    try:
        text, why = claims.resolve(f"{key}.{name}")
    except DataError as error:
        assert "has no value" in str(error)  # noqa: PT017 - either way is right
    else:
        assert text
        assert "None" not in text
        assert why == f"claim/{key}.{name}"


def test_every_claim_leads_to_derivations_that_are_there(claims, findings):
    for name in ("cure.effect", "flow.records", "searches.names", "randomised.total", "contacts.sent", "cell alpha/design",
                 "agreement.full-text.kappa", "studies.blinding.open", "cure.study.beta", "rash.drops.events"):  # fmt: skip
        claims.resolve(name)
    known = all_derivations(findings) | claims.derivations
    assert {key for of in claims.derivations.values() for key in of.inputs} <= set(known)


def test_a_sum_over_part_of_the_arms_is_not_given(findings):
    cells = dict(findings.cells)
    del cells["beta/drops/randomised"]
    claims = Claims(replace(findings, cells=cells))
    with pytest.raises(
        DataError, match="has no value: there is no number that stands for beta/drops/randomised"
    ):
        claims.resolve("randomised.total")
    assert claims.resolve("randomised.syrup")[0] == "51"


def test_a_total_over_part_of_the_studies_is_not_given(findings):
    cure = next(of for of in findings.analyses if of.key == "cure")
    row = replace(cure.rows[0], first=replace(cure.rows[0].first, n=None))
    other = replace(cure, rows=(row, *cure.rows[1:]))
    with pytest.raises(DataError, match=r"'cure\.drops\.n' has no value: not every study has the numbers"):
        Claims(replace(findings, analyses=(other,))).resolve("cure.first.n")


@pytest.mark.parametrize("name", FILTERS)
@given(text=st.text(max_size=20) | st.sampled_from([",", "-", "-,", "1,2,3", "٣", "1.5", "12,000", "0", ""]))
def test_no_text_stops_a_filter(name, text):
    assert isinstance(FILTERS[name](text), str)


@given(st.text(alphabet="abcure.|\" _-/{}%'", max_size=30))
def test_no_claim_stops_the_report(findings, claim):
    with contextlib.suppress(DataError):
        Claims(findings).resolve(claim)
