"""Removing a source with its files and records, in the background: all of it goes in one step, or none.

That step only moves rows into a hidden review, which is short however many they are, so that votes need not wait for
long. Deleting them then goes on in portions beside people's work; see `staging`. What a worker that died has left of
that, the next import or removal deletes.
"""

from typing import Any

from django.db import connection, transaction
from django.db.models import Max, Q

from evisynth.store import models
from evisynth.store.acting import Act, acting
from evisynth.store.duplicate_decisions import regroup
from evisynth.store.jobs import Progress, ask
from evisynth.store.sources import Refused, removal_of, source_of, told, why_it_stays
from evisynth.store.staging import clear, clear_leftovers, staging


def ask_removal(member: models.Membership, key: str) -> models.Job:
    """Ask for a source to be removed.

    Raises Refused where something was decided about one of its records, files are being imported into it, or it is
    being removed already.
    """
    with transaction.atomic():
        review = models.Review.objects.select_for_update().get(pk=member.review_id, removed=None)
        search = source_of(review, key)
        if removal_of(review, key):
            raise Refused(f"{search.name} is being removed already.")
        imports = models.Job.objects.filter(review=review, kind="import", state__in=("waiting", "running"))
        if any(key == into for job in imports for _, into in job.arguments["files"]):
            raise Refused(f"Files are being imported into {search.name}; wait until that is done.")
        _check(search)
        return ask("remove", review=review, by=member.user, source=key)


def remove_source(job: models.Job, progress: Progress) -> dict[str, Any]:
    """The job that removes a source. What was decided about its records since it was asked for lets all of it stay."""
    running = models.Job.objects.filter(state="running").exclude(pk=job.pk)
    clear_leftovers(running.values_list("pk", flat=True))
    members = models.Membership.objects.filter(review=job.review_id or 0, left=False, review__removed=None)
    member = members.filter(user=job.asked_by).first() if job.asked_by else None
    if member is None:
        raise Refused("The person who asked for this is no longer in the review; nothing was removed.")
    with staging(job) as hidden:
        progress("Taking the records out of the review")
        with acting(member) as act:
            search = source_of(act.review, job.arguments["source"])
            _check(search)
            number = search.records.count()
            event = told(search) | {"records": number}
            result = {"source": search.key, "name": search.name, "records": number}
            _move_away(act, search, hidden)
            act.log("source removed", before=event)
            progress.finish(result)
        clear(hidden)
    return result


def _check(search: models.SearchRun) -> None:
    """Raises Refused where the review needs the records of the source."""
    if why := why_it_stays(search):
        raise Refused(f"{why} A source can be removed only while nothing was decided about its records.")
    if models.Decision.objects.filter(record__search=search).exists():
        raise Refused(f"There were votes on records of {search.name} that were taken back; the history of the "
                      "review needs the records.")  # fmt: skip


def _move_away(act: Act, search: models.SearchRun, hidden: models.Review) -> None:
    """Move the source's rows, and let the groups that its records were in be what they are without them."""
    records = models.Record.objects.filter(search=search)
    groups = records.exclude(group=None).order_by().values("group")
    others = models.Record.objects.filter(group__in=groups).exclude(search=search).order_by()
    firsts = list(others.values_list("group").annotate(first=Max("pk")))
    mixed = {group for group, _ in firsts}
    with connection.cursor() as cursor:  # one plain statement: the object mapper takes seconds for this
        cursor.executemany(
            "UPDATE store_duplicategroup SET best_id = %s WHERE id = %s",
            [(first, group) for group, first in firsts],
        )
    pairs = models.DoubtfulPair.objects.filter(Q(record_a__search=search) | Q(record_b__search=search))
    pairs.update(review=hidden)
    models.Postponed.objects.filter(record__search=search).delete()
    records.filter(group__in=others.values("group")).update(group=None)
    models.ScreeningItem.objects.filter(group__in=groups).update(review=hidden)
    models.DuplicateGroup.objects.filter(pk__in=groups).update(review=hidden)
    records.update(review=hidden)
    models.ImportBatch.objects.filter(search=search).update(review=hidden)
    models.SearchRun.objects.filter(pk=search.pk).update(review=hidden)
    if mixed:
        regroup(act.review, mixed)
