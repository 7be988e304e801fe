"""What waits for one person in a review."""

from dataclasses import dataclass

from evisynth.store import models
from evisynth.store.decisions import MAY_DECIDE
from evisynth.store.settling import OPEN, for_me, items_of_kind
from evisynth.store.voting import count_to_screen


@dataclass(frozen=True, slots=True)
class Waiting:
    """Counts of what waits for a person; 0 where it is not theirs to do."""

    title_abstract: int = 0
    full_text: int = 0
    conflicts: int = 0
    uploads: int = 0

    @property
    def anything(self) -> bool:
        return bool(self.title_abstract or self.full_text or self.conflicts or self.uploads)


def waiting_for(member: models.Membership) -> Waiting:
    """Records and reports to vote on, conflicts that this person may settle, and files they sent and did not import."""
    decides = bool(MAY_DECIDE & set(member.roles))
    return Waiting(
        title_abstract=count_to_screen(member, "title-abstract") if decides else 0,
        full_text=count_to_screen(member, "full-text") if decides else 0,
        conflicts=for_me(items_of_kind(member.review, OPEN), member).count(),
        uploads=models.Upload.objects.filter(
            review=member.review_id, by=member.user_id, import_job=None
        ).count(),
    )
