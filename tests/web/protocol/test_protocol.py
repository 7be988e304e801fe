"""The protocol in the pages: written freely until it is locked, and by amendments after that."""

import pytest

from evisynth.store import models
from evisynth.store.exchange.export import export_review
from evisynth.store.exchange.load import load_folder
from evisynth.store.exchange.tables import ANALYSES
from evisynth.store.history import breaks
from evisynth.store.invitations import new_review
from support import cast

WHY = {"section": "outcomes", "change": "Added rash", "reason": "Patients asked for it"}


@pytest.fixture
def address(small):
    return f"/r/{small.slug}/protocol/"


@pytest.fixture
def started(db):
    """A review that somebody has just started, and its owner."""
    review = new_review(cast.account("Olga Owner"), "A new review")
    return cast.Person(models.Membership.objects.get(review=review))


def question(**more):
    given = {"population": "Adults", "intervention": "Drops", "comparator": "Syrup", "outcomes_in_question": "Cure",
             "objectives": "To find out", "include_criteria": "Randomised\r\n\r\nAdults ", "exclude_criteria": ""}  # fmt: skip
    return given | more


def test_everybody_in_the_team_reads_the_protocol(address, owner, reader, stranger, anonymous):
    for person in (owner, reader):
        page = person.get(address).content.decode()
        for text in (
            "People with winter cough",
            "Randomised trials",
            "Trials in animals",
            "Cured",
            "Not a randomised trial",
        ):
            assert text in page
    assert "Change the question" not in reader.get(address).content.decode()
    assert stranger.get(address).status_code == 404
    assert anonymous.get(address).status_code == 302


def test_only_owners_write(address, reviewer):
    for page in ("question/", "lock/", "outcomes/new/", "outcomes/cure/", "outcomes/cure/delete/"):
        assert reviewer.get(address + page).status_code == 403
        assert reviewer.post(address + page, {}).status_code == 403


def test_an_empty_protocol_says_what_to_do(started):
    page = started.get(f"/r/{started.member.review.slug}/protocol/").content.decode()
    assert "not said yet" in page
    assert "Write them" in page


def test_a_protocol_is_written_from_its_start(started, tmp_path):
    here = f"/r/{started.member.review.slug}/protocol/"
    assert started.post(f"{here}question/", question()).status_code == 302
    review = models.Review.objects.get(pk=started.member.review_id)
    assert review.include_criteria == ["Randomised", "Adults"]
    compared = {"intervention_name": "almond drops", "intervention_short": "drops", "comparator_name": "plain syrup",
                "comparator_short": "syrup"}  # fmt: skip
    assert started.post(f"{here}comparisons/new/", compared).status_code == 302
    outcome = {"name": "Cured", "type": "dichotomous", "direction": "benefit", "importance": "critical",
               "new_timepoints": "12 weeks\r\nOne year"}  # fmt: skip
    assert started.post(f"{here}outcomes/new/", outcome).status_code == 302
    analysis = {"title": "Cure at 12 weeks", "comparison": "drops-vs-syrup", "outcome": "cured",
                "timepoint": "cured/12-weeks", "measure": "RR", "method": "MH", "model": "random effects", "tau2": "DL",
                "assumed_from": "given", "assumed_value": "0.25", "favours": "drops\r\nsyrup"}  # fmt: skip
    assert started.post(f"{here}analyses/new/", analysis).status_code == 302
    row = models.Analysis.objects.get(review=review)
    assert (row.key, row.planned, row.assumed_value, row.favours) == (
        "cure-at-12-weeks", True, 0.25, ["drops", "syrup"],
    )  # fmt: skip
    assert (row.comparison.intervention_key, row.timepoint.key) == ("drops", "12-weeks")
    assert started.post(f"{here}characteristics/new/", {"label": "Country"}).status_code == 302

    models.ExclusionReason.objects.create(review=review, position=1, key="wrong", text="Wrong")
    started.post(f"{here}lock/", {"date": "2026-01-02", "note": "registered"})
    export_review(review, tmp_path / "first")
    again, problems = load_folder(tmp_path / "first", "again")
    assert [str(problem) for problem in problems if "searches.csv" not in str(problem)] == []
    export_review(again, tmp_path / "second")
    files = [
        {p.name: p.read_bytes() for p in (tmp_path / name).iterdir() if p.is_file()}
        for name in ("first", "second")
    ]
    assert files[0] == files[1]


def test_what_does_not_fit_a_column_is_told_and_kept(started):
    here = f"/r/{started.member.review.slug}/protocol/"
    answer = started.post(f"{here}outcomes/new/", {"name": "Kept", "type": "sorcery", "direction": ""})
    assert answer.status_code == 422
    assert 'value="Kept"' in answer.content.decode()
    started.post(
        f"{here}outcomes/new/",
        {"name": "Cured", "type": "dichotomous", "direction": "benefit", "new_timepoints": "Late"},
    )
    compared = {
        f"{side}_{part}": f"{side} {part}"
        for side in ("intervention", "comparator")
        for part in ("name", "short")
    }
    started.post(f"{here}comparisons/new/", compared)
    analysis = {"title": "A", "comparison": models.Comparison.objects.get().key, "outcome": "cured",
                "timepoint": "cured/late", "assumed_value": "12,5"}  # fmt: skip
    answer = started.post(f"{here}analyses/new/", analysis)
    assert "decimal comma" in answer.content.decode()
    assert not models.Analysis.objects.exists()


def test_a_time_point_of_another_outcome_is_refused(address, owner):
    given = {"title": "Mixed", "comparison": "drops-vs-syrup", "outcome": "rash", "timepoint": "cure/week-12",
             "measure": "RR"} | WHY  # fmt: skip
    assert "time point of another outcome" in owner.post(f"{address}analyses/new/", given).content.decode()


def test_the_form_of_an_analysis_has_a_field_for_every_column(address, owner):
    form = owner.get(f"{address}analyses/new/").context["form"]
    assert {column.field for column in ANALYSES.columns} - {"key"} <= set(form.fields)
    there = owner.get(f"{address}analyses/cure/").context["form"]
    assert there["timepoint"].value() == "cure/week-12"


def test_saving_an_analysis_as_it_is_changes_nothing(small, address, owner):
    form = owner.get(f"{address}analyses/cure/").context["form"]
    sent = {}
    for field in form.of_protocol:
        value = field.value()
        sent[field.name] = "\n".join(value) if isinstance(value, list) and field.name == "favours" else value
    sent = {name: value for name, value in sent.items() if value not in (None, [])}
    before = list(models.Analysis.objects.filter(review=small).values())
    count = models.Event.objects.filter(review=small).count()
    assert owner.post(f"{address}analyses/cure/", sent | WHY).status_code == 302
    assert list(models.Analysis.objects.filter(review=small).values()) == before
    assert models.Event.objects.filter(review=small).count() == count
    assert not models.Amendment.objects.filter(review=small, change=WHY["change"]).exists()


def test_a_locked_protocol_changes_by_amendment_alone(small, address, owner):
    answer = owner.post(f"{address}question/", question())
    assert answer.status_code == 422
    small.refresh_from_db()
    assert small.population == "People with winter cough"
    assert owner.post(f"{address}question/", question(**WHY)).status_code == 302
    small.refresh_from_db()
    assert small.population == "Adults"
    row = models.Amendment.objects.filter(review=small).last()
    assert (row.section, row.change, row.reason) == tuple(WHY.values())
    assert WHY["reason"] in owner.get(address).content.decode()
    events = models.Event.objects.filter(review=small).order_by("position")
    last = events.last()
    assert last.before["population"] == "People with winter cough"
    assert last.after["amendment"] == WHY
    fields = ("when", "who", "what", "before", "after", "previous", "hash")
    assert not list(breaks(list(events.values(*fields))))


def test_an_unlocked_protocol_asks_for_no_reason(started):
    here = f"/r/{started.member.review.slug}/protocol/"
    assert "reason" not in started.get(f"{here}question/").context["form"].fields
    started.post(f"{here}question/", question())
    assert not models.Amendment.objects.exists()


def test_locking_needs_a_question_and_later_days_for_later_versions(started):
    here = f"/r/{started.member.review.slug}/protocol/"
    assert "at least a population" in started.post(f"{here}lock/", {"date": "2026-01-02"}).content.decode()
    started.post(f"{here}question/", question())
    assert started.post(f"{here}lock/", {"date": "2026-01-02", "note": "first"}).status_code == 302
    assert "cannot be of" in started.post(f"{here}lock/", {"date": "2026-01-01"}).content.decode()
    started.post(f"{here}lock/", {"date": "2026-02-01"})
    assert list(models.ProtocolVersion.objects.values_list("key", flat=True)) == ["v1", "v2"]
    event = models.Event.objects.filter(what="protocol locked").last()
    assert len(event.after["sha256"]) == 64


def test_what_is_used_is_not_deleted(address, owner):
    for row in ("outcomes/cure", "comparisons/drops-vs-syrup", "characteristics/design", "model_rules/by-i2"):
        answer = owner.post(f"{address}{row}/delete/", WHY)
        if row.startswith("characteristics"):
            assert answer.status_code == 302  # nothing names it by reference
        else:
            assert "stays: it is used by" in answer.content.decode(), row


def test_a_time_point_is_renamed_added_and_taken_away_unless_it_is_used(small, address, owner):
    outcome = models.Outcome.objects.get(review=small, key="cure")
    given = {"name": "Cured", "definition": outcome.definition, "type": outcome.type, "direction": outcome.direction,
             "importance": outcome.importance} | WHY  # fmt: skip
    owner.post(
        f"{address}outcomes/cure/", given | {"timepoint-week-12": "Twelve weeks", "new_timepoints": "Later"}
    )
    assert list(outcome.timepoints.values_list("key", "name")) == [
        ("week-12", "Twelve weeks"),
        ("later", "Later"),
    ]
    answer = owner.post(
        f"{address}outcomes/cure/", given | {"timepoint-week-12": "", "timepoint-later": "Later"}
    )
    assert "stays: it is used by" in answer.content.decode()
    owner.post(
        f"{address}outcomes/cure/", given | {"timepoint-week-12": "Twelve weeks", "timepoint-later": ""}
    )
    assert list(outcome.timepoints.values_list("key", flat=True)) == ["week-12"]


def test_an_unknown_part_or_row_is_not_there(address, owner):
    for page in ("dinner/new/", "outcomes/none/", "analyses/none/delete/"):
        assert owner.get(address + page).status_code == 404


def test_text_with_markup_is_shown_as_text(small, address, owner):
    owner.post(f"{address}question/", question(population="<script>alert(1)</script>", **WHY))
    page = owner.get(address).content.decode()
    assert "<script>alert(1)" not in page
    assert "&lt;script&gt;alert(1)" in page


def test_the_protocol_takes_few_queries(address, owner, django_assert_max_num_queries):
    owner.get(address)
    with django_assert_max_num_queries(15):
        owner.get(address)
