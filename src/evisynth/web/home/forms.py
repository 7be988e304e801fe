from django import forms


class ReviewForm(forms.Form):
    title = forms.CharField(
        max_length=500, label="Title", widget=forms.TextInput(attrs={"autofocus": True, "size": 80})
    )
