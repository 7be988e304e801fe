"""The database of a site that gets killed, seen from inside: making it, and looking at it after a kill.

    python killed_site.py prepare URL RECORDS     a review with its people; prints their sessions
    python killed_site.py look URL SINCE          what is there; prints it, and lets broken off work begin again at once

Both print one line of JSON. Nothing may run on the database meanwhile.
"""

import hashlib
import json
import os
import sys
import tempfile
from collections import Counter
from datetime import timedelta
from pathlib import Path

SLUG = "killed"
BASE = "base"  # the source of the records that are there from the start
PEOPLE = {  # id -> name, roles
    "oo": ("Olga Owner", ["owner", "reviewer"]),  # takes the review along
    "fv": ("First Voter", ["reviewer"]),
    "sv": ("Second Voter", ["reviewer"]),
    "bv": ("Bulk Voter", ["reviewer"]),
    "ss": ("Steady Settler", ["adjudicator"]),
    "dd": ("Duplicates Decider", ["reviewer"]),
    "ii": ("Import Importer", ["reviewer"]),
}
WORDS = (
    "honey",
    "salt",
    "rope",
    "tar",
    "sail",
    "mast",
    "anchor",
    "lantern",
    "biscuit",
    "lemon",
    "barrel",
    "compass",
)


class NotKept(Exception):
    """No error: it ends a transaction of which nothing is to stay."""


def ris(source: str, size: int, *, long: bool = False) -> str:
    """An export of so many invented records of one publication each, but for every tenth, which is there twice."""
    filling = " ".join(WORDS) + ". "
    lines = []
    for number in range(size):
        n = number - (number % 10 == 9)
        words = " ".join(WORDS[(n * step + step) % len(WORDS)] for step in (1, 5, 7))
        lines += ["TY  - JOUR", f"TI  - {words} of the voyage {source} {n} and its {n * 7919 % 10007} sailors",
                  f"AU  - Omega{source}{n}, O.", f"PY  - {1900 + n % 120}", "JO  - Sea", f"VL  - {n}", f"SP  - {n}",
                  *([f"AB  - {filling * 5}"] if long else []), "ER  - ", ""]  # fmt: skip
    return "\n".join(lines)


def publications(size: int) -> int:
    return size - size // 10


def prepare(records: int) -> dict[str, object]:
    from django.conf import settings
    from django.contrib.auth import BACKEND_SESSION_KEY, HASH_SESSION_KEY, SESSION_KEY
    from django.utils.module_loading import import_string

    from evisynth.store import models
    from evisynth.store.import_asking import ask_import
    from evisynth.store.invitations import add_member, new_review
    from evisynth.store.jobs import carry_out, take_up
    from evisynth.store.uploads import keep, preview

    users = {
        key: models.User.objects.create_user(f"{key}@example.org", name=name)
        for key, (name, _) in PEOPLE.items()
    }
    review = new_review(users["oo"], SLUG)
    owner = models.Membership.objects.get(review=review)
    for key, (_, roles) in PEOPLE.items():
        assert key == "oo" or add_member(review, users[key], roles).key == key
    upload = keep(review, users["oo"], "base.ris", ris(BASE, records).encode())
    upload.preview = preview(upload)
    upload.save()
    ask_import(owner, [(upload.pk, BASE)], {BASE: {"name": "Base", "kind": "database"}})
    job = take_up()
    assert job is not None
    carry_out(job)
    assert job.state == "done", job.error
    sessions = {}
    for key, user in users.items():
        session = import_string(f"{settings.SESSION_ENGINE}.SessionStore")()
        session[SESSION_KEY], session[HASH_SESSION_KEY] = str(user.pk), user.get_session_auth_hash()
        session[BACKEND_SESSION_KEY] = settings.AUTHENTICATION_BACKENDS[0]
        session.create()
        sessions[key] = session.session_key
    best = models.DuplicateGroup.objects.filter(review=review).order_by("position")
    return {
        "sessions": sessions,
        "records": list(best.values_list("best__key", flat=True)),
        "events": models.Event.objects.count(),
    }


def look(since: int) -> dict[str, object]:
    """The events after `since`, the work and files that are there, and everything that should not be so."""
    from django.db import connection
    from django.db.models.functions import Now

    from evisynth.store import models

    review = models.Review.objects.get(slug=SLUG)
    events = models.Event.objects.filter(review=review).order_by("position")
    running = models.Job.objects.filter(state="running")
    steps = {job.pk: f"{job.kind}: {_step(job.step)}" for job in running}
    found = {
        "problems": [*problems(review)],
        "events": list(
            events.filter(position__gt=since).values("position", "who", "what", "before", "after")
        ),
        "jobs": {
            job.pk: {"kind": job.kind, "state": job.state, "error": job.error, "file": job.result.get("file")}
            for job in models.Job.objects.all()
        },
        "running": steps,
        "sources": dict(
            Counter(models.Record.objects.filter(review=review).values_list("search__key", flat=True))
        ),
        "files": list(models.Upload.objects.filter(review=review).values_list("sha256", flat=True))
        + list(models.ImportBatch.objects.filter(review=review).values_list("sha256", flat=True)),
        "hidden": models.Review.objects.exclude(pk=review.pk).count(),
        "loaded": exports(review),
    }
    running.update(
        beat=Now() - timedelta(minutes=5), tries=1
    )  # as if the silence had passed, and it were the first
    connection.close()
    return found


def _step(text: str) -> str:
    """The step of a job without its numbers."""
    return text.partition(" 1 of")[0].partition(" (")[0].partition(": ")[0] or "starting"


def problems(review: object) -> list[str]:
    """What is half, or not as the history says."""
    from django.db import transaction

    from evisynth.store import models
    from evisynth.store.history_reading import verify
    from evisynth.store.screening_items import rebuild

    of = {"review": review}
    found = list(verify(review).problems)
    records, groups = models.Record.objects.filter(**of), models.DuplicateGroup.objects.filter(**of)
    if records.filter(group=None).exists() or records.exclude(group__review=review).exists():
        found.append("records are in no group of the review")
    sizes = Counter(records.values_list("group", flat=True))
    if dict(groups.values_list("pk", "size")) != dict(sizes):
        found.append("groups have other sizes than they have records")
    items = models.ScreeningItem.objects.filter(stage="title-abstract", **of)
    if set(items.values_list("group", flat=True)) != set(sizes) or items.count() != len(sizes):
        found.append("items are not one for each group")

    def standing() -> list[tuple[object, ...]]:
        found = models.ScreeningItem.objects.filter(**of)
        return sorted(found.values_list("stage", "group", "state", "votes", "settled"))

    try:
        with transaction.atomic():
            before = standing()
            rebuild(review)
            if standing() != before:
                found.append("items stand elsewhere than the decisions say")
            raise NotKept
    except NotKept:
        pass
    twice = Counter(
        models.Decision.objects.filter(active=True, kind="vote", **of).values_list("person", "record__group")
    )
    if (
        any(number > 1 for number in twice.values())
        and not models.DuplicateDecision.objects.filter(**of).exists()
    ):
        found.append("somebody has two votes on one publication")
    copies = models.Event.objects.filter(what__startswith="whole copy taken", **of).count()
    if copies != models.Job.objects.filter(kind="export", **of).count():
        found.append("the history tells of another number of whole copies than were asked for")
    files = models.Upload.objects.all()
    torn = [file.name for file in files if hashlib.sha256(bytes(file.content)).hexdigest() != file.sha256]
    return found + [f"the file {name} is not whole" for name in torn]


def exports(review: object) -> dict[int, str]:
    """The files that exports made -> "" where loading one gives the review that it has, else what is wrong."""
    from evisynth.store import models

    made = models.Job.objects.filter(kind="export", state="done", review=review)
    files = {job.result["file"]: job.pk for job in made}
    there = models.Upload.objects.filter(pk__in=files)
    return {files[upload.pk]: loads(bytes(upload.content)) for upload in there}


def loads(content: bytes) -> str:
    """Whether a folder, loaded and written again, is the same files: "" or what differs. The database stays as it is."""
    from django.db import transaction

    from evisynth.store.exchange.export import export_review
    from evisynth.store.exchange.load import load_folder
    from evisynth.store.folders import unpack
    from evisynth.store.screening_items import ready

    with tempfile.TemporaryDirectory() as at:
        folder = unpack(content, Path(at) / "one")
        again = Path(at) / "two" / folder.name
        try:
            with transaction.atomic():
                loaded, wrong = load_folder(folder, f"{SLUG}-again")
                ready(loaded)
                export_review(loaded, again)
                raise NotKept
        except NotKept:
            pass
        sides = [
            {path.relative_to(side): path.read_bytes() for path in side.rglob("*") if path.is_file()}
            for side in (folder, again)
        ]
        differ = sorted(
            str(name)
            for name in sides[0].keys() | sides[1].keys()
            if sides[0].get(name) != sides[1].get(name)
        )
    wrong = [
        str(problem) for problem in wrong if "is empty" not in problem.message
    ]  # nobody wrote its protocol
    return ", ".join([*wrong, *(f"{name} differs" for name in differ)])


def main() -> None:
    what, url, number = sys.argv[1:]
    os.environ["DJANGO_SETTINGS_MODULE"] = "evisynth.web.settings"
    from evisynth.store.database import open_database

    open_database(url)
    print(json.dumps(prepare(int(number)) if what == "prepare" else look(int(number))))


if __name__ == "__main__":
    main()
