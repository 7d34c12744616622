"""The indicators' part of a convention's folder: sheets, measures, methods, and real figures others published."""

import re
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any, Literal

from pydantic import Field

from cog.models import Convention
from cog.reference.files import Folder, Located, Record
from cog.reference.registry import Context
from cog.reference.sync import Change
from indicators.compute.methods_file import DefinitionError, definition_from
from indicators.enums import (
    IndicatorKind,
    IndicatorStatus,
    Level,
    Operator,
    Rhythm,
    TargetMode,
    TargetOrigin,
    TargetRole,
    ValueKind,
)

MEASURE_COLUMNS = [
    "code",
    "label",
    "unit",
    "value_kind",
    "level",
    "finest_period",
    "breakdowns",
    "seed_line",
    "note",
]
PUBLISHED_COLUMNS = [
    "indicator", "year", "period", "scope", "value", "unit", "basis", "source", "source_url", "confidence", "note",
]  # fmt: skip
COVERAGE_COLUMNS = [
    "year", "departement_code", "departement_name", "eaje_psu", "eaje_hors_psu", "eaje_total", "preecole",
    "assistant_maternel", "salarie_domicile", "individuel_total", "global",
]  # fmt: skip


class SheetRecord(Record):
    """The cells of a technical sheet as printed; None where the row is absent from that sheet."""

    domain: str | None = None
    reference: str | None = None
    type: str | None = None
    external_reference: str | None = None
    source: str | None = None
    objective: str | None = None
    definition: str | None = None
    actors: str | None = None
    periodicity: str | None = None
    value_2012: str | None = None
    target: str | None = None
    remark: str | None = None


class BaselineRecord(Record):
    label: str = ""
    year: int | None = None
    value: Decimal
    unit: str = ""
    judged: Decimal | None = None
    note: str = ""


class TargetRecord(Record):
    scope: str = "national"
    year: int | None = None
    holds_from: date = Field(alias="from")
    holds_to: date = Field(alias="to")
    cumulative: bool
    role: Literal[tuple(TargetRole.values)]  # type: ignore[valid-type]
    mode: Literal[tuple(TargetMode.values)]  # type: ignore[valid-type]
    operator: Literal[tuple(Operator.values)]  # type: ignore[valid-type]
    value: Decimal
    unit: str = ""
    threshold: Decimal
    intermediate: bool
    origin: Literal[tuple(TargetOrigin.values)]  # type: ignore[valid-type]
    seed_line: int = Field(ge=1)
    note: str = ""


class BreakRecord(Record):
    """A change of measure: results of periods that begin before that day are not comparable with the target."""

    before: date
    reason: str = Field(min_length=1)


class IndicatorRecord(Record):
    code: str = Field(min_length=1)
    printed_code: str = Field(min_length=1)
    number: int = Field(ge=1)
    kind: Literal[tuple(IndicatorKind.values)]  # type: ignore[valid-type]
    title: str = Field(min_length=1)
    seed_line: int = Field(ge=1)
    status: Literal[tuple(IndicatorStatus.values)]  # type: ignore[valid-type]
    periodicities: list[Literal[tuple(Rhythm.values)]]  # type: ignore[valid-type]
    sheet: SheetRecord
    baselines: list[BaselineRecord] = []
    targets: list[TargetRecord] = []
    breaks: list[BreakRecord] = []
    note: str | None = None


class IndicatorsFileRecord(Record):
    fiche: int
    indicators: list[dict[str, Any]] = Field(min_length=1)


class MeasureRecord(Record):
    code: str = Field(pattern=r"^[a-z][a-z0-9_]*$")
    label: str = Field(min_length=1)
    unit: str = ""
    value_kind: Literal[tuple(ValueKind.values)]  # type: ignore[valid-type]
    level: Literal[tuple(Level.values)]  # type: ignore[valid-type]
    finest_period: Literal[tuple(Rhythm.values)]  # type: ignore[valid-type]
    breakdowns: str = ""
    seed_line: int = Field(ge=1)
    note: str = ""


class PublishedRecord(Record):
    indicator: str = Field(min_length=1)
    year: str = ""
    period: str = ""
    scope: str = ""
    value: str = Field(min_length=1)
    unit: str = ""
    basis: str
    source: str
    source_url: str = ""
    confidence: str = ""
    note: str = ""


@dataclass(frozen=True)
class IndicatorEntry:
    """A sheet with its fiche, its method of calculation and what must be said of it."""

    fiche: int
    record: IndicatorRecord
    method: dict[str, Any]
    note: str


@dataclass(frozen=True)
class CoverageEntry:
    """Published childcare rates of one departement."""

    year: int
    code: str
    name: str
    rates: dict[str, str]


@dataclass(frozen=True)
class IndicatorsContent:
    entries: list[IndicatorEntry]
    measures: list[MeasureRecord]
    published: list[PublishedRecord]
    coverage: list[CoverageEntry]


class IndicatorsPart:
    order = 10

    def parse(self, folder: Folder, context: Context) -> IndicatorsContent:
        measures = folder.check_all(folder.csv("measures.csv", MEASURE_COLUMNS), MeasureRecord)
        folder.unique(measures, "code")
        methods = folder.yaml("methods.yaml")
        notes = folder.yaml("method-notes.yaml").get("notes") or {}
        sheets = self._sheets(folder, context)
        entries = []
        for fiche, record, item in sheets:
            method = methods.get(record.code)
            if not isinstance(method, dict):
                folder.problem(
                    "methods.yaml",
                    None,
                    f"aucune méthode « {record.code} »",
                    f"une entrée « {record.code} » : la fiche technique est dans {item.file}, ligne {item.line}",
                )
                continue
            _check_sheet(folder, record, item, context)
            entries.append(IndicatorEntry(fiche, record, dict(method), str(notes.get(record.code, ""))))
        known = {measure.code for measure, _ in measures}
        _check_methods(folder, methods, {record.code for _, record, _ in sheets}, known)
        _check_notes(folder, methods, notes)
        published = folder.check_all(folder.csv("published-results.csv", PUBLISHED_COLUMNS), PublishedRecord)
        return IndicatorsContent(
            entries, [row for row, _ in measures], [row for row, _ in published], _coverage(folder)
        )

    def _sheets(self, folder: Folder, context: Context) -> list[tuple[int, IndicatorRecord, Located]]:
        sheets, checked = [], []
        for name in folder.names("indicators/*.yaml"):
            top = folder.yaml(name)
            head = folder.check(Located(name, top.line, top, top.key_lines), IndicatorsFileRecord) if top else None
            if head is None:
                continue
            if head.fiche not in context.fiches:
                folder.problem(
                    name,
                    top.key_lines["fiche"],
                    f"fiche = {head.fiche}",
                    "le numéro d'une fiche de fiches.yaml",
                )
            pairs = folder.check_all(folder.yaml_list(name, "indicators"), IndicatorRecord)
            checked += pairs
            sheets += [(head.fiche, record, item) for record, item in pairs]
        folder.unique(checked, "code")
        return sheets

    def save(self, convention: Convention, content: IndicatorsContent) -> list[Change]:
        from indicators.operations import save_indicators

        return save_indicators(convention=convention, content=content)


def _check_sheet(folder: Folder, record: IndicatorRecord, item: Located, context: Context) -> None:
    for target in record.targets:
        where = item.key_lines.get("targets", item.line)
        if target.holds_to < target.holds_from:
            folder.problem(
                item.file,
                where,
                f"une cible du {target.holds_from} au {target.holds_to} ({record.code})",
                "une fin après le début",
            )
        if target.scope != "national" and target.scope not in context.organisations:
            folder.problem(
                item.file,
                where,
                f"scope = « {target.scope} » ({record.code})",
                "« national » ou le code d'un organisme",
            )


def _check_methods(folder: Folder, methods: dict[str, Any], sheets: set[str], measures: set[str]) -> None:
    lines = getattr(methods, "key_lines", {})
    for code, method in methods.items():
        if code not in sheets:
            folder.problem(
                "methods.yaml",
                lines.get(code),
                f"la méthode de « {code} »",
                "une fiche technique de ce code dans indicators/",
            )
        if not isinstance(method, dict):
            continue
        try:
            definition_from(code, method)
        except DefinitionError as error:
            for message in error.problems:
                folder.problem(
                    "methods.yaml",
                    lines.get(code),
                    f"« {code} » : {message}",
                    "une méthode lisible par le moteur de calcul",
                )
        for name in sorted(measure_names(method) - measures - sheets):
            folder.problem(
                "methods.yaml",
                lines.get(code),
                f"la donnée « {name} » ({code})",
                "une donnée décrite dans measures.csv",
            )


def _check_notes(folder: Folder, methods: dict[str, Any], notes: dict[str, Any]) -> None:
    lines = getattr(notes, "key_lines", {})
    for code in notes:
        if code not in methods:
            folder.problem("method-notes.yaml", lines.get(code), f"une note « {code} »", "le code d'une méthode")
    for code, method in methods.items():
        if isinstance(method, dict) and "note" in method and not notes.get(code):
            folder.problem("method-notes.yaml", None, f"aucune note « {code} »", "la note de la méthode, en français")


_EXPRESSION_KEYS = {
    "numerator", "denominator", "reference_numerator", "reference_denominator", "of", "excluded_flag",
    "national_addition",
}  # fmt: skip


def measure_names(method: Any) -> set[str]:
    """Codes of the measures (or sheets) a method's expressions name, at any depth."""
    names: set[str] = set()
    if isinstance(method, dict):
        for key, value in method.items():
            if key in _EXPRESSION_KEYS and isinstance(value, str | list):
                for text in [value] if isinstance(value, str) else value:
                    names |= set(re.findall(r"F\d+-[\d.]+|[a-z][a-z0-9_]*", re.sub(r"\[[^\]]*\]", "", text)))
            elif key in {"of", "variants", "secondary"}:
                names |= measure_names(value)
    elif isinstance(method, list):
        for item in method:
            names |= measure_names(item)
    return names


def _coverage(folder: Folder) -> list[CoverageEntry]:
    entries = []
    for item in folder.csv("childcare-coverage-2017.csv", COVERAGE_COLUMNS):
        rates = {key: value for key, value in item.values.items() if key in COVERAGE_COLUMNS[3:]}
        wrong = [f"{key} = « {value} »" for key, value in rates.items() if not re.fullmatch(r"\d+(\.\d+)?", value)]
        for text in wrong:
            folder.problem(item.file, item.line, text, "un taux avec un point décimal")
        if not wrong:
            entries.append(
                CoverageEntry(
                    int(item.values["year"]),
                    item.values["departement_code"],
                    item.values["departement_name"],
                    rates,
                )
            )
    return entries
