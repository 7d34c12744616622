"""The observations a calculation reads, straight from the table."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any

from django.db import connection

from cog.models import Convention, Organisation
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


class FactLoader:
    """Reads the observations a calculation needs: the values in force, or those in force at a past moment.

    What a reading needs each time (codes, which batches are simulated) is read once. What was withdrawn (ND) is no
    fact. Straight SQL: by the ORM a million rows take three times as long.
    """

    def __init__(self, *, convention: Convention, as_of: datetime | None = None) -> None:
        self._convention = convention
        self._as_of = as_of
        self._measures = dict(Measure.objects.filter(convention=convention).values_list("code", "pk"))
        self._codes = {pk: code for code, pk in self._measures.items()}
        self._bodies = dict(Organisation.objects.filter(convention=convention).values_list("pk", "code"))
        batches = ImportBatch.objects.filter(convention=convention, simulated=True)
        self._simulated = frozenset(batches.values_list("pk", flat=True))
        self.catalogue = catalogue(convention=convention)

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
        marks = ", ".join(["%s"] * len(wanted))
        conditions, parameters = [f"o.measure_id IN ({marks})", "o.statement <> %s"], [*wanted, Statement.NOT_AVAILABLE]
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
        with connection.cursor() as cursor:
            cursor.execute(
                f"SELECT o.measure_id, o.organisation_id, o.period, o.breakdown, {exact_value('o')},"  # noqa: S608 - no text of a person
                " o.statement, o.batch_id"
                f" FROM indicators_observation o WHERE {' AND '.join(conditions)}",
                parameters,
            )
            rows: list[tuple[Any, ...]] = cursor.fetchall()
        if connection.vendor == "postgresql":
            return rows
        return ((*row[:4], exact_number(row[4]), *row[5:]) for row in rows)


def exact_value(table: str) -> str:
    """The SQL of an observed value, without the zeros that its column adds."""
    return f"trim_scale({table}.value)" if connection.vendor == "postgresql" else f"{table}.value"


def exact_number(found: Any) -> Decimal | None:
    """A number as the database gives it: SQLite holds those of at most 15 digits, written the shortest way."""
    return found if found is None or isinstance(found, Decimal) else Decimal(repr(found))


def load_facts(*, convention: Convention, measures: Iterable[str], as_of: datetime | None = None) -> LoadedFacts:
    """The values in force of some measures, now or at a past moment: a `FactLoader` used once."""
    return FactLoader(convention=convention, as_of=as_of).load(measures)
