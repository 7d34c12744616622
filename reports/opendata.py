"""The open data package: every file of the contract as rows of text, and the `datapackage.json` that describes them.

Frictionless Tabular Data Package: UTF-8, commas, point decimals, ISO dates, rows sorted by their key.
"""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from actions.queries import iter_actions, iter_deadlines, iter_steps
from budgets.queries.open_data import iter_amounts, iter_lines
from cog.figures import plain
from cog.models import Convention, Fiche, SourceAnomaly
from indicators.queries import (
    definition_of,
    indicators_of,
    iter_dispersions,
    iter_observations,
    iter_results,
    local_targets_by_indicator,
    measures_of,
    published_of,
    status_of,
    versions_of,
)
from reports.transmitted import sent_in_order

Row = Iterable[Any]


@dataclass(frozen=True)
class Column:
    """A column: its name and its Frictionless type."""

    name: str
    type: str = "string"


@dataclass(frozen=True)
class File:
    """A file of the package: its columns, its key, and where its rows come from."""

    name: str
    title: str
    columns: tuple[Column, ...]
    key: tuple[str, ...]
    rows: Callable[[Convention], Iterator[Row]]


def text(value: Any) -> str:
    """A value as the package writes it: plain notation, ISO dates, empty for what is not there."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return "1" if value else "0"
    if isinstance(value, Decimal):
        return plain(value)
    if isinstance(value, date):
        return value.isoformat()
    return str(value)


def printed(value: Decimal, decimals: int) -> str:
    """A figure of the convention with the decimals it prints: « 24.00 »."""
    return f"{value:.{decimals}f}"


def columns(names: str) -> tuple[Column, ...]:
    """« code year:integer value:number » as columns; string is the default type."""
    pairs = (word.partition(":") for word in names.split())
    return tuple(Column(name, kind or "string") for name, _, kind in pairs)


def _fiches(convention: Convention) -> Iterator[Row]:
    for fiche in Fiche.objects.filter(convention=convention).select_related("domain").order_by("number"):
        yield fiche.number, fiche.title, fiche.domain.number, fiche.seed_line


def _actions(convention: Convention) -> Iterator[Row]:
    for row in iter_actions(convention=convention):
        yield (
            row.plan,
            row.fiche.number,
            row.ordinal,
            row.number,
            row.objective.title,
            row.label,
            row.seed_line,
        )


def _steps(convention: Convention) -> Iterator[Row]:
    for row in iter_steps(convention=convention):
        yield row.action.plan, row.action.fiche.number, row.action.ordinal, row.position, row.label


def _deadlines(convention: Convention) -> Iterator[Row]:
    for row in iter_deadlines(convention=convention):
        action = row.action
        step = row.step.position if row.step else None
        yield (
            action.plan,
            action.fiche.number,
            action.ordinal,
            step,
            row.position,
            row.raw,
            row.kind,
            row.start,
            row.end,
        )


def _indicators(convention: Convention) -> Iterator[Row]:
    known = {pk: definition_of(rows[-1]) for pk, rows in versions_of(convention=convention).items()}
    for row in sorted(indicators_of(convention=convention), key=lambda one: one.code):
        definition = known.get(row.pk)
        yield (
            row.code,
            row.printed_code,
            row.number,
            row.fiche.number,
            row.kind,
            row.title,
            definition.unit if definition else "",
            definition.better if definition else "",
            definition.method if definition else "to_build",
            ";".join(row.periodicities),
            status_of(row),
            row.seed_line,
        )


def _measures(convention: Convention) -> Iterator[Row]:
    for row in measures_of(convention=convention):
        yield row.code, row.label, row.unit, row.value_kind, row.level, row.finest_period, row.breakdowns


def _baselines(convention: Convention) -> Iterator[Row]:
    for indicator in sorted(indicators_of(convention=convention), key=lambda one: one.code):
        for row in sorted(indicator.baselines.all(), key=lambda one: one.position):
            yield indicator.code, row.label, row.year, printed(row.value, row.decimals), row.unit, row.note


def _targets(convention: Convention) -> Iterator[Row]:
    local = local_targets_by_indicator(convention=convention)
    for indicator in sorted(indicators_of(convention=convention), key=lambda one: one.code):
        for row in sorted(indicator.targets.all(), key=lambda one: one.position):
            yield (
                indicator.code, row.scope, row.year, row.holds_from, row.holds_to, row.cumulative, row.role, row.mode,
                row.operator, row.value, row.unit, row.threshold, row.intermediate, row.origin,
            )  # fmt: skip
        for one in local.get(indicator.pk, ()):  # the Cpog's, by caisse and year
            yield (
                indicator.code, one.scope, one.year, one.start, one.end, one.cumulative, one.role, one.mode,
                one.operator, one.value, one.unit, one.threshold, one.intermediate, one.origin,
            )  # fmt: skip


def _budget_lines(convention: Convention) -> Iterator[Row]:
    for row in iter_lines(convention=convention):
        parent = row.parent.position if row.parent else None
        yield row.fund.code, row.position, row.label, parent, row.kind, row.nature, row.seed_line


def _budget_amounts(convention: Convention) -> Iterator[Row]:
    for row in iter_amounts(convention=convention):
        yield row.fund, row.position, row.year, row.amount, row.unit, row.stage, row.edition


def _observations(convention: Convention) -> Iterator[Row]:
    for measure, body, period, breakdown, value, statement, revision, batch in iter_observations(convention=convention):
        yield measure, body, period, breakdown, value, statement or "valeur", revision, batch


def _results(convention: Convention) -> Iterator[Row]:
    for row in iter_results(convention=convention, secondary=False):
        yield _result(row)


def _secondary_results(convention: Convention) -> Iterator[Row]:
    for row in iter_results(convention=convention, secondary=True):
        yield (*_result(row), row.name)


def _result(row: Any) -> tuple[Any, ...]:
    completeness = Decimal(row.reported) / row.concerned if row.concerned else None
    return (
        row.indicator.code, row.scope, row.period, row.breakdown, row.value, row.numerator, row.denominator, row.state,
        row.verdict, completeness and round(completeness, 12), row.version and row.version.number, row.simulated,
    )  # fmt: skip


def _published(convention: Convention) -> Iterator[Row]:
    for row in published_of(convention=convention):
        yield (
            row.indicator_code, row.year, row.period, row.scope, row.value, row.unit, row.basis, row.source,
            row.source_url, row.confidence, row.note,
        )  # fmt: skip


def _dispersions(convention: Convention) -> Iterator[Row]:
    for row in iter_dispersions(convention=convention):
        yield (
            row.indicator.code, row.period, row.n, row.minimum, row.d1, row.q1, row.median, row.q3, row.d9, row.maximum,
            row.value_range, row.stdev, row.mean,
        )  # fmt: skip


def _transmissions(convention: Convention) -> Iterator[Row]:
    for row in sent_in_order(convention=convention):
        replaced = row.number - 1 or None
        at = row.transmitted_at.isoformat()
        # A document owed names its obligation before what it covers: several may cover the same year.
        period = f"{row.subject} {row.period}".lstrip()
        yield row.kind, period, row.number, row.due, at, row.late, row.sha256, replaced


def _anomalies(convention: Convention) -> Iterator[Row]:
    for row in SourceAnomaly.objects.filter(convention=convention).order_by("seed_line", "place", "code"):
        yield row.place, row.seed_line, row.what, row.reading


_RESULT = (
    "code scope period breakdown value:number numerator:number denominator:number state verdict completeness:number"
    " version:integer simulated:integer"
)

FILES: tuple[File, ...] = (
    File(
        "fiches",
        "Fiches thématiques",
        columns("number:integer title domain:integer seed_line:integer"),
        ("number",),
        _fiches,
    ),
    File(
        "actions",
        "Actions, une par ligne imprimée",
        columns("plan fiche:integer ordinal:integer number objective label seed_line:integer"),
        ("plan", "fiche", "ordinal"),
        _actions,
    ),
    File(
        "steps",
        "Étapes des actions",
        columns("plan fiche:integer ordinal:integer step:integer label"),
        ("plan", "fiche", "ordinal", "step"),
        _steps,
    ),
    File(
        "deadlines",
        "Échéances, telles qu'écrites et telles que lues",
        columns("plan fiche:integer ordinal:integer step:integer raw kind start:date end:date"),
        (),
        lambda convention: (row[:4] + row[5:] for row in map(tuple, _deadlines(convention))),
    ),
    File(
        "indicators",
        "Indicateurs, une fiche technique par ligne",
        columns(
            "code printed_code number:integer fiche:integer kind title unit better method"
            " periodicities status seed_line:integer"
        ),
        ("code",),
        _indicators,
    ),
    File(
        "measures",
        "Données de base",
        columns("code label unit value_kind level finest_period breakdowns"),
        ("code",),
        _measures,
    ),
    File(
        "baselines",
        "Valeurs de référence imprimées",
        columns("code label year:integer value:number unit note"),
        (),
        _baselines,
    ),
    File(
        "targets",
        "Cibles",
        columns(
            "code scope year:integer from:date to:date cumulative:integer role mode operator value:number unit"
            " threshold:number intermediate:integer origin"
        ),
        (),
        _targets,
    ),
    File(
        "budget_lines",
        "Lignes des tableaux budgétaires",
        columns("fund position:integer label parent_position:integer kind nature seed_line:integer"),
        ("fund", "position"),
        _budget_lines,
    ),
    File(
        "budget_amounts",
        "Montants des tableaux budgétaires",
        columns("fund position:integer year amount:number unit stage edition"),
        ("fund", "position", "year", "stage", "edition"),
        _budget_amounts,
    ),
    File(
        "observations",
        "Valeurs remontées en vigueur",
        columns("measure caisse period breakdown value:number state revision:integer import:integer"),
        ("measure", "caisse", "period", "breakdown"),
        _observations,
    ),
    File(
        "results",
        "Résultats des indicateurs",
        columns(_RESULT),
        ("code", "scope", "period", "breakdown"),
        _results,
    ),
    File(
        "secondary_results",
        "Résultats secondaires",
        columns(_RESULT + " name"),
        ("code", "scope", "period", "breakdown", "name"),
        _secondary_results,
    ),
    File(
        "published",
        "Valeurs publiées, avec leur source",
        columns("indicator year period scope value unit basis source source_url confidence note"),
        (),
        _published,
    ),
    File(
        "dispersions",
        "Dispersion des valeurs locales",
        columns(
            "code period n:integer min:number d1:number q1:number median:number q3:number d9:number max:number"
            " range:number stdev:number mean:number"
        ),
        ("code", "period"),
        _dispersions,
    ),
    File(
        "transmissions",
        "Transmissions à l'État",
        columns("kind period number:integer due transmitted_at late sha256 replaces:integer"),
        ("kind", "period", "number"),
        _transmissions,
    ),
    File("anomalies", "Anomalies du texte", columns("place seed_line:integer what reading"), (), _anomalies),
)


def descriptor(convention: Convention, files: Iterable[File], *, simulated: bool) -> dict[str, Any]:
    """`datapackage.json`: what each file holds, and whether any of it is simulated."""
    warning = " Contient des données simulées (colonne simulated)." if simulated else ""
    return {
        "profile": "tabular-data-package",
        "name": convention.code,
        "title": convention.short_title,
        "description": f"{convention.title}.{warning}",
        "resources": [_resource(file) for file in files],
    }


def _resource(file: File) -> dict[str, Any]:
    schema: dict[str, Any] = {
        "fields": [{"name": column.name, "type": column.type} for column in file.columns],
        "missingValues": [""],
    }
    if file.key:
        schema["primaryKey"] = list(file.key)
    return {
        "profile": "tabular-data-resource",
        "name": file.name.replace("_", "-"),
        "title": file.title,
        "path": f"{file.name}.csv",
        "format": "csv",
        "mediatype": "text/csv",
        "encoding": "utf-8",
        "schema": schema,
    }
