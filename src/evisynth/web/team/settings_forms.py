"""Forms about the settings of a review."""

from typing import Any

from django import forms

from evisynth.store import models
from evisynth.store.exchange.tables import MOST_SEED
from evisynth.store.review_settings import COLOURS

VOTES = [(2, "two people, independently"), (1, "one person")]


class WordsField(forms.CharField):
    """A list of words, one a line."""

    widget = forms.Textarea

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(required=False, widget=forms.Textarea(attrs={"rows": 5}), **kwargs)

    def prepare_value(self, value: Any) -> Any:
        return "\n".join(value) if isinstance(value, list) else value

    def clean(self, value: Any) -> Any:
        text = super().clean(value)
        return list(dict.fromkeys(line.strip() for line in text.splitlines() if line.strip()))


class SettingsForm(forms.Form):
    title = forms.CharField(max_length=500, label="Title")
    votes_title_abstract = forms.TypedChoiceField(
        label="Each record is judged on title and abstract by", choices=VOTES, coerce=int
    )
    votes_full_text = forms.TypedChoiceField(
        label="Each report is judged in full text by", choices=VOTES, coerce=int
    )
    consensus_by = forms.ChoiceField(
        label="Conflicts are settled by",
        choices=[
            ("third person", "a third person: an owner or adjudicator who did not vote on it"),
            ("either", "anybody who may vote, also the two after they have talked"),
        ],
    )
    maybe_counts_as = forms.ChoiceField(
        label="“Maybe” counts as",
        choices=[("include", "include: who is not sure reads the report"), ("exclude", "exclude")],
    )
    blinding = forms.ChoiceField(
        label="Votes, notes and labels of others are seen",
        choices=[
            ("until complete", "when all votes on the record are in"),
            ("until own vote", "when one has voted oneself"),
            ("open", "always (the votes are then not independent)"),
        ],
    )
    highlight_include = WordsField(
        label="Words shown in green", help_text="One a line; a word may end with * for any ending."
    )
    highlight_exclude = WordsField(label="Words shown in red", help_text="One a line.")
    seed = forms.IntegerField(
        label="Seed of the random order", min_value=0, max_value=MOST_SEED,
        help_text="The same seed gives the same order. Another one shuffles anew what is left.",
    )  # fmt: skip

    @staticmethod
    def values_of(review: models.Review) -> dict[str, Any]:
        return {name: getattr(review, name) for name in SettingsForm.base_fields}


class LabelForm(forms.Form):
    name = forms.CharField(max_length=60, label="Name")
    colour = forms.ChoiceField(
        choices=[(colour, colour or "none") for colour in COLOURS], required=False, label="Colour"
    )
