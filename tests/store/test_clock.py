"""The clock of the server goes back, forth and over the change to summer time: what happened stays in its order."""

import time
from datetime import UTC, datetime, timedelta

import pytest
from django.db import transaction
from django.db.models.functions import Now
from django.utils import timezone as clock

from evisynth.store import jobs, keeping, models
from evisynth.store.exchange.export import export_review
from evisynth.store.exchange.load import load_folder
from evisynth.store.history_reading import events_of, verify
from evisynth.store.jobs import TakenOver, ask, carry_out, take_up
from evisynth.store.screening_items import ready
from evisynth.store.screening_lists import last_voted
from evisynth.store.settling import last_decision, settle_seen
from evisynth.store.voting import item_of, vote, withdraw
from support import cast

pytestmark = pytest.mark.django_db

STAGE = "title-abstract"
KEY = "medline:1"
YEAR = timedelta(days=365)


@pytest.fixture
def at(monkeypatch):
    """Sets the clock of this process."""

    def set_to(when):
        monkeypatch.setattr(clock, "now", lambda: when)

    return set_to


@pytest.fixture
def review(tmp_path):
    return cast.load(tmp_path, "clocks", cast.unscreened)


def of(review, key):
    return models.Membership.objects.select_related("review").get(review=review, key=key)


def noon(year):
    return datetime(year, 3, 1, 12, tzinfo=UTC)


def active(review, key="ra"):
    found = models.Decision.objects.filter(review=review, person__key=key, active=True, kind="vote")
    return list(found.values_list("record__key", "decision"))


def test_the_later_vote_counts_though_the_clock_went_back_a_year(review, at):
    ann = of(review, "ra")
    at(noon(2026))
    vote(ann, STAGE, KEY, "include")
    at(noon(2025))
    vote(ann, STAGE, KEY, "exclude")
    assert active(review) == [(KEY, "exclude")]
    events = list(events_of(ann))  # the newest first
    assert [event.after["decision"] for event in events[:2]] == ["exclude", "include"]
    assert events[0].when < events[1].when
    assert verify(review).problems == ()


def test_the_last_vote_is_taken_back_though_its_time_is_the_earlier(review, at):
    ann = of(review, "ra")
    at(noon(2026))
    vote(ann, STAGE, "medline:2", "include")
    at(noon(2025))
    vote(ann, STAGE, KEY, "include")
    assert last_voted(ann, STAGE).group.best.key == KEY
    at(noon(2024))
    withdraw(ann, STAGE, KEY)
    assert active(review) == [("medline:2", "include")]
    assert verify(review).problems == ()


def test_a_consensus_is_about_what_was_seen_though_the_clock_went_back(review, at):
    at(noon(2026))
    vote(of(review, "ra"), STAGE, KEY, "include")
    vote(of(review, "rb"), STAGE, KEY, "exclude")
    seen = last_decision(item_of(review, STAGE, KEY))
    at(noon(2025))
    settle_seen(of(review, "rc"), STAGE, KEY, "exclude", seen=seen)
    seen = last_decision(item_of(review, STAGE, KEY))
    at(noon(2024))
    settle_seen(of(review, "rc"), STAGE, KEY, "include", seen=seen)
    item = item_of(review, STAGE, KEY)
    assert (item.state, item.settled) == ("included", True)


def test_a_folder_written_after_the_clock_went_back_loads_to_the_same_votes_and_files(review, at, tmp_path):
    ann = of(review, "ra")
    for year, decision in ((2026, "include"), (2025, "exclude"), (2027, "maybe"), (2024, "exclude")):
        at(noon(year))
        vote(ann, STAGE, KEY, decision)
    export_review(review, tmp_path / "one")
    again, problems = load_folder(tmp_path / "one", "again")
    ready(again)
    assert not [problem for problem in problems if problem.file in {"screening.csv", "history.jsonl"}]
    assert active(again) == active(review) == [(KEY, "exclude")]
    export_review(again, tmp_path / "two")
    for file in ("screening.csv", "history.jsonl"):
        assert (tmp_path / "one" / file).read_bytes() == (tmp_path / "two" / file).read_bytes()


@pytest.mark.skipif(not hasattr(time, "tzset"), reason="the zone of a process cannot be set here")
def test_the_hour_that_comes_twice_in_autumn_is_told_apart(review, at, monkeypatch):
    monkeypatch.setenv("TZ", "Europe/Berlin")
    time.tzset()
    try:
        ann = of(review, "ra")
        for hour, decision in ((0, "include"), (1, "exclude")):  # both are half past two on clocks of walls
            at(datetime(2026, 10, 25, hour, 30, tzinfo=UTC))
            vote(ann, STAGE, KEY, decision)
        assert list(models.Event.objects.filter(review=review, what="vote").order_by("position").values_list("when", flat=True)) == [
            "2026-10-25T00:30:00Z", "2026-10-25T01:30:00Z"]  # fmt: skip
        assert active(review) == [(KEY, "exclude")]
        assert verify(review).problems == ()
    finally:
        monkeypatch.undo()
        time.tzset()


# ---------------------------------------------------------------- background work


def adds(job, progress):
    with transaction.atomic():
        result = {"times": models.Job.objects.count()}
        progress.finish(result)
    return result


@pytest.fixture
def job(monkeypatch):
    monkeypatch.setitem(jobs.KINDS, "adds", "adds")
    monkeypatch.setattr(jobs, "import_string", lambda name: globals()[name])
    return ask("adds", review=None, by=None)


def now_at(when):
    """As if the clock had jumped: the last beat is so far from what the clock says now."""
    models.Job.objects.update(beat=Now() - when)


def test_work_of_a_dead_worker_is_taken_up_at_once_when_the_clock_went_back(job):
    assert take_up().tries == 1
    now_at(-YEAR)
    again = take_up()
    assert again.tries == 2
    carry_out(again)
    job.refresh_from_db()
    assert job.state == "done"


def test_work_of_a_live_worker_is_done_once_when_the_clock_jumps_ahead(job):
    first = take_up()
    now_at(YEAR)
    second = take_up()
    with pytest.raises(TakenOver), transaction.atomic():
        jobs.Progress(first).finish({"times": 0})
    carry_out(second)
    carry_out(first)
    job.refresh_from_db()
    assert (job.state, job.tries, job.result) == ("done", 2, {"times": 1})
    assert take_up() is None


def test_a_small_step_of_the_clock_takes_no_work_from_a_live_worker(job):
    take_up()
    for step in (-20, 20):
        now_at(timedelta(seconds=step))
        assert take_up() is None


def test_a_worker_on_a_machine_whose_clock_is_wrong_keeps_its_work(job, at):
    at(clock.now() + YEAR)
    mine = take_up()
    jobs.Progress(mine)("Adding")
    at(datetime.now(UTC))
    assert take_up() is None  # another, whose clock is right


# ---------------------------------------------------------------- backups


def test_a_backup_is_made_by_a_clock_that_was_never_set(review, tmp_path, monkeypatch):
    before = tmp_path / "before.zip"
    keeping.backup(before)
    monkeypatch.setattr(time, "time", lambda: 0.0)  # 1970, before the first year that a zip can tell
    keeping.backup(tmp_path / "then.zip")
    assert (tmp_path / "then.zip").read_bytes() == before.read_bytes()
