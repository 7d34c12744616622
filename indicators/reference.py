"""The indicators' part of a convention's folder: sheets, measures, methods, and real figures others published."""

import re
from dataclasses import dataclass
from datetime import date
from typing import Annotated, Any, Literal

from pydantic import AfterValidator, Field

from cog.models import Convention
from cog.reference.files import Folder, Located, Mapping, PlainDecimal, Record
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

CONTEXT_PREFIX = "CTX-"  # published figures that give the context and belong to no sheet

# Places per 100 children: more than 300 would be three places for each child, a slip of the keyboard.
Rate = Annotated[PlainDecimal, Field(ge=0, le=300)]


def _shaped(pattern: str, expected: str) -> AfterValidator:
    """A text of that shape, whose refusal says in French what is expected."""

    def check(value: str) -> str:
        if re.fullmatch(pattern, value):
            return value
        raise ValueError(expected)

    return AfterValidator(check)


def _breakdowns(value: str) -> str:
    """`cle=v1|v2;cle2=*`: each key once, each of its values once."""
    pairs = [part.partition("=") for part in value.split(";")]
    keys = [key for key, _, _ in pairs]
    lists = [values.split("|") for _, _, values in pairs if values != "*"]
    words = keys + [word for values in lists for word in values]
    if any(len(set(names)) != len(names) for names in [keys, *lists]) or not all(
        re.fullmatch(r"[a-z0-9][a-z0-9_]*", word) for word in words
    ):
        raise ValueError("des ventilations « cle=v1|v2;cle2=* », chaque clé et chaque valeur une seule fois")
    return value


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
    value: PlainDecimal
    unit: str = ""
    judged: PlainDecimal | None = None
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
    value: PlainDecimal
    unit: str = ""
    threshold: PlainDecimal
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
    breakdowns: Annotated[str, AfterValidator(_breakdowns)] = ""
    seed_line: int = Field(ge=1)
    note: str = ""


# As the sources date their figures: a text that does not begin with a digit is no period, and is kept as it is.
_PERIOD = r"[0-9]{4}(-(0[1-9]|1[0-2])|-Q[1-4]|-[0-9]{4})?|[^0-9].*"


class PublishedRecord(Record):
    indicator: str = Field(min_length=1)
    year: Annotated[str, _shaped(r"[0-9]{4}(-[0-9]{4})?", "une année « AAAA » ou « AAAA-AAAA »")] = ""
    period: Annotated[str, _shaped(_PERIOD, "« AAAA », « AAAA-MM », « AAAA-Q1 » à « -Q4 » ou « AAAA-AAAA »")] = ""
    scope: str = ""
    value: Annotated[str, _shaped(r"-?[0-9]+(\.[0-9]+)?", "un nombre, avec un point décimal")]
    unit: str = ""
    basis: str
    source: str
    source_url: str = ""
    confidence: str = ""
    note: str = ""


class CoverageRecord(Record):
    year: int = Field(ge=1900, le=2100)
    departement_code: str = Field(min_length=2, max_length=3)
    departement_name: str = Field(min_length=1)
    eaje_psu: Rate
    eaje_hors_psu: Rate
    eaje_total: Rate
    preecole: Rate
    assistant_maternel: Rate
    salarie_domicile: Rate
    individuel_total: Rate
    everything: Rate = Field(alias="global")


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
        notes = _notes(folder)
        sheets = self._sheets(folder, context)
        entries = []
        for fiche, record, item in sheets:
            _check_sheet(folder, fiche, record, item, context)
            method = methods.get(record.code)
            if isinstance(method, dict):
                entries.append(IndicatorEntry(fiche, record, dict(method), str(notes.get(record.code, ""))))
            else:
                folder.problem(
                    item.file, item.line, f"« {record.code} » sans méthode", "une entrée de ce code dans methods.yaml"
                )
        codes = {record.code for _, record, _ in sheets}
        _check_methods(folder, methods, codes, {measure.code for measure, _ in measures})
        _check_notes(folder, methods, notes)
        published = folder.check_all(folder.csv("published-results.csv", PUBLISHED_COLUMNS), PublishedRecord)
        for row, item in published:
            if row.indicator not in codes and not row.indicator.startswith(CONTEXT_PREFIX):
                folder.problem(
                    item.file,
                    item.line,
                    f"indicator = « {row.indicator} »",
                    f"le code d'une fiche technique, ou « {CONTEXT_PREFIX}… » pour un chiffre de contexte",
                )
        return IndicatorsContent(
            entries, [row for row, _ in measures], [row for row, _ in published], _coverage(folder)
        )

    def _sheets(self, folder: Folder, context: Context) -> list[tuple[int, IndicatorRecord, Located]]:
        sheets, checked = [], []
        files: dict[int, str] = {}
        for name in folder.names("indicators/*.yaml"):
            top = folder.yaml(name)
            head = folder.check(Located(name, top.line, top, top.key_lines), IndicatorsFileRecord) if top else None
            if head is None:
                continue
            where = top.key_lines["fiche"]
            if head.fiche not in context.fiches:
                folder.problem(name, where, f"fiche = {head.fiche}", "le numéro d'une fiche de fiches.yaml")
            if (first := files.setdefault(head.fiche, name)) != name:
                folder.problem(
                    name,
                    where,
                    f"fiche = {head.fiche}, déjà celle de {first}",
                    f"un seul fichier par fiche : {first} ou {name}",
                )
            pairs = folder.check_all(folder.yaml_list(name, "indicators"), IndicatorRecord)
            checked += pairs
            sheets += [(head.fiche, record, item) for record, item in pairs]
        folder.unique(checked, "code")
        return sheets

    def save(self, convention: Convention, content: IndicatorsContent) -> list[Change]:
        from indicators.operations import save_indicators

        return save_indicators(convention=convention, content=content)


def _check_sheet(folder: Folder, fiche: int, record: IndicatorRecord, item: Located, context: Context) -> None:
    if not record.code.startswith(f"F{fiche}-"):
        folder.problem(
            item.file,
            item.key_lines.get("code"),
            f"code = « {record.code} » dans le fichier de la fiche {fiche}",
            f"un code « F{fiche}-… »",
        )
    latest = date(context.end.year + 1, 12, 31)  # a target may be set for the year after the term
    entries = item.values.get("targets", [])
    for target, entry in zip(record.targets, entries, strict=True):
        where = entry.line
        if target.holds_to < target.holds_from:
            folder.problem(
                item.file,
                where,
                f"une cible du {target.holds_from} au {target.holds_to} ({record.code})",
                "une fin après le début",
            )
        if target.holds_from < context.start or target.holds_to > latest:
            folder.problem(
                item.file,
                where,
                f"une cible du {target.holds_from} au {target.holds_to} ({record.code})",
                f"des dates entre le {context.start} et le {latest}",
            )
        if target.year is not None and not context.start.year <= target.year <= latest.year:
            folder.problem(
                item.file,
                where,
                f"une cible pour {target.year} ({record.code})",
                f"une année de {context.start.year} à {latest.year}",
            )
        if target.scope != "national" and target.scope not in context.organisations:
            folder.problem(
                item.file,
                where,
                f"scope = « {target.scope} » ({record.code})",
                "« national » ou le code d'un organisme",
            )


def _check_methods(folder: Folder, methods: Mapping, sheets: set[str], measures: set[str]) -> None:
    for code, method in methods.items():
        line = methods.key_lines[str(code)]
        if code not in sheets:
            folder.problem(
                "methods.yaml", line, f"la méthode de « {code} »", "une fiche technique de ce code dans indicators/"
            )
        if not isinstance(method, dict):
            continue
        try:
            definition_from(code, method)
        except DefinitionError as error:
            for message in error.problems:
                folder.problem(
                    "methods.yaml", line, f"« {code} » : {message}", "une méthode lisible par le moteur de calcul"
                )
        for name in sorted(measure_names(method) - measures - sheets):
            folder.problem(
                "methods.yaml", line, f"la donnée « {name} » ({code})", "une donnée décrite dans measures.csv"
            )


def _notes(folder: Folder) -> Mapping:
    """The French notes of the methods, by code."""
    top = folder.yaml("method-notes.yaml")
    notes = top.get("notes")
    if isinstance(notes, Mapping):
        return notes
    if top:
        folder.problem("method-notes.yaml", top.line, "pas de « notes »", "« notes: », puis « code: texte »")
    empty = Mapping()
    empty.key_lines = {}
    return empty


def _check_notes(folder: Folder, methods: Mapping, notes: Mapping) -> None:
    for code in notes:
        if code not in methods:
            folder.problem(
                "method-notes.yaml", notes.key_lines[str(code)], f"une note « {code} »", "le code d'une méthode"
            )
    for code, method in methods.items():
        if isinstance(method, dict) and "note" in method and not notes.get(code):
            folder.problem(
                "methods.yaml",
                methods.key_lines[str(code)],
                f"une note de « {code} » sans traduction",
                f"la note « {code} », en français, dans method-notes.yaml",
            )


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
    rows = folder.check_all(folder.csv("childcare-coverage-2017.csv", COVERAGE_COLUMNS), CoverageRecord)
    seen: dict[tuple[int, str], int] = {}
    for row, item in rows:
        if (first := seen.setdefault((row.year, row.departement_code), item.line)) != item.line:
            folder.problem(
                item.file,
                item.line,
                f"le département {row.departement_code} une seconde fois en {row.year} (déjà ligne {first})",
                "un département une seule fois par année",
            )
    return [
        CoverageEntry(  # rates as written: their digits say how precise they are
            row.year,
            row.departement_code,
            row.departement_name,
            {key: item.values[key] for key in COVERAGE_COLUMNS[3:]},
        )
        for row, item in rows
    ]
