"""Forms of the reports: they clean what is typed and save nothing."""

from typing import Any

from django import forms

from cog.models import User
from reports.enums import NoteKind


class ReportRequest(forms.Form):
    """Which year's bilan to produce."""

    exercice = forms.TypedChoiceField(label="Exercice", coerce=int)

    def __init__(self, *args: Any, years: range, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["exercice"].choices = [(year, str(year)) for year in years]


class TransmitForm(forms.Form):
    """The last gesture before a quarter leaves: the password again, and why when it rectifies."""

    reason = forms.CharField(
        label="Motif de la rectification",
        max_length=2000,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text="Lu par la tutelle, avec la différence : ce qui a été corrigé, et pourquoi.",
    )
    password = forms.CharField(
        label="Votre mot de passe",
        widget=forms.PasswordInput(attrs={"autocomplete": "current-password"}),
        help_text="Demandé à nouveau : une transmission ne se reprend pas.",
    )

    def __init__(self, *args: Any, user: User, rectifies: bool, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._user = user
        if not rectifies:
            del self.fields["reason"]

    def clean_password(self) -> str:
        """Refused when it is not the one of the account that transmits."""
        password: str = self.cleaned_data["password"]
        if not self._user.check_password(password):
            raise forms.ValidationError("Ce mot de passe n'est pas celui de votre compte : rien n'a été transmis.")
        return password


class NoteForm(forms.Form):
    """What is written on a transmission."""

    kind = forms.ChoiceField(
        label="Nature", choices=[(NoteKind.QUESTION, "Question"), (NoteKind.OBSERVATION, "Observation")]
    )
    text = forms.CharField(label="Texte", max_length=4000, widget=forms.Textarea(attrs={"rows": 3}))
    subject = forms.CharField(required=False, max_length=12, widget=forms.HiddenInput())
    reply_to = forms.IntegerField(required=False, widget=forms.HiddenInput())

    def __init__(self, data: Any = None, **kwargs: Any) -> None:
        super().__init__(data, **kwargs)
        if data is not None:
            self.fields["kind"].choices = NoteKind.choices
            self.fields["text"].required = data.get("kind") != NoteKind.ACKNOWLEDGEMENT

    def told(self) -> list[str]:
        """What is wrong, field by field, in one line each."""
        return [f"{self.fields[name].label} : {' '.join(map(str, errors))}" for name, errors in self.errors.items()]
