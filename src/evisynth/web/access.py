"""Who may do what in a review. The first line of each view of a review gets it from here."""

from dataclasses import dataclass
from typing import cast

from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest

from evisynth.store import models

READ = "read"  # see the review
DECIDE = "decide"  # vote on records and reports
SETTLE = "settle"  # settle conflicts, within the review's rule
SEARCH = "search"  # bring in searches, decide about duplicates, records, reports and studies
MANAGE = "manage"  # team, settings and protocol

MAY: dict[str, frozenset[str]] = {
    "owner": frozenset({READ, DECIDE, SETTLE, SEARCH, MANAGE}),
    "reviewer": frozenset({READ, DECIDE, SEARCH}),
    "adjudicator": frozenset({READ, DECIDE, SETTLE}),
    "statistician": frozenset({READ}),
    "reader": frozenset({READ}),
}


@dataclass(frozen=True, slots=True)
class Access:
    """A signed-in person's part in one review."""

    review: models.Review
    member: models.Membership

    def may(self, what: str) -> bool:
        return any(what in MAY.get(role, ()) for role in self.member.roles)

    @property
    def decides(self) -> bool:
        return self.may(DECIDE)

    @property
    def settles(self) -> bool:
        return self.may(SETTLE)

    @property
    def searches(self) -> bool:
        return self.may(SEARCH)

    @property
    def manages(self) -> bool:
        return self.may(MANAGE)


def of_review(request: HttpRequest, slug: str, *, to: str = READ) -> Access:
    """The review of that name and the person's part in it.

    Raises Http404 for everybody who is not in its team, so that nobody learns which reviews there are, and
    PermissionDenied for a member whose roles do not allow `to`.
    """
    member = (
        models.Membership.objects.select_related("review")
        .filter(review__slug=slug, review__removed=None, user=cast("models.User", request.user), left=False)
        .first()
    )
    if member is None:
        raise Http404("There is no such review, or you are not in its team.")
    access = Access(member.review, member)
    if not access.may(to):
        raise PermissionDenied(
            "Your part in this review does not allow this; an owner of the review can change it."
        )
    request.access = access  # type: ignore[attr-defined]
    return access
