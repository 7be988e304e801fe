"""Forms about studies."""

from django import forms

from evisynth.store.studies_writing import LONGEST, STATUSES

STATUS_NAMES = {"included": "included", "ongoing": "ongoing", "awaiting": "awaiting classification"}

STATUS_SAYS = {
    "included": "Studies of the review.",
    "ongoing": "Studies that would be included and whose results are not there yet.",
    "awaiting": "Studies of which it cannot be told yet whether they are included.",
}


class NewStudyForm(forms.Form):
    name = forms.CharField(
        max_length=LONGEST["name"],
        label="Name",
        help_text="Such as the first author and the year: Smith 2010.",
    )
    status = forms.ChoiceField(label="Status", choices=[(name, STATUS_NAMES[name]) for name in STATUSES])
    registration = forms.CharField(
        required=False, max_length=LONGEST["registration"], label="Registry number",
        help_text="Such as NCT01234567; several with blanks between them.",
    )  # fmt: skip


class StudyForm(NewStudyForm):
    design = forms.CharField(required=False, max_length=LONGEST["design"], label="Design")
    published = forms.BooleanField(required=False, label="Published")
    note = forms.CharField(
        required=False, max_length=LONGEST["note"], label="Note", widget=forms.Textarea(attrs={"rows": 3})
    )
