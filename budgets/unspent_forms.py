"""Entering what the caisses spent of their dotations; and what the browser carries to the confirmation."""

from datetime import date
from decimal import Decimal

from django import forms

from budgets.queries.unspent import UnspentRequest
from cog.forms import DayField
from cog.sealing import seal, unseal

_PURPOSE = "budgets.unspent"


class UnspentForm(forms.Form):
    """Where the spending comes from, and the workbook of the caisses."""

    fichier = forms.FileField(
        label="Classeur des dépenses (XLSX)",
        help_text="Le modèle de l'exercice, rempli : une ligne par caisse, montants en k€.",
        widget=forms.FileInput(attrs={"accept": ".xlsx"}),
    )
    arretes = DayField(label="Comptes arrêtés au")
    source = forms.CharField(
        label="Source", max_length=250, help_text="D'où viennent les dépenses : comptes de l'exercice, état, date."
    )
    decision = forms.CharField(
        label="Décision d'affectation",
        required=False,
        max_length=250,
        help_text="Si elle est prise : celle du conseil d'administration sur les crédits mutualisés (l. 6055).",
    )
    motif = forms.CharField(
        label="Motif du remplacement",
        required=False,
        max_length=2000,
        widget=forms.Textarea(attrs={"rows": 2}),
        help_text="Si l'exercice a déjà un état : pourquoi celui-ci le remplace.",
    )

    def request_of(self, executed: dict[str, Decimal], *, exercise: int, seen: int) -> UnspentRequest:
        """What is asked for, once the form is valid."""
        told = self.cleaned_data
        return UnspentRequest(
            exercise=exercise,
            executed=executed,
            closed_on=told["arretes"],
            source=told["source"],
            board_act=told["decision"],
            reason=told["motif"],
            seen=seen,
        )


def sealed(request: UnspentRequest, *, user: int) -> str:
    """A checked request as a text that the browser carries to the confirmation and cannot alter."""
    content = {
        "executed": {code: str(amount) for code, amount in request.executed.items()},
        "exercise": request.exercise,
        "closed_on": request.closed_on.isoformat(),
        "source": request.source,
        "board_act": request.board_act,
        "reason": request.reason,
        "seen": request.seen,
    }
    return seal(content, user=user, purpose=_PURPOSE)


def unsealed(text: str, *, user: int) -> UnspentRequest | None:
    """The request that was sealed for this person less than a day ago; None for anything else."""
    content = unseal(text, user=user, purpose=_PURPOSE)
    if content is None:
        return None
    return UnspentRequest(
        exercise=content["exercise"],
        executed={code: Decimal(amount) for code, amount in content["executed"].items()},
        closed_on=date.fromisoformat(content["closed_on"]),
        source=content["source"],
        board_act=content["board_act"],
        reason=content["reason"],
        seen=content["seen"],
    )
