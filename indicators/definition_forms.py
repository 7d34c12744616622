"""The form by which a definition is adopted: the fields people know first, the rest as the methods file writes it."""

import re
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

import yaml
from django import forms

from cog.forms import DayField
from indicators.compute.expression import ExpressionError, parse_expression
from indicators.compute.methods_file import METHODS, DefinitionError, definition_from
from indicators.enums import Better, Method, NationalRule, Rhythm
from indicators.models import Indicator, IndicatorVersion
from indicators.operations import Adoption, Fault
from indicators.queries.definitions import OVER_TIME_WORDS

COMMON = (
    "method", "numerator", "denominator", "factor", "unit", "decimals", "better", "over_time", "periodicity",
    "national", "local",
)  # fmt: skip
SAID_ELSEWHERE = ""
MAX_OTHERS = 8_000
_LEFT_OUT = frozenset({"kind", "provisional", "by", "targets_by", "note", "printed"})
_FIELD = re.compile(r"champ « (?P<key>[^»]+?) » : (?P<words>.+)", re.DOTALL)


@dataclass(frozen=True)
class Caret:
    """Where a formula stops being readable: its text, and spaces up to the character in fault."""

    text: str
    spaces: str


class AdoptionForm(forms.Form):
    """A definition as a person writes it; every fault is told at once, beside its field."""

    method = forms.ChoiceField(
        label="Calcul",
        choices=[
            (code, str(Method(code).label).capitalize())
            for code in METHODS
            if code in Method.values and code != Method.TO_BUILD
        ],
    )
    numerator = forms.CharField(
        label="Numérateur ou donnée",
        required=False,
        max_length=1000,
        widget=forms.Textarea(attrs={"rows": 2, "spellcheck": "false", "class": "formula"}),
        help_text="Codes de données remontées, avec + et −. Une part de ventilation s'écrit code[cle=valeur]. "
        "Exemple : indus_recouvres[phase=amiable]",
    )
    denominator = forms.CharField(
        label="Dénominateur",
        required=False,
        max_length=1000,
        widget=forms.Textarea(attrs={"rows": 2, "spellcheck": "false", "class": "formula"}),
        help_text="Laisser vide pour un dénombrement.",
    )
    factor = forms.CharField(
        label="Multiplié par", initial="1", max_length=12, help_text="100 pour un pourcentage, 1 sinon."
    )
    unit = forms.CharField(
        label="Unité", max_length=40, help_text="Comme elle se lit après la valeur : %, places, jours…"
    )
    decimals = forms.IntegerField(label="Décimales montrées", min_value=0, max_value=6, initial=1)
    better = forms.ChoiceField(
        label="Sens du progrès", choices=[(code, str(label).capitalize()) for code, label in Better.choices]
    )
    over_time = forms.ChoiceField(
        label="Des mois à l'année",
        required=False,
        choices=[*OVER_TIME_WORDS.items(), (SAID_ELSEWHERE, "dit dans les autres champs, ou sans objet")],
    )
    periodicity = forms.MultipleChoiceField(
        label="Périodicité",
        required=False,
        choices=Rhythm.choices,
        widget=forms.CheckboxSelectMultiple,
        help_text="Aucune case : annuelle.",
    )
    national = forms.ChoiceField(
        label="Valeur nationale", choices=[(code, str(label).capitalize()) for code, label in NationalRule.choices]
    )
    local = forms.BooleanField(label="Une valeur par caisse", required=False)
    others = forms.CharField(
        label="Autres champs",
        required=False,
        max_length=MAX_OTHERS,
        widget=forms.Textarea(attrs={"rows": 6, "spellcheck": "false", "class": "formula"}),
        help_text="Ventilations, variantes, cumul, première période… Un par ligne, « cle: valeur », comme dans le "
        "fichier des méthodes. Exemple : breakdowns: {phase: [amiable, contentieux]}",
    )
    valid_from = DayField(
        label="En vigueur depuis le",
        help_text="Elle vaut pour les périodes qui finissent ce jour-là ou après ; les autres gardent la précédente.",
    )
    agreed_by = forms.CharField(
        label="Arrêtée par", max_length=200, help_text="Qui l'a convenue : la Dss et la Cnaf, un comité, un avenant…"
    )
    agreed_on = DayField(label="Arrêtée le")
    reason = forms.CharField(
        label="Motif", max_length=2000, widget=forms.Textarea(attrs={"rows": 2}), help_text="Pourquoi cette définition."
    )
    note = forms.CharField(
        label="Choix et hypothèses", required=False, max_length=2000, widget=forms.Textarea(attrs={"rows": 2})
    )
    provisional = forms.BooleanField(
        label="Proposition seulement : calculée et dite « provisoire, non arrêtée », sans verdict", required=False
    )

    def __init__(self, *args: Any, indicator: Indicator, measures: Collection[str], **kwargs: Any) -> None:
        self.indicator = indicator
        self.measures = frozenset(measures)
        self.carets: dict[str, Caret] = {}
        super().__init__(*args, **kwargs)

    @property
    def formula_fields(self) -> list[forms.BoundField]:
        return [self[name] for name in COMMON]

    @property
    def act_fields(self) -> list[forms.BoundField]:
        return [self[name] for name in ("valid_from", "agreed_by", "agreed_on", "reason", "note", "provisional")]

    def clean_numerator(self) -> str:
        return self._formula("numerator")

    def clean_denominator(self) -> str:
        return self._formula("denominator")

    def _formula(self, name: str) -> str:
        """A formula that reads, typed with a true minus or over several lines."""
        text = " ".join(str(self.cleaned_data[name]).replace("\u2212", "-").split())
        if not text:
            return ""
        try:
            parse_expression(text, self.measures)
        except ExpressionError as error:
            position = getattr(error, "position", None)
            if position is not None:
                self.carets[name] = Caret(text, " " * position)
            place = f"caractère {position + 1}, " if position is not None else ""
            raise forms.ValidationError(f"{place}trouvé « {error.found} », attendu {error.expected}.") from error
        return text

    def clean_factor(self) -> str:
        return str(self.cleaned_data["factor"]).replace(",", ".").replace("\u202f", "").strip()

    def clean_others(self) -> dict[str, Any]:
        """The lines of the methods file, without its anchors: they could unfold without end."""
        text = str(self.cleaned_data["others"])
        if re.search(r"(^|[\s\[{,])[&*]\w", text):
            raise forms.ValidationError("trouvé « & » ou « * » devant un mot, attendu des valeurs écrites en entier.")
        try:
            read = yaml.safe_load(text) if text.strip() else {}
        except (yaml.YAMLError, ValueError, RecursionError) as error:  # a date that does not exist is a ValueError
            mark = getattr(error, "problem_mark", None)
            place = f"ligne {mark.line + 1}, caractère {mark.column + 1} : " if mark else ""
            raise forms.ValidationError(f"{place}illisible ; attendu une ligne « cle: valeur » par champ.") from error
        if not isinstance(read, dict) or not all(isinstance(key, str) for key in read):
            raise forms.ValidationError("trouvé autre chose que des lignes « cle: valeur ».")
        taken = sorted(read.keys() & (set(COMMON) - {"over_time"} | _LEFT_OUT))
        if taken:
            raise forms.ValidationError(f"{', '.join(taken)} : dit plus haut dans ce formulaire, à retirer d'ici.")
        if not _is_plain(read):
            raise forms.ValidationError("trouvé une date ou une valeur spéciale, attendu des textes et des nombres.")
        return read

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        if "others" in cleaned and cleaned.get("over_time") and "over_time" in cleaned["others"]:
            self.add_error("over_time", "dit deux fois : ici et dans les autres champs. Choisir l'un des deux.")
        try:
            definition_from(self.indicator.code, self.method_entry(), self.measures)
        except DefinitionError as error:
            for problem in error.problems:
                self._place(problem)
        return cleaned

    def method_entry(self) -> dict[str, Any]:
        """What was typed as an entry of the methods file; a field in fault is left out."""
        cleaned = self.cleaned_data
        entry: dict[str, Any] = {"kind": self.indicator.kind, "method": cleaned.get("method", "")}
        for name in ("numerator", "denominator", "unit", "over_time", "periodicity"):
            if cleaned.get(name):
                entry[name] = cleaned[name]
        if cleaned.get("factor", "1") != "1":
            factor = cleaned["factor"]
            entry["factor"] = int(factor) if re.fullmatch(r"[0-9]{1,9}", factor) else factor
        for name in ("decimals", "better", "national", "local"):
            if name in cleaned:
                entry[name] = cleaned[name]
        return entry | dict(cleaned.get("others") or {})

    def adoption(self) -> Adoption | None:
        """What is asked for, as far as it reads; None without its two dates."""
        cleaned = self.cleaned_data
        if "valid_from" not in cleaned or "agreed_on" not in cleaned:
            return None
        return Adoption(
            method=self.method_entry(),
            valid_from=cleaned["valid_from"],
            agreed_by=cleaned.get("agreed_by", ""),
            agreed_on=cleaned["agreed_on"],
            reason=cleaned.get("reason", ""),
            note=cleaned.get("note", ""),
            provisional=cleaned.get("provisional", False),
        )

    def add_faults(self, faults: Iterable[Fault]) -> None:
        """Put what the operation refuses beside its field; the form has already said what lies in the formula."""
        formula_said = any(name in self.errors for name in (*COMMON, "others"))
        for fault in faults:
            if fault.field not in self.errors and not (fault.field == "method" and formula_said):
                self.add_error(fault.field or None, fault.words)

    def _place(self, problem: str) -> None:
        """A fault of the definition beside its field, unless that field has one already."""
        match = _FIELD.fullmatch(problem)
        key = match["key"] if match else ""
        words = f"{match['words']}." if match else problem
        name = key if key in COMMON and key in self.fields else "others"
        if name in self.errors:
            return
        if name == "others" and key:
            words = f"« {key} » : {words}"
        self.add_error(name, words)


def initial_of(version: IndicatorVersion | None, indicator: Indicator) -> dict[str, Any]:
    """The form as it opens: the version in force, or what little the convention says of a sheet to build."""
    if version is None:
        return {"periodicity": indicator.periodicities, "local": True, "over_time": "sum", "national": "of_sums"}
    method: Mapping[str, Any] = version.method
    initial = {key: method[key] for key in COMMON if key in method}
    if not isinstance(initial.get("over_time", ""), str):
        del initial["over_time"]
    left = {
        key: value
        for key, value in method.items()
        if key not in _LEFT_OUT and (key not in COMMON or (key == "over_time" and not isinstance(value, str)))
    }
    initial["others"] = "".join(f"{key}: {_on_one_line(value)}\n" for key, value in left.items())
    return initial | {"factor": str(method.get("factor", 1)), "over_time": initial.get("over_time", SAID_ELSEWHERE)}


def _on_one_line(value: Any) -> str:
    """A value as the methods file writes it: « {phase: [amiable, contentieux]} »."""
    written = yaml.safe_dump(value, allow_unicode=True, default_flow_style=True, width=100_000, sort_keys=False)
    return written.removesuffix("\n").removesuffix("\n...")


def _is_plain(value: Any) -> bool:
    """Whether a value is made of texts, numbers, lists and mappings only: what JSON keeps unchanged."""
    if isinstance(value, dict):
        return all(isinstance(key, str) and _is_plain(one) for key, one in value.items())
    if isinstance(value, list):
        return all(map(_is_plain, value))
    if isinstance(value, float | date):
        return False
    return value is None or isinstance(value, str | int)


class WithdrawalForm(forms.Form):
    """Why a definition is taken back."""

    reason = forms.CharField(label="Motif du retrait", max_length=2000, widget=forms.Textarea(attrs={"rows": 2}))
