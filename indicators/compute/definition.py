"""Definitions: what one technical sheet computes, as plain immutable values.

PURE. `methods_file.definition_from` builds them from an entry of the methods file. A sheet's secondary values
and variants are definitions too, with a `name`.
"""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from enum import StrEnum
from functools import cached_property, lru_cache

from cog.periods import Granularity, Period
from indicators.compute.expression import TOTAL, Breakdown, Expression
from indicators.compute.over_time import Grid, Rules

PERIODICITIES: Mapping[str, Granularity] = {
    "daily": Granularity.DAY,
    "monthly": Granularity.MONTH,
    "quarterly": Granularity.QUARTER,
    "semestrial": Granularity.SEMESTER,
    "annual": Granularity.YEAR,
}

RESULT_LENGTHS = (Granularity.MONTH, Granularity.QUARTER, Granularity.SEMESTER, Granularity.YEAR)

UNIT_SCALES: Mapping[str, Decimal] = {"M€": Decimal("0.000001"), "k€": Decimal("0.001")}
"""Sheets whose facts are imported in euros and whose results are in a larger unit."""

SPREADS = frozenset({"dispersion", "variation_coefficient", "quantiles"})
"""Methods whose value says how local values spread over the caisses."""

LOOKS_BACK = frozenset({"variation", "evolution", "growth_gap", "rate_growth"})
"""Methods that compare with the year before."""

RATES = frozenset({"ratio", "survey", "evolution", "reference_index", "weighted_gap"})
"""Methods whose national value is of the nature of a caisse's: neither their total, nor a spread of them."""

HEADLINE_LOWEST, HEADLINE_NONE = "min", "none"


class Side(StrEnum):
    """Which part of a ratio a dimension breaks down."""

    NUMERATOR = "numerator"
    DENOMINATOR = "denominator"
    BOTH = "both"


@dataclass(frozen=True, slots=True)
class Dimension:
    """« ventilation » of a sheet. `values` is empty where the list is open.

    `within`: read inside one value of another dimension. `national_only`: no value per caisse. `optional`:
    owed by nobody.
    """

    key: str
    values: tuple[str, ...] = ()
    side: Side = Side.BOTH
    within: Breakdown = TOTAL
    national_only: bool = False
    optional: bool = False


@dataclass(frozen=True)
class Definition:
    """« définition en vigueur » of a sheet, of one of its secondary values or of one of its variants.

    `name` is empty for the headline. `over_time` says how each measure adds up. `options` holds the settings
    that belong to one method only. `provisional`: the convention leaves the definition to be adopted.
    """

    code: str
    kind: str
    method: str
    name: str = ""
    numerator: Expression | None = None
    denominator: Expression | None = None
    factor: Decimal = Decimal(1)
    unit: str = ""
    decimals: int = 0
    better: str = "none"
    periodicities: tuple[str, ...] = ()
    over_time: Mapping[str, Rules] = field(default_factory=dict)
    national: str = ""
    local: bool = False
    perimeter_branch: bool = False
    dimensions: tuple[Dimension, ...] = ()
    headline: str = ""
    secondary: tuple["Definition", ...] = ()
    variants: tuple["Definition", ...] = ()
    cumulate_from: int | None = None
    first: date | None = None
    provisional: bool = False
    has_vintages: bool = False
    options: Mapping[str, object] = field(default_factory=dict)

    @cached_property
    def _reads_its_year_only(self) -> bool:
        own = (self.of,) if isinstance(self.of, Definition) else ()
        return (
            self.cumulate_from is None
            and self.method not in LOOKS_BACK
            and self.reference_year is None
            and all(one._reads_its_year_only for one in (*own, *self.secondary, *self.variants))
        )

    @property
    def to_build(self) -> bool:
        """« à construire »: no value until a version of the definition is adopted."""
        return self.method == "to_build"

    @property
    def scale(self) -> Decimal:
        """What a quantity in the unit of the facts is multiplied by to be in the unit of the result."""
        return UNIT_SCALES.get(self.unit, Decimal(1))

    @cached_property
    def measures(self) -> frozenset[str]:
        """Codes of the measures of the formula (not those of secondary values and variants)."""
        expressions = (self.numerator, self.denominator, self.reference_numerator, self.reference_denominator)
        measures = {measure for term in expressions if term is not None for measure in term.measures}
        if isinstance(self.of, Definition):
            measures |= self.of.measures
        return frozenset({*measures, *self.national_additions, *([self.excluded_flag] if self.excluded_flag else ())})

    @cached_property
    def all_measures(self) -> frozenset[str]:
        """Codes of the measures of the sheet, its secondary values and its variants included."""
        companions = (*self.secondary, *self.variants)
        return self.measures.union(*(companion.all_measures for companion in companions))

    @property
    def compares_with_nation(self) -> bool:
        """Whether a caisse's value and the national one are of one nature, so that their difference has a meaning."""
        return self.method in RATES

    @property
    def is_spread(self) -> bool:
        """Whether the value is a spread of local values over the caisses."""
        return self.method in SPREADS

    @property
    def local_better(self) -> str:
        """Which way is progress for one caisse: that a spread should narrow says nothing of a caisse's own value."""
        return "none" if self.is_spread else self.better

    @property
    def of(self) -> "Definition | str | None":
        """What a spread is taken over: a local value, or the code of the sheet that gives it."""
        found = self.options.get("of")
        return found if isinstance(found, Definition | str) else None

    @property
    def reference_numerator(self) -> Expression | None:
        """Numerator of the rate a gap compares with."""
        return _expression(self.options.get("reference_numerator"))

    @property
    def reference_denominator(self) -> Expression | None:
        """Denominator of the rate a gap compares with; None for accounts, compared as such (F1-8)."""
        return _expression(self.options.get("reference_denominator"))

    @property
    def reference_year(self) -> int | None:
        """The year a reference index compares with."""
        found = self.options.get("reference_year")
        return found if isinstance(found, int) else None

    @property
    def national_additions(self) -> tuple[str, ...]:
        """Measures that only the Cnaf supplies, added to the national numerator."""
        return _words(self.options.get("national_addition"))

    @property
    def excluded_units(self) -> frozenset[str]:
        """Codes of the caisses the sheet leaves out."""
        return frozenset(_words(self.options.get("excluded_units")))

    @property
    def excluded_flag(self) -> str:
        """The measure whose 1 takes a unit out of those concerned; empty when there is none."""
        return str(self.options.get("excluded_flag", ""))

    @property
    def judged_name(self) -> str:
        """Name of the value the targets judge: empty for the headline, else that of a secondary value (F1-4.2)."""
        return next((one.name for one in self.secondary if one.options.get("judged")), "")

    def years_read(self, year: int) -> frozenset[int]:
        """The years whose facts make the results of `year`."""
        if self._reads_its_year_only:
            return frozenset({year})
        years = set(range(self.cumulate_from, year + 1)) if self.cumulate_from else {year}
        if self.method in LOOKS_BACK:
            years |= {each - 1 for each in years}
        if self.reference_year is not None:
            years.add(self.reference_year)
        own = (self.of,) if isinstance(self.of, Definition) else ()
        return frozenset(years).union(*(one.years_read(year) for one in (*own, *self.secondary, *self.variants)))

    @cached_property
    def grid(self) -> Grid:
        """The finest periods the sheet asks for; a sheet that prints no rhythm is annual."""
        lengths = [PERIODICITIES[word] for word in self.periodicities] or [Granularity.YEAR]
        return Grid(min(lengths), self.first)

    @property
    def accumulates(self) -> bool:
        """Whether the value grows along the year (a count of flows): a yearly target is no month's."""
        return self.method == "count" and all(
            rules[Granularity.YEAR].value == "sum" for rules in self.over_time.values()
        )

    def due_periods(self, start: date, end: date) -> tuple[Period, ...]:
        """The periods a result is owed for, between the first and the last day of a convention."""
        return result_periods(self.periodicities, max(start, self.first or start), end)


def _expression(found: object) -> Expression | None:
    return found if isinstance(found, Expression) else None


def _words(found: object) -> tuple[str, ...]:
    return tuple(str(word) for word in found) if isinstance(found, list | tuple) else ()


def result_periods(periodicities: Collection[str], start: date, end: date) -> tuple[Period, ...]:
    """Periods of the results of a sheet with these printed rhythms, that touch `start`..`end`, in order.

    A monthly or daily sheet has months, quarters, semesters and years; a semestrial one semesters and years;
    an annual one, or one that prints nothing, years.
    """
    finest = min((PERIODICITIES[word] for word in periodicities), default=Granularity.YEAR)
    return _result_periods(finest, start, end)


@lru_cache(maxsize=256)
def _result_periods(finest: Granularity, start: date, end: date) -> tuple[Period, ...]:
    periods: list[Period] = []
    for length in RESULT_LENGTHS:
        current = Period.containing(start, length)
        while length >= finest and current.start <= end:
            periods.append(current)
            current = current.next()
    return tuple(sorted(periods))
