"""What a quarter's dossier is made of: the national results that go to the State with its transmission."""

from collections.abc import Iterable
from typing import NamedTuple

from cog.models import Convention
from cog.periods import Granularity, Period, PeriodError, parse
from indicators.compute.definition import Definition
from indicators.compute.due import Term, results_placed
from indicators.models import Indicator
from indicators.queries.engine import definition_of, version_at
from indicators.queries.sheets import indicators_of


class DossierLine(NamedTuple):
    """One national result of a dossier; `is_owed`: nobody is late for one that is only offered (a half-year)."""

    indicator: Indicator
    period: Period
    is_owed: bool


def dossier_lines(
    *, convention: Convention, period: str, indicators: Iterable[Indicator] | None = None
) -> list[DossierLine]:
    """Every result that goes with the transmission of a quarter (`2014-T1`), in the order of the annex.

    An indicator still to build has its lines like another: the dossier says so. `indicators`: those to tell of, where
    they are read already. Raises PeriodError for anything that is not a quarter.
    """
    transmission = _quarter(period)
    term = Term(convention.start, convention.end)
    return [
        DossierLine(indicator, place.period, place.is_owed)
        for indicator in (indicators_of(convention=convention) if indicators is None else indicators)
        for place in results_placed(_definition(indicator, transmission), transmission, term)
    ]


def dossier_of(*, convention: Convention, period: str) -> list[tuple[Indicator, str]]:
    """(indicator, period) of every result that goes with the transmission of a quarter, in the order of the annex."""
    return [(line.indicator, str(line.period)) for line in dossier_lines(convention=convention, period=period)]


def _definition(indicator: Indicator, transmission: Period) -> Definition:
    """The definition in force at that quarter; before the first one is adopted, the rhythm that is printed."""
    held = version_at(indicator.versions.all(), transmission)
    if held is not None:
        held.indicator = indicator
        return definition_of(held)
    return Definition(indicator.code, indicator.kind, "to_build", periodicities=tuple(indicator.periodicities))


def _quarter(text: str) -> Period:
    found = parse(text)
    if found.granularity is not Granularity.QUARTER:
        raise PeriodError(text, "un trimestre, comme « 2014-T1 »")
    return found
