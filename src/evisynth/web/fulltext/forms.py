"""Forms about reports in full text."""

from typing import Any

from django import forms

from evisynth.store import models
from evisynth.store.reports import LONGEST, NO_REASON

RETRIEVED = {"sought": None, "yes": True, "no": False}
EXCLUDE = "exclude:"


def choices_of(review: models.Review, *, stage: str, maybe: bool) -> list[tuple[str, str]]:
    """What one may decide. In full text each reason is an exclusion of its own, so that there is exactly one."""
    choices = [("include", "Include")]
    if maybe:
        choices.append(("maybe", "Maybe"))
    if stage != "full-text":
        return [*choices, ("exclude", "Exclude")]
    reasons = models.ExclusionReason.objects.filter(review=review)
    return [*choices, *((EXCLUDE + reason.key, f"Exclude: {reason.text}") for reason in reasons)]


def decided(choice: str) -> tuple[str, str]:
    """(decision, reason) of a choice."""
    return ("exclude", choice.removeprefix(EXCLUDE)) if choice.startswith(EXCLUDE) else (choice, "")


def choice_of(row: models.Decision | None) -> str:
    """The choice that a decision was."""
    if row is None:
        return ""
    return f"{EXCLUDE}{row.reason.key}" if row.decision == "exclude" and row.reason else row.decision


class DecisionForm(forms.Form):
    """One decision with its reason, and a note."""

    choice = forms.ChoiceField(
        label="Decision",
        widget=forms.RadioSelect,
        error_messages={"required": "Choose one: include, or the reason for which it is excluded."},
    )
    note = forms.CharField(
        required=False, max_length=LONGEST, label="Note", widget=forms.Textarea(attrs={"rows": 2})
    )
    seen = forms.CharField(required=False, widget=forms.HiddenInput)

    def __init__(self, *args: Any, review: models.Review, stage: str, maybe: bool, **more: Any) -> None:
        super().__init__(*args, **more)
        field = self.fields["choice"]
        assert isinstance(field, forms.ChoiceField)
        field.choices = choices_of(review, stage=stage, maybe=maybe)

    @property
    def decision(self) -> tuple[str, str]:
        return decided(self.cleaned_data["choice"])


class RetrievalForm(forms.Form):
    retrieved = forms.ChoiceField(
        label="The report",
        choices=[("sought", "is being sought"), ("yes", "is retrieved"), ("no", "cannot be had")],
        widget=forms.RadioSelect,
    )
    reason = forms.CharField(
        required=False,
        max_length=LONGEST,
        label="Why it cannot be had",
        help_text="Needed where it cannot be had.",
    )
    note = forms.CharField(
        required=False, max_length=LONGEST, label="Note about the report",
        help_text="For the table of reports, not for the team alone.", widget=forms.Textarea(attrs={"rows": 2}),
    )  # fmt: skip

    def __init__(self, data: Any = None, *, initial: dict[str, Any] | None = None) -> None:
        super().__init__(
            data, initial=initial, auto_id="retrieval_%s"
        )  # the page has a form for the vote too

    def clean(self) -> None:
        if self.cleaned_data.get("retrieved") == "no" and not self.cleaned_data.get("reason"):
            self.add_error("reason", NO_REASON)
