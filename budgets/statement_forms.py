"""Forms of the tables owed beside the funds: a heading, and one field for each cell to fill."""

from decimal import Decimal
from typing import Any

from django import forms

from budgets.act_forms import AmountField
from budgets.compute.statements import CellFault, Form
from cog.figures import format_exact
from cog.forms import DayField

WORDS = {"class": "words"}


class StatementHeading(forms.Form):
    """Where the figures come from."""

    dated = DayField(label="En date du")
    reference = forms.CharField(label="Acte ou pièce", max_length=200)
    reason = forms.CharField(label="Pourquoi ce tableau remplace le précédent", max_length=2000, required=False)
    seen = forms.IntegerField(required=False, widget=forms.HiddenInput)

    def __init__(self, *args: Any, replaces: bool, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if replaces:
            self.fields["reason"].required = True
        else:
            del self.fields["reason"]


class GridForm(forms.Form):
    """Every cell of a table; a field is named by its row and column."""

    def __init__(self, *args: Any, form: Form, unit: str, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.table = form
        for row in form.rows:
            if not row.is_stated:
                continue
            if not row.label:
                self.fields[f"{row.code}-label"] = forms.CharField(
                    label="Intitulé", required=False, max_length=200, widget=forms.TextInput(attrs=WORDS)
                )
            for column in form.columns:
                if column.is_stated:
                    self.fields[f"{row.code}-{column.code}"] = AmountField(unit=unit, label=column.label)
            self.fields[f"{row.code}-comment"] = forms.CharField(
                label="Commentaire", required=False, max_length=2000, widget=forms.TextInput(attrs=WORDS)
            )

    @property
    def cells(self) -> dict[tuple[str, str], Decimal]:
        """What is written, a blank left out."""
        return {
            (row, column): value
            for row, column in self.table.stated()
            if (value := self.cleaned_data.get(f"{row}-{column}")) is not None
        }

    def words(self, what: str) -> dict[str, str]:
        """The labels or comments of the rows."""
        return {
            row.code: words for row in self.table.rows if (words := self.cleaned_data.get(f"{row.code}-{what}", ""))
        }

    def blame(self, faults: list[CellFault]) -> None:
        """Put each fault at its cell, or above all."""
        for fault in faults:
            words = fault.words[0].upper() + fault.words[1:]
            names = (f"{fault.row}-{fault.column}", f"{fault.row}-label")
            self.add_error(next((name for name in names if name in self.fields), None), words)


def initial_of(
    cells: dict[tuple[str, str], Decimal], labels: dict[str, str], comments: dict[str, str]
) -> dict[str, Any]:
    """What the grid starts from, every digit kept."""
    start: dict[str, Any] = {f"{row}-{column}": format_exact(value) for (row, column), value in cells.items()}
    start |= {f"{row}-label": label for row, label in labels.items()}
    return start | {f"{row}-comment": words for row, words in comments.items()}
