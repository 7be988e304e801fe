"""Background jobs: taken up once, taken up again after a death, done once and for all, and not too many."""

from datetime import timedelta

import pytest
from django.db import transaction
from django.utils import timezone

from evisynth.errors import DataError
from evisynth.store import jobs, models
from evisynth.store.jobs import TakenOver, TooManyJobs, ask, carry_out, take_up, work

pytestmark = pytest.mark.django_db


def sums(job, progress):
    progress("Adding", 1, 2)
    return {"sum": job.arguments["a"] + job.arguments["b"]}


def refuses(job, progress):
    raise DataError("Line 3: found no number.")


def breaks(job, progress):
    raise ZeroDivisionError("inside")


@pytest.fixture(autouse=True)
def kinds(monkeypatch):
    for name in ("sums", "refuses", "breaks"):
        monkeypatch.setitem(jobs.KINDS, name, f"{__name__}.{name}")
    monkeypatch.setattr(jobs, "import_string", lambda dotted: globals()[dotted.rpartition(".")[2]])


@pytest.fixture
def user():
    return models.User.objects.create_user("ann@example.org", name="Ann")


def test_a_job_is_done_and_has_its_result(user):
    job = ask("sums", review=None, by=user, a=2, b=3)
    taken = take_up()
    carry_out(taken)
    job.refresh_from_db()
    assert (job.state, job.result, job.tries) == ("done", {"sum": 5}, 1)
    assert take_up() is None


def test_a_refusal_is_shown_as_it_is_and_a_fault_is_not(user, caplog):
    for kind in ("refuses", "breaks"):
        ask(kind, review=None, by=user)
        carry_out(take_up())
    told, hidden = models.Job.objects.order_by("pk")
    assert (told.state, told.error) == ("failed", "Line 3: found no number.")
    assert hidden.state == "failed"
    assert "inside" not in hidden.error
    assert "ZeroDivisionError" in caplog.text


def test_a_job_whose_worker_is_silent_is_taken_up_again_and_three_times_at_most(user):
    job = ask("sums", review=None, by=user, a=1, b=1)
    for tries in (1, 2, 3):
        assert take_up().tries == tries
        assert take_up() is None
        long_ago = timezone.now() - jobs.SILENCE - timedelta(seconds=1)
        models.Job.objects.filter(pk=job.pk).update(beat=long_ago)
    assert take_up() is None
    job.refresh_from_db()
    assert job.state == "failed"
    assert "broken off 3 times" in job.error


def test_a_worker_whose_job_was_taken_over_finishes_nothing(user):
    ask("sums", review=None, by=user, a=1, b=1)
    slow = take_up()
    models.Job.objects.update(beat=timezone.now() - jobs.SILENCE - timedelta(seconds=1))
    quick = take_up()
    assert (slow.pk, slow.tries, quick.tries) == (quick.pk, 1, 2)
    with pytest.raises(TakenOver), transaction.atomic():
        jobs.Progress(slow).finish({"sum": 0})
    carry_out(slow)
    assert models.Job.objects.get().state == "running"
    carry_out(quick)
    assert models.Job.objects.get().state == "done"


def test_a_job_finished_in_its_transaction_is_not_done_again(user):
    ask("sums", review=None, by=user, a=1, b=1)
    job = take_up()
    with transaction.atomic():
        jobs.Progress(job).finish({"sum": 2})
    models.Job.objects.update(beat=timezone.now() - jobs.SILENCE - timedelta(seconds=1))
    assert take_up() is None
    assert models.Job.objects.get().result == {"sum": 2}


def test_one_person_has_so_many_jobs_and_no_more(user):
    for _ in range(jobs.MOST_WAITING):
        ask("sums", review=None, by=user, a=1, b=1)
    with pytest.raises(TooManyJobs, match="not done yet"):
        ask("sums", review=None, by=user, a=1, b=1)
    other = models.User.objects.create_user("bob@example.org", name="Bob")
    assert ask("sums", review=None, by=other, a=1, b=1).pk
    carry_out(take_up())
    assert ask("sums", review=None, by=user, a=1, b=1).pk


def test_an_unknown_kind_is_an_error_of_the_program(user):
    with pytest.raises(KeyError, match="no kind of job"):
        ask("sing", review=None, by=user)


@pytest.mark.django_db(transaction=True)
def test_a_worker_does_what_waits_until_it_is_to_stop(user):
    for a in (1, 2):
        ask("sums", review=None, by=user, a=a, b=0)
    left = iter([False, False, False, True])
    work(stop=lambda: next(left), idle=0.001)
    assert list(models.Job.objects.values_list("state", flat=True)) == ["done", "done"]
