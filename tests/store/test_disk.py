"""A database that is full or can only be read: an act is refused whole, the error has words, and nothing is harmed."""

import contextlib
import errno

import pytest
from django.db import DatabaseError, OperationalError, connection, transaction
from django.db.models.functions import Now

from evisynth.store import jobs, models, trouble
from evisynth.store.history_reading import verify
from evisynth.store.jobs import ask, carry_out, take_up
from evisynth.store.trouble import trouble_of
from evisynth.store.voting import vote
from support.many_records import made_review, member
from support.read_only import read_only

pytestmark = pytest.mark.django_db(transaction=True)

STAGE = "title-abstract"
RECORDS = 30


@contextlib.contextmanager
def full():
    """SQLite may not take one page more."""
    with connection.cursor() as cursor:
        pages = cursor.execute("PRAGMA page_count").fetchone()[0]
        cursor.execute(f"PRAGMA max_page_count={pages}")
    try:
        yield
    finally:
        with connection.cursor() as cursor:
            cursor.execute("PRAGMA max_page_count=1073741823")


@pytest.fixture
def reviewer():
    return member(made_review(RECORDS, 2), "p1")


def votes_until_refused(reviewer):
    """Votes with long notes; gives how many were taken, and the error that ended it."""
    for number in range(1, RECORDS + 1):
        try:
            vote(reviewer, STAGE, f"made:{number}", "include", note="a long thought " * 400)
        except DatabaseError as error:
            return number - 1, error
    return RECORDS, None


def test_votes_into_a_full_database_are_whole_or_not_there_and_go_on_when_there_is_room(reviewer):
    if connection.vendor != "sqlite":
        pytest.skip("only SQLite can be told how large it may become")
    with full():
        taken, error = votes_until_refused(reviewer)
        assert trouble_of(error) == trouble.FULL
        assert models.Decision.objects.count() == models.Event.objects.count() == taken < RECORDS
        assert verify(reviewer.review).problems == ()
    assert vote(reviewer, STAGE, f"made:{taken + 1}", "include").row
    assert verify(reviewer.review).problems == ()


def test_a_database_that_can_only_be_read_takes_no_vote_and_is_read(reviewer):
    with read_only():
        taken, error = votes_until_refused(reviewer)
        assert (taken, trouble_of(error)) == (0, trouble.READ_ONLY)
        assert models.Record.objects.count() == RECORDS
    assert vote(reviewer, STAGE, "made:1", "include").row


def fills(job, progress):
    raise OperationalError("full") from OSError(errno.ENOSPC, "No space left on device")


def test_work_that_found_no_room_says_so_and_may_be_asked_for_again(monkeypatch):
    monkeypatch.setitem(jobs.KINDS, "fills", "fills")
    monkeypatch.setattr(jobs, "import_string", lambda name: globals()[name])
    job = ask("fills", review=None, by=None)
    carry_out(take_up())
    job.refresh_from_db()
    assert (job.state, job.error) == ("failed", str(trouble.FULL))


def test_a_worker_waits_for_a_database_that_fails_for_a_while(monkeypatch, caplog):
    tries = []

    def sometimes():
        tries.append("")
        if len(tries) < 3:
            raise OperationalError("full") from OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(jobs, "take_up", sometimes)
    monkeypatch.setattr(jobs, "SECONDS_OF_TROUBLE", 0)
    jobs.work(stop=lambda: len(tries) == 4, idle=0)
    assert caplog.text.count("The worker waits. There is no room left") == 2


def test_work_in_which_the_database_failed_is_taken_up_again_as_soon_as_it_can_be_written(monkeypatch):
    calls = []

    def fails_once(job):
        calls.append(job.tries)
        if len(calls) == 1:
            raise OperationalError("full") from OSError(errno.ENOSPC, "No space left on device")
        jobs._mine(job).update(state="done")

    monkeypatch.setattr(jobs, "carry_out", fails_once)
    monkeypatch.setattr(jobs, "SECONDS_OF_TROUBLE", 0)
    job = ask("load", review=None, by=None)
    jobs.work(stop=lambda: len(calls) == 2, idle=0)
    job.refresh_from_db()
    assert (job.state, calls) == ("done", [1, 2])


def test_a_worker_does_not_go_on_after_a_fault_of_the_program(monkeypatch):
    def wrong():
        raise OperationalError("no such table")

    monkeypatch.setattr(jobs, "take_up", wrong)
    with pytest.raises(OperationalError):
        jobs.work(stop=lambda: False)


def test_what_a_load_that_was_given_up_has_brought_is_not_kept():
    user = models.User.objects.create_user("ann@example.org", name="Ann")
    upload = models.Upload.objects.create(by=user, name="a.zip", content=b"a", sha256="0" * 64)
    ask("load", review=None, by=user, upload=upload.pk)
    models.Job.objects.update(state="running", tries=jobs.MOST_TRIES, beat=Now() - 2 * jobs.SILENCE)
    assert take_up() is None
    assert models.Job.objects.get().state == "failed"
    assert not models.Upload.objects.exists()


def test_what_an_import_that_was_given_up_has_written_aside_is_not_kept(reviewer):
    from evisynth.store.staging import staging

    job = ask("import", review=reviewer.review, by=None)
    leftover = staging(job)
    hidden = leftover.__enter__()
    models.SearchRun.objects.create(review=hidden, position=1, key="more", name="More", kind="database")
    models.Job.objects.update(state="running", tries=jobs.MOST_TRIES, beat=Now() - 2 * jobs.SILENCE)
    assert take_up() is None
    assert models.Review.objects.get() == reviewer.review
    assert not models.SearchRun.objects.filter(key="more").exists()


@pytest.mark.parametrize(
    ("error", "found"),
    [
        (OSError(errno.ENOSPC, ""), trouble.FULL),
        (OSError(errno.EDQUOT, ""), trouble.FULL),
        (OSError(errno.EROFS, ""), trouble.READ_ONLY),
        (OSError(errno.ENOENT, ""), None),
        (ValueError(""), None),
        (None, None),
    ],
)
def test_errors_of_the_disk_are_told_from_others(error, found):
    assert trouble_of(error) == found


def test_an_error_of_the_database_that_is_no_trouble_is_none():
    with pytest.raises(DatabaseError) as raised, transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SELECT nothing FROM nowhere")
    assert trouble_of(raised.value) is None


@pytest.mark.postgres
def test_a_server_that_is_not_there_is_told_as_such():
    import psycopg

    with pytest.raises(psycopg.OperationalError) as raised:
        psycopg.connect("postgresql://nobody@127.0.0.1:1/nothing")
    assert trouble_of(raised.value) == trouble.AWAY
