"""Forms of the reports: they clean what is typed and save nothing."""

from typing import Any

from django import forms


class ReportRequest(forms.Form):
    """Which year's bilan to produce."""

    exercice = forms.TypedChoiceField(label="Exercice", coerce=int)

    def __init__(self, *args: Any, years: range, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["exercice"].choices = [(year, str(year)) for year in years]
