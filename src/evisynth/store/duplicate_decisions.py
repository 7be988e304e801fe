"""What people decide about duplicates on pages: merge, keep apart, take a record out, take a decision back.

Each is one transaction with one event. Rows of decisions are never changed: the groups follow from them, and only
those that a decision can touch are found anew.
"""

from collections.abc import Collection, Sequence
from dataclasses import dataclass

from django.db.models import Q

from evisynth.errors import DataError
from evisynth.search.duplicates import Grouping, grouped_by_round
from evisynth.store import models
from evisynth.store.acting import Act, acting
from evisynth.store.duplicates import WITHDRAW, decisions_of, standing, without_contradictions
from evisynth.store.group_items import rename_items, stand_anew, votes_that_do_not_count
from evisynth.store.group_rows import Place, band_rows, write_groups
from evisynth.store.records import plain_record

MERGE, APART = "merge", "keep apart"
LARGEST_GROUP = 200  # records of a group from which single ones are taken out on a page


class Refused(DataError):
    """A decision about duplicates that cannot be taken now; the message says why and what would be right."""


@dataclass(frozen=True, slots=True)
class Decided:
    """What was written. `rows` are empty where all of it had been decided just so already.

    groups : rows of the groups in which the records named are now.
    differing : people who voted on two records that are one publication now, and differently; of others only
        those whose votes are open to who decided.
    """

    rows: tuple[models.DuplicateDecision, ...]
    groups: frozenset[int]
    differing: int = 0


Pairs = Sequence[tuple[str, str]]


def merge(member: models.Membership, a: str, b: str, reason: str = "") -> Decided:
    """Let the publications of two records be one.

    Raises Refused: no such record, one publication already, or decisions that keep records of the two apart.
    """
    if a == b:
        raise Refused(f"{a} is one record; two are needed to merge.")
    with acting(member) as act:
        return _decide(act, "duplicates merged", [(a, b)], MERGE, reason)


def keep_apart(member: models.Membership, a: str, b: str, reason: str = "") -> Decided:
    """Say that two records are two publications. Raises Refused as `merge`."""
    if a == b:
        raise Refused(f"{a} is one record; two are needed to keep apart.")
    with acting(member) as act:
        return _decide(act, "duplicates kept apart", [(a, b)], APART, reason)


def take_out(member: models.Membership, key: str, reason: str = "") -> Decided:
    """Say that a record is not the publication of its group: it is kept apart from all others of it.

    Raises Refused: no such record, or a record that is alone in its group.
    """
    with acting(member) as act:
        record = _found(act.review, [key])[key]
        others = models.Record.objects.filter(review=act.review, group=record.group_id).exclude(pk=record.pk)
        names = sorted(others.values_list("key", flat=True)[: LARGEST_GROUP + 1])
        if record.group_id is None or not names:
            raise Refused(f"{key} is in no group with others; there is nothing to take it out of.")
        if len(names) > LARGEST_GROUP:
            raise Refused(
                f"The group of {key} has more than {LARGEST_GROUP} records; decide about pairs of it."
            )
        return _decide(act, "record taken out of its group", [(key, name) for name in names], APART, reason)


def withdraw(member: models.Membership, pairs: Pairs) -> Decided:
    """Take back what was decided about these pairs; what was before it counts again.

    Raises Refused: nothing is decided about a pair, or what is left cannot hold together.
    """
    with acting(member) as act:
        return _decide(act, "decision about duplicates taken back", pairs, WITHDRAW, "")


def _decide(act: Act, what: str, pairs: Pairs, decision: str, reason: str) -> Decided:
    records = _found(act.review, {name for pair in pairs for name in pair})
    stands = {frozenset((each.a, each.b)): each for _, each in standing(decisions_of(act.review))[0]}
    rows: list[models.DuplicateDecision] = []
    before: list[dict[str, str]] = []
    position = act.next_position(models.DuplicateDecision)
    for a, b in pairs:
        earlier = stands.get(frozenset((a, b)))
        if decision == WITHDRAW and earlier is None:
            raise Refused(f"Nothing is decided about {a} and {b}; somebody may have taken it back already.")
        if earlier is not None and earlier.decision == decision:
            continue
        if decision == MERGE and records[a].group_id == records[b].group_id is not None:
            raise Refused(f"{a} and {b} are one publication already.")
        if earlier is not None:
            before.append({"a": a, "b": b, "decision": earlier.decision, "person": earlier.person})
        rows.append(
            models.DuplicateDecision(
                review=act.review, position=position + len(rows), record_a=records[a], record_b=records[b],
                decision=decision, person=act.member, time=act.now, reason=reason, changes=earlier is not None,
            )
        )  # fmt: skip
    touched = {row.group_id for row in records.values() if row.group_id is not None}
    if not rows:
        return Decided((), frozenset(touched))
    models.DuplicateDecision.objects.bulk_create(rows)
    differing = sum(votes_that_do_not_count(act.member, group) for group in touched)
    regroup(act.review, touched, {frozenset(pair) for pair in pairs})
    now = models.Record.objects.filter(pk__in=[row.pk for row in records.values()])
    groups = frozenset(group for group in now.values_list("group_id", flat=True) if group is not None)
    named = [{"a": row.record_a.key, "b": row.record_b.key} for row in rows]
    act.log(what, before=before or None, after={"decision": decision, "pairs": named, "reason": reason})
    now_differing = sum(votes_that_do_not_count(act.member, group) for group in groups)
    return Decided(tuple(rows), groups, max(0, now_differing - differing))


def _found(review: models.Review, keys: Collection[str]) -> dict[str, models.Record]:
    rows = models.Record.objects.filter(review=review, key__in=keys).defer("fields", "title")
    found = {row.key: row for row in rows}
    if missing := sorted(set(keys) - found.keys()):
        raise Refused(f"The review has no record {missing[0]}.")
    return found


def regroup(review: models.Review, touched: Collection[int], fresh: Collection[frozenset[str]] = ()) -> None:
    """Find the groups anew that decisions about the pairs `fresh`, in the groups `touched`, can change; and items.

    Those are the groups themselves and the ones that a doubtful pair or a decision links with them. Their records
    are compared as in `find_duplicates`, among themselves.

    Raises Refused where decisions contradict each other.
    """
    scope = linked_groups(review, touched)
    rows = list(models.Record.objects.filter(review=review, group__in=scope).select_related("search"))
    places = {row.key: Place(row.pk, row.group_id) for row in rows}
    grouping = _grouping(review, rows, fresh)
    _, changes = write_groups(review, grouping.groups, places)
    near = {key for key, place in places.items() if place.group in touched}
    models.DoubtfulPair.objects.filter(
        Q(record_a__key__in=near) | Q(record_b__key__in=near), review=review
    ).delete()
    pairs = [pair for pair in grouping.review_band if {pair.a, pair.b} & near]
    models.DoubtfulPair.objects.bulk_create(band_rows(review, pairs, places))
    new = {row for row in changes.row_of if row is not None} - {place.group for place in places.values()}
    stand_anew(review, changes.altered | new)
    rename_items(review, changes.other_best - changes.altered)


def linked_groups(review: models.Review, touched: Collection[int]) -> set[int]:
    """These groups, and the groups that a doubtful pair or a decision links with one of them."""
    found = set(touched)
    for model in (models.DoubtfulPair, models.DuplicateDecision):
        links = model._default_manager.filter(
            Q(record_a__group__in=touched) | Q(record_b__group__in=touched), review=review
        )
        for pair in links.values_list("record_a__group", "record_b__group"):
            found.update(group for group in pair if group is not None)
    return found


def _grouping(
    review: models.Review, rows: Sequence[models.Record], fresh: Collection[frozenset[str]]
) -> Grouping:
    """The groups of these records alone, with the decisions about them; those about the pairs `fresh` are the newest.

    Earlier decisions that contradict each other count as in `find_duplicates`.
    """
    records = {row.key: plain_record(row) for row in rows}
    runs = sorted({row.search.update for row in rows})
    rounds = [{row.key: records[row.key] for row in rows if row.search.update == run} for run in runs]
    stands, _ = standing(decisions_of(review))
    within = [(line, each) for line, each in stands if each.a in records and each.b in records]
    earlier = [(line, each) for line, each in within if frozenset((each.a, each.b)) not in fresh]
    latest = [each for _, each in within if frozenset((each.a, each.b)) in fresh]
    try:
        return grouped_by_round(rounds, [*(each for _, each in earlier), *latest])
    except DataError:
        sound = without_contradictions(records, earlier, [])
    try:
        return grouped_by_round(rounds, [*sound, *latest])
    except DataError as error:
        raise Refused(
            f"{error} Nothing was changed; the list of decisions shows what can be taken back."
        ) from error
