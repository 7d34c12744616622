"""Forms of the indicators: they clean what is typed and save nothing."""

from django import forms

from indicators.enums import IndicatorKind, Verdict


class IndicatorFilter(forms.Form):
    """Which sheets to show in the list."""

    type = forms.ChoiceField(label="Type", required=False, choices=[("", "Tous les types"), *IndicatorKind.choices])
    verdict = forms.ChoiceField(label="Verdict", required=False, choices=[("", "Tous les verdicts"), *Verdict.choices])
    mots = forms.CharField(label="Mots du titre ou code", required=False, max_length=80)
    tri = forms.ChoiceField(
        label="Ordre", required=False, choices=[("", "à surveiller d'abord"), ("annexe", "annexe 3")]
    )
