"""Periods of the civil calendar: day, month, quarter, semester, year.

PURE. One value type, `Period`, for everything that is dated by a span: observations, results, targets,
transmissions. The written forms are those of the import contract: `2014-03-31`, `2014-03`, `2014-T1`,
`2014-S1`, `2014`. The calendar is the one of the Paris date; nothing here reads a clock or knows a time zone.
"""

import re
from collections.abc import Callable
from datetime import date, timedelta
from enum import IntEnum
from functools import lru_cache, total_ordering
from typing import Final
from weakref import WeakValueDictionary

MONTH_NAMES = (
    "janvier", "février", "mars", "avril", "mai", "juin",
    "juillet", "août", "septembre", "octobre", "novembre", "décembre",
)  # fmt: skip

EXPECTED_FORMS = "« 2014 », « 2014-S1 », « 2014-T1 », « 2014-03 » ou « 2014-03-31 »"

_CACHE = 1 << 14  # a convention's term holds about 2 000 periods, days included
_ONE_DAY = timedelta(days=1)


class Granularity(IntEnum):
    """Length of a period, from the shortest to the longest; each is a whole number of the one below."""

    DAY = 1
    MONTH = 2
    QUARTER = 3
    SEMESTER = 4
    YEAR = 5


_MONTHS_IN = {Granularity.MONTH: 1, Granularity.QUARTER: 3, Granularity.SEMESTER: 6, Granularity.YEAR: 12}


class PeriodError(ValueError):
    """A period that cannot be read or divided; says in French what was found and expected."""

    def __init__(self, found: str, expected: str) -> None:
        super().__init__(f"Période illisible : trouvé « {found} », attendu {expected}.")
        self.found = found
        self.expected = expected


@total_ordering
class Period:
    """« période » — a span of the civil calendar, known by its first day and its length.

    Ordered by first day, then from the shortest to the longest: 2014-01 < 2014-T1 < 2014-S1 < 2014 < 2014-02.
    Build one with `parse`, `Period.containing`, or `day`, `month`, `quarter`, `semester`, `year`.
    Raises PeriodError when `start` is not the first day of such a span.

    There is one object per period: equal periods are the same object, and hash as fast as any object does, for
    calculations look the same few periods up by the million.
    """

    __slots__ = ("__weakref__", "_end", "granularity", "start")

    start: Final[date]  # type: ignore[misc]  # set once, in __new__
    granularity: Final[Granularity]  # type: ignore[misc]

    def __new__(cls, start: date, granularity: Granularity) -> "Period":
        known = _KNOWN.get((start, granularity))
        if known is not None:
            return known
        if _first_day(start, granularity) != start:
            raise PeriodError(start.isoformat(), "le premier jour d'une période")
        period = super().__new__(cls)
        object.__setattr__(period, "start", start)
        object.__setattr__(period, "granularity", granularity)
        object.__setattr__(period, "_end", _last_day(period))
        return _KNOWN.setdefault((start, granularity), period)

    def __setattr__(self, name: str, value: object) -> None:
        raise AttributeError("une période ne change pas")

    def __reduce__(self) -> tuple[type["Period"], tuple[date, Granularity]]:
        return Period, (self.start, self.granularity)

    def __repr__(self) -> str:
        return f"Period({self})"

    def __lt__(self, other: "Period") -> bool:
        return (self.start, self.granularity) < (other.start, other.granularity)

    @classmethod
    def containing(cls, moment: date, granularity: Granularity) -> "Period":
        """The period of this length that `moment` falls in."""
        return Period(_first_day(moment, granularity), granularity)

    @property
    def end(self) -> date:
        """Last day, included."""
        end: date = self._end  # type: ignore[attr-defined]  # a slot, set once in __new__
        return end

    @property
    def year(self) -> int:
        """Civil year the period belongs to."""
        return self.start.year

    @property
    def number(self) -> int:
        """Rank among the periods of this length in its year (a day: in its month), from 1."""
        if self.granularity is Granularity.DAY:
            return self.start.day
        return (self.start.month - 1) // _MONTHS_IN[self.granularity] + 1

    @property
    def label(self) -> str:
        """As written in a French text: « 1er trimestre 2014 », « mars 2014 », « 1er avril 2014 »."""
        return _LABELS[self.granularity](self)

    def __str__(self) -> str:
        """The canonical written form; `parse(str(period)) == period`."""
        return _FORMS[self.granularity](self)

    def contains(self, other: "Period") -> bool:
        """Whether every day of `other` is a day of this period; a period contains itself."""
        return self.start <= other.start and other.end <= self.end

    def previous(self) -> "Period":
        """The period of the same length just before."""
        return Period.containing(self.start - _ONE_DAY, self.granularity)

    def next(self) -> "Period":
        """The period of the same length just after."""
        return Period.containing(self.end + _ONE_DAY, self.granularity)

    def previous_year(self, years: int = 1) -> "Period":
        """The same period `years` years before; 29 February becomes 28 February."""
        target = self.start.year - years
        leap_day = (self.start.month, self.start.day) == (2, 29)
        start = date(target, 2, 28) if leap_day else self.start.replace(year=target)
        return Period.containing(start, self.granularity)

    def months(self) -> tuple["Period", ...]:
        """Its months, in order. Raises PeriodError for a day."""
        return self.children(Granularity.MONTH)

    def children(self, granularity: Granularity) -> tuple["Period", ...]:
        """The periods of this shorter (or same) length that make it, in order. Raises PeriodError."""
        return _children(self, granularity)

    def to_date(self) -> tuple["Period", ...]:
        """The periods of the same length from the beginning of the year up to this one, included."""
        whole = Period.containing(self.start, Granularity.YEAR)
        return tuple(sibling for sibling in whole.children(self.granularity) if sibling <= self)


_KNOWN: WeakValueDictionary[tuple[date, Granularity], Period] = WeakValueDictionary()


def day(moment: date) -> Period:
    """The period of one day."""
    return Period.containing(moment, Granularity.DAY)


def month(year_number: int, number: int) -> Period:
    """The month `number` (1 to 12) of a year. Raises PeriodError."""
    return _numbered(year_number, number, Granularity.MONTH)


def quarter(year_number: int, number: int) -> Period:
    """« trimestre » `number` (1 to 4) of a year. Raises PeriodError."""
    return _numbered(year_number, number, Granularity.QUARTER)


def semester(year_number: int, number: int) -> Period:
    """« semestre » `number` (1 or 2) of a year. Raises PeriodError."""
    return _numbered(year_number, number, Granularity.SEMESTER)


def year(number: int) -> Period:
    """The civil year. Raises PeriodError."""
    return _numbered(number, 1, Granularity.YEAR)


@lru_cache(maxsize=_CACHE)
def parse(text: str) -> Period:
    """Read a canonical written form, and nothing looser. Raises PeriodError (found, expected) in French."""
    match = _PATTERN.fullmatch(text)
    if match is None:
        raise PeriodError(text, EXPECTED_FORMS)
    try:
        return _read(match)
    except ValueError:  # a 13th month, a 30 February, a year 0
        raise PeriodError(text, EXPECTED_FORMS) from None


_PATTERN = re.compile(
    r"(?P<year>[0-9]{4})(-T(?P<quarter>[1-4])|-S(?P<semester>[12])|-(?P<month>[0-9]{2})(-(?P<day>[0-9]{2}))?)?"
)


def _read(match: re.Match[str]) -> Period:
    year_number = int(match["year"])
    if match["day"]:
        return day(date(year_number, int(match["month"]), int(match["day"])))
    if match["month"]:
        return month(year_number, int(match["month"]))
    if match["quarter"]:
        return quarter(year_number, int(match["quarter"]))
    if match["semester"]:
        return semester(year_number, int(match["semester"]))
    return year(year_number)


def _numbered(year_number: int, number: int, granularity: Granularity) -> Period:
    months = _MONTHS_IN[granularity]
    if not (1 <= year_number <= 9999 and 1 <= number <= 12 // months):
        raise PeriodError(f"{year_number}, n° {number}", EXPECTED_FORMS)
    return Period(date(year_number, (number - 1) * months + 1, 1), granularity)


def _first_day(moment: date, granularity: Granularity) -> date:
    if granularity is Granularity.DAY:
        return moment
    months = _MONTHS_IN[granularity]
    return date(moment.year, (moment.month - 1) // months * months + 1, 1)


def _last_day(period: Period) -> date:
    if period.granularity is Granularity.DAY:
        return period.start
    last_month = period.start.month + _MONTHS_IN[period.granularity] - 1
    if last_month == 12:  # never asks for the year 10000
        return date(period.start.year, 12, 31)
    return date(period.start.year, last_month + 1, 1) - _ONE_DAY


@lru_cache(maxsize=_CACHE)
def _children(period: Period, granularity: Granularity) -> tuple[Period, ...]:
    if granularity > period.granularity:
        raise PeriodError(str(period), "une période plus longue que ses parties")
    if granularity is period.granularity:
        return (period,)
    if granularity is Granularity.DAY:
        count = (period.end - period.start).days + 1
        return tuple(day(period.start + timedelta(days=shift)) for shift in range(count))
    months = _MONTHS_IN[granularity]
    first = period.start.month
    starts = range(first, first + _MONTHS_IN[period.granularity], months)
    return tuple(Period(date(period.start.year, start, 1), granularity) for start in starts)


def ordinal(number: int) -> str:
    """A French ordinal in digits, masculine: « 1er », « 2e »."""
    return "1er" if number == 1 else f"{number}e"


def format_date(moment: date) -> str:
    """A date in a French text: « 31 mars 2014 », « 1er avril 2014 »."""
    number = "1er" if moment.day == 1 else str(moment.day)
    return f"{number} {MONTH_NAMES[moment.month - 1]} {moment.year}"


_DAY_IN_DIGITS = re.compile(
    r"(?P<day>[0-9]{1,2})(?P<mark>[/.\- ])(?P<month>[0-9]{1,2})(?P=mark)(?P<year>[0-9]{4}|[0-9]{2})"
)
_DAY_IN_WORDS = re.compile(r"(?P<day>1er|[0-9]{1,2})\s+(?P<month>[a-zûé]+)\s+(?P<year>[0-9]{4})")
_DAY_ISO = re.compile(r"(?P<year>[0-9]{4})-(?P<month>[0-9]{1,2})-(?P<day>[0-9]{1,2})")


def read_day(text: str) -> date:
    """A day as a French writer types it: 31/03/2014, 31.03.14, « 1er avril 2014 », and 2014-03-31; PeriodError else.

    A year in two digits is of this century: a convention is of today.
    """
    bare = text.strip().lower()
    found = _DAY_IN_DIGITS.fullmatch(bare) or _DAY_IN_WORDS.fullmatch(bare) or _DAY_ISO.fullmatch(bare)
    if found is None:
        raise PeriodError(text, "jour/mois/année, comme « 31/03/2014 »")
    month, year = found["month"], found["year"]
    try:
        number = int(month) if month.isdigit() else MONTH_NAMES.index(month) + 1
        return date(int(year) + (2000 if len(year) == 2 else 0), number, int(found["day"].removesuffix("er")))
    except ValueError:
        raise PeriodError(text, "un jour du calendrier, comme « 31/03/2014 »") from None


_FORMS: dict[Granularity, Callable[[Period], str]] = {
    Granularity.DAY: lambda p: p.start.isoformat(),
    Granularity.MONTH: lambda p: f"{p.year:04d}-{p.number:02d}",
    Granularity.QUARTER: lambda p: f"{p.year:04d}-T{p.number}",
    Granularity.SEMESTER: lambda p: f"{p.year:04d}-S{p.number}",
    Granularity.YEAR: lambda p: f"{p.year:04d}",
}

_LABELS: dict[Granularity, Callable[[Period], str]] = {
    Granularity.DAY: lambda p: format_date(p.start),
    Granularity.MONTH: lambda p: f"{MONTH_NAMES[p.number - 1]} {p.year}",
    Granularity.QUARTER: lambda p: f"{ordinal(p.number)} trimestre {p.year}",
    Granularity.SEMESTER: lambda p: f"{ordinal(p.number)} semestre {p.year}",
    Granularity.YEAR: lambda p: str(p.year),
}
