"""Sources on their page: seen by the team, written down and changed by those who search, removed while nobody needs them."""

import pytest

from evisynth.store import models
from evisynth.store.import_asking import ask_import
from evisynth.store.jobs import carry_out, take_up
from evisynth.store.uploads import keep, look_into
from support.small_review_texts import STRATEGY

SEARCHES = "/r/small-review/searches/"
NEW = {"key": "embase", "name": "Embase", "kind": "database", "platform": "Ovid", "searched": "2015-02-01", "update": "0",
       "coverage": "1974 on", "limits": "none", "strategy": "1. honey/\r\n2. <b>or</b> 1", "peer_reviewed": "PRESS",
       "note": ""}  # fmt: skip


@pytest.mark.parametrize("who", ["owner", "reviewer", "adjudicator", "statistician", "reader"])
def test_everybody_in_the_team_sees_the_sources(request, who):
    person = request.getfixturevalue(who)
    page = person.get(SEARCHES).content.decode()
    assert "MEDLINE" in page
    assert "PubMed" in page
    source = person.get(f"{SEARCHES}of/medline/").content.decode()
    assert STRATEGY.decode().split("\n", maxsplit=1)[0][:10] in source
    assert ("Upload files" in page) == (who in {"owner", "reviewer"})


def test_strangers_find_nothing_and_readers_may_change_nothing(stranger, reader, anonymous):
    for address in ("", "new/", "of/medline/", "uploads/"):
        assert stranger.get(SEARCHES + address).status_code == 404
        assert anonymous.get(SEARCHES + address).status_code == 302
    for address in ("new/", "of/medline/change/", "of/medline/remove/", "uploads/send/", "uploads/plan/"):
        assert reader.post(SEARCHES + address, NEW).status_code == 403
        assert stranger.post(SEARCHES + address, NEW).status_code == 404


def test_a_source_is_written_down_and_changed(reviewer):
    assert reviewer.post(f"{SEARCHES}new/", NEW).status_code == 302
    search = models.SearchRun.objects.get(key="embase")
    assert (search.name, search.platform, str(search.searched)) == ("Embase", "Ovid", "2015-02-01")
    assert bytes(search.strategy) == b"1. honey/\n2. <b>or</b> 1"
    assert b"&lt;b&gt;or" in reviewer.get(f"{SEARCHES}of/embase/").content
    reviewer.post(f"{SEARCHES}of/embase/change/", NEW | {"platform": "Elsevier", "no_hits": "on"})
    search.refresh_from_db()
    assert (search.platform, search.files) == ("Elsevier", ["none"])
    event = models.Event.objects.filter(review=search.review).last()
    assert (event.what, event.before["platform"], event.after["platform"]) == (
        "source changed",
        "Ovid",
        "Elsevier",
    )


def test_a_strategy_that_was_loaded_keeps_its_bytes_when_something_else_changes(reviewer):
    models.SearchRun.objects.filter(key="medline").update(strategy=b"1. \xff honey\r\n2. or\r\n")
    form = reviewer.get(f"{SEARCHES}of/medline/").context["form"]
    typed = {name: value for name, value in form.initial.items() if value is not None and value is not False}
    reviewer.post(f"{SEARCHES}of/medline/change/", typed | {"note": "changed"})
    search = models.SearchRun.objects.get(key="medline")
    assert (search.note, bytes(search.strategy)) == ("changed", b"1. \xff honey\r\n2. or\r\n")


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        ({"key": "medline"}, "already"),
        ({"key": "Two words"}, "hyphens"),
        ({"kind": "oracle"}, "valid choice"),
        ({"searched": "2015-02-30"}, "valid date"),
        ({"update": "-1"}, "greater than or equal"),
        ({"name": ""}, "required"),
    ],
)
def test_what_is_wrong_about_a_source_is_said_and_what_was_typed_stays(reviewer, wrong, said):
    answer = reviewer.post(f"{SEARCHES}new/", NEW | wrong)
    page = answer.content.decode()
    assert answer.status_code == 422
    assert said in page
    assert "1974 on" in page
    assert models.SearchRun.objects.count() == 2


def test_a_source_with_votes_on_its_records_is_not_removed(owner):
    answer = owner.post(f"{SEARCHES}of/medline/remove/", follow=True)
    assert "only while nothing was decided" in answer.content.decode()
    assert models.SearchRun.objects.filter(key="medline").exists()


def test_a_source_nobody_decided_about_goes_with_its_records_and_groups_stay_right(owner):
    owner.post(f"{SEARCHES}new/", NEW | {"key": "twice"})
    export = models.ImportBatch.objects.get(search__key="medline")
    before = {g.pk: g.size for g in models.DuplicateGroup.objects.all()}, models.ScreeningItem.objects.count()
    upload = keep(owner.member.review, owner.user, "again.ris", bytes(export.content) + b"\n")
    look_into(upload, owner.user)
    ask_import(owner.member, [(upload.pk, "twice")], {})
    carry_out(take_up())
    assert models.Record.objects.filter(search__key="twice").count() == 5
    answer = owner.post(f"{SEARCHES}of/twice/remove/", follow=True)
    address = answer.redirect_chain[-1][0]
    page = owner.get(f"{SEARCHES}of/twice/").content.decode()
    assert "is being removed" in page
    assert "of/twice/change/" not in page
    assert "Removing a source: twice" in owner.get(SEARCHES).content.decode()
    carry_out(take_up())
    assert "was removed with its 5 records" in owner.get(address).content.decode()
    assert owner.get(f"{SEARCHES}of/twice/").status_code == 404
    assert (
        {g.pk: g.size for g in models.DuplicateGroup.objects.all()},
        models.ScreeningItem.objects.count(),
    ) == before


def test_the_list_of_sources_costs_a_bounded_number_of_queries(reader, django_assert_max_num_queries):
    for at in range(30):
        models.SearchRun.objects.create(
            review=reader.member.review, position=9 + at, key=f"s{at}", name="S", kind="website"
        )
    with django_assert_max_num_queries(12):
        assert reader.get(SEARCHES).status_code == 200
