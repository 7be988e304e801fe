"""How far each pair of reviewers agrees, over what both have judged."""

from collections import defaultdict
from dataclasses import dataclass
from itertools import combinations
from typing import cast

from evisynth.screening.agreement import Agreement, agreement
from evisynth.screening.decisions import Decision, Verdict
from evisynth.store import models


@dataclass(frozen=True, slots=True)
class Pair:
    """Two people and their agreement at one stage."""

    first: models.Membership
    second: models.Membership
    found: Agreement


def agreements(review: models.Review, stage: str) -> list[Pair]:
    """Every pair that has judged an item in common whose votes are all in, most items first.

    Items that still wait for a vote are left out: their votes are nobody's to see. What a vote said before it was
    changed does not count, nor does how a conflict was settled.
    """
    votes = models.Decision.objects.filter(review=review, stage=stage, kind="vote", active=True)
    complete = models.ScreeningItem.objects.filter(review=review, stage=stage).exclude(state="waiting")
    done = set(complete.values_list("group_id", flat=True))
    given: dict[int, dict[int, str]] = defaultdict(dict)
    for group, person, decision in votes.order_by().values_list("record__group_id", "person_id", "decision"):
        if group in done:
            given[group][person] = decision
    pairs: dict[tuple[int, int], list[tuple[Decision | None, Decision | None]]] = defaultdict(list)
    for of in given.values():
        for first, second in combinations(sorted(of), 2):
            pairs[first, second].append((cast("Decision", of[first]), cast("Decision", of[second])))
    people = {member.pk: member for member in models.Membership.objects.filter(review=review)}
    maybe = cast("Verdict", review.maybe_counts_as)
    found = [
        Pair(people[first], people[second], agreement(judged, maybe))
        for (first, second), judged in pairs.items()
    ]
    return sorted(found, key=lambda pair: (-pair.found.n, pair.first.position, pair.second.position))
