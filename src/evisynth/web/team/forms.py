"""Forms about the team."""

from typing import Any

from django import forms
from django.conf import settings

from evisynth.store import models
from evisynth.store.team import ROLES

ROLE_WORDS = {
    "owner": "owner: team, settings and protocol, and all that a reviewer and an adjudicator may",
    "reviewer": "reviewer: screens, brings in searches",
    "adjudicator": "adjudicator: settles conflicts, screens",
    "statistician": "statistician: sees everything that is not blinded",
    "reader": "reader: sees everything that is not blinded",
}


def role_field() -> forms.MultipleChoiceField:
    return forms.MultipleChoiceField(
        label="Roles",
        choices=[(role, ROLE_WORDS[role]) for role in ROLES],
        widget=forms.CheckboxSelectMultiple,
    )


class InviteForm(forms.Form):
    """An invitation; `member` is a part of the review that nobody has yet."""

    member = forms.ChoiceField(
        label="In the part of", required=False, help_text="Somebody of the review who has no account yet."
    )
    name = forms.CharField(label="Name", max_length=150, required=False, help_text="Only for this list.")
    email = forms.EmailField(
        label="E-mail address",
        required=False,
        help_text="Then only an account with this address can take the invitation up.",
    )
    send = forms.BooleanField(label="Send the link to this address", required=False)

    def __init__(self, review: models.Review, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        parts = models.Membership.objects.filter(review=review, user=None, left=False)
        self.parts = {member.key: member for member in parts}
        choices = [(key, f"{member.name} ({', '.join(member.roles)})") for key, member in self.parts.items()]
        self.fields["member"].choices = [("", "a new part in the review"), *choices]  # type: ignore[attr-defined]
        if not self.parts:
            del self.fields["member"]
        if not settings.SENDS_MAIL:
            del self.fields["send"]
        self.fields["roles"] = role_field()
        self.fields["roles"].required = False
        self.fields["roles"].initial = ["reviewer"]

    def clean(self) -> dict[str, Any]:
        filled = super().clean() or {}
        member = self.parts.get(filled.get("member") or "")
        filled["part"] = member
        if member is not None:
            filled["roles"] = member.roles
            filled["name"] = filled.get("name") or member.name
        elif not filled.get("roles"):
            self.add_error("roles", "Choose at least one role.")
        if filled.get("send") and not filled.get("email"):
            self.add_error("email", "An address is needed to send the link to.")
        return filled


class RolesForm(forms.Form):
    roles = role_field()


class LeaveForm(forms.Form):
    """What becomes of the votes of who leaves, on items that still wait for others."""

    open_votes = forms.ChoiceField(
        label="These votes",
        choices=[
            ("keep", "stay and count: others add the votes that are missing"),
            ("withdraw", "are taken back: others give all votes"),
        ],
        widget=forms.RadioSelect,
        required=False,
    )
