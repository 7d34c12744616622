"""The observations a calculation reads, straight from the table."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any

from django.db import connection

from cog.models import Convention, Organisation
from cog.once import once_a_page
from cog.periods import Period, parse
from indicators.compute.facts import Catalogue, DuplicateFactError, Facts, Gap, Value
from indicators.enums import Statement
from indicators.intake.reference import read_breakdowns
from indicators.models import ImportBatch, Measure


def catalogue(*, convention: Convention) -> Catalogue:
    """The dimensions each measure is broken down by."""
    rows = Measure.objects.filter(convention=convention).values_list("code", "breakdowns")
    return {code: read_breakdowns(text) for code, text in rows}


@dataclass(frozen=True)
class LoadedFacts:
    """Facts of some measures, and, for each period, the bodies that have simulated ones among them."""

    facts: Facts
    simulated: Mapping[Period, Collection[str]]


@dataclass(frozen=True)
class _Ground:
    """What every reading needs: the codes of measures and bodies, the simulated batches, the breakdowns."""

    measures: Mapping[str, int]
    bodies: Mapping[int, str]
    simulated: frozenset[int]
    catalogue: Catalogue


@once_a_page
def _ground(*, convention: Convention) -> _Ground:
    batches = ImportBatch.objects.filter(convention=convention, simulated=True)
    measures = list(Measure.objects.filter(convention=convention).values_list("code", "pk", "breakdowns"))
    return _Ground(
        measures={code: pk for code, pk, _ in measures},
        bodies=dict(Organisation.objects.filter(convention=convention).values_list("pk", "code")),
        simulated=frozenset(batches.values_list("pk", flat=True)),
        catalogue={code: read_breakdowns(text) for code, _, text in measures},
    )


class FactLoader:
    """Reads the observations a calculation needs: the values in force, or those in force at a past moment.

    What a reading needs each time (codes, which batches are simulated) is read once. What was withdrawn (ND) is no
    fact. Straight SQL: by the ORM a million rows take three times as long.
    """

    def __init__(self, *, convention: Convention, as_of: datetime | None = None) -> None:
        self._as_of = as_of
        ground = _ground(convention=convention)
        self._measures, self._bodies, self._simulated = ground.measures, ground.bodies, ground.simulated
        self._codes = {pk: code for code, pk in self._measures.items()}
        self.catalogue = ground.catalogue

    def load(self, measures: Iterable[str], periods: Collection[str] | None = None) -> LoadedFacts:
        """The facts of these measures, over these periods (written forms; None: all there are)."""
        simulated: defaultdict[Period, set[str]] = defaultdict(set)
        cells: defaultdict[tuple[int, int, str], dict[Period, Value]] = defaultdict(dict)
        read: dict[str, Period] = {}
        count, known = 0, self._simulated
        for measure, body, text, breakdown, value, statement, batch in self._rows(measures, periods):
            count += 1
            period = read.get(text)
            if period is None:
                period = read[text] = parse(text)
            cells[measure, body, breakdown][period] = Gap.NOT_APPLICABLE if statement else value
            if batch in known:
                simulated[period].add(self._bodies[body])
        if count != sum(map(len, cells.values())):
            raise DuplicateFactError(
                "Deux valeurs en vigueur pour la même donnée, le même organisme et la même période."
            )
        named = (
            ((self._codes[measure], self._bodies[body], cut), cell) for (measure, body, cut), cell in cells.items()
        )
        return LoadedFacts(Facts.of_cells(named, self.catalogue), simulated)

    def _rows(self, measures: Iterable[str], periods: Collection[str] | None) -> Iterable[tuple[Any, ...]]:
        wanted = [self._measures[code] for code in measures if code in self._measures]
        if not wanted:
            return []
        conditions, parameters = _told_of(wanted)
        if periods is not None:
            conditions.append(f"o.period IN ({', '.join(['%s'] * len(periods))})")
            parameters += periods
        if self._as_of is None:
            conditions.append("o.closed_by_id IS NULL")
        else:
            accepted = "SELECT b.id FROM indicators_importbatch b WHERE b.accepted_at <= %s"
            conditions.append(f"o.batch_id IN ({accepted})")
            conditions.append(f"(o.closed_by_id IS NULL OR o.closed_by_id NOT IN ({accepted}))")
            parameters += [connection.ops.adapt_datetimefield_value(self._as_of)] * 2
        return _observed("o.batch_id", conditions, parameters)


def _told_of(measures: Sequence[int]) -> tuple[list[str], list[Any]]:
    """The condition that keeps what was said of these measures, and its parameters."""
    marks = ", ".join(["%s"] * len(measures))
    return [f"o.measure_id IN ({marks})", "o.statement <> %s"], [*measures, Statement.NOT_AVAILABLE]


def _observed(last: str, conditions: Sequence[str], parameters: Sequence[Any]) -> Iterable[tuple[Any, ...]]:
    """The rows of observations, each ended by the columns asked for."""
    with connection.cursor() as cursor:
        cursor.execute(
            f"SELECT o.measure_id, o.organisation_id, o.period, o.breakdown, {exact_value('o')}, o.statement, {last}"  # noqa: S608 - no text of a person
            f" FROM indicators_observation o WHERE {' AND '.join(conditions)}",
            parameters,
        )
        rows: list[tuple[Any, ...]] = cursor.fetchall()
    if connection.vendor == "postgresql":
        return rows
    return ((*row[:4], exact_number(row[4]), *row[5:]) for row in rows)


class History:
    """Everything ever said of some measures, read once, from which the facts of any past moment are taken."""

    def __init__(self, *, convention: Convention, measures: Iterable[str]) -> None:
        self._convention = convention
        known = _ground(convention=convention).measures
        wanted = [known[code] for code in measures if code in known]
        accepted = ImportBatch.objects.filter(convention=convention, accepted_at__isnull=False)
        self._accepted: dict[int, tuple[datetime, bool]] = {
            pk: (at, simulated) for pk, at, simulated in accepted.values_list("pk", "accepted_at", "simulated")
        }
        self._rows = list(_observed("o.batch_id, o.closed_by_id", *_told_of(wanted))) if wanted else []

    @property
    def acceptances(self) -> list[tuple[datetime, bool]]:
        """When each file that told or replaced something was accepted, and whether it is simulated; in order."""
        touching = {pk for row in self._rows for pk in row[-2:]}
        return sorted(self._accepted[pk] for pk in touching if pk in self._accepted)

    def at(self, moment: datetime) -> "FactLoader":
        """A loader of the facts in force at a moment: accepted by then, not yet replaced by then."""
        past = {pk for pk, (at, _) in self._accepted.items() if at <= moment}
        rows = [row[:-1] for row in self._rows if row[-2] in past and row[-1] not in past]
        return _RememberedFacts(convention=self._convention, rows=rows)


class _RememberedFacts(FactLoader):
    """A loader that has its rows already."""

    def __init__(self, *, convention: Convention, rows: Sequence[tuple[Any, ...]]) -> None:
        super().__init__(convention=convention)
        self._held = rows

    def _rows(self, measures: Iterable[str], periods: Collection[str] | None) -> Iterable[tuple[Any, ...]]:
        wanted = {self._measures[code] for code in measures if code in self._measures}
        kept = None if periods is None else set(periods)
        return [row for row in self._held if row[0] in wanted and (kept is None or row[2] in kept)]


def exact_value(table: str) -> str:
    """The SQL of an observed value, without the zeros that its column adds."""
    return f"trim_scale({table}.value)" if connection.vendor == "postgresql" else f"{table}.value"


def exact_number(found: Any) -> Decimal | None:
    """A number as the database gives it: SQLite holds those of at most 15 digits, written the shortest way."""
    return found if found is None or isinstance(found, Decimal) else Decimal(repr(found))


def load_facts(*, convention: Convention, measures: Iterable[str], as_of: datetime | None = None) -> LoadedFacts:
    """The values in force of some measures, now or at a past moment: a `FactLoader` used once."""
    return FactLoader(convention=convention, as_of=as_of).load(measures)
