"""What a package tells of: a convention as it is known now, as it was known at the end of a past day, or published.

Results have three sources: the table of today; the values accepted by a day, evaluated again with the definitions,
targets and groups recorded by then; and, where that cannot be told any more, the transmissions sent by that day.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from functools import cached_property
from typing import Any, NamedTuple, Protocol

from django.utils import timezone

from cog.figures import round_half_up
from cog.models import Convention
from indicators.queries import (
    CannotRestore,
    Evaluation,
    evaluated_sheets,
    evaluation_known,
    iter_dispersions,
    iter_results,
    versions_known,
)
from indicators.queries.evaluation import COLUMNS, DISPERSION_COLUMNS, STORED_DECIMALS
from indicators.queries.results import completeness
from reports.models import Transmission
from reports.quarter_snapshot import rows_of
from reports.transmitted import QUARTERS, content_of


class NotKnown(Exception):
    """What was known at that day cannot be told; the message says what was found and what is expected."""


class ResultRow(NamedTuple):
    """A result as the package tells it. `bodies`: how many bodies answered, and of how many."""

    code: str
    scope: str
    period: str
    breakdown: str
    value: Decimal | None
    numerator: Decimal | None
    denominator: Decimal | None
    state: str
    verdict: str
    completeness: Decimal | None
    version: int | None
    simulated: bool
    name: str
    bodies: tuple[int, int]

    @property
    def is_local(self) -> bool:
        return self.scope not in WHOLE


class DispersionRow(NamedTuple):
    """A dispersion as the package tells it."""

    code: str
    period: str
    n: int
    minimum: Decimal | None
    d1: Decimal | None
    q1: Decimal | None
    median: Decimal | None
    q3: Decimal | None
    d9: Decimal | None
    maximum: Decimal | None
    value_range: Decimal | None
    stdev: Decimal | None
    mean: Decimal | None


WHOLE = frozenset({"national", "caf"})
MARKS = DispersionRow._fields[3:]


class Results(Protocol):
    """Where results come from; each reading is sorted by its key. `told`: what they are, in French."""

    told: str

    def headlines(self) -> Iterator[ResultRow]: ...

    def secondary(self) -> Iterator[ResultRow]: ...

    def dispersions(self) -> Iterator[DispersionRow]: ...


@dataclass(frozen=True)
class Known:
    """A convention as it is known now, or as it was known at a past moment."""

    convention: Convention
    moment: datetime | None = None

    @classmethod
    def at_the_end_of(cls, day: date, *, convention: Convention, today: date) -> "Known":
        """What was known once a day was over, or so far for today. Raises NotKnown for a day to come."""
        if day > today:
            raise NotKnown(f"trouvé la date {day:%Y-%m-%d}, attendu au plus tard aujourd'hui ({today:%Y-%m-%d})")
        midnight = timezone.make_aware(datetime.combine(day + timedelta(days=1), time()))
        return cls(convention, midnight - timedelta(microseconds=1))

    @property
    def day(self) -> date | None:
        """The day it is known at; None for now."""
        return None if self.moment is None else timezone.localdate(self.moment)

    @cached_property
    def results(self) -> Results:
        """The results, from the most exact source there is. Raises NotKnown where there is none."""
        return results_known(self.convention, self.moment)


def results_known(convention: Convention, moment: datetime | None, *, last_period: date = date.max) -> Results:
    """Results of the periods over by `last_period`, at a moment or now. Raises NotKnown where there is no source."""
    if moment is None:
        return CurrentResults(convention)
    try:
        evaluation = evaluation_known(convention=convention, at=moment)
    except CannotRestore as refusal:
        return SentResults(convention, moment, str(refusal))
    return RestoredResults(evaluation, timezone.localdate(moment), last_period)


class CurrentResults:
    """The table of results, as it stands."""

    told = "résultats en vigueur"

    def __init__(self, convention: Convention) -> None:
        self._convention = convention

    def headlines(self) -> Iterator[ResultRow]:
        return self._rows(secondary=False)

    def secondary(self) -> Iterator[ResultRow]:
        return self._rows(secondary=True)

    def _rows(self, *, secondary: bool) -> Iterator[ResultRow]:
        for row in iter_results(convention=self._convention, secondary=secondary):
            yield ResultRow(
                row.indicator.code, row.scope, row.period, row.breakdown, row.value, row.numerator, row.denominator,
                row.state, row.verdict, completeness(row.reported, row.concerned),
                row.version.number if row.version else None, row.simulated, row.name,
                (row.units_reported, row.units_concerned),
            )  # fmt: skip

    def dispersions(self) -> Iterator[DispersionRow]:
        for row in iter_dispersions(convention=self._convention):
            yield DispersionRow(row.indicator.code, row.period, row.n, *(getattr(row, name) for name in MARKS))


class RestoredResults:
    """What was known on a day, evaluated again sheet by sheet; what is not a headline is kept for its own file."""

    def __init__(self, evaluation: Evaluation, day: date, last_period: date) -> None:
        self._evaluation, self._until = evaluation, min(day, last_period)
        self._kept: list[ResultRow] | None = None
        self._spreads: list[DispersionRow] = []
        convention, at = evaluation.convention, evaluation.as_of
        assert at is not None, "an evaluation of what was known has its moment"  # noqa: S101
        known = versions_known(convention=convention, at=at)
        self._numbers = {row.pk: row.number for rows in known.values() for row in rows}
        self.told = (
            f"résultats calculés avec les valeurs acceptées, les définitions, les cibles et les groupes enregistrés au"
            f" {day:%d/%m/%Y}, pour les périodes échues à cette date"
        )

    def headlines(self) -> Iterator[ResultRow]:
        kept: list[ResultRow] = []
        spreads: list[DispersionRow] = []
        for indicator, found in evaluated_sheets(evaluation=self._evaluation, until=self._until):
            rows = sorted(map(self._row(indicator.code), found.rows), key=_key)
            kept += [row for row in rows if row.name]
            spreads += sorted(_spread(indicator.code, _dispersion(row)) for row in found.dispersions)
            yield from (row for row in rows if not row.name)
        self._kept, self._spreads = kept, spreads

    def secondary(self) -> Iterator[ResultRow]:
        self._read()
        return iter(self._kept or [])

    def dispersions(self) -> Iterator[DispersionRow]:
        self._read()
        return iter(self._spreads)

    def _read(self) -> None:
        """One evaluation gives the three files: it is done when the first of them is read."""
        if self._kept is None:
            for _ in self.headlines():
                pass

    def _row(self, code: str) -> Any:
        numbers = self._numbers

        def told(row: tuple[Any, ...]) -> ResultRow:
            one = dict(zip(COLUMNS, row, strict=True))
            return _result(code, one | _rounded(one), numbers.get(one["version_id"]))

        return told


class SentResults:
    """What had been sent to the State by a moment: the last version of each quarter, and nothing beside."""

    def __init__(self, convention: Convention, moment: datetime, why: str) -> None:
        rows = Transmission.objects.filter(convention=convention, kind__in=QUARTERS, transmitted_at__lte=moment)
        last = {row.period: row for row in rows.defer("receipt").order_by("transmitted_at", "number")}
        if not last:
            raise NotKnown(
                f"les résultats connus au {moment:%d/%m/%Y} ne peuvent être rétablis ({why}), et aucun trimestre"
                " n'était transmis à cette date : choisir une date plus tardive"
            )
        self._sent = list(last.values())
        names = ", ".join(row.receipt_number for row in self._sent)
        self.told = f"résultats transmis à l'État au {moment:%d/%m/%Y} (transmissions {names}), faute de mieux : {why}"

    @cached_property
    def _content(self) -> tuple[list[ResultRow], list[DispersionRow]]:
        results: dict[tuple[str, ...], ResultRow] = {}
        spreads: dict[tuple[str, str], DispersionRow] = {}
        for sent in self._sent:
            content = content_of(sent)
            for sheet in content["sheets"]:
                for one in rows_of(content, sheet):
                    row = _result(sheet["code"], one | _decimals(one), one["version"])
                    results[_key(row)] = row
                for values in sheet["dispersions"]:
                    told = dict(zip(content["dispersion_columns"], values, strict=True))
                    spreads[sheet["code"], told["period"]] = _spread(sheet["code"], told | _decimals(told, MARKS))
        return sorted(results.values(), key=_key), sorted(spreads.values())

    def headlines(self) -> Iterator[ResultRow]:
        return (row for row in self._content[0] if not row.name)

    def secondary(self) -> Iterator[ResultRow]:
        return (row for row in self._content[0] if row.name)

    def dispersions(self) -> Iterator[DispersionRow]:
        return iter(self._content[1])


def _key(row: ResultRow) -> tuple[str, ...]:
    return row.code, row.scope, row.period, row.breakdown, row.name


def _decimals(row: Mapping[str, Any], names: tuple[str, ...] = ("value", "numerator", "denominator")) -> dict[str, Any]:
    """The numbers of a frozen row, which it keeps as texts."""
    return {name: None if row[name] is None else Decimal(row[name]) for name in names}


def _rounded(row: Mapping[str, Any], names: tuple[str, ...] = ("value", "numerator", "denominator")) -> dict[str, Any]:
    """The numbers of a row just evaluated, with the decimals that the table of results would keep."""
    return {name: None if row[name] is None else round_half_up(row[name], STORED_DECIMALS) for name in names}


def _dispersion(row: tuple[Any, ...]) -> dict[str, Any]:
    told = dict(zip(DISPERSION_COLUMNS, row, strict=True))
    return told | _rounded(told, MARKS)


def _result(code: str, row: Mapping[str, Any], version: int | None) -> ResultRow:
    return ResultRow(
        code, row["scope"], row["period"], row["breakdown"], row["value"], row["numerator"], row["denominator"],
        row["state"], row["verdict"], completeness(row["reported"], row["concerned"]), version, row["simulated"],
        row["name"], (row["units_reported"], row["units_concerned"]),
    )  # fmt: skip


def _spread(code: str, row: Mapping[str, Any]) -> DispersionRow:
    return DispersionRow(code, row["period"], row["n"], *(row[name] for name in MARKS))
