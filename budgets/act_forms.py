"""Forms of an act: its heading, and one small form for each line of the fund. They clean and save nothing."""

from typing import Any

from django import forms

from budgets.compute.entry import Fault, Stated
from budgets.enums import DECIDED, ActKind
from cog.forms import DayField, NumberField


class AmountField(NumberField):
    """An amount in a cell; empty is nothing, never 0."""

    def __init__(self, *, unit: str, **options: Any) -> None:
        super().__init__(unit=unit, required=False, **options)
        self.widget.attrs["class"] = "num"


class ActHeading(forms.Form):
    """What an act says of itself."""

    dated = DayField(label="En date du")
    reference = forms.CharField(label="Délibération ou pièce", max_length=200, required=False)
    reason = forms.CharField(label="Motif", required=False, max_length=2000, widget=forms.Textarea(attrs={"rows": 2}))
    seen = forms.IntegerField(required=False, widget=forms.HiddenInput)
    source = forms.CharField(required=False, max_length=250, widget=forms.HiddenInput)

    def __init__(self, *args: Any, kind: ActKind, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if kind in DECIDED:
            self.fields["reference"].required = True
        if kind is ActKind.RECTIFIED:
            self.fields["reason"].required = True
        if kind is ActKind.EXECUTED:
            self.fields["dated"].label = "Exécution arrêtée au"
        elif kind is ActKind.FORECAST:
            self.fields["dated"].label = "Prévision établie le"


class LineForm(forms.Form):
    """The cells of one line."""

    def __init__(self, *args: Any, unit: str, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["amount"] = AmountField(unit=unit, label="Montant")
        self.fields["national"] = AmountField(unit=unit, label="dont Caisse nationale")
        self.fields["comment"] = forms.CharField(
            label="Commentaire", required=False, max_length=2000, widget=forms.TextInput(attrs={"class": "words"})
        )

    @property
    def stated(self) -> Stated | None:
        """What the line states; nothing when no amount is written."""
        amount = self.cleaned_data.get("amount")
        if amount is None:
            return None
        return Stated(amount, self.cleaned_data.get("national"), self.cleaned_data.get("comment", ""))

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or self.cleaned_data
        if cleaned.get("amount") is None and "amount" not in self.errors:
            for name, words in (("national", "une part sans montant"), ("comment", "un commentaire sans montant")):
                if cleaned.get(name):
                    self.add_error("amount", f"Trouvé {words} : écrire le montant de la ligne.")
        return cleaned


def blame(faults: list[Fault], heading: ActHeading, lines: dict[int, LineForm]) -> None:
    """Put each fault where it is read: at its line, in the heading, or above all."""
    for fault in faults:
        form = lines.get(fault.position) if fault.position is not None else None
        words = fault.words[0].upper() + fault.words[1:]
        if form is not None:
            form.add_error(fault.field if fault.field in form.fields else "amount", words)
        else:
            heading.add_error(fault.field if fault.field in heading.fields else None, words)
