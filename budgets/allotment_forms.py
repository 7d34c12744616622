"""Entering an allotment: the act, the envelope, the workbook; and what the browser carries to the confirmation."""

from datetime import date
from decimal import Decimal
from typing import Any

from django import forms

from budgets.compute.allotment import OF_THE_TEXT, Entry, Parameters
from budgets.queries.allotment import AllotmentRequest
from cog.figures import decimals_of, format_exact
from cog.forms import DayField, NumberField
from cog.models import Convention
from cog.sealing import seal, unseal

_PURPOSE = "budgets.allotment"
_PERCENT = Decimal(100)


class AllotmentForm(forms.Form):
    """The act that decides an allotment, its envelope, its parameters, and the workbook of the caisses."""

    exercice = forms.TypedChoiceField(label="Exercice", coerce=int)
    fichier = forms.FileField(
        label="Classeur des caisses (XLSX)",
        help_text="Le modèle de l'exercice, rempli : une ligne par caisse, montants en k€.",
        widget=forms.FileInput(attrs={"accept": ".xlsx"}),
    )
    enveloppe = NumberField(
        label="Enveloppe nationale (k€)",
        unit="k€",
        help_text="Le socle des dotations de l'exercice, celui que les caisses se partagent.",
    )
    acte = forms.CharField(
        label="Décision", max_length=250, help_text="L'acte qui arrête la répartition : organe, nature, référence."
    )
    decidee = DayField(label="Décidée le")
    part = NumberField(
        label="Part garantie du taux moyen (%)",
        unit="%",
        help_text=f"{format_exact(OF_THE_TEXT.guaranteed_part * 100, '%')} dans la convention (l. 6047).",
    )
    plafond = NumberField(
        label="Plafond, en % du prorata",
        unit="%",
        help_text=f"{format_exact(OF_THE_TEXT.cap * 100, '%')} dans la convention (l. 6047).",
    )
    avis = forms.CharField(
        label="Avis à l'État",
        required=False,
        max_length=250,
        help_text="Si les paramètres sont modifiés : l'avis donné au préalable (l. 6049), sa référence et sa date.",
    )
    motif = forms.CharField(
        label="Motif du remplacement",
        required=False,
        max_length=2000,
        widget=forms.Textarea(attrs={"rows": 2}),
        help_text="Si l'exercice a déjà une répartition : pourquoi celle-ci la remplace.",
    )

    def __init__(self, *args: Any, convention: Convention, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["exercice"].choices = [(year, str(year)) for year in convention.years]
        self.fields["part"].initial = format_exact(OF_THE_TEXT.guaranteed_part * 100)
        self.fields["plafond"].initial = format_exact(OF_THE_TEXT.cap * 100)

    def clean_part(self) -> Decimal:
        return self._fraction("part", 2)

    def clean_plafond(self) -> Decimal:
        return self._fraction("plafond", 2)

    def _fraction(self, name: str, decimals: int) -> Decimal:
        value: Decimal = self.cleaned_data[name]
        if decimals_of(value) > decimals or not 0 <= value < 10_000:
            raise forms.ValidationError(f"Attendu un pourcentage, avec {decimals} décimales au plus.")
        return value / _PERCENT

    def request_of(self, entries: list[Entry], *, seen: int) -> AllotmentRequest:
        """What is asked for, once the form is valid."""
        told = self.cleaned_data
        return AllotmentRequest(
            exercise=told["exercice"],
            envelope=told["enveloppe"],
            entries=tuple(entries),
            act=told["acte"],
            decided_on=told["decidee"],
            parameters=Parameters(told["part"], told["plafond"]),
            state_notice=told["avis"],
            reason=told["motif"],
            seen=seen,
        )


def sealed(request: AllotmentRequest, *, user: int) -> str:
    """A checked request as a text that the browser carries to the confirmation and cannot alter."""
    rows = [
        (one.code, str(one.benefits), str(one.previous), one.beneficiaries_before, one.beneficiaries_now)
        for one in request.entries
    ]
    content = {
        "rows": rows,
        "exercise": request.exercise,
        "envelope": str(request.envelope),
        "act": request.act,
        "decided_on": request.decided_on.isoformat(),
        "parameters": [str(request.parameters.guaranteed_part), str(request.parameters.cap)],
        "state_notice": request.state_notice,
        "reason": request.reason,
        "seen": request.seen,
    }
    return seal(content, user=user, purpose=_PURPOSE)


def unsealed(text: str, *, user: int) -> AllotmentRequest | None:
    """The request that was sealed for this person less than a day ago; None for anything else."""
    content = unseal(text, user=user, purpose=_PURPOSE)
    if content is None:
        return None
    part, cap = content["parameters"]
    return AllotmentRequest(
        exercise=content["exercise"],
        envelope=Decimal(content["envelope"]),
        entries=tuple(
            Entry(code, Decimal(benefits), Decimal(previous), before, now)
            for code, benefits, previous, before, now in content["rows"]
        ),
        act=content["act"],
        decided_on=date.fromisoformat(content["decided_on"]),
        parameters=Parameters(Decimal(part), Decimal(cap)),
        state_notice=content["state_notice"],
        reason=content["reason"],
        seen=content["seen"],
    )
