"""Versions of a definition: which one holds when, side by side in words, and what a new one would give."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from cog.figures import MINUS, format_figure
from cog.models import Convention
from cog.periods import Granularity, Period
from indicators.compute.definition import Definition, result_periods
from indicators.compute.evaluate import NATIONAL_SCOPE
from indicators.compute.methods import Outcome
from indicators.enums import Better, IndicatorStatus, Method, NationalRule, ResultState, Rhythm
from indicators.models import Indicator, IndicatorResult, IndicatorVersion, Measure, Observation
from indicators.queries.engine import definition_of
from indicators.queries.evaluation import Evaluation


def status_of(indicator: Indicator, versions: Sequence[IndicatorVersion] | None = None) -> str:
    """« à construire » until a definition that is not provisional is adopted; of these versions, else of all."""
    held = indicator.versions.all() if versions is None else versions
    settled = any(not row.provisional and row.adopted_at is not None for row in held)
    return IndicatorStatus.DEFINED if settled else indicator.status


@dataclass(frozen=True)
class Cell:
    """What a version says of one field, and whether the version before it said otherwise."""

    text: str
    changed: bool


@dataclass(frozen=True)
class FieldRow:
    """One field across the versions; `is_formula`: an expression or a code, set as such."""

    label: str
    cells: list[Cell]
    is_formula: bool = False

    @property
    def changes(self) -> bool:
        return any(cell.changed for cell in self.cells)


@dataclass(frozen=True)
class VersionColumn:
    """A version, until when it holds, and how many results rest on it."""

    version: IndicatorVersion
    until: date | None
    results: int

    @property
    def results_shown(self) -> str:
        return format_figure(Decimal(self.results), 0)

    @property
    def is_void(self) -> bool:
        """Whether a later version took its place from its very first day."""
        return self.until is not None and self.until < self.version.valid_from


@dataclass(frozen=True)
class VersionsPage:
    """The versions of an indicator, side by side."""

    indicator: Indicator
    status: str
    columns: list[VersionColumn]
    rows: list[FieldRow]

    @property
    def differences(self) -> int:
        return sum(row.changes for row in self.rows)


def versions_page(*, convention: Convention, code: str) -> VersionsPage | None:
    """Every version of a definition, oldest first, field by field; None when the indicator is unknown."""
    indicator = Indicator.objects.filter(convention=convention, code=code).select_related("fiche").first()
    if indicator is None:
        return None
    versions = list(indicator.versions.select_related("adopted_by").order_by("number"))
    columns = [
        VersionColumn(version, _until(versions[rank + 1 :]), IndicatorResult.objects.filter(version=version).count())
        for rank, version in enumerate(versions)
    ]
    return VersionsPage(indicator, status_of(indicator), columns, _rows([version.method for version in versions]))


def _until(later: list[IndicatorVersion]) -> date | None:
    """The day before the first later version."""
    first = min((version.valid_from for version in later), default=None)
    return date.fromordinal(first.toordinal() - 1) if first else None


FIELD_LABELS: Mapping[str, str] = {
    "method": "Calcul",
    "numerator": "Numérateur ou donnée",
    "denominator": "Dénominateur",
    "reference_numerator": "Numérateur de référence",
    "reference_denominator": "Dénominateur de référence",
    "reference_year": "Année de référence",
    "of": "Valeur locale dont on mesure la dispersion",
    "divisor": "Année au dénominateur",
    "factor": "Multiplié par",
    "unit": "Unité",
    "decimals": "Décimales montrées",
    "better": "Sens du progrès",
    "local_better": "Sens du progrès pour une caisse",
    "periodicity": "Périodicité",
    "over_time": "Des mois à l'année",
    "cumulate_from": "Cumulé depuis",
    "first_year": "Première année",
    "first_period": "Première période",
    "national": "Valeur nationale",
    "national_addition": "Supplément national",
    "local": "Valeur par caisse",
    "perimeter": "Périmètre",
    "concerned": "Organismes concernés",
    "excluded_units": "Organismes exclus",
    "excluded_flag": "Donnée qui exclut",
    "groups": "Groupes de comparaison",
    "breakdowns": "Ventilations",
    "optional_breakdowns": "Ventilations facultatives",
    "numerator_breakdowns": "Ventilations du numérateur",
    "denominator_breakdowns": "Ventilations du dénominateur",
    "headline": "Valeur de tête",
    "secondary": "Valeurs associées",
    "variants": "Variantes",
    "judged": "Valeur comparée à la cible",
}
"""The fields of a method that readers see, in the order they read them."""

OVER_TIME_WORDS: Mapping[str, str] = {
    "sum": "somme des périodes (flux)",
    "last": "dernière période (stock)",
    "mean": "moyenne des périodes",
    "stock_sum": "somme des stocks de fin de mois",
    "monthly_forecasts": "prévisions mensuelles",
}
LENGTH_WORDS = {"month": "mois", "quarter": "trimestre", "semester": "semestre", "year": "année"}
FORMULAS = frozenset({"numerator", "denominator", "reference_numerator", "reference_denominator"})
_HIDDEN = frozenset(
    {"kind", "provisional", "by", "targets_by", "printed", "name", "note", "threshold", "vintages"}
)  # of the files: French words are beside


def _rows(methods: list[Mapping[str, Any]]) -> list[FieldRow]:
    others = sorted({key for method in methods for key in method} - FIELD_LABELS.keys() - _HIDDEN)
    rows = []
    for key in (*FIELD_LABELS, *others):
        if any(key in method for method in methods):
            texts = [field_in_words(key, method.get(key)) for method in methods]
            cells = [Cell(text, rank > 0 and text != texts[rank - 1]) for rank, text in enumerate(texts)]
            rows.append(FieldRow(FIELD_LABELS.get(key, key), cells, key in FORMULAS))
    return rows


def field_in_words(key: str, value: Any) -> str:
    """What a field of a method says, for a reader; « – » where it says nothing."""
    if value is None or value in ([], {}):
        return "–"
    words = {"method": Method, "national": NationalRule, "better": Better, "local_better": Better}
    if key in words and value in words[key].values:
        return str(words[key](value).label).capitalize()
    if isinstance(value, bool):
        return "oui" if value else "non"
    if key == "over_time":
        return _over_time_in_words(value)
    if key == "periodicity":
        return ", ".join(str(Rhythm(word).label) if word in Rhythm.values else str(word) for word in value)
    if key == "perimeter":
        return "toute la branche" if value == "branche" else "caisses"
    return _plainly(value)


def _over_time_in_words(value: Any) -> str:
    if isinstance(value, Mapping):
        parts = (
            f"{LENGTH_WORDS.get(key, key)}\u00a0: {OVER_TIME_WORDS.get(rule, rule)}" for key, rule in value.items()
        )
        return "\u00a0; ".join(parts)
    return OVER_TIME_WORDS.get(value, str(value))


def _plainly(value: Any) -> str:
    """Nested values as « cle : valeur », lists with commas."""
    if isinstance(value, Mapping):
        return "\u00a0; ".join(f"{key}\u00a0: {_plainly(one)}" for key, one in value.items())
    if isinstance(value, list):
        glue = " / " if any(isinstance(one, Mapping) for one in value) else ", "
        return glue.join(_plainly(one) for one in value)
    if isinstance(value, bool):
        return "oui" if value else "non"
    return "liste ouverte" if value == "open" else str(value)


# --- What a new definition would give -------------------------------------------------------------------------


@dataclass(frozen=True)
class PreviewLine:
    """A period under the former definition and under the new one. `held`: the new one would hold for it."""

    label: str
    before: str
    after: str
    change: str
    held: bool


@dataclass(frozen=True)
class Preview:
    """National values of the last year known, recomputed under both definitions; nothing of it is kept."""

    year: int | None
    former: IndicatorVersion | None
    lines: list[PreviewLine]
    trouble: str = ""

    @property
    def differs(self) -> bool:
        return any(line.before != line.after for line in self.lines)


def preview_of(*, indicator: Indicator, definition: Definition, valid_from: date) -> Preview:
    """What the national values of the last year that has facts are under the version in force, and under this one."""
    convention = indicator.convention
    versions = list(indicator.versions.order_by("number"))
    former = versions[-1] if versions else None
    before = definition_of(former) if former else None
    year = _last_year(convention, definition.all_measures | (before.all_measures if before else frozenset()))
    if year is None:
        return Preview(None, former, [], "Aucune donnée de ces formules n'est encore remontée : rien à recalculer.")
    periods = [
        one
        for one in result_periods(definition.periodicities, date(year, 1, 1), date(year, 12, 31))
        if one.granularity >= Granularity.QUARTER
    ]
    evaluation = Evaluation(convention)
    after_values = _national_values(evaluation, indicator, definition, periods)
    before_values = _national_values(evaluation, indicator, before, periods) if before else {}
    return Preview(
        year,
        former,
        [
            PreviewLine(
                label=period.label,
                before=_shown(before_values.get(period), before),
                after=_shown(after_values.get(period), definition),
                change=_change(before_values.get(period), after_values.get(period), before, definition),
                held=period.end >= valid_from,
            )
            for period in periods
        ],
    )


def _last_year(convention: Convention, measures: frozenset[str]) -> int | None:
    """The last year of the convention with an observation of these measures."""
    rows = Observation.objects.filter(
        measure__convention=convention, measure__code__in=measures, closed_by__isnull=True, value__isnull=False
    )
    years = {int(period[:4]) for period in rows.values_list("period", flat=True).distinct()}
    return max((year for year in years if convention.start.year <= year <= convention.end.year), default=None)


def _national_values(
    evaluation: Evaluation, indicator: Indicator, definition: Definition, periods: list[Period]
) -> dict[Period, Outcome]:
    results = evaluation.preview(indicator, definition, periods)
    return {
        period: row.outcome
        for period, rows in results.items()
        for row in rows
        if row.scope == NATIONAL_SCOPE and not row.name and not row.breakdown
    }


def _shown(outcome: Outcome | None, definition: Definition | None) -> str:
    if outcome is None or definition is None:
        return "aucune définition" if definition is None else "n.d."
    if outcome.value is None:
        return str(ResultState(outcome.state.value).label)
    return format_figure(outcome.value, definition.decimals, definition.unit)


def _change(before: Outcome | None, after: Outcome | None, former: Definition | None, definition: Definition) -> str:
    """« plus haut de 1,2 point », in words and with its sign; nothing where the two do not compare."""
    if before is None or after is None or before.value is None or after.value is None:
        return "–"
    if former is None or former.unit != definition.unit:
        return "unités différentes"
    return difference_in_words(before.value, after.value, definition.decimals, definition.unit)


def difference_in_words(before: Decimal, after: Decimal, decimals: int, unit: str) -> str:
    """« ▲ +1,2 point », « ▼ −3 places », « = inchangé »; a difference too small to be shown is said so."""
    change = after - before
    if not change:
        return "= inchangé"
    name = (
        unit if unit not in ("%", "points") else "points" if abs(change) >= 2 else "point"
    )  # French is plural from 2 on
    shown = format_figure(abs(change), decimals)
    if not any(digit in shown for digit in "123456789"):
        shown = f"moins de {format_figure(Decimal(1).scaleb(-decimals), decimals)}"
        return f"{'▲ plus haut' if change > 0 else '▼ plus bas'} de {shown} {name}".strip()
    return f"{'▲ +' if change > 0 else '▼ ' + MINUS}{shown} {name}".strip()


def measures_to_choose(*, convention: Convention) -> list[Measure]:
    """Every measure a formula may name."""
    return list(Measure.objects.filter(convention=convention).order_by("code"))
