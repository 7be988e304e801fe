"""Inviting people, and taking up an invitation. Each is used once."""

from datetime import timedelta

from django.db import transaction
from django.utils import timezone
from django.utils.text import slugify

from evisynth.errors import DataError
from evisynth.store import models
from evisynth.store.acting import acting
from evisynth.store.decisions import MAY_DECIDE

DAYS = 14


class Closed(DataError):
    """An invitation that cannot be taken up; the message says why."""


def invite(
    by: models.Membership,
    roles: list[str],
    *,
    email: str = "",
    name: str = "",
    member: models.Membership | None = None,
) -> tuple[models.Invitation, str]:
    """An invitation to a review, and the token of its link, which is not kept.

    `member`: a part in the review that nobody has yet, such as one that came with a review folder.
    Raises Closed where the part is somebody's, or the address is of somebody in the team already.
    """
    if member is not None and member.user_id is not None:
        raise Closed(f"{member.name} has an account in this review already.")
    there = models.Membership.objects.filter(review=by.review_id, left=False, user__email=email.lower())
    if email and there.exists():
        raise Closed(f"{email} is in the team of this review already.")
    token, hashed = models.Invitation.new_token()
    with acting(by) as act:
        invitation = models.Invitation.objects.create(
            review=act.review,
            member=member,
            email=email.lower(),
            name=name,
            roles=roles,
            token_hash=hashed,
            invited_by=by.user,
            expires=timezone.now() + timedelta(days=DAYS),
        )
        act.log("invitation", after={"name": name, "roles": roles, "as": member.key if member else ""})
    return invitation, token


def invite_administrator() -> str:
    """A one-time link's token with which the first account of an installation is made."""
    token, hashed = models.Invitation.new_token()
    models.Invitation.objects.filter(review=None, used=None, withdrawn=None).update(withdrawn=timezone.now())
    models.Invitation.objects.create(
        roles=["administrator"], token_hash=hashed, expires=timezone.now() + timedelta(days=DAYS)
    )
    return token


def open_invitation(token: str) -> models.Invitation | None:
    """The invitation of a link while it can be taken up."""
    found = models.Invitation.objects.select_related("review", "member", "invited_by")
    invitation = found.filter(token_hash=models.Invitation.hash_of(token)).first()
    if invitation is None or not invitation.open or (invitation.review and invitation.review.removed):
        return None
    return invitation


def accept(token: str, user: models.User) -> models.Membership | None:
    """Take an invitation up: gives the person's part in the review, None for an invitation to the installation.

    Raises Closed where it was used or withdrawn meanwhile, or is for another address.
    """
    with transaction.atomic():
        hashed = models.Invitation.hash_of(token)
        invitation = models.Invitation.objects.select_for_update().filter(token_hash=hashed).first()
        if invitation is None or not invitation.open:
            raise Closed("This invitation was used or withdrawn; ask for a new one.")
        if invitation.email and invitation.email != user.email:
            raise Closed(f"This invitation is for {invitation.email}; you are signed in as {user.email}.")
        invitation.used, invitation.used_by = timezone.now(), user
        invitation.save(update_fields=["used", "used_by"])
        if invitation.review is None:
            user.is_administrator = user.is_administrator or "administrator" in invitation.roles
            user.save(update_fields=["is_administrator"])
            return None
        return _join(invitation, invitation.review, user)


def _join(invitation: models.Invitation, review: models.Review, user: models.User) -> models.Membership:
    models.Review.objects.select_for_update().get(pk=review.pk)  # two links at once make one part
    there = models.Membership.objects.filter(review=review, user=user).first()
    if there is not None:
        if not there.left:
            raise Closed("You are in the team of this review already.")
        there.left, there.roles = False, _roles_again(there, invitation.roles)
        there.save(update_fields=["left", "roles"])
        member = there
    elif invitation.member is not None:
        member = invitation.member
        if member.user_id is not None or member.left:
            raise Closed("Somebody else took this part in the review meanwhile; ask for a new invitation.")
        member.user, member.left = user, False
        member.save(update_fields=["user", "left"])
    else:
        member = add_member(review, user, invitation.roles)
    with acting(member) as act:
        act.log("joined", after=told(member))
    return member


def _roles_again(member: models.Membership, roles: list[str]) -> list[str]:
    """The roles of somebody who comes back; who has decided stays a reviewer, or the decisions would not count."""
    decided = models.Decision.objects.filter(person=member, active=True).exists()
    return [*roles, "reviewer"] if decided and not MAY_DECIDE & set(roles) else roles


def add_member(review: models.Review, user: models.User, roles: list[str]) -> models.Membership:
    """A new part in the review for this account."""
    members = models.Membership.objects.filter(review=review)
    last = members.order_by("-position").values_list("position", flat=True).first() or 0
    return models.Membership.objects.create(
        review=review,
        position=last + 1,
        key=free_key(user.name or user.email, set(members.values_list("key", flat=True))),
        name=user.name or user.email,
        roles=roles,
        user=user,
    )


def told(member: models.Membership) -> dict[str, object]:
    """A member as the history keeps it."""
    return {"person": member.key, "name": member.name, "roles": member.roles}


def free_key(name: str, taken: set[str]) -> str:
    """A short id from a name's initials that nobody has yet: Ada Byron King is abk, or abk2."""
    initials = "".join(word[0] for word in name.split() if word[:1].isascii() and word[:1].isalpha())
    base = initials.lower()[:6] or "p"
    return next(
        key for n in range(1, len(taken) + 2) if (key := base + (str(n) if n > 1 else "")) not in taken
    )


def free_slug(title: str) -> str:
    """A name for a review that no review of the database has."""
    base = slugify(title)[:60] or "review"
    taken = set(models.Review.objects.filter(slug__startswith=base).values_list("slug", flat=True))
    return next(
        slug for n in range(1, len(taken) + 2) if (slug := base + (f"-{n}" if n > 1 else "")) not in taken
    )


def new_review(user: models.User, title: str) -> models.Review:
    """An empty review that belongs to this account."""
    with transaction.atomic():
        slug = free_slug(title)
        review = models.Review.objects.create(slug=slug, title=title, date=timezone.now().date())
        member = add_member(review, user, ["owner", "reviewer"])
        with acting(member) as act:
            act.log("review started", after={"title": title, "owner": told(member)})
    return review
