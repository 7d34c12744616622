"""Forms of the indicators: they clean what is typed and save nothing."""

from collections.abc import Iterable
from typing import Any

from django import forms

from cog.periods import Period
from cog.queries import DomainFiches
from indicators.enums import Better, IndicatorKind, Verdict


class IndicatorFilter(forms.Form):
    """Which sheets to show in the list."""

    domaine = forms.ChoiceField(label="Domaine", required=False)
    fiche = forms.ChoiceField(label="Fiche", required=False)

    type = forms.ChoiceField(label="Type", required=False, choices=[("", "Tous les types"), *IndicatorKind.choices])
    verdict = forms.ChoiceField(label="Verdict", required=False, choices=[("", "Tous les verdicts"), *Verdict.choices])
    sens = forms.ChoiceField(label="Sens", required=False, choices=[("", "Tous les sens"), *Better.choices])
    mots = forms.CharField(label="Mots du titre ou code", required=False, max_length=80)
    fin = forms.ChoiceField(label="Situation à la fin de", required=False)
    tri = forms.ChoiceField(
        label="Ordre",
        required=False,
        choices=[
            ("", "à surveiller d'abord"),
            ("annexe", "annexe 3"),
            ("ecart", "loin de la cible d'abord"),
            ("tendance", "en recul d'abord"),
            ("completude", "le moins complet d'abord"),
        ],
    )

    def __init__(
        self, *args: Any, domains: Iterable[DomainFiches], periods: Iterable[Period] = (), **kwargs: Any
    ) -> None:
        """`periods`: the quarters whose situation may be asked for."""
        super().__init__(*args, **kwargs)
        self.fields["fin"].choices = [("", "dernière période connue"), *((str(one), one.label) for one in periods)]
        groups = list(domains)
        known = [(str(one.domain.number), f"{one.domain.number} · {one.domain.title}") for one in groups]
        self.fields["domaine"].choices = [("", "Tous les domaines"), *known]
        fiches = [(str(row.number), f"{row.number} · {row.title}") for one in groups for row in one.fiches]
        self.fields["fiche"].choices = [("", "Toutes les fiches"), *fiches]

    @property
    def order_in_words(self) -> str:
        asked = self.cleaned_data.get("tri", "") if self.is_valid() else ""
        return str(dict(self.fields["tri"].choices)[asked])

    def in_words(self) -> list[str]:
        """What is asked, « domaine : 2 · … », field by field; nothing when all is shown."""
        if not self.is_valid():
            return []
        words = []
        for name, value in self.cleaned_data.items():
            if value and name != "tri":
                choices = dict(getattr(self.fields[name], "choices", ()))
                words.append(f"{str(self.fields[name].label).lower()} «\u00a0{choices.get(value, value)}\u00a0»")
        return words
