"""What merging two publications would do to the votes on them, told before it is done and without telling votes."""

from dataclasses import dataclass

from evisynth.store import models
from evisynth.store.decisions import STAGES, folded
from evisynth.store.screening_items import decisions_about

CALLED = {"title-abstract": "on title and abstract", "full-text": "in full text"}


@dataclass(frozen=True, slots=True)
class Effect:
    """What merging does at one stage.

    states : where the two stand now; "" where one is not screened at the stage.
    own : this person's votes on the two; "" for none.
    """

    stage: str
    states: tuple[str, str]
    own: tuple[str, str]

    @property
    def called(self) -> str:
        return CALLED[self.stage]

    @property
    def own_differ(self) -> bool:
        return bool(self.own[0] and self.own[1] and self.own[0] != self.own[1])

    @property
    def waits(self) -> bool:
        return "waiting" in self.states


def effects_of_merging(member: models.Membership, groups: tuple[int, int]) -> list[Effect]:
    """What merging these groups (by row) does at each stage at which one of them is; votes of others stay unsaid."""
    found = []
    for stage in STAGES:
        items = dict(
            models.ScreeningItem.objects.filter(stage=stage, group__in=groups).values_list("group", "state")
        )
        if not items:
            continue
        own = [folded(decisions_about(stage, group)).votes.get(member.key) for group in groups]
        found.append(
            Effect(
                stage,
                (items.get(groups[0], ""), items.get(groups[1], "")),
                (own[0].decision if own[0] else "", own[1].decision if own[1] else ""),
            )
        )
    return found
