"""How far each stage of screening is, for everybody and for one person."""

from dataclasses import dataclass

from django.db.models import Count

from evisynth.store import models
from evisynth.store.decisions import MAY_DECIDE, STAGES

NAMES = {"title-abstract": "Title and abstract", "full-text": "Full text"}


@dataclass(frozen=True, slots=True)
class Person:
    """What one person has judged. `votes` is None where the person who looks may not see it."""

    name: str
    votes: int | None


@dataclass(frozen=True, slots=True)
class StageProgress:
    """How many items of a stage there are, and how many stand where."""

    stage: str
    name: str
    items: int
    waiting: int
    conflicts: int
    included: int
    excluded: int
    mine: int
    people: tuple[Person, ...]

    @property
    def done(self) -> int:
        """Items that wait for nobody."""
        return self.included + self.excluded


def progress_of(member: models.Membership) -> tuple[StageProgress, ...]:
    """Both stages as this person may see them.

    How many votes others have given is told where votes are open, or to an owner, who has to plan the work: a
    number of votes says nothing about what any of them is. To the rest everybody who may vote is named, so that
    the list does not tell who has begun.
    """
    open_to = member.review.blinding == "open" or "owner" in member.roles
    return tuple(_stage(member, stage, open_to) for stage in STAGES)


def _stage(member: models.Membership, stage: str, open_to: bool) -> StageProgress:
    items = models.ScreeningItem.objects.filter(review=member.review_id, stage=stage).order_by()
    states = dict(items.values_list("state").annotate(n=Count("pk")))
    votes = models.Decision.objects.filter(
        review=member.review_id, stage=stage, kind="vote", active=True
    ).order_by()
    given = dict(votes.values_list("person").annotate(n=Count("pk")))
    people = models.Membership.objects.filter(review=member.review_id).order_by("position")
    return StageProgress(
        stage=stage,
        name=NAMES[stage],
        items=sum(states.values()),
        waiting=states.get("waiting", 0),
        conflicts=states.get("conflict", 0),
        included=states.get("included", 0),
        excluded=states.get("excluded", 0),
        mine=given.get(member.pk, 0),
        people=tuple(
            Person(of.name, given.get(of.pk, 0) if open_to or of.pk == member.pk else None)
            for of in people
            if (not of.left and MAY_DECIDE & set(of.roles)) or (open_to and of.pk in given)
        ),
    )
