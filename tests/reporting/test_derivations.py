"""Where every number comes from, without a gap."""

import pytest

from evisynth.reporting.derivations import all_derivations
from evisynth.store.review_folder import carry_out

pytestmark = pytest.mark.django_db  # the findings come from a folder through the database


def dangling(document) -> list[str]:
    """Keys of derivations that a text or another derivation asks for and that are not there."""
    inputs = {key for derivation in document.derivations.values() for key in derivation.inputs}
    whys = {run.why for block in document.blocks for run in runs_of(block) if run.why}
    return sorted((whys | inputs) - set(document.derivations))


def runs_of(block):
    stack = [getattr(block, name, ()) for name in ("runs", "items", "rows", "notes")]
    while stack:
        part = stack.pop()
        if isinstance(part, tuple):
            stack.extend(part)
        else:
            yield part


def test_no_derivation_of_the_small_review_asks_for_one_that_is_not_there(small_checked):
    assert dangling(small_checked.told.document) == []


@pytest.mark.slow
@pytest.mark.parametrize("name", ["milk-oit", "peanut-oit"])
def test_no_derivation_of_an_example_asks_for_one_that_is_not_there(pytestconfig, name):
    folder = pytestconfig.rootpath / "examples" / name
    if not (folder / "report.md").exists():
        pytest.skip("the example has no manuscript")
    assert dangling(carry_out(folder).told.document) == []


def test_every_number_leads_down_to_a_place_in_the_files(findings):
    derivations = all_derivations(findings)

    def ends(key):
        of = derivations[key]
        return {key} if not of.inputs else set().union(*(ends(below) for below in of.inputs))

    for key in ends("analysis/cure"):
        assert key.split("/")[0] == "source" or derivations[key].source.startswith("extraction.csv:")


def test_no_derivation_leads_back_to_itself(findings):
    derivations = all_derivations(findings)
    finished: set[str] = set()

    def walk(key, path):
        assert key not in path, path
        if key not in finished:
            for below in derivations[key].inputs:
                walk(below, [*path, key])
            finished.add(key)

    for key in derivations:
        walk(key, [])


def test_a_settled_value_shows_both_extractions_and_the_consensus(findings):
    derivations = all_derivations(findings)
    cell = derivations["cell/alpha/cure/week-12/syrup/patients_with_event"]
    assert (cell.value, cell.how) == ("10", "The extractions differ; settled by consensus.")
    assert [derivations[key].value for key in cell.inputs] == ["10", "11", "10"]
    assert derivations[cell.inputs[2]].how.startswith("Consensus given by Adjudicator C")


def test_a_value_from_a_letter_says_so(findings):
    entry = all_derivations(findings)["entry/beta/cure/week-12/syrup/n/ra"]
    assert "From a reply to letter c1" in entry.how


def test_the_boxes_of_the_flow_lead_to_what_is_counted(findings):
    derivations = all_derivations(findings)
    assert derivations["flow/records"].inputs == ("source/medline", "source/pubmed")
    assert derivations["flow/not-retrieved"].inputs == ("report/marzipan-letter",)
    assert derivations["source/medline"].source == "searches.csv:2"
