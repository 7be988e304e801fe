"""Forms about accounts."""

from django import forms
from django.http import HttpRequest

from evisynth.store import models


class NameForm(forms.Form):
    """The base of allauth's sign-up form."""

    name = forms.CharField(
        max_length=150,
        label="Your name",
        help_text="As it shall stand beside what you decide.",
        widget=forms.TextInput(attrs={"autocomplete": "name"}),
    )
    field_order = ("name", "email", "password1", "password2")

    def signup(self, request: HttpRequest, user: models.User) -> None:  # noqa: ARG002 - allauth's signature
        user.name = self.cleaned_data["name"].strip()
        user.save(update_fields=["name"])


class AccountForm(forms.Form):
    """How a person is called and wants pages to look."""

    name = forms.CharField(max_length=150, label="Name")
    theme = forms.ChoiceField(
        label="Colours", choices=[("auto", "as the system"), ("light", "light"), ("dark", "dark")]
    )
    text_size = forms.ChoiceField(
        label="Text", choices=[("normal", "normal"), ("large", "large"), ("larger", "larger")]
    )
