"""Forms of the ground floor: they clean what is typed and save nothing."""

from datetime import date
from typing import Any, ClassVar

from django import forms
from django.contrib.auth.forms import AuthenticationForm

from cog.enums import AnomalyTopic


class LoginForm(AuthenticationForm):
    """E-mail and password; the answer is the same for an unknown account and a wrong password."""

    error_messages = {
        "invalid_login": "Adresse ou mot de passe incorrect. Le mot de passe distingue majuscules et minuscules.",
        "inactive": "Ce compte est désactivé : s'adresser à l'exploitation.",
    }

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["username"].label = "Adresse électronique"
        self.fields["username"].widget.attrs |= {"autocomplete": "username", "inputmode": "email"}
        self.fields["password"].label = "Mot de passe"

    def clean_username(self) -> str:
        return str(self.cleaned_data["username"]).strip().lower()


class FilterForm(forms.Form):
    """A form in the address that keeps lines out of a list, and can say what it asks."""

    unsaid: ClassVar[set[str]] = set()
    """Fields that keep nothing out: they are not told as a filter."""

    def in_words(self) -> list[str]:
        """What is asked, « domaine : 2 · … », field by field; nothing when all is shown."""
        if not self.is_valid():
            return []
        words = []
        for name, value in self.cleaned_data.items():
            if value and name not in self.unsaid:
                choices = dict(getattr(self.fields[name], "choices", ()))
                label, _, _ = str(self.fields[name].label).partition(" (")  # what stands in brackets is an example
                words.append(f"{label.lower()} «\u00a0{choices.get(value, value)}\u00a0»")
        return words


class AnomalyFilter(FilterForm):
    """Which slips of the text to show."""

    sujet = forms.ChoiceField(label="Sujet", required=False, choices=[("", "Tous les sujets"), *AnomalyTopic.choices])
    mots = forms.CharField(label="Mots", required=False, max_length=80)


class AcronymFilter(FilterForm):
    """Which acronyms to show."""

    mots = forms.CharField(label="Mots", required=False, max_length=80)


class DateFilter(forms.Form):
    """The date a page is read at."""

    au = forms.DateField(
        label="Situation au",
        required=False,
        widget=forms.DateInput(format="%Y-%m-%d", attrs={"type": "date"}),
    )

    def chosen(self, default: date) -> date:
        """The date asked for, or the default when none or a wrong one is."""
        if not self.is_valid():
            return default
        return self.cleaned_data["au"] or default
