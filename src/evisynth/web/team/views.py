"""The team of a review: who is in it, inviting, roles, leaving."""

from collections.abc import Callable
from typing import Any

from django.conf import settings
from django.contrib import messages
from django.core.mail import send_mail
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from evisynth.errors import DataError
from evisynth.screening.portions import coverage, too_few
from evisynth.screening.resolvable import conflicts_can_be_settled
from evisynth.store import models
from evisynth.store import team as doing
from evisynth.store.decisions import MAY_DECIDE
from evisynth.store.invitations import DAYS
from evisynth.store.invitations import invite as new_invitation
from evisynth.store.review_settings import portions_of
from evisynth.store.standing import people_of, rules_of
from evisynth.web import access
from evisynth.web.team.forms import InviteForm, LeaveForm, RolesForm

NEW_LINK = "new-invitation"  # the session's key for a link that is shown once


@require_safe
def team(request: HttpRequest, slug: str) -> HttpResponse:
    """Who is in the team, and what each has done as far as the viewer may know."""
    of = access.of_review(request, slug)
    members = doing.members_of(of.review)
    votes = doing.seen_votes(of.review, of.member)
    rows = [
        (member, votes.get((member.key, "title-abstract"), 0), votes.get((member.key, "full-text"), 0))
        for member in members
    ]
    shown: dict[str, Any] = {
        "here": "team",
        "rows": [row for row in rows if not row[0].left],
        "gone": [row for row in rows if row[0].left],
        "warnings": warnings(of.review, members),
    }
    if of.manages:
        open_ones = models.Invitation.objects.filter(review=of.review, used=None, withdrawn=None)
        shown["invitations"] = open_ones.filter(expires__gt=timezone.now()).select_related("member")
        shown["new_link"] = request.session.pop(NEW_LINK, None)
    return render(request, "team/team.html", shown)


def warnings(review: models.Review, members: list[models.Membership]) -> list[str]:
    """What the team as it is cannot do, in words."""
    people, rules, found = people_of(members), rules_of(review), []
    for stage, name in doing.STAGE_NAMES.items():
        needed = rules.votes[stage]
        if len(people.deciders) < needed:
            found.append(
                f"On {name} each record needs {needed} votes, and the team has {len(people.deciders)} who may vote."
            )
        elif not conflicts_can_be_settled(needed, rules.consensus_by, people):
            found.append(
                f"On {name} nobody would be left to settle a conflict: a third person has to, and everybody is needed to "
                "vote. Add an adjudicator, or let the voters settle conflicts themselves in the settings."
            )
        parts = portions_of(review, stage)
        everywhere = sum(
            member.key not in parts and not member.left for member in members if _decides(member)
        )
        if parts and (missing := too_few(coverage(parts, everywhere), needed)):
            found.append(
                f"The portions of {name} leave {missing:.0f} percent of the records with too few people."
            )
    return list(dict.fromkeys(found))


def _decides(member: models.Membership) -> bool:
    return bool(MAY_DECIDE & set(member.roles))


@require_http_methods(["GET", "POST"])
def invite(request: HttpRequest, slug: str) -> HttpResponse:
    """Make an invitation. Its link is shown once; only its hash is kept."""
    of = access.of_review(request, slug, to=access.MANAGE)
    form = InviteForm(
        of.review,
        request.POST if request.method == "POST" else None,
        initial={"member": request.GET.get("member", "")},
    )
    if request.method == "POST" and form.is_valid():
        filled = form.cleaned_data
        try:
            _, token = new_invitation(
                of.member, filled["roles"], email=filled["email"], name=filled["name"], member=filled["part"]
            )
        except DataError as refused:
            form.add_error(None, str(refused))
        else:
            link = request.build_absolute_uri(reverse("join", args=[token]))
            sent = bool(filled.get("send")) and _send(request, of, filled["email"], link)
            request.session[NEW_LINK] = {"link": link, "for": filled["name"] or filled["email"], "sent": sent}
            return redirect("team", slug)
    return render(request, "team/invite.html", {"here": "team", "form": form, "days": DAYS})


def _send(request: HttpRequest, of: access.Access, email: str, link: str) -> bool:
    letter = render_to_string(
        "team/invitation.txt", {"review": of.review, "by": of.member, "link": link, "days": DAYS}
    )
    title = " ".join(of.review.title.split())[:80]
    try:
        send_mail(f"{settings.EMAIL_SUBJECT_PREFIX}Invitation to {title}", letter, None, [email])
    except OSError as error:  # of the network, or what the server of letters says
        messages.error(request, f"The letter to {email} could not be sent ({error}). Give the link yourself.")
        return False
    return True


@require_POST
def withdraw_invitation(request: HttpRequest, slug: str, invitation: int) -> HttpResponse:
    of = access.of_review(request, slug, to=access.MANAGE)
    row = get_object_or_404(models.Invitation, pk=invitation, review=of.review)
    return _done(request, slug, lambda: doing.withdraw_invitation(of.member, row), "The link works no more.")


@require_http_methods(["GET", "POST"])
def roles(request: HttpRequest, slug: str, person: str) -> HttpResponse:
    of = access.of_review(request, slug, to=access.MANAGE)
    member = get_object_or_404(models.Membership, review=of.review, key=person, left=False)
    form = RolesForm(request.POST if request.method == "POST" else None, initial={"roles": member.roles})
    if request.method == "POST" and form.is_valid():
        try:
            doing.change_roles(of.member, person, form.cleaned_data["roles"])
        except DataError as refused:
            form.add_error(None, str(refused))
        else:
            messages.success(request, f"The roles of {member.name} are changed.")
            return redirect("team", slug)
    return render(request, "team/roles.html", {"here": "team", "form": form, "member": member})


@require_http_methods(["GET", "POST"])
def remove(request: HttpRequest, slug: str, person: str) -> HttpResponse:
    """Shows what removing this person means, then does it."""
    of = access.of_review(request, slug, to=access.MANAGE)
    member = get_object_or_404(models.Membership, review=of.review, key=person, left=False)
    return _goes(request, of, member, lambda choice: doing.remove(of.member, person, choice))


@require_http_methods(["GET", "POST"])
def leave(request: HttpRequest, slug: str) -> HttpResponse:
    """Leave the team oneself."""
    of = access.of_review(request, slug)
    return _goes(request, of, of.member, lambda choice: doing.leave(of.member, choice))


def _goes(
    request: HttpRequest, of: access.Access, member: models.Membership, do: Callable[[str], models.Membership]
) -> HttpResponse:
    form = LeaveForm(request.POST if request.method == "POST" else None)
    oneself = member.pk == of.member.pk
    if request.method == "POST" and form.is_valid():
        try:
            do(form.cleaned_data["open_votes"])
        except DataError as refused:
            form.add_error(None, str(refused))
        else:
            if oneself:
                messages.success(request, f"You have left “{of.review.title}”. What you decided stays.")
                return redirect("my-work")
            messages.success(request, f"{member.name} is no longer in the team. What they decided stays.")
            return redirect("team", of.review.slug)
    then = doing.consequences(of.review, member.key)
    shown = {"here": "team", "form": form, "member": member, "oneself": oneself, "then": then}
    shown["choices"] = [
        (value, words, doing.stuck_in_words(then["stuck"][value]) if then["worse"][value] else "")
        for value, words in form.fields["open_votes"].choices  # type: ignore[attr-defined]
    ]
    return render(request, "team/remove.html", shown)


@require_POST
def bring_back(request: HttpRequest, slug: str, person: str) -> HttpResponse:
    of = access.of_review(request, slug, to=access.MANAGE)
    if not models.Membership.objects.filter(review=of.review, key=person).exists():
        raise Http404("There is no such person in this review.")
    return _done(request, slug, lambda: doing.bring_back(of.member, person), "Back in the team.")


def _done(request: HttpRequest, slug: str, do: Callable[[], object], said: str) -> HttpResponse:
    """Do it and go back to the team, with what came of it."""
    try:
        do()
    except DataError as refused:
        messages.error(request, str(refused))
    else:
        messages.success(request, said)
    return redirect("team", slug)
