"""Forms for sources at PRISMA-S detail, and for files before they are imported."""

from typing import Any

from django import forms

from evisynth.search.formats.detect import FORMATS
from evisynth.store import models
from evisynth.store.exchange.searches import NO_HITS
from evisynth.store.sources import KEY, MOST_UPDATES

KINDS = (
    ("database", "Database"),
    ("register", "Register of trials"),
    ("website", "Website or organisation"),
    ("citations", "Citation searching"),
    ("contact", "Contact with people"),
)
FORMAT_CHOICES = [
    ("", "found from the content"),
    *((each.name, each.called) for each in FORMATS),
    ("xlsx", "Excel workbook"),
]
ENCODINGS = [
    ("", "found from the content"),
    *(
        (name, name)
        for name in (
            "utf-8",
            "cp1252",
            "latin-1",
            "cp1250",
            "cp1251",
            "utf-16",
            "shift_jis",
            "gb18030",
            "big5",
        )
    ),
]
LONGEST_STRATEGY, LONGEST_MAPPING, LONGEST_TEXT = 500_000, 20_000, 2_000


class SourceForm(forms.Form):
    """What PRISMA-S asks about a source."""

    key = forms.CharField(
        max_length=40,
        label="Short name",
        help_text="Names its records: medline gives medline:1. Small letters, digits, hyphens.",
    )
    name = forms.CharField(max_length=300, label="Name", help_text="As the report names it, such as MEDLINE.")
    kind = forms.ChoiceField(
        choices=KINDS, label="Kind", help_text="In which box of the flow diagram it counts."
    )
    platform = forms.CharField(
        max_length=300, required=False, label="Platform", help_text="The interface, such as Ovid."
    )
    searched = forms.DateField(
        required=False, label="Searched on", widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
        help_text="When it was searched last.",
    )  # fmt: skip
    update = forms.IntegerField(
        min_value=0, max_value=MOST_UPDATES, initial=0, label="Run of the searches",
        help_text="0: the review's own searches; 1: the first update; and so on.",
    )  # fmt: skip
    coverage = forms.CharField(
        max_length=300, required=False, label="Years searched", help_text="Such as 1946 to 2012-10-01."
    )
    limits = forms.CharField(
        max_length=LONGEST_TEXT,
        required=False,
        label="Limits",
        help_text="Such as languages; 'none' where there were none.",
    )
    strategy = forms.CharField(
        max_length=LONGEST_STRATEGY, required=False, strip=False, label="Strategy, verbatim",
        widget=forms.Textarea(attrs={"rows": 6, "spellcheck": "false"}),
    )  # fmt: skip
    peer_reviewed = forms.CharField(
        max_length=LONGEST_TEXT,
        required=False,
        label="Strategy peer reviewed",
        help_text="By whom or how, such as PRESS; 'no' where nobody did.",
    )
    note = forms.CharField(
        max_length=LONGEST_TEXT, required=False, label="Note", widget=forms.Textarea(attrs={"rows": 2})
    )
    no_hits = forms.BooleanField(required=False, label="The search found nothing, so there is no file")

    def clean_key(self) -> str:
        key = str(self.cleaned_data["key"]).strip().lower()
        if not KEY.fullmatch(key):
            raise forms.ValidationError("Small letters, digits and hyphens are right, such as medline-2024.")
        return key


class EditSourceForm(SourceForm):
    """A source that is there: its short name stays."""

    key = None  # type: ignore[assignment]


class ForAllForm(SourceForm):
    """What is the same for all files that wait. Nothing of it is needed."""

    key = None  # type: ignore[assignment]
    name = None  # type: ignore[assignment]
    strategy = None  # type: ignore[assignment]
    no_hits = None  # type: ignore[assignment]

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for field in self.fields.values():
            field.required = False


def initial_of(search: models.SearchRun) -> dict[str, Any]:
    names = ("name", "kind", "platform", "searched", "update", "coverage", "limits", "peer_reviewed", "note")
    return {
        **{name: getattr(search, name) for name in names},
        "strategy": bytes(search.strategy).decode("utf-8", "replace"),
        "no_hits": search.files == [NO_HITS],
    }


class UploadForm(SourceForm):
    """A file that waits: how it is read, and the source it belongs to. A new source needs its fields."""

    take = forms.BooleanField(required=False, initial=True, label="Import this file")
    source = forms.ChoiceField(required=False, label="Source")
    format = forms.ChoiceField(choices=FORMAT_CHOICES, required=False, label="Format")
    encoding = forms.ChoiceField(choices=ENCODINGS, required=False, label="Encoding")
    mapping = forms.CharField(
        max_length=LONGEST_MAPPING, required=False, strip=False, label="Mapping",
        widget=forms.Textarea(attrs={"rows": 4, "spellcheck": "false"}),
        help_text="For a table or text of an unknown kind: which column or tag holds what, as the documentation says.",
    )  # fmt: skip
    no_hits = None  # type: ignore[assignment]
    field_order = ("take", "source")

    def __init__(self, *args: Any, sources: list[tuple[str, str]], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field = self.fields["source"]
        assert isinstance(field, forms.ChoiceField)
        field.choices = [("", "a new source"), *sources]
        data = self.data.get(self.add_prefix("source")) if self.is_bound else ""
        if data:
            for name in ("key", "name", "kind", "update"):
                self.fields[name].required = False

    def clean_key(self) -> str:
        return "" if self.cleaned_data.get("source") else super().clean_key()

    @property
    def of_reading(self) -> list[forms.BoundField]:
        return [self[name] for name in ("format", "encoding", "mapping")]

    @property
    def of_source(self) -> list[forms.BoundField]:
        return [self[name] for name in SourceForm.base_fields if name != "no_hits"]


TYPED = (
    *(name for name in SourceForm.base_fields if name != "no_hits"),
    "source",
    "format",
    "encoding",
    "mapping",
)
