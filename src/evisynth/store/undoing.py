"""Taking back what an event did, as a further event. What each kind of event needs for that stands in UNDO."""

from collections.abc import Callable, Mapping

from evisynth.store import models, studies_writing
from evisynth.store.voting import Refused, unsettle, vote, withdraw
from evisynth.store.voting_many import undo_votes

Undo = Callable[[models.Membership, models.Event], object]


def _vote(member: models.Membership, event: models.Event) -> None:
    """Back to the vote that was there before, or to none."""
    before, after = event.before, event.after or {}
    if isinstance(before, Mapping):
        vote(
            member,
            before["stage"],
            before["record"],
            before["decision"],
            reason=before["reason"],
            note=before["note"],
        )
    else:
        withdraw(member, after["stage"], after["record"])


def _consensus(member: models.Membership, event: models.Event) -> None:
    after = event.after or {}
    unsettle(member, after["stage"], after["record"])


def _votes(member: models.Membership, event: models.Event) -> None:
    undo_votes(member, event.position)


UNDO: dict[str, Undo] = {
    "vote": _vote,
    "vote withdrawn": _vote,
    "consensus": _consensus,
    "votes": _votes,
    **dict.fromkeys(studies_writing.EVENTS, studies_writing.undo),
}


def undoable(member: models.Membership, event: models.Event) -> bool:
    """Whether this person may take the event back here: one of their own, of a kind that can be."""
    return event.who == member.key and event.what in UNDO


def undo(member: models.Membership, event: models.Event) -> None:
    """Take an event back. Raises Refused where it is not this person's, or something else happened meanwhile."""
    if not undoable(member, event):
        raise Refused("Only what you did yourself can be taken back here.")
    try:
        UNDO[event.what](member, event)
    except (KeyError, TypeError, AttributeError) as error:  # an event that came with a folder from elsewhere
        raise Refused("What this event says is not enough to take it back.") from error
