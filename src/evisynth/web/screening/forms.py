from typing import Any

from django import forms

from evisynth.store import models
from evisynth.store.screening_lists import STATES, Filters
from evisynth.web.screening.keys import ACTIONS, NAMED_KEYS, PARTS, PRESETS, Ways

ORDERS = (("random", "Random"), ("newest", "Newest first"), ("title", "By title"))
OWN_VOTES = (
    ("", "Any"),
    ("none", "I have not voted"),
    ("any", "I have voted"),
    ("include", "I voted include"),
    ("exclude", "I voted exclude"),
    ("maybe", "I voted maybe"),
)
SIZES = (50, 200, 500)
MOST_WORDS = 200


class FilterForm(forms.Form):
    """What to show and in which order. A value that is not understood is as if it had not been given."""

    q = forms.CharField(required=False, max_length=200, label="Words in title or abstract")
    year_from = forms.IntegerField(required=False, min_value=0, max_value=9999, label="Year from")
    year_to = forms.IntegerField(required=False, min_value=0, max_value=9999, label="to")
    source = forms.CharField(required=False, max_length=80, widget=forms.Select, label="Source")
    label = forms.CharField(required=False, max_length=80, widget=forms.Select, label="Label")
    order = forms.ChoiceField(required=False, choices=ORDERS, label="Order")

    def __init__(self, data: Any, review: models.Review | None = None) -> None:
        super().__init__(data, label_suffix="")
        if review is not None:
            sources = models.SearchRun.objects.filter(review=review).order_by("position")
            labels = models.Label.objects.filter(review=review).order_by("name")
            for name, rows in (("source", sources), ("label", labels)):
                widget = self.fields[name].widget
                assert isinstance(widget, forms.Select)
                widget.choices = [("", "Any"), *rows.values_list("key", "name")]

    def chosen(self) -> tuple[str, Filters]:
        self.is_valid()
        given = self.cleaned_data
        return given.get("order") or "random", Filters(
            words=given.get("q") or "",
            year_from=given.get("year_from"),
            year_to=given.get("year_to"),
            source=given.get("source") or "",
            label=given.get("label") or "",
            vote=given.get("vote") or "",
            state=given.get("state") or "",
        )


class ListForm(FilterForm):
    vote = forms.ChoiceField(required=False, choices=OWN_VOTES, label="My vote")
    state = forms.ChoiceField(
        required=False,
        choices=[("", "Any"), *((state, state.capitalize()) for state in STATES)],
        label="State",
    )
    size = forms.TypedChoiceField(
        required=False, choices=[(size, str(size)) for size in SIZES], coerce=int,
        label="On a page",
    )  # fmt: skip


class WaysForm(forms.Form):
    """The keys and words of one person."""

    preset = forms.ChoiceField(
        choices=[(name, name) for name in PRESETS],
        label="Keys as in",
        help_text="Evisynth and Rayyan: I includes, E excludes. ASReview: R is relevant, I is irrelevant.",
    )
    include_words = forms.CharField(
        required=False, widget=forms.Textarea(attrs={"rows": 4}), label="My words in green",
        help_text="One a line, beside those of the review; * stands for further letters.",
    )  # fmt: skip
    exclude_words = forms.CharField(
        required=False, widget=forms.Textarea(attrs={"rows": 4}), label="My words in red"
    )
    hidden = forms.MultipleChoiceField(
        required=False, choices=[(part, part.capitalize()) for part in PARTS],
        widget=forms.CheckboxSelectMultiple, label="Hide",
    )  # fmt: skip

    def __init__(self, data: Any, ways: Ways) -> None:
        own = {
            f"key_{action}": key if key != PRESETS[ways.preset].get(action) else ""
            for action, key in ways.keys.items()
        }
        super().__init__(
            data,
            label_suffix="",
            initial={
                "preset": ways.preset,
                "include_words": "\n".join(ways.include_words),
                "exclude_words": "\n".join(ways.exclude_words),
                "hidden": list(ways.hidden),
                **own,
            },
        )
        for action, text in ACTIONS.items():
            self.fields[f"key_{action}"] = forms.CharField(
                required=False,
                max_length=12,
                label=text,
                widget=forms.TextInput(attrs={"placeholder": PRESETS[ways.preset].get(action, "")}),
            )

    @property
    def key_fields(self) -> list[Any]:
        return [self[f"key_{action}"] for action in ACTIONS]

    def clean_include_words(self) -> list[str]:
        return self._words("include_words")

    def clean_exclude_words(self) -> list[str]:
        return self._words("exclude_words")

    def _words(self, name: str) -> list[str]:
        words = [" ".join(line.split()) for line in self.cleaned_data[name].splitlines()]
        words = list(dict.fromkeys(word for word in words if word))
        if len(words) > MOST_WORDS:
            raise forms.ValidationError(f"{len(words)} words; {MOST_WORDS} is the most.")
        return words

    def clean(self) -> dict[str, Any]:
        """The keys in effect, each for one action."""
        given = self.cleaned_data
        own: dict[str, str] = {}
        for action in ACTIONS:
            key = str(given.get(f"key_{action}") or "")
            if len(key) > 1 and key not in NAMED_KEYS:
                self.add_error(
                    f"key_{action}",
                    f"{key!r} is no key; one sign is right, or one of {', '.join(NAMED_KEYS)}.",
                )
            elif key:
                own[action] = key.lower()[:1] if len(key) == 1 else key
        effect = PRESETS.get(given.get("preset", ""), {}) | own
        for action, key in effect.items():
            others = [other for other in effect if other != action and effect[other] == key]
            if others and (action in own or others[0] in own):
                self.add_error(f"key_{action}", f"{key!r} is also the key for: {ACTIONS[others[0]].lower()}.")
        given["keys"] = own
        return given
