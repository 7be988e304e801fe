"""Studies: made, changed, linked, merged, split, and all of it taken back."""

import pytest

from evisynth.store import models
from evisynth.store.gather import gather
from evisynth.store.history import breaks
from evisynth.store.history_reading import PARTS
from evisynth.store.reports import retrieval, vote_in_full
from evisynth.store.studies_writing import (
    change_study,
    holds,
    link,
    make_study,
    merge,
    remove_study,
    set_primary,
    split,
    study_key,
    told,
    undo,
    unlink,
)
from evisynth.store.study_lists import (
    events_about,
    numbers_of,
    studies_of,
    suggested_for,
    with_suggestions,
    without_report,
    without_study,
)
from evisynth.store.voting import Refused
from support import cast

pytestmark = pytest.mark.django_db


def open_ends(small):
    """A third report is included, and two reports have no study and no data."""
    rows = small.tables["screening.csv"]
    for row in rows:
        if (row["stage"], row["record"]) == ("full-text", "pubmed:2"):
            row.update(decision="include", reason="")


@pytest.fixture
def review(tmp_path):
    return cast.load(tmp_path, change=open_ends)


@pytest.fixture
def member(review):
    return models.Membership.objects.get(review=review, key="rb")


def all_told(review):
    return told(review, list(models.Study.objects.filter(review=review).values_list("key", flat=True)))


def last(review):
    return models.Event.objects.filter(review=review).latest("position")


def roles(key):
    return dict(models.StudyReport.objects.filter(study__key=key).values_list("report__key", "role"))


def test_an_included_report_without_a_study_is_listed_as_open(review, member):
    assert [row.key for row in without_study(review)] == ["night-report"]
    make_study(member, "Night 2003", reports=["night-report"])
    assert list(without_study(review)) == []
    assert gather(review).flow.reports_without_study == 0


def test_an_included_study_without_an_included_report_is_listed_as_open(review, member):
    make_study(member, "Nobody 1999")
    assert [study.name for study in without_report(review)] == ["Nobody 1999"]
    make_study(member, "Later 2025", status="ongoing")
    assert len(without_report(review)) == 1


def test_a_new_study_has_an_id_from_its_name_and_its_first_report_is_primary(review, member):
    study = make_study(member, "Müller  2003", reports=["night-report", "marzipan-letter"])
    assert (study.key, study.name) == ("muller-2003", "Müller 2003")
    assert roles("muller-2003") == {"night-report": "primary", "marzipan-letter": "secondary"}
    assert last(review).what == "study made"


@pytest.mark.parametrize(
    ("name", "status", "why"),
    [
        ("  ", "included", "needs a name"),
        ("alpha 2001", "included", "has the name alpha 2001 already"),
        ("New", "excluded", "is no status"),
        ("x" * 300, "included", "200 is the most"),
    ],
)
def test_what_is_no_study_is_refused_and_leaves_nothing(review, member, name, status, why):
    with pytest.raises(Refused, match=why):
        make_study(member, name, status=status)
    assert models.Study.objects.filter(review=review).count() == 2


def test_ids_of_studies_are_never_the_same():
    assert study_key("Longo 2008", {"longo-2008"}) == "longo-2008-2"
    assert study_key("王伟", ()) == "study"
    assert len(study_key("x" * 200, {"x" * 50})) <= 60


def test_only_owners_and_reviewers_change_studies(review):
    adjudicator = models.Membership.objects.get(review=review, key="rc")
    with pytest.raises(Refused, match="Only a reviewer or an owner"):
        make_study(adjudicator, "New 2001")


def test_a_report_may_be_of_two_studies_and_a_study_have_two_reports(review, member):
    link(member, "alpha", "night-report")
    link(member, "beta", "night-report")
    assert roles("alpha") == {"alpha-report": "primary", "night-report": "secondary"}
    assert roles("beta") == {"beta-report": "primary", "night-report": "secondary"}
    with pytest.raises(Refused, match="already"):
        link(member, "alpha", "night-report")
    with pytest.raises(Refused, match="no report 'other'"):
        link(member, "alpha", "other")


def test_there_is_one_primary_report_whichever_is_made_so(review, member):
    link(member, "alpha", "night-report")
    set_primary(member, "alpha", "night-report")
    assert roles("alpha") == {"alpha-report": "secondary", "night-report": "primary"}
    unlink(member, "alpha", "night-report")
    assert roles("alpha") == {"alpha-report": "primary"}


def test_a_report_from_which_values_were_taken_stays(review, member):
    with pytest.raises(Refused, match="were taken from alpha-report"):
        unlink(member, "alpha", "alpha-report")
    assert roles("alpha") == {"alpha-report": "primary"}


def test_a_study_is_renamed_and_keeps_its_id(review, member):
    seen = told(review, ["alpha"])["alpha"]
    change_study(member, "alpha", seen, name="ALPHA trial", status="included", registration="NCT00000001")
    study = models.Study.objects.get(review=review, key="alpha")
    assert (study.name, study.registration) == ("ALPHA trial", "NCT00000001")
    assert last(review).before["alpha"]["name"] == "Alpha 2001"


def test_a_study_that_somebody_changed_meanwhile_is_not_written_over(review, member):
    seen = told(review, ["alpha"])["alpha"]
    link(models.Membership.objects.get(review=review, key="ra"), "alpha", "night-report")
    with pytest.raises(Refused, match="Somebody changed Alpha 2001 meanwhile"):
        change_study(member, "alpha", seen, name="Mine")


def test_changing_nothing_is_no_event(review, member):
    events = models.Event.objects.filter(review=review).count()
    change_study(member, "alpha", told(review, ["alpha"])["alpha"], name="Alpha 2001")
    assert models.Event.objects.filter(review=review).count() == events


def test_two_studies_become_one_and_two_again(review, member):
    make_study(member, "Night 2003", reports=["night-report"], registration="NCT00000003")
    before = all_told(review)
    merge(member, "alpha", "night-2003")
    assert roles("alpha") == {"alpha-report": "primary", "night-report": "secondary"}
    assert models.Study.objects.get(review=review, key="alpha").registration == "NCT00000003"
    assert not models.Study.objects.filter(review=review, key="night-2003").exists()
    undo(member, last(review))
    assert all_told(review) == before


def test_a_study_with_data_is_not_merged_away_and_not_removed(review, member):
    assert holds(models.Study.objects.get(review=review, key="beta"))[0] == "2 arms"
    before = all_told(review)
    with pytest.raises(Refused, match="Beta 2002 cannot be merged into Alpha 2001: it has 2 arms"):
        merge(member, "alpha", "beta")
    with pytest.raises(Refused, match="cannot be removed"):
        remove_study(member, "beta")
    with pytest.raises(Refused, match="with itself"):
        merge(member, "alpha", "alpha")
    assert all_told(review) == before


def test_a_study_is_split_and_whole_again(review, member):
    link(member, "alpha", "night-report")
    before = all_told(review)
    new = split(member, "alpha", ["night-report"], "Night 2003")
    assert roles("alpha") == {"alpha-report": "primary"}
    assert roles(new.key) == {"night-report": "primary"}
    undo(member, last(review))
    assert all_told(review) == before


def test_a_split_leaves_a_report_on_each_side(review, member):
    with pytest.raises(Refused, match="would have no report left"):
        split(member, "alpha", ["alpha-report"], "New")
    with pytest.raises(Refused, match="Choose the reports"):
        split(member, "alpha", [], "New")


def test_every_act_is_taken_back_and_back_again(review, member):
    make_study(member, "Night 2003", reports=["night-report"])
    acts = (
        lambda: change_study(
            member, "alpha", told(review, ["alpha"])["alpha"], note="a note", published=False
        ),
        lambda: link(member, "alpha", "night-report"),
        lambda: set_primary(member, "alpha", "night-report"),
        lambda: unlink(member, "alpha", "night-report"),
        lambda: remove_study(member, "night-2003"),
        lambda: make_study(member, "Third 2004", reports=["marzipan-letter"]),
    )
    for act in acts:
        before = all_told(review)
        act()
        after, event = all_told(review), last(review)
        assert after != before
        undo(member, event)
        assert all_told(review) == before
        undo(member, last(review))
        assert all_told(review) == after
    events = models.Event.objects.filter(review=review).order_by("position").values(*PARTS)
    assert list(breaks(list(events))) == []


def test_what_changed_since_is_not_undone_over(review, member):
    link(member, "alpha", "night-report")
    event = last(review)
    set_primary(member, "alpha", "night-report")
    with pytest.raises(Refused, match="alpha changed since"):
        undo(member, event)
    undo(member, last(review))
    undo(member, event)
    assert roles("alpha") == {"alpha-report": "primary"}


def test_a_study_that_got_data_since_is_not_undone_away(review, member):
    study = make_study(member, "Night 2003", reports=["night-report"])
    models.Arm.objects.create(review=review, position=99, study=study, key="drops", name="drops")
    with pytest.raises(Refused, match="it has 1 arm"):
        undo(member, last(review))


def test_events_that_are_not_about_studies_are_not_undone_here(review, member):
    retrieval(member, "medline:4", None)
    with pytest.raises(Refused, match="not about studies"):
        undo(member, last(review))


def test_a_study_knows_what_happened_to_it(review, member):
    link(member, "alpha", "night-report")
    make_study(member, "Other 2003")
    study = models.Study.objects.get(review=review, key="alpha")
    assert [event.what for event in events_about(study)] == ["report linked"]


def test_studies_are_listed_by_status_words_and_order(review, member):
    make_study(member, "Zeta 2020", status="ongoing", registration="NCT00000009")
    assert numbers_of(review) == {"included": 2, "ongoing": 1, "awaiting": 0}
    assert [row.key for row in studies_of(review)] == ["alpha", "beta", "zeta-2020"]
    assert [row.key for row in studies_of(review, status="ongoing")] == ["zeta-2020"]
    assert [row.key for row in studies_of(review, words="nct00000009")] == ["zeta-2020"]
    assert [row.number for row in studies_of(review, order="reports")] == [1, 1, 0]


def test_suggestions_say_why_and_name_what_may_be_made(review, member):
    record = models.Report.objects.get(key="night-report").record
    fields = record.fields | {"registry_ids": ["NCT00000005"]}
    models.Record.objects.filter(pk=record.pk).update(fields=fields)
    models.Study.objects.filter(key="beta").update(registration="NCT00000005")
    (row,) = with_suggestions(review, list(without_study(review)))
    suggestion, name, key = row.suggestions[0]
    assert (name, key) == ("Beta 2002", "beta")
    assert suggestion.reasons == ("both name the trial NCT00000005",)
    assert str(record.year) in row.name
    study = models.Study.objects.get(key="beta")
    assert [report.key for _, report in suggested_for(study)] == ["night-report"]


def test_suggestions_cost_the_same_however_many_reports_there_are(
    review, member, django_assert_max_num_queries
):
    with django_assert_max_num_queries(9):
        with_suggestions(review, list(without_study(review)))
    ra = models.Membership.objects.get(review=review, key="ra")
    for person in (ra, member):
        retrieval(person, "medline:4", True)
        vote_in_full(person, "medline:4", "include")
    assert without_study(review).count() == 2
    with django_assert_max_num_queries(9):
        with_suggestions(review, list(without_study(review)))
