"""What of a review a person may take along while others still vote."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from django.db.models import Exists, OuterRef, Q

from evisynth.store import models
from evisynth.store.decisions import STAGES
from evisynth.store.exchange.export import export_review
from evisynth.store.history_reading import hidden_from

JUDGED: dict[str, Any] = {"Decision": models.Decision, "Note": models.Note, "RecordLabel": models.RecordLabel}
NOTICE = "LEFT-OUT.txt"


@dataclass(frozen=True, slots=True)
class Hidden:
    """Rows that a person may not see yet: by model, their numbers; and whether the history tells of such."""

    rows: Mapping[str, frozenset[int]]
    history: bool

    @property
    def anything(self) -> bool:
        return self.history or any(self.rows.values())


def hidden_rows(member: models.Membership) -> Hidden:
    """Others' votes, notes and labels on items that are not open to this person, by the review's blinding."""
    review = member.review
    if review.blinding == "open":
        return Hidden({}, history=False)
    rows = {
        name: frozenset(
            pk
            for stage in STAGES
            for pk in model.objects.filter(_closed(member, stage), review=review, stage=stage)
            .exclude(person=member)
            .values_list("pk", flat=True)
        )
        for name, model in JUDGED.items()
    }
    events = models.Event.objects.filter(review=review)
    return Hidden(rows, history=bool(hidden_from(member, events.iterator())))


def _closed(member: models.Membership, stage: str) -> Q:
    """The rows about items that wait, less those that the person has voted on where that opens them."""
    waiting = models.ScreeningItem.objects.filter(
        review=member.review_id, stage=stage, state="waiting", group=OuterRef("record__group")
    )
    closed = Q(Exists(waiting))
    if member.review.blinding == "until own vote":
        mine = models.Decision.objects.filter(
            stage=stage, person=member, kind="vote", active=True, record__group=OuterRef("record__group")
        )
        closed &= ~Q(Exists(mine))
    return closed


def export_for(member: models.Membership, folder: Path, *, unblinded: bool = False) -> Hidden:
    """Write the review as a folder with what this person may see; a text file says what was left out.

    A history that tells of hidden things is left out as a whole: without them its chain would not hold.
    """
    hidden = Hidden({}, history=False) if unblinded else hidden_rows(member)
    export_review(member.review, folder, leave_out=hidden.rows, history=not hidden.history)
    if hidden.anything:
        counts = {name: len(rows) for name, rows in hidden.rows.items() if rows}
        folder.joinpath(NOTICE).write_text(_notice(member, counts, history=hidden.history), encoding="utf-8")
    return hidden


def _notice(member: models.Membership, counts: Mapping[str, int], *, history: bool) -> str:
    words = {"Decision": "votes", "Note": "notes", "RecordLabel": "labels"}
    lines = [
        f"This copy of the review was made for {member.name}, while others still vote.",
        "Left out, because nobody sees them before all votes are in:",
        *(f"- {n} {words[name]} of others" for name, n in counts.items()),
        *(["- the history, which tells of them"] if history else []),
        "An owner of the review can make a whole copy; that is noted in the history.",
    ]
    return "\n".join(lines) + "\n"
