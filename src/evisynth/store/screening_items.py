"""Where each item stands, kept in rows for lists and for finding the next one. Made from the decisions alone."""

import zlib
from collections import defaultdict
from collections.abc import Iterable

from django.db import transaction

from evisynth.store import models
from evisynth.store.decisions import STAGES, Item, folded, item_state, take
from evisynth.store.duplicates import find_duplicates

RANGE = 2**31  # `shuffled` is below this
BATCH = 2_000


def shuffled(seed: int, key: str) -> int:
    """The place of a record in the random order of a review: the same for the same seed, whatever came before."""
    return zlib.crc32(f"{seed}:{key}".encode()) % RANGE


def reasons_of(review: models.Review) -> tuple[str, ...]:
    """The ids of the reasons for exclusion, in the order in which they are asked."""
    return tuple(models.ExclusionReason.objects.filter(review=review).values_list("key", flat=True))


def ready(review: models.Review) -> None:
    """Make what pages work on from what a review folder brought: groups of duplicates, and items from decisions."""
    with transaction.atomic():
        find_duplicates(review)
        rebuild(review)


def rebuild(review: models.Review) -> None:
    """Make all items of a review anew from its groups and decisions, and mark the decisions that count."""
    folds: dict[str, dict[int, Item]] = {stage: defaultdict(Item) for stage in STAGES}
    rows = models.Decision.objects.filter(review=review).select_related("record", "person", "reason")
    rows = rows.defer("record__fields", "record__title").order_by("position")
    for row in rows:
        take(folds[row.stage][row.record.group_id or 0], row)
    _mark(review, [row.pk for items in folds.values() for item in items.values() for row in item.active])
    models.ScreeningItem.objects.filter(review=review).delete()
    reasons = reasons_of(review)
    groups = list(
        models.DuplicateGroup.objects.filter(review=review)
        .select_related("best")
        .defer("merges", "best__fields")
    )
    first = {
        group.pk: _item(
            review, "title-abstract", group, folds["title-abstract"].get(group.pk, Item()), reasons
        )
        for group in groups
    }
    read = [
        _item(review, "full-text", group, folds["full-text"].get(group.pk, Item()), reasons)
        for group in groups
        if first[group.pk].state == "included" or group.pk in folds["full-text"]
    ]
    models.ScreeningItem.objects.bulk_create([*first.values(), *read], batch_size=BATCH)


def _mark(review: models.Review, active: list[int]) -> None:
    models.Decision.objects.filter(review=review, active=True).update(active=False)
    for at in range(0, len(active), BATCH):
        models.Decision.objects.filter(pk__in=active[at : at + BATCH]).update(active=True)


def _item(
    review: models.Review, stage: str, group: models.DuplicateGroup, item: Item, reasons: Iterable[str]
) -> models.ScreeningItem:
    best = group.best
    row = models.ScreeningItem(
        review=review,
        stage=stage,
        group=group,
        year=best.year or 0,
        title=best.title.casefold()[:120],
        shuffled=shuffled(review.seed, best.key),
    )
    _stand(row, review, item, tuple(reasons))
    return row


def _stand(row: models.ScreeningItem, review: models.Review, item: Item, reasons: tuple[str, ...]) -> None:
    stands = item_state(review, item, row.stage, reasons)
    row.state, row.reason = stands.state, stands.reason
    row.votes, row.settled = len(item.votes), item.consensus is not None


def decisions_about(stage: str, group: int) -> list[models.Decision]:
    """Every decision about a group at a stage, in their order."""
    rows = models.Decision.objects.filter(stage=stage, record__group=group)
    return list(
        rows.select_related("person", "reason", "record").defer("record__fields").order_by("position")
    )


def refresh(
    review: models.Review, row: models.ScreeningItem, rows: list[models.Decision] | None = None
) -> Item:
    """Let one item stand where its decisions now put it. An item that is included goes on to full text.

    `rows` are all decisions about it in their order, where the caller has read them already.

    An item of full text stays when its record is no longer included on title and abstract, so that decisions
    about it are not hidden; it counts in full text only while it is.
    """
    rows = decisions_about(row.stage, row.group_id) if rows is None else rows
    item = folded(rows)
    active = {each.pk for each in item.active}
    stale = [each.pk for each in rows if each.active and each.pk not in active]
    fresh = [each.pk for each in rows if not each.active and each.pk in active]
    if stale:
        models.Decision.objects.filter(pk__in=stale).update(active=False)
    if fresh:
        models.Decision.objects.filter(pk__in=fresh).update(active=True)
    was = row.state
    reasons = reasons_of(review) if row.stage == "full-text" else ()  # no reason is asked for earlier
    _stand(row, review, item, reasons)
    row.save(update_fields=["state", "reason", "votes", "settled"])
    if row.stage == "title-abstract" and "included" in {was, row.state}:
        _move_on(review, row, reasons)
    return item


def _move_on(review: models.Review, row: models.ScreeningItem, reasons: tuple[str, ...]) -> None:
    """An included record has an item at full text; one without a single decision there goes when it no longer is."""
    further = models.ScreeningItem.objects.filter(stage="full-text", group=row.group_id)
    if row.state == "included":
        if not further.exists():
            group = models.DuplicateGroup.objects.select_related("best").get(pk=row.group_id)
            _item(review, "full-text", group, Item(), reasons).save()
    elif not models.Decision.objects.filter(stage="full-text", record__group=row.group_id).exists():
        further.delete()


def stand_together(review: models.Review, changed: list[tuple[models.ScreeningItem, Item]]) -> None:
    """Let several items of titles and abstracts stand where their decisions put them, as `refresh` does one."""
    was = {row.pk: row.state for row, _ in changed}
    for row, item in changed:
        _stand(row, review, item, ())
    rows = [row for row, _ in changed]
    models.ScreeningItem.objects.bulk_update(rows, ["state", "reason", "votes", "settled"])
    there = set(
        models.ScreeningItem.objects.filter(
            stage="full-text", group__in=[row.group_id for row in rows]
        ).values_list("group_id", flat=True)
    )
    new = [row for row in rows if row.state == "included" and row.group_id not in there]
    models.ScreeningItem.objects.bulk_create(_item(review, "full-text", row.group, Item(), ()) for row in new)
    out = {row.group_id for row in rows if was[row.pk] == "included" != row.state}
    if out:
        read = models.Decision.objects.filter(stage="full-text", record__group__in=out)
        kept = set(read.values_list("record__group_id", flat=True))
        models.ScreeningItem.objects.filter(stage="full-text", group__in=out - kept).delete()
