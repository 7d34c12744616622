"""What the engine gives from what the tables hold, sheet by sheet; nothing is stored here.

An `Evaluation` reads once what every sheet needs (definitions, targets, bodies, groups), then evaluates any sheet at
any periods. A row is a plain tuple in the order of `COLUMNS`: there are half a million of them.
"""

import gc
from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import date, datetime
from functools import lru_cache
from typing import Any, NamedTuple

from cog.enums import OrganisationKind
from cog.models import Convention, Organisation
from cog.once import once_a_page
from cog.periods import Granularity, Period, year
from indicators.compute import verdict as verdicts
from indicators.compute.definition import Definition, result_periods
from indicators.compute.dispersion import Dispersion
from indicators.compute.evaluate import CAF_SCOPE, NATIONAL_SCOPE, Perimeter, Result, Sheet, resolved
from indicators.compute.methods import State
from indicators.compute.readers import Groups
from indicators.enums import ResultState, Verdict
from indicators.models import Indicator, IndicatorVersion, OrganisationGroup
from indicators.models.fields import COMPUTED
from indicators.queries.engine import (
    breaks_of,
    definition_of,
    judged_baseline,
    judged_targets,
    version_at,
    versions_of,
)
from indicators.queries.facts import FactLoader, LoadedFacts
from indicators.queries.local_targets import local_targets_of

COLUMNS = (
    "version_id", "name", "scope", "period", "breakdown", "value", "numerator", "denominator", "state", "verdict",
    "reported", "concerned", "units_reported", "units_concerned", "simulated",
)  # fmt: skip
"""Of a row of results, in the table's names."""

DISPERSION_COLUMNS = (
    "period", "n", "minimum", "d1", "q1", "median", "q3", "d9", "maximum", "value_range", "stdev", "mean", "simulated",
)  # fmt: skip

STORED_DECIMALS = int(COMPUTED["decimal_places"])
"""Of the numbers of a result once it is stored."""

CONCERNED = "concerne:"
"""Begins the key of a group that lists the caisses a sheet concerns."""

Row = tuple[Any, ...]


@contextmanager
def collector_at_rest() -> Iterator[None]:
    """A sheet makes tens of thousands of small tuples and no cycle: searching them takes a third of the time."""
    working = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if working:
            gc.enable()


class Evaluated(NamedTuple):
    """The rows of a sheet, as `COLUMNS` and `DISPERSION_COLUMNS`."""

    rows: list[Row]
    dispersions: list[Row]

    def at(self, periods: Collection[str]) -> "Evaluated":
        """Those of some periods."""
        own, spreads = COLUMNS.index("period"), DISPERSION_COLUMNS.index("period")
        return Evaluated(
            [row for row in self.rows if row[own] in periods],
            [row for row in self.dispersions if row[spreads] in periods],
        )


@dataclass
class _Judging:
    """What the verdicts of a sheet rest on."""

    targets: dict[str, tuple[verdicts.Target, ...]]  # by scope
    baseline: verdicts.Baseline | None
    breaks: list[verdicts.Break]


class GroupMember(NamedTuple):
    """That a body belongs to a group, from when to when."""

    key: str
    value: str
    body: str
    since: date
    until: date | None


@once_a_page
def memberships_of(convention: Convention) -> list[GroupMember]:
    """Every membership of a group, as it stands today."""
    rows = OrganisationGroup.objects.filter(organisation__convention=convention)
    return [
        GroupMember(*row) for row in rows.values_list("key", "value", "organisation__code", "valid_from", "valid_to")
    ]


class Inputs(NamedTuple):
    """What a sheet is computed from at a period."""

    version: IndicatorVersion
    definition: Definition
    loaded: LoadedFacts
    perimeter: Perimeter


@dataclass(frozen=True)
class _Body:
    code: str
    is_caisse: bool
    since: date | None
    until: date | None

    def exists(self, period: Period) -> bool:
        return (self.since is None or self.since <= period.end) and (self.until is None or period.start <= self.until)


@once_a_page
def _bodies_of(convention: Convention) -> list[_Body]:
    """The bodies of the network, by code."""
    network = Organisation.objects.filter(convention=convention, in_network=True).order_by("code")
    rows = network.values_list("code", "kind", "valid_from", "valid_to")
    return [_Body(code, kind == OrganisationKind.CAISSE, *dates) for code, kind, *dates in rows]


@once_a_page
def _indicators_of(convention: Convention) -> list[Indicator]:
    return list(Indicator.objects.filter(convention=convention).order_by("position"))


@dataclass
class Evaluation:
    """Evaluates the sheets of a convention, with the facts in force now or at a past moment.

    `versions` replaces the definitions of some sheets, for a preview; `loader`: where the facts come from, when they
    are read already. `local_targets` (by sheet) and `memberships` are
    those to judge and to compare with, where they are not today's (`known_at`).
    """

    convention: Convention
    as_of: datetime | None = None
    versions: dict[int, list[IndicatorVersion]] = field(default_factory=dict)
    local_targets: Mapping[int, tuple[verdicts.Target, ...]] | None = None
    memberships: Sequence[GroupMember] | None = None
    loader: FactLoader | None = None

    def __post_init__(self) -> None:
        self._versions = versions_of(convention=self.convention) | self.versions
        self._loader = self.loader or FactLoader(convention=self.convention, as_of=self.as_of)
        self._bodies = _bodies_of(self.convention)
        self._groups = self.memberships if self.memberships is not None else memberships_of(self.convention)
        self._perimeters: dict[tuple[str, date, date], Perimeter] = {}
        self._definitions: dict[int, Definition] = {}
        self.indicators = _indicators_of(self.convention)
        self._by_code = {indicator.code: indicator.pk for indicator in self.indicators}

    def due(self, indicator: Indicator) -> list[Period]:
        """The periods a sheet owes results for, over the whole term."""
        versions = self._versions.get(indicator.pk)
        if not versions:
            return list(result_periods(indicator.periodicities, self.convention.start, self.convention.end))
        start, end = self.convention.start, self.convention.end
        if len(versions) == 1:
            return list(self._definition(versions[0]).due_periods(start, end))
        periods = {period for row in versions for period in self._definition(row).due_periods(start, end)}
        return [period for period in sorted(periods) if self._is_due(versions, period)]

    def _is_due(self, versions: Sequence[IndicatorVersion], period: Period) -> bool:
        version = version_at(versions, period)
        if version is None:
            return True
        return period in self._definition(version).due_periods(self.convention.start, self.convention.end)

    def evaluate(
        self, indicator: Indicator, periods: Sequence[Period], scopes: frozenset[str] | None = None
    ) -> Evaluated:
        """The rows of a sheet at these periods; `scopes`: of these caisses and of the whole only.

        Each period has the definition in force at its end; without one, rows that say so.
        """
        with collector_at_rest():
            return self._evaluated(indicator, periods, scopes)

    def _evaluated(self, indicator: Indicator, periods: Sequence[Period], scopes: frozenset[str] | None) -> Evaluated:
        found = Evaluated([], [])
        groups: dict[int | None, list[Period]] = defaultdict(list)
        versions = {row.pk: row for row in self._versions.get(indicator.pk, ())}
        for period in periods:
            version = version_at(versions.values(), period)
            groups[version.pk if version else None].append(period)
        for key, own in groups.items():
            if key is None:
                found.rows.extend(self._unbuilt(indicator, own, scopes))
            else:
                self._evaluate(indicator, versions[key], own, scopes, found)
        return found

    def definition_at(self, indicator: Indicator, period: Period) -> Definition | None:
        """The definition a sheet is computed with at a period; None while it is to build."""
        version = version_at(self._versions.get(indicator.pk, ()), period)
        return self._definition(version, period) if version else None

    def inputs(self, indicator: Indicator, period: Period) -> Inputs | None:
        """What makes the figures of a sheet at one period; None while it is to build."""
        version = version_at(self._versions.get(indicator.pk, ()), period)
        if version is None:
            return None
        definition = self._definition(version, period)
        loaded = self._loader.load(sorted(definition.all_measures), _periods_read(definition, [period]))
        return Inputs(version, definition, loaded, self._perimeter(indicator.code, period))

    def preview(
        self, indicator: Indicator, definition: Definition, periods: Sequence[Period]
    ) -> dict[Period, list[Result]]:
        """What a definition, in force or not, gives at these periods; nothing is judged."""
        other = self._versions[self._by_code[definition.of]] if isinstance(definition.of, str) else []
        ready = resolved(definition, {str(definition.of): self._definition(row) for row in other})
        loaded = self._loader.load(sorted(ready.all_measures), _periods_read(ready, periods))
        sheet = Sheet(ready, loaded.facts, judged_targets(indicator))
        return {period: sheet.results(period, self._perimeter(indicator.code, period)) for period in periods}

    def definitions(self, indicator: Indicator) -> list[Definition]:
        """Every definition of a sheet, the former ones included."""
        return [self._definition(version) for version in self._versions.get(indicator.pk, ())]

    def moves_with_others(self, indicator: Indicator) -> bool:
        """Whether a caisse's own rows depend on the values of the others (its rank)."""
        return any(one.method == "quantiles" and one.local for one in self.definitions(indicator))

    def _definition(self, version: IndicatorVersion, period: Period | None = None) -> Definition:
        known = self._definitions.get(version.pk)
        if known is None:
            known = self._definitions[version.pk] = definition_of(version)
        if not isinstance(known.of, str):
            return known
        other = self._versions[self._by_code[known.of]]
        held = version_at(other, period) if period else None
        return resolved(known, {known.of: self._definition(held or other[0])})

    def _evaluate(
        self,
        indicator: Indicator,
        version: IndicatorVersion,
        periods: Sequence[Period],
        scopes: frozenset[str] | None,
        found: Evaluated,
    ) -> None:
        definition = self._definition(version, periods[-1])
        loaded = self._loader.load(sorted(definition.all_measures), _periods_read(definition, periods))
        judging = self._judging(version)
        sheet = Sheet(definition, loaded.facts, judging.targets.get(NATIONAL_SCOPE, ()))
        if self.moves_with_others(indicator):
            scopes = None
        for period in periods:
            computed = sheet.at(period, self._perimeter(indicator.code, period), scopes=scopes)
            simulated = _simulated_bodies(definition, loaded, period)
            judge = _Judge(definition, period, judging)
            text = str(period)
            for row in computed.results:
                found.rows.append(_row(version.pk, text, row, judge.verdict(row), simulated))
            if computed.dispersion is not None:
                found.dispersions.append(_dispersion(text, computed.dispersion, bool(simulated)))

    def _judging(self, version: IndicatorVersion) -> _Judging:
        indicator = version.indicator
        by_scope: defaultdict[str, list[verdicts.Target]] = defaultdict(list)
        known = self.local_targets
        local = local_targets_of(indicator) if known is None else known.get(indicator.pk, ())
        for target in (*judged_targets(indicator, self.as_of), *local):
            by_scope[target.scope].append(target)
        targets = {scope: tuple(rows) for scope, rows in by_scope.items()}
        return _Judging(targets, judged_baseline(indicator), breaks_of(indicator))

    def _perimeter(self, code: str, period: Period) -> Perimeter:
        """The bodies that exist at a period, and those of them that the sheet concerns."""
        key = (code, period.start, period.end)
        known = self._perimeters.get(key)
        if known is None:
            known = self._perimeters[key] = self._read_perimeter(code, period)
        return known

    def _read_perimeter(self, code: str, period: Period) -> Perimeter:
        present = [body for body in self._bodies if body.exists(period)]
        groups: defaultdict[str, defaultdict[str, list[str]]] = defaultdict(lambda: defaultdict(list))
        for key, value, body, since, until in self._groups:
            if since <= period.end and (until is None or period.end <= until):
                groups[key][value].append(body)
        listed = {body for bodies in groups.get(CONCERNED + code, {}).values() for body in bodies}
        caisses = [body.code for body in present if body.is_caisse and (not listed or body.code in listed)]
        comparable: Groups = {
            key: dict(sorted(values.items())) for key, values in groups.items() if not key.startswith(CONCERNED)
        }
        return Perimeter(caisses, [body.code for body in present if not body.is_caisse], comparable)

    def _unbuilt(self, indicator: Indicator, periods: Iterable[Period], scopes: frozenset[str] | None) -> list[Row]:
        """The rows of a sheet that has no definition yet: due, and without a value."""
        rest = (ResultState.TO_BUILD.value, Verdict.TO_BUILD.value, 0, 0, 0, 0, False)
        return [
            (None, "", scope, str(period), "", None, None, None, *rest)
            for period in periods
            for scope in (NATIONAL_SCOPE, *self._perimeter(indicator.code, period).caisses)
            if scopes is None or scope in scopes or scope == NATIONAL_SCOPE
        ]


class _Judge:
    """The verdicts of a period; a caisse without a target of its own needs no comparison."""

    def __init__(self, definition: Definition, period: Period, judging: _Judging) -> None:
        self._definition = definition
        self._period = period
        self._judging = judging
        self._judged_name = definition.judged_name
        self._without_target = {state: self._unaimed(state) for state in State}

    def verdict(self, row: Result) -> str:
        name, scope, breakdown, outcome = row
        targets = self._judging.targets.get(scope) if name == self._judged_name and not breakdown else None
        if not targets:
            return self._without_target[outcome.state]
        return verdicts.judge(
            self._definition,
            outcome,
            self._period,
            targets,
            baseline=self._judging.baseline if scope == NATIONAL_SCOPE else None,
            breaks=self._judging.breaks,
        ).verdict.value

    def _unaimed(self, state: State) -> str:
        if self._definition.provisional or state is State.TO_BUILD:
            return verdicts.Verdict.TO_BUILD.value
        if not state.computed:
            return verdicts.Verdict.NOT_AVAILABLE.value
        unaimed = verdicts.Verdict.INCOMPLETE if state is State.INCOMPLETE else verdicts.Verdict.NO_TARGET
        return unaimed.value


def _simulated_bodies(definition: Definition, loaded: LoadedFacts, period: Period) -> frozenset[str]:
    """The bodies whose figures at this period rest on simulated values."""
    if not loaded.simulated:
        return frozenset()
    return frozenset().union(*(loaded.simulated.get(read, ()) for read in _read_at(definition, period)))


def _row(version: int, period: str, result: Result, verdict: str, simulated: frozenset[str]) -> Row:
    name, scope, breakdown, (value, numerator, denominator, state, _, completeness) = result
    touched = bool(simulated) if scope in _WHOLE else scope in simulated
    return (
        version, name, scope, period, breakdown, value, numerator, denominator, _STATES[state], verdict,
        *completeness, touched,
    )  # fmt: skip


_WHOLE = frozenset({NATIONAL_SCOPE, CAF_SCOPE})
_STATES = {state: state.value for state in State}


def _dispersion(period: str, spread: Dispersion, simulated: bool) -> Row:
    return (
        period, spread.n, spread.minimum, spread.d1, spread.q1, spread.median, spread.q3, spread.d9, spread.maximum,
        spread.range, spread.stdev, spread.mean, simulated,
    )  # fmt: skip


_MANY = 40


def _periods_read(definition: Definition, periods: Collection[Period]) -> list[str] | None:
    """The periods whose facts make results at these; None when it is simpler to read them all."""
    if len(periods) > _MANY:
        return None
    wanted = set().union(*(_read_at(definition, period) for period in periods))
    return [str(period) for period in sorted(wanted)]


def _read_at(definition: Definition, period: Period) -> frozenset[Period]:
    """The periods whose facts make the results of this one."""
    finest, read = min(definition.grid.finest, Granularity.MONTH), []
    for number in definition.years_read(period.year):
        whole = _reads_whole_years(definition, number)
        read.append(_within(year(number) if whole else period.previous_year(period.year - number), finest))
    return read[0] if len(read) == 1 else frozenset().union(*read)


def _reads_whole_years(definition: Definition, number: int) -> bool:
    """Whether a result reads more of a year than its own period in it."""
    return (
        definition.method == "weighted_gap"
        or definition.cumulate_from is not None
        or definition.reference_year == number
    )


@lru_cache(maxsize=1 << 12)
def _within(period: Period, finest: Granularity) -> frozenset[Period]:
    lengths = [length for length in Granularity if finest <= length <= period.granularity]
    return frozenset(part for length in lengths for part in period.children(length))


class Dependencies:
    """Which results rest on a fact: (measure, year of the fact) -> the sheets, and the years of their results."""

    def __init__(self, *, convention: Convention) -> None:
        evaluation = Evaluation(convention)
        self._found: defaultdict[tuple[str, int], set[tuple[int, int, bool]]] = defaultdict(set)
        for indicator in evaluation.indicators:
            for definition in evaluation.definitions(indicator):
                self._add(indicator.pk, definition, convention)

    def _add(self, indicator: int, definition: Definition, convention: Convention) -> None:
        for number in convention.years:
            for read in definition.years_read(number):
                exactly = not _reads_whole_years(definition, read)
                for measure in definition.all_measures:
                    self._found[measure, read].add((indicator, number, exactly))

    def of(self, measure: str, number: int) -> set[tuple[int, int, bool]]:
        """(indicator, year of its results, exactly) that a fact of that year moves.

        `exactly`: only the periods that contain the fact's own, moved to that year; otherwise all those of the year.
        """
        return self._found.get((measure, number), set())
