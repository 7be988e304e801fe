"""Forms about the protocol. Those of its lists are made from the columns of the review folder's tables."""

from typing import Any

from django import forms
from django.utils import timezone

from evisynth.store import models
from evisynth.store.exchange.schema import Column, Unfit, parsed
from evisynth.store.protocol_writing import PARTS, QUESTION, Why, writable
from evisynth.store.review_settings import free_id

WORDS = {  # what a column is called in the pages, where its name alone does not say it
    "question.outcomes": "Outcomes", "tau2": "Estimator of tau2", "data": "Effects from", "values": "Which values",
    "group": "Which group", "favours": "Favours (left, right)",
    "intervention.short": "Intervention, short", "comparator.short": "Comparator, short",
    "intervention.name": "Intervention", "comparator.name": "Comparator",
    "re_express.sd": "SD to re-express an SMD", "re_express.unit": "Unit of that scale", "re_express.source": "Source of that SD",
    "leave_out_judged": "Leave out studies judged",
    "assumed_risk.from": "Assumed risk from", "assumed_risk.value": "Assumed risk",
    "assumed_risk.source": "Source of the assumed risk",
}  # fmt: skip
MODELS = ("common effect", "random effects")  # what a model may be, beside a rule's id
NAMES_MODEL = {"model", "then", "otherwise"}
ONE_WORD = {"texts": "One a line."}
LONG = {"definition"}


class Lines(forms.CharField):
    """A list of texts, one a line."""

    def __init__(self, rows: int = 5, **kwargs: Any) -> None:
        super().__init__(widget=forms.Textarea(attrs={"rows": rows}), **kwargs)

    def prepare_value(self, value: Any) -> Any:
        return "\n".join(value) if isinstance(value, list) else value

    def clean(self, value: Any) -> Any:
        lines = [line.strip() for line in super().clean(value).splitlines()]
        return [line for line in lines if line]


class Amending(forms.Form):
    """A change of a protocol, which needs an amendment once the protocol is locked."""

    section = forms.CharField(max_length=200, label="Section of the protocol")
    change = forms.CharField(label="What is changed", widget=forms.Textarea(attrs={"rows": 2}))
    reason = forms.CharField(label="Why", widget=forms.Textarea(attrs={"rows": 2}))
    asks = ("section", "change", "reason")

    def __init__(self, *args: Any, locked: bool = False, section: str = "", **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.locked = locked
        self.fields["section"].initial = section
        if not locked:
            for name in self.asks:
                del self.fields[name]

    @property
    def why(self) -> Why | None:
        return Why(*(self.cleaned_data[name] for name in self.asks)) if self.locked else None

    @property
    def of_amendment(self) -> list[forms.BoundField]:
        return [self[name] for name in self.asks if name in self.fields]

    @property
    def of_protocol(self) -> list[forms.BoundField]:
        return [self[name] for name in self.fields if name not in self.asks]


class QuestionForm(Amending):
    population = forms.CharField(required=False, widget=forms.Textarea(attrs={"rows": 2}))
    intervention = forms.CharField(required=False, widget=forms.Textarea(attrs={"rows": 2}))
    comparator = forms.CharField(required=False, widget=forms.Textarea(attrs={"rows": 2}))
    outcomes_in_question = forms.CharField(
        required=False, label="Outcomes", widget=forms.Textarea(attrs={"rows": 2})
    )
    objectives = forms.CharField(required=False, widget=forms.Textarea(attrs={"rows": 3}))
    include_criteria = Lines(required=False, label="Include", help_text="One criterion a line.")
    exclude_criteria = Lines(required=False, label="Exclude", help_text="One criterion a line.")

    @staticmethod
    def values_of(review: models.Review) -> dict[str, Any]:
        return {name: getattr(review, name) for name in QUESTION}


class LockForm(forms.Form):
    date = forms.DateField(
        label="Date", initial=lambda: timezone.now().date(), widget=forms.DateInput(attrs={"type": "date"})
    )
    note = forms.CharField(
        label="Note",
        required=False,
        help_text="Such as where it is registered.",
        widget=forms.Textarea(attrs={"rows": 2}),
    )


class RowForm(Amending):
    """One row of a part of the protocol, a field for each column that people fill in."""

    def __init__(self, review: models.Review, part: str, row: Any, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, section=part.replace("_", " "), **kwargs)
        self.row, self.table = row, PARTS[part]
        self.columns = [column for column in writable(self.table) if column.kind != "id" or row is None]
        self.rows: dict[str, dict[str, Any]] = {}
        for column in self.columns:
            self.fields[column.field] = self._field(review, column)
        if part == "outcomes":
            self._timepoints()

    def _field(self, review: models.Review, column: Column) -> forms.Field:
        told = {
            "label": WORDS.get(column.name, column.name.replace(".", " ").replace("_", " ").capitalize()),
            "help_text": _sentence(column.about) or ONE_WORD.get(column.kind, ""),
            "required": column.required and column.kind != "id",
            "initial": self._initial(column),
        }
        if column.name in NAMES_MODEL:
            return self._model(review, told)
        if column.kind == "ref":
            found = self.rows[column.field] = _rows(review, column)
            names = [(key, _shown(row)) for key, row in found.items()]
            return forms.ChoiceField(choices=[("", "-"), *names], **told)
        if column.kind == "word":
            return forms.ChoiceField(choices=[("", "-"), *((word, word) for word in column.choices)], **told)
        if column.kind == "words":
            return forms.MultipleChoiceField(
                choices=[(word, word) for word in column.choices], widget=forms.CheckboxSelectMultiple, **told
            )
        if column.kind == "texts":
            return Lines(rows=2, **told)
        widget = forms.Textarea(attrs={"rows": 2}) if column.name in LONG else forms.TextInput()
        return forms.CharField(widget=widget, **told)

    def _model(self, review: models.Review, told: dict[str, Any]) -> forms.Field:
        """A model or another rule; one that is there already stays possible."""
        rules = list(models.ModelRule.objects.filter(review=review).values_list("key", flat=True))
        own = getattr(self.row, "key", "") if self.table.name == "model_rules" else ""
        names = dict.fromkeys([*MODELS, *(key for key in rules if key != own), told["initial"] or ""])
        return forms.ChoiceField(choices=[("", "-"), *((name, name) for name in names if name)], **told)

    def _initial(self, column: Column) -> Any:
        if self.row is None:
            return column.default
        value = getattr(self.row, column.field)
        if column.kind == "ref" and value is not None:
            return _key(value)
        return f"{value:g}" if isinstance(value, float) else value

    def _timepoints(self) -> None:
        """A field for each time point of an outcome, and one for further ones."""
        self.there = list(self.row.timepoints.order_by("position")) if self.row is not None else []
        for number, row in enumerate(self.there, start=1):
            self.fields[f"timepoint-{row.key}"] = forms.CharField(
                required=False,
                initial=row.name,
                label=f"Time point {number}",
                help_text="Empty it to take it away.",
            )
        self.fields["new_timepoints"] = Lines(
            rows=2, required=False, label="Further time points", help_text="One a line, such as: 12 months."
        )

    def clean(self) -> dict[str, Any]:
        filled = super().clean() or {}
        for column in self.columns:
            if column.field in self.errors or column.field not in filled:
                continue
            try:
                filled[column.field] = self._value(column, filled[column.field])
            except Unfit as misfit:
                self.add_error(column.field, str(misfit))
        outcome, timepoint = filled.get("outcome"), filled.get("timepoint")
        if outcome is not None and timepoint is not None and timepoint.outcome_id != outcome.pk:
            self.add_error("timepoint", "This is a time point of another outcome.")
        return filled

    def _value(self, column: Column, given: Any) -> Any:
        if column.kind == "ref":
            return self.rows[column.field].get(given)
        if column.kind == "id" and not given:
            return _id_from(self.cleaned_data, column)
        return parsed(column, given)

    @property
    def values(self) -> dict[str, Any]:
        return {column.field: self.cleaned_data[column.field] for column in self.columns}

    @property
    def timepoints(self) -> dict[str, str] | None:
        if self.table.name != "outcomes":
            return None
        names = {row.key: self.cleaned_data[f"timepoint-{row.key}"].strip() for row in self.there}
        return {key: name for key, name in names.items() if name}

    @property
    def new_timepoints(self) -> tuple[str, ...]:
        return tuple(self.cleaned_data.get("new_timepoints", ()))


def _sentence(text: str) -> str:
    return f"{text[:1].upper()}{text[1:]}." if text else ""


def _id_from(filled: dict[str, Any], column: Column) -> str:
    """An id that nobody gave, from the short name on the same side of a comparison."""
    side = column.name.partition(".")[0]
    return free_id(str(filled.get(f"{side}_short") or filled.get(f"{side}_name") or side), ())


def _rows(review: models.Review, column: Column) -> dict[str, Any]:
    """What a reference may name, by what the form sends."""
    model: Any = {"comparisons": models.Comparison, "outcomes": models.Outcome, "timepoints": models.Timepoint,
             "characteristics": models.Characteristic}[column.to]  # fmt: skip
    rows = model.objects.filter(review=review).order_by("position")
    if model is models.Timepoint:
        rows = rows.select_related("outcome")
    return {_key(row): row for row in rows}


def _key(row: Any) -> str:
    return f"{row.outcome.key}/{row.key}" if isinstance(row, models.Timepoint) else str(row.key)


def _shown(row: Any) -> str:
    if isinstance(row, models.Timepoint):
        return f"{row.outcome.name}: {row.name}"
    if isinstance(row, models.Comparison):
        return f"{row.intervention_name} or {row.comparator_name}"
    return str(getattr(row, "name", "") or row.label)
