"""Forms of the transfers of credits."""

from typing import Any

from django import forms

from budgets.act_forms import AmountField
from budgets.enums import TransferActKind
from budgets.models import BudgetLine, Fund
from budgets.operations import TransferRequest
from cog.forms import DayField


class LineChoice(forms.ModelChoiceField):
    """A line of the fund, with the group it belongs to."""

    def label_from_instance(self, obj: BudgetLine) -> str:
        return f"{obj.label} ({obj.group or 'sans groupe'})"


class TransferForm(forms.Form):
    """A transfer within a fund."""

    exercise = forms.TypedChoiceField(label="Exercice", coerce=int)
    origin = LineChoice(label="De la ligne", queryset=BudgetLine.objects.none())
    destination = LineChoice(label="Vers la ligne", queryset=BudgetLine.objects.none())
    reason = forms.CharField(label="Motif", max_length=2000, widget=forms.Textarea(attrs={"rows": 3}))
    exceptional = forms.BooleanField(
        label="Demander la dérogation exceptionnelle, quand la convention en prévoit une", required=False
    )
    field_order = ("exercise", "origin", "destination", "amount", "reason", "exceptional")

    def __init__(self, *args: Any, fund: Fund, stated: list[int], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fund = fund
        lines = BudgetLine.objects.filter(fund=fund, position__in=stated).order_by("position")
        self.fields["origin"].queryset = self.fields["destination"].queryset = lines
        self.fields["exercise"].choices = [(year, str(year)) for year in fund.convention.years]
        self.fields["amount"] = AmountField(unit=fund.unit, label=f"Montant ({fund.unit})")
        self.fields["amount"].required = True
        self.order_fields(self.field_order)

    @property
    def request(self) -> TransferRequest:
        told = self.cleaned_data
        return TransferRequest(
            fund=self.fund,
            exercise=told["exercise"],
            origin=told["origin"],
            destination=told["destination"],
            amount=told["amount"],
            reason=told["reason"],
            exceptional=told["exceptional"],
        )


class TransferActForm(forms.Form):
    """An act of a transfer, with its document."""

    kind = forms.ChoiceField(choices=TransferActKind.choices, widget=forms.HiddenInput)
    dated = DayField(label="En date du")
    reference = forms.CharField(label="Pièce (délibération, courrier, procès-verbal)", max_length=200)
    favourable = forms.ChoiceField(label="Sens", choices=[("oui", "favorable"), ("non", "défavorable")])

    def told(self) -> list[str]:
        """Every error, named by its field."""
        return [
            f"{self.fields[name].label} : {words}" if name in self.fields and self.fields[name].label else str(words)
            for name, errors in self.errors.items()
            for words in errors
        ]


class RuleForm(forms.Form):
    """A question to the rules: may credits go from a group to another?"""

    de = forms.ChoiceField(label="Du groupe")
    vers = forms.ChoiceField(label="Au groupe")

    def __init__(self, *args: Any, groups: list[tuple[str, str]], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["de"].choices = self.fields["vers"].choices = groups
