"""A worker that is killed at any moment of an import leaves nothing half; the next one takes the import up again."""

import contextlib
import json
import os
import signal
import sqlite3
import subprocess
import sys
import time

import pytest

PREPARE = """
from evisynth.store import models
from evisynth.store.import_asking import ask_import
from evisynth.store.invitations import new_review
from evisynth.store.uploads import keep, preview

user = models.User.objects.create_user("ann@example.org", name="Ann")
review = new_review(user, "Killed")
member = models.Membership.objects.get()
record = "TY  - JOUR\\nTI  - {0} {1} honey for sailors of the year {1}\\nAU  - Omega{1}, O.\\nPY  - {2}\\nJO  - Sea\\nVL  - {1}\\nSP  - {1}\\nER  - \\n"
words = ("Warm", "Cold", "Fresh")
text = "".join(record.format(words[n % 3], n, 1990 + n % 30) for n in range(700)) * 2
upload = keep(review, user, "large.ris", text.encode())
upload.preview = preview(upload)
upload.save()
ask_import(member, [(upload.pk, "sea")], {"sea": {"name": "Sea", "kind": "database"}})
print(json.dumps({"records": upload.preview["read"]}))
"""
WORK = """
from datetime import timedelta
from django.utils import timezone
from evisynth.store import jobs, models, staging
staging.PORTION = 20  # so that there are many moments to be killed in
models.Job.objects.filter(state="running").update(beat=timezone.now() - timedelta(minutes=5), tries=0)
print("{}", flush=True)
job = jobs.take_up()
if job is not None:
    with jobs.heart(job, 0.05):
        jobs.carry_out(job)
"""
LOOK = """
from evisynth.store import models
from evisynth.store.history import breaks
review = models.Review.objects.get(title="Killed")
of = {"review": review}
events = list(models.Event.objects.filter(**of).values())
job = models.Job.objects.get()
print(json.dumps({
    "state": job.state, "error": job.error,
    "records": models.Record.objects.filter(**of).count(),
    "in groups": models.Record.objects.filter(group__review=review, **of).count(),
    "groups": models.DuplicateGroup.objects.filter(**of).count(),
    "items": models.ScreeningItem.objects.filter(**of).count(),
    "sources": models.SearchRun.objects.filter(**of).count(),
    "batches": models.ImportBatch.objects.filter(**of).count(),
    "uploads": models.Upload.objects.count(),
    "imports told": sum(event["what"] == "records imported" for event in events),
    "breaks": len(list(breaks(events))),
    "all records": models.Record.objects.count(), "all groups": models.DuplicateGroup.objects.count(),
    "reviews": models.Review.objects.count(),
}))
"""
BEGIN = "import json, os\nfrom evisynth.store.database import open_database\nopen_database(os.environ['EVISYNTH_DATABASE'])\n"
OF_THE_REVIEW = ("record", "duplicategroup", "screeningitem", "searchrun", "importbatch")


@pytest.fixture
def python(tmp_path):
    """Starts a script with the database of this test open; gives the process."""
    environment = {
        **os.environ,
        "DJANGO_SETTINGS_MODULE": "evisynth.web.settings",
        "EVISYNTH_DATABASE": f"sqlite:///{tmp_path}/killed.sqlite3",
        "EVISYNTH_SECRET_KEY": "for this test alone",
    }
    started = []

    def start(script):
        command = [sys.executable, "-c", BEGIN + script]
        started.append(subprocess.Popen(command, env=environment, stdout=subprocess.PIPE, text=True))
        return started[-1]

    yield start
    for process in started:
        process.kill()
        process.wait()
        process.stdout.close()


def looked_at(path):
    """What is there after a kill: the job's state, the files that wait, the rows of the review by table."""
    with contextlib.closing(sqlite3.connect(path)) as database:
        (state,) = database.execute("SELECT state FROM store_job").fetchone()
        (uploads,) = database.execute("SELECT count(*) FROM store_upload").fetchone()
        of = "WHERE review_id = (SELECT id FROM store_review WHERE title = 'Killed')"
        return (
            state,
            uploads,
            {
                name: database.execute(f"SELECT count(*) FROM store_{name} {of}").fetchone()[0]
                for name in OF_THE_REVIEW
            },
        )


def said(process):
    out, _ = process.communicate(timeout=120)
    assert process.returncode == 0
    return json.loads(out)


def test_killed_at_any_moment_an_import_is_whole_or_absent_and_is_done_at_last(python, tmp_path):
    size = said(python(PREPARE))["records"]
    for delay in (0.1, 0.5, 1.0):
        worker = python(WORK)
        assert worker.stdout.readline() == "{}\n"
        time.sleep(delay)
        worker.send_signal(signal.SIGKILL)
        worker.wait()
        state, uploads, rows = looked_at(tmp_path / "killed.sqlite3")
        if state == "done":
            break
        assert (uploads, rows) == (1, dict.fromkeys(OF_THE_REVIEW, 0))
    else:
        assert python(WORK).wait(timeout=120) == 0
    found = said(python(LOOK))
    assert (found["state"], found["error"]) == ("done", "")
    assert found["records"] == found["in groups"] == found["all records"] == size
    assert found["groups"] == found["items"] == found["all groups"] == size // 2
    assert (found["sources"], found["batches"], found["imports told"], found["uploads"]) == (1, 1, 1, 0)
    assert (found["reviews"], found["breaks"]) == (1, 0)
