"""Forms of the indicators: they clean what is typed and save nothing."""

from collections.abc import Iterable
from typing import Any, ClassVar

from django import forms

from cog.forms import FilterForm
from cog.models import Organisation
from cog.periods import Period
from cog.queries import DomainFiches
from indicators.enums import Better, IndicatorKind, Verdict


class SituationForm(FilterForm):
    """At the end of which quarter to look; by default, at the last period known."""

    fin = forms.ChoiceField(label="Situation à la fin de", required=False)

    def __init__(self, *args: Any, periods: Iterable[Period] = (), **kwargs: Any) -> None:
        """`periods`: the quarters whose situation may be asked for."""
        super().__init__(*args, **kwargs)
        self.fields["fin"].choices = [("", "dernière période connue"), *((str(one), one.label) for one in periods)]


class CaisseFilter(SituationForm):
    """Which caisses to show in the list."""

    region = forms.ChoiceField(label="Région", required=False)
    mots = forms.CharField(label="Nom, département ou code", required=False, max_length=80)
    field_order = ("region", "mots", "fin")

    def __init__(self, *args: Any, bodies: Iterable[Organisation], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        regions = sorted({body.region_2016 for body in bodies if body.region_2016})
        self.fields["region"].choices = [("", "Toutes les régions"), *((one, one) for one in regions)]


class IndicatorFilter(SituationForm):
    """Which sheets to show in the list."""

    domaine = forms.ChoiceField(label="Domaine", required=False)
    fiche = forms.ChoiceField(label="Fiche", required=False)

    type = forms.ChoiceField(label="Type", required=False, choices=[("", "Tous les types"), *IndicatorKind.choices])
    verdict = forms.ChoiceField(label="Verdict", required=False, choices=[("", "Tous les verdicts"), *Verdict.choices])
    sens = forms.ChoiceField(label="Sens", required=False, choices=[("", "Tous les sens"), *Better.choices])
    mots = forms.CharField(label="Mots du titre ou code", required=False, max_length=80)
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

    unsaid: ClassVar[set[str]] = {"tri"}
    field_order = ("domaine", "fiche", "type", "verdict", "sens", "mots", "fin", "tri")

    def __init__(self, *args: Any, domains: Iterable[DomainFiches], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        groups = list(domains)
        known = [(str(one.domain.number), f"{one.domain.number} · {one.domain.title}") for one in groups]
        self.fields["domaine"].choices = [("", "Tous les domaines"), *known]
        fiches = [(str(row.number), f"{row.number} · {row.title}") for one in groups for row in one.fiches]
        self.fields["fiche"].choices = [("", "Toutes les fiches"), *fiches]

    @property
    def order_in_words(self) -> str:
        asked = self.cleaned_data.get("tri", "") if self.is_valid() else ""
        return str(dict(self.fields["tri"].choices)[asked])
