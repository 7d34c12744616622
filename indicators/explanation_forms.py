"""The forms of the explanations, and the door by which the pages that gather the apps hand one in."""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any

from django import forms

from cog.figures import NumberError, format_exact, parse_french_decimal
from cog.models import User
from cog.periods import Period, PeriodError, parse
from indicators.enums import Cause, GapMode
from indicators.models import Explanation, GapThreshold, Indicator
from indicators.operations.explanations import (
    LONGEST,
    ExplanationEntry,
    ExplanationMoved,
    ExplanationRefused,
    write_explanation,
)

Groups = Iterable[tuple[str, list[tuple[str, str]]]]
"""The actions one may choose, by fiche: « Fiche n° 10 », then (key, label)."""

_NUMBERED = re.compile(r"(?P<letter>[TS]) ?(?P<number>[1-4]) (?P<year>[0-9]{4})", re.IGNORECASE)
_DAY = re.compile(r"(?P<day>[0-9]{1,2})/(?P<month>[0-9]{1,2})/(?P<year>[0-9]{4})")


class ExplanationForm(forms.Form):
    """Why a figure is where it is, and what is done about it."""

    cause = forms.ChoiceField(
        label="Cause",
        choices=[(code, str(label).capitalize()) for code, label in Cause.choices],
        widget=forms.RadioSelect,
        error_messages={"required": "Dire si la cause est interne au régime ou ne lui est pas imputable."},
    )
    text = forms.CharField(
        label="Explication",
        max_length=LONGEST,
        widget=forms.Textarea(attrs={"rows": 8}),
        help_text="Ce qui s'est passé, depuis quand, dans quelles caisses ; ce que les chiffres ne disent pas.",
        error_messages={"required": "Écrire l'explication."},
    )
    corrective_action = forms.ChoiceField(label="Action corrective", required=False)
    expected_return = forms.CharField(
        label="Retour attendu",
        required=False,
        max_length=24,
        help_text="Quand la valeur doit revenir au niveau attendu : T4 2014, S2 2014, 2015 ou 31/12/2014.",
    )

    def __init__(self, *args: Any, actions: Groups, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["corrective_action"].choices = [("", "Aucune action de la convention"), *actions]  # type: ignore[attr-defined]

    def clean_expected_return(self) -> str:
        """A period or a day as people write it, in its canonical form."""
        text = " ".join(str(self.cleaned_data["expected_return"]).split())
        if not text:
            return ""
        try:
            return str(parse(_canonical(text)))
        except PeriodError:
            raise forms.ValidationError(
                f"Trouvé « {text} », attendu une période ou une date, comme T4 2014, 2015 ou 31/12/2014."
            ) from None


def _canonical(text: str) -> str:
    numbered, day = _NUMBERED.fullmatch(text), _DAY.fullmatch(text)
    if numbered:
        return f"{numbered['year']}-{numbered['letter'].upper()}{numbered['number']}"
    if day:
        return f"{day['year']}-{int(day['month']):02}-{int(day['day']):02}"
    return text.upper()


def initial_of(row: Explanation | None) -> dict[str, str]:
    """What a form starts from: an explanation already written."""
    if row is None:
        return {}
    return {
        "cause": row.cause,
        "text": row.text,
        "corrective_action": row.corrective_action,
        "expected_return": _as_typed(row.expected_return),
    }


def _as_typed(period: str) -> str:
    """« 2014-T4 » as « T4 2014 », a day as « 31/12/2014 »."""
    if len(period) == 10:
        year, month, day = period.split("-")
        return f"{day}/{month}/{year}"
    if "-T" in period or "-S" in period:
        return f"{period[5:]} {period[:4]}"
    return period


@dataclass
class Submission:
    """What became of an entry: saved, or the form with its faults and what another person wrote meanwhile."""

    form: ExplanationForm
    saved: Explanation | None = None
    moved: Explanation | None = None


def submit_explanation(
    *, indicator: Indicator, period: Period, data: Mapping[str, Any], actions: Groups, by: User, at: datetime
) -> Submission:
    """Hand in an explanation; nothing that was typed is lost, whatever happens."""
    form = ExplanationForm(data, actions=actions)
    submission = Submission(form)
    if not form.is_valid():
        return submission
    seen = str(data.get("seen", ""))
    try:
        submission.saved = write_explanation(
            indicator=indicator,
            period=str(period),
            entry=ExplanationEntry(**form.cleaned_data),
            seen=int(seen) if seen.isdecimal() else 0,
            by=by,
            at=at,
        )
    except ExplanationRefused as refused:
        for name, words in refused.faults:
            form.add_error(name, words)
    except ExplanationMoved as moved:
        submission.moved = moved.current
        form.add_error(None, str(moved))
    return submission


class ThresholdForm(forms.Form):
    """From which gap an indicator asks for an explanation."""

    value = forms.CharField(
        label="Seuil", required=False, max_length=20, help_text="Vide : revenir au seuil par défaut."
    )
    mode = forms.ChoiceField(label="Compté en", choices=GapMode.choices)
    reason = forms.CharField(
        label="Motif",
        max_length=1000,
        widget=forms.Textarea(attrs={"rows": 3}),
        error_messages={"required": "Dire pourquoi ce seuil est fixé."},
    )

    def clean_value(self) -> Decimal | None:
        text = str(self.cleaned_data["value"]).strip()
        if not text:
            return None
        try:
            value = parse_french_decimal(text, refuse_ambiguous_dot=True)
        except NumberError as wrong:
            raise forms.ValidationError(f"Trouvé « {text} », attendu {wrong.expected}.") from None
        if not 0 <= value < 10**9:
            raise forms.ValidationError(f"Trouvé « {text} », attendu un nombre positif ou nul.")
        return value

    @staticmethod
    def initial_of(row: GapThreshold | None) -> dict[str, str]:
        if row is None:
            return {}
        return {"value": format_exact(row.value.normalize() + 0), "mode": row.mode}
