"""The restitution calendar of a convention: obligations as data, expanded to due dates.

Source: domain rules §2. An obligation is a mapping of the reference files; its rule says when it falls due.
A due date on a weekend stays as written, one before the convention's signature is never late, and one that
the text does not print stays unknown.
"""

from calendar import monthrange
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum
from typing import Any


class Precision(StrEnum):
    """« Précision de l'échéance »: what the text prints; anything but a day is due on its last day."""

    DAY = "day"
    MONTH = "month"
    SEMESTER = "semester"
    YEAR = "year"


class State(StrEnum):
    """« État d'une échéance de restitution » at a date."""

    A_VENIR = "a_venir"
    BIENTOT_DUE = "bientot_due"
    EN_RETARD = "en_retard"
    FAITE = "faite"
    FAITE_EN_RETARD = "faite_en_retard"
    ANTERIEURE_SIGNATURE = "anterieure_signature"
    SANS_DATE = "sans_date"


@dataclass(frozen=True, slots=True)
class Yearly:
    """Once for each exercise first..last, in the year exercise + year_offset; month None: none printed.

    covers: the period reported, ``{year}`` standing for the exercise.
    """

    first: int
    last: int
    month: int | None
    day: int | None
    year_offset: int = 0
    covers: str = ""
    precision: Precision = Precision.DAY


@dataclass(frozen=True, slots=True)
class Quarterly:
    """Four times for each exercise first..last, no date printed; covers as above, with ``{quarter}``."""

    first: int
    last: int
    covers: str = ""


@dataclass(frozen=True, slots=True)
class Fixed:
    """Once, on the date the text prints, if it prints one."""

    due: date | None
    covers: str = ""
    precision: Precision = Precision.DAY


@dataclass(frozen=True, slots=True)
class AfterSignature:
    """Once, so many months after the signature (its last day when the month is shorter)."""

    months: int


@dataclass(frozen=True, slots=True)
class AfterEvent:
    """Each time an event happens, within so many calendar days (None: no delay printed)."""

    event: str
    days: int | None

    def due(self, happened_on: date) -> date | None:
        """Last day allowed for an event of that day, None when no delay is printed."""
        return None if self.days is None else happened_on + timedelta(days=self.days)


@dataclass(frozen=True, slots=True)
class Undated:
    """Owed, but the text gives no date."""


Rule = Yearly | Quarterly | Fixed | AfterSignature | AfterEvent | Undated


@dataclass(frozen=True, slots=True)
class Obligation:
    """« Obligation de restitution »: what the convention says is owed, to whom, and by which rule.

    seed_line: line of the convention's text. source: the words or article it comes from.
    """

    code: str
    family: str
    title: str
    recipient: str
    rule: Rule
    seed_line: int | None
    source: str
    note: str


@dataclass(frozen=True, slots=True)
class Occurrence:
    """« Échéance de restitution »: one time an obligation falls due.

    due: None when no date can be known (none printed, event to come, signature unknown). covers: the period
    reported (« 2014-T1 »), empty when the rule names none. exercise: None for what is owed once.
    """

    code: str
    exercise: int | None
    due: date | None
    covers: str
    precision: Precision


def occurrences(obligations: Sequence[Obligation], signature: date | None) -> tuple[Occurrence, ...]:
    """Every occurrence of the obligations, by due date (unknown last), then code and exercise."""
    every = [occurrence for obligation in obligations for occurrence in _expand(obligation, signature)]
    return tuple(sorted(every, key=lambda o: (o.due or date.max, o.code, o.exercise or 0, o.covers)))


def state(
    occurrence: Occurrence,
    at: date,
    done_on: date | None,
    signature: date | None,
    soon_days: int = 30,
) -> State:
    """Where an occurrence stands at a date. Late begins the day after the due date.

    done_on: the day it was delivered; delivered after ``at``, it was not yet at ``at``. What fell due before
    the signature is never late: « antérieure à la signature », or « faite » if it was delivered all the same.
    """
    due = occurrence.due
    before_signature = due is not None and signature is not None and due < signature
    if done_on is not None and done_on <= at:
        late = due is not None and done_on > due and not before_signature
        return State.FAITE_EN_RETARD if late else State.FAITE
    if due is None:
        return State.SANS_DATE
    if before_signature:
        return State.ANTERIEURE_SIGNATURE
    if at > due:
        return State.EN_RETARD
    return State.BIENTOT_DUE if (due - at).days <= soon_days else State.A_VENIR


def _expand(obligation: Obligation, signature: date | None) -> Iterator[Occurrence]:
    code = obligation.code
    match obligation.rule:
        case Yearly() as rule:
            for exercise in range(rule.first, rule.last + 1):
                covers = rule.covers.replace("{year}", str(exercise))
                yield Occurrence(code, exercise, _yearly_due(rule, exercise), covers, rule.precision)
        case Quarterly(first, last, covers):
            for exercise in range(first, last + 1):
                for quarter in "1234":
                    named = covers.replace("{year}", str(exercise)).replace("{quarter}", quarter)
                    yield Occurrence(code, exercise, None, named, Precision.DAY)
        case Fixed(due, covers, precision):
            yield Occurrence(code, None, due, covers, precision)
        case AfterSignature(months):
            due_after = _plus_months(signature, months) if signature else None
            yield Occurrence(code, None, due_after, "", Precision.DAY)
        case AfterEvent() | Undated():
            yield Occurrence(code, None, None, "", Precision.DAY)


def _yearly_due(rule: Yearly, exercise: int) -> date | None:
    if rule.month is None:
        return None
    year = exercise + rule.year_offset
    return date(year, rule.month, rule.day or monthrange(year, rule.month)[1])


def _plus_months(start: date, months: int) -> date:
    year, month = divmod(start.year * 12 + start.month - 1 + months, 12)
    return date(year, month + 1, min(start.day, monthrange(year, month + 1)[1]))


# --- Reading the reference mappings ---

_REQUIRED_TEXTS = ("code", "family", "title", "recipient")
_FREE_TEXTS = ("source", "note")
_REQUIRED = {*_REQUIRED_TEXTS, "rule"}
_RULE_FIELDS: dict[str, tuple[set[str], set[str]]] = {  # kind -> (required, optional)
    "yearly": ({"exercises", "month"}, {"day", "year_offset", "covers", "precision"}),
    "quarterly": ({"exercises"}, {"due", "covers"}),
    "fixed": ({"due"}, {"covers", "precision"}),
    "after_signature": ({"months"}, set()),
    "after_event": ({"event", "days"}, set()),
    "undated": (set(), set()),
}


def parse_obligations(entries: Sequence[Any]) -> tuple[tuple[Obligation, ...], tuple[str, ...]]:
    """The obligations of a reference list, and every problem found, in French, naming entry and field.

    An entry with a problem gives no obligation. Never raises on the content.
    """
    obligations: list[Obligation] = []
    problems: list[str] = []
    codes: set[str] = set()
    for number, entry in enumerate(entries, 1):
        reader = _Reader(number, entry)
        obligation = reader.obligation()
        if obligation and obligation.code in codes:
            reader.refuse("code", "déjà employé par une obligation précédente")
        if obligation and not reader.problems:
            codes.add(obligation.code)
            obligations.append(obligation)
        problems += reader.problems
    return tuple(obligations), tuple(problems)


class _Reader:
    """Reads one entry and remembers what is wrong with it, all at once."""

    def __init__(self, number: int, entry: Any) -> None:
        self.entry: Mapping[Any, Any] | None = entry if isinstance(entry, Mapping) else None
        code = self.entry.get("code") if self.entry else None
        self.place = f"obligation n° {number}" + (f" ({code})" if code else "")
        self.problems: list[str] = []

    def refuse(self, field: str, what: str) -> None:
        self.problems.append(f"{self.place}, {field} : {what}")

    def obligation(self) -> Obligation | None:
        if self.entry is None:
            self.refuse("entrée", "un ensemble de champs est attendu")
            return None
        self.keys("champs", self.entry, _REQUIRED, {*_REQUIRED, *_FREE_TEXTS, "seed_line"})
        texts = {field: self.text(field, self.entry.get(field)) for field in _FREE_TEXTS}
        texts |= {f: self.text(f, self.entry[f], needed=True) for f in _REQUIRED_TEXTS if f in self.entry}
        seed_line = self.optional("seed_line", self.entry.get("seed_line"), 1, 10**6)
        rule = self.rule(self.entry["rule"]) if "rule" in self.entry else None
        if rule is None or self.problems:
            return None
        return Obligation(rule=rule, seed_line=seed_line, **texts)

    def rule(self, given: Any) -> Rule | None:
        kind = given.get("kind") if isinstance(given, Mapping) else None
        if not isinstance(given, Mapping) or not isinstance(kind, str) or kind not in _RULE_FIELDS:
            found = repr(kind if isinstance(given, Mapping) else given)
            self.refuse("rule.kind", f"{found}, attendu : {', '.join(_RULE_FIELDS)}")
            return None
        required, optional = _RULE_FIELDS[kind]
        known = self.keys("rule", given, required, required | optional | {"kind"})
        covers = self.covers(given.get("covers"), kind)
        precision = self.precision(given.get("precision", "day"))
        if not known:
            return None
        match kind:
            case "yearly":
                return self.yearly(given, covers, precision)
            case "quarterly":
                if given.get("due") is not None:
                    self.refuse("rule.due", "une règle trimestrielle est sans date : écrire quatre règles annuelles")
                exercises = self.exercises(given["exercises"])
                return Quarterly(*exercises, covers) if exercises else None
            case "fixed":
                return Fixed(self.day("rule.due", given["due"]), covers, precision)
            case "after_signature":
                months = self.integer("rule.months", given["months"], 0, 120)
                return AfterSignature(months) if months is not None else None
            case "after_event":
                event = self.text("rule.event", given["event"], needed=True)
                return AfterEvent(event, self.optional("rule.days", given["days"], 0, 3660))
            case _:
                return Undated()

    def yearly(self, given: Mapping[Any, Any], covers: str, precision: Precision) -> Yearly | None:
        exercises = self.exercises(given["exercises"])
        month = self.optional("rule.month", given["month"], 1, 12)
        longest = monthrange(2001, month)[1] if month else 31
        day = self.optional("rule.day", given.get("day"), 1, longest)
        offset = self.integer("rule.year_offset", given.get("year_offset", 0), -10, 10)
        if given["month"] is None and day:
            self.refuse("rule.day", f"{day}, sans mois")
        if given["month"] is not None and given.get("day") is None and precision is Precision.DAY:
            self.refuse("rule.day", "absent, alors que l'échéance est au jour près")
        return Yearly(*exercises, month, day, offset, covers, precision) if exercises and offset is not None else None

    def exercises(self, value: Any) -> tuple[int, int] | None:
        if not isinstance(value, list | tuple) or len(value) != 2:
            self.refuse("rule.exercises", f"{value!r}, deux années [première, dernière] sont attendues")
            return None
        first, last = (self.integer("rule.exercises", year, 1900, 2200) for year in value)
        if first is None or last is None:
            return None
        if first > last:
            self.refuse("rule.exercises", f"{first} est après {last}")
        return first, last

    def covers(self, value: Any, kind: str) -> str:
        covers = self.text("rule.covers", value)
        allowed = {"yearly": ("{year}",), "quarterly": ("{year}", "{quarter}")}.get(kind, ())
        rest = covers
        for name in allowed:
            rest = rest.replace(name, "")
        if "{" in rest or "}" in rest:
            self.refuse("rule.covers", f"{covers!r}, champs remplacés : {', '.join(allowed) or 'aucun'}")
        return covers

    def keys(self, field: str, given: Mapping[Any, Any], required: set[str], known: set[str]) -> bool:
        missing = sorted(required - set(given))
        if missing:
            self.refuse(field, f"il manque {', '.join(missing)}")
        for key in given:
            if key not in known:
                self.refuse(field, f"{key!r} n'est pas un champ connu")
        return not missing

    def text(self, field: str, value: Any, *, needed: bool = False) -> str:
        if not isinstance(value, str | None):
            self.refuse(field, f"{value!r}, un texte est attendu")
            return ""
        text = (value or "").strip()
        if needed and not text:
            self.refuse(field, "vide")
        return text

    def optional(self, field: str, value: Any, low: int, high: int) -> int | None:
        return None if value is None else self.integer(field, value, low, high)

    def integer(self, field: str, value: Any, low: int, high: int) -> int | None:
        if isinstance(value, int) and not isinstance(value, bool) and low <= value <= high:
            return value
        self.refuse(field, f"{value!r}, un entier de {low} à {high} est attendu")
        return None

    def day(self, field: str, value: Any) -> date | None:
        if value is None or type(value) is date:
            return value
        try:
            return date.fromisoformat(value)
        except (TypeError, ValueError):
            self.refuse(field, f"{value!r}, une date AAAA-MM-JJ est attendue")
            return None

    def precision(self, value: Any) -> Precision:
        if value in list(Precision):
            return Precision(value)
        self.refuse("rule.precision", f"{value!r}, attendu : {', '.join(Precision)}")
        return Precision.DAY
