"""Bringing sheets, definitions, measures and published figures in line with the reference files."""

from typing import TYPE_CHECKING, Any

from cog.models import Convention, Fiche
from cog.reference.sync import Change, sync
from indicators.enums import VersionOrigin
from indicators.models import (
    Baseline,
    ChildcareCoverage,
    Indicator,
    IndicatorVersion,
    Measure,
    PublishedResult,
    Target,
)

if TYPE_CHECKING:
    from indicators.reference import IndicatorEntry, IndicatorsContent


def save_indicators(*, convention: Convention, content: "IndicatorsContent") -> list[Change]:
    """Bring sheets, definitions, measures and published figures in line with the files, in the loader's transaction."""
    fiches = {fiche.number: fiche for fiche in Fiche.objects.filter(convention=convention)}
    indicators = {
        entry.record.code: _indicator(convention, fiches[entry.fiche], position, entry)
        for position, entry in enumerate(content.entries, start=1)
    }
    changes = [
        sync(
            Indicator.objects.filter(convention=convention),
            indicators.values(),
            key=lambda row: row.code,
            fields=[
                "fiche",
                "position",
                "printed_code",
                "number",
                "kind",
                "title",
                "periodicities",
                "status",
                "sheet",
                "seed_line",
                "breaks",
                "note",
            ],
        ),
        sync(
            IndicatorVersion.objects.filter(indicator__convention=convention, origin=VersionOrigin.REFERENCE),
            [version for entry in content.entries for version in _versions(convention, indicators, entry)],
            key=lambda row: (row.indicator_id, row.number),
            fields=["method", "valid_from", "provisional", "note"],
        ),
        sync(
            Baseline.objects.filter(indicator__convention=convention),
            [row for entry in content.entries for row in _baselines(indicators, entry)],
            key=lambda row: (row.indicator_id, row.position),
            fields=["label", "year", "value", "decimals", "unit", "judged", "note"],
        ),
        sync(
            Target.objects.filter(indicator__convention=convention).exclude(origin="amendment"),
            [row for entry in content.entries for row in _targets(indicators, entry)],
            key=lambda row: (row.indicator_id, row.position),
            fields=_TARGET_FIELDS,
        ),
        sync(
            Measure.objects.filter(convention=convention),
            [
                Measure(convention=convention, position=position, **record.model_dump())
                for position, record in enumerate(content.measures, start=1)
            ],
            key=lambda row: row.code,
            fields=[
                "position",
                "label",
                "unit",
                "value_kind",
                "level",
                "finest_period",
                "breakdowns",
                "seed_line",
                "note",
            ],
        ),
    ]
    return changes + _save_published(convention, content)


_TARGET_FIELDS = [
    "scope", "year", "holds_from", "holds_to", "cumulative", "role", "mode", "operator", "value", "unit", "threshold",
    "intermediate", "origin", "seed_line", "note",
]  # fmt: skip


def _indicator(convention: Convention, fiche: Fiche, position: int, entry: "IndicatorEntry") -> Indicator:
    record = entry.record
    return Indicator(
        convention=convention,
        fiche=fiche,
        position=position,
        code=record.code,
        printed_code=record.printed_code,
        number=record.number,
        kind=record.kind,
        title=record.title,
        periodicities=record.periodicities,
        status=record.status,
        sheet=record.sheet.model_dump(),
        seed_line=record.seed_line,
        breaks=[each.model_dump(mode="json") for each in record.breaks],
        note=record.note or "",
    )


def _versions(
    convention: Convention, indicators: dict[str, Indicator], entry: "IndicatorEntry"
) -> list[IndicatorVersion]:
    """The first definition; none for a sheet whose method is still to be built."""
    if entry.method.get("method") == "to_build":
        return []
    return [
        IndicatorVersion(
            indicator=indicators[entry.record.code],
            number=1,
            method=entry.method,
            valid_from=convention.start,
            provisional=bool(entry.method.get("provisional")),
            note=entry.note,
        )
    ]


def _baselines(indicators: dict[str, Indicator], entry: "IndicatorEntry") -> list[Baseline]:
    return [
        Baseline(
            indicator=indicators[entry.record.code],
            position=position,
            decimals=_decimals(baseline.value),
            **baseline.model_dump(),
        )
        for position, baseline in enumerate(entry.record.baselines, start=1)
    ]


def _targets(indicators: dict[str, Indicator], entry: "IndicatorEntry") -> list[Target]:
    return [
        Target(indicator=indicators[entry.record.code], position=position, **target.model_dump())
        for position, target in enumerate(entry.record.targets, start=1)
    ]


def _save_published(convention: Convention, content: "IndicatorsContent") -> list[Change]:
    published = []
    for position, record in enumerate(content.published, start=1):
        values: dict[str, Any] = record.model_dump()
        published.append(
            PublishedResult(convention=convention, position=position, indicator_code=values.pop("indicator"), **values)
        )
    coverage = [
        ChildcareCoverage(
            convention=convention,
            year=row.year,
            departement_code=row.code,
            departement_name=row.name,
            rates=row.rates,
        )
        for row in content.coverage
    ]
    return [
        sync(
            PublishedResult.objects.filter(convention=convention),
            published,
            key=lambda row: row.position,
            fields=[
                "indicator_code",
                "year",
                "period",
                "scope",
                "value",
                "unit",
                "basis",
                "source",
                "source_url",
                "confidence",
                "note",
            ],
        ),
        sync(
            ChildcareCoverage.objects.filter(convention=convention),
            coverage,
            key=lambda row: (row.year, row.departement_code),
            fields=["departement_name", "rates"],
        ),
    ]


def _decimals(value: Any) -> int:
    """How many decimals the text prints: « 83,80 » has two."""
    exponent = value.as_tuple().exponent
    return max(0, -exponent)
