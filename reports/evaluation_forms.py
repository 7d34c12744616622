"""Forms of the final evaluation: they clean what is typed and save nothing."""

from collections.abc import Iterable
from typing import Any

from django import forms

from cog.forms import FilterForm
from indicators.compute.achievement import Degree
from reports.enums import Stance
from reports.final_evaluation import FICHE, INDICATOR, OUTCOMES, Subject
from reports.operations.evaluation import LONGEST

LINES = "Une cause par ligne ; aucune, si la partie n'en retient pas."


class ReadingForm(forms.Form):
    """What one's own party reads in a subject."""

    text = forms.CharField(
        label="Lecture",
        max_length=LONGEST,
        widget=forms.Textarea(attrs={"rows": 6}),
        help_text="Ce que disent les résultats de cet objectif : ce qui est réalisé, ce qui ne l'est pas, pourquoi.",
        error_messages={"required": "Écrire la lecture."},
    )
    internal = forms.CharField(
        label="Causes internes au régime",
        required=False,
        max_length=LONGEST,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text=LINES,
    )
    not_attributable = forms.CharField(
        label="Causes non imputables au régime",
        required=False,
        max_length=LONGEST,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text=LINES,
    )

    def clean_internal(self) -> list[str]:
        return _lines(self.cleaned_data["internal"])

    def clean_not_attributable(self) -> list[str]:
        return _lines(self.cleaned_data["not_attributable"])

    @staticmethod
    def initial_of(reading: Any) -> dict[str, str]:
        """What a new wording starts from."""
        if reading is None:
            return {}
        causes = {name: "\n".join(getattr(reading, name)) for name in ("internal", "not_attributable")}
        return {"text": reading.text} | causes


def _lines(text: str) -> list[str]:
    return [line.strip() for line in text.splitlines() if line.strip()]


class PositionForm(forms.Form):
    """Whether one's party agrees with the other's reading."""

    stance = forms.ChoiceField(
        label="Position",
        choices=[(one.value, str(one.label).capitalize()) for one in Stance],
        widget=forms.RadioSelect,
        error_messages={"required": "Dire s'il y a accord ou désaccord."},
    )
    reason = forms.CharField(
        label="Motif du désaccord, ou réserve",
        required=False,
        max_length=LONGEST,
        widget=forms.Textarea(attrs={"rows": 3}),
    )

    def clean(self) -> dict[str, Any]:
        told = super().clean() or {}
        if told.get("stance") == Stance.DISAGREES and not (told.get("reason") or "").strip():
            self.add_error("reason", "Un désaccord dit pourquoi : écrire le motif.")
        return told


class SubjectFilter(FilterForm):
    """Which subjects of the evaluation to show."""

    fiche = forms.ChoiceField(label="Fiche", required=False)
    objet = forms.ChoiceField(
        label="Objet",
        required=False,
        choices=[
            ("", "Tous"),
            ("resultat", "indicateurs de résultat"),
            ("suivi", "indicateurs de pilotage"),
            (FICHE, "fiches"),
        ],
    )
    degre = forms.ChoiceField(
        label="Degré", required=False, choices=[("", "Tous"), *((one.value, one.label) for one in Degree)]
    )
    etat = forms.ChoiceField(label="Parties", required=False, choices=[("", "Toutes"), *OUTCOMES.items()])

    def __init__(self, *args: Any, fiches: Iterable[int], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["fiche"].choices = [("", "Toutes"), *((str(one), f"fiche n° {one}") for one in fiches)]

    def kept(self, subjects: Iterable[Subject]) -> list[Subject]:
        """The subjects that are asked for; all of them when the address says nothing that is understood."""
        rows = list(subjects)
        if not self.is_valid():
            return rows
        told = self.cleaned_data
        if told["fiche"]:
            rows = [one for one in rows if str(one.measure["fiche"]) == told["fiche"]]
        if told["objet"]:
            rows = [one for one in rows if told["objet"] == (one.measure.get("type") or FICHE)]
        if told["degre"]:
            rows = [one for one in rows if one.measure.get("degree") == told["degre"]]
        return [one for one in rows if one.outcome == told["etat"]] if told["etat"] else rows


KINDS = {"indicateurs": INDICATOR, "fiches": FICHE}
"""How an address names the kind of a subject."""
