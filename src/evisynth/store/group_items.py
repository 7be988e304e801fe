"""Items of groups of duplicates whose records are others now. Decisions stay with their records; the items follow."""

from collections.abc import Collection

from evisynth.screening.blinding import may_see_votes
from evisynth.store import models
from evisynth.store.decisions import STAGES, take
from evisynth.store.decisions import Item as Fold
from evisynth.store.screening_items import decisions_about, refresh, shuffled


def stand_anew(review: models.Review, groups: Collection[int]) -> None:
    """Let the items of these groups (by row) stand where the decisions about their records now put them."""
    rows = models.DuplicateGroup.objects.filter(pk__in=groups).select_related("best").defer("merges")
    for group in rows.order_by("position"):
        for stage in STAGES:
            decisions = decisions_about(stage, group.pk)
            item = models.ScreeningItem.objects.filter(stage=stage, group=group).first()
            if item is None and (stage == "title-abstract" or decisions):
                item = waiting_item(review, stage, group)
                item.save()
            elif item is not None:
                named_after_best(review, item, group)
                item.save(update_fields=["year", "title", "shuffled"])
            if item is not None:
                refresh(review, item, decisions)


def waiting_item(review: models.Review, stage: str, group: models.DuplicateGroup) -> models.ScreeningItem:
    """An item about which nobody has decided, not saved yet."""
    item = models.ScreeningItem(review=review, stage=stage, group=group, state="waiting")
    named_after_best(review, item, group)
    return item


def named_after_best(review: models.Review, item: models.ScreeningItem, group: models.DuplicateGroup) -> None:
    """Year, title and place in the random order are those of the group's fullest record."""
    best = group.best
    item.year, item.title = best.year or 0, best.title.casefold()[:120]
    item.shuffled = shuffled(review.seed, best.key)


def rename_items(review: models.Review, groups: Collection[int]) -> None:
    """As `named_after_best` for all items of these groups, in few queries."""
    numbers = sorted(groups)
    for at in range(0, len(numbers), 500):
        rows = models.ScreeningItem.objects.filter(group__in=numbers[at : at + 500]).select_related(
            "group__best"
        )
        items = list(rows.defer("group__merges", "group__best__fields"))
        for item in items:
            named_after_best(review, item, item.group)
        models.ScreeningItem.objects.bulk_update(items, ["year", "title", "shuffled"], batch_size=200)


def votes_that_do_not_count(member: models.Membership, group: int) -> int:
    """How many people voted twice on a group, on two of its records and differently: of theirs the first vote counts.

    Others than the member are counted only where their votes are open to the member.
    """
    differing = 0
    for stage in STAGES:
        state = models.ScreeningItem.objects.filter(stage=stage, group=group).values_list("state", flat=True)
        is_open = may_see_votes(state.first() or "waiting", False, member.review.blinding)
        fold, people = Fold(), set[str]()
        for row in decisions_about(stage, group):
            counted = fold.votes.get(row.person.key)
            if take(fold, row) and counted is not None and row.kind == "vote":
                same = (counted.decision, counted.reason_id) == (row.decision, row.reason_id)
                told = is_open or row.person_id == member.pk
                people |= {row.person.key} if told and not same else set()
        differing += len(people)
    return differing
