"""Reading a French deadline: « Fin 2013 », « 1er semestre 2014 », « Dès la rentrée 2013 », « En continu »…

A deadline is kept as written and read into a kind and two dates. The text is first made canonical (no
accent, no article, « 2nd semestre » becomes ``s2``, « janvier » ``m01``); dates are then found in it from
left to right, joined into ranges by what stands between them and qualified by what stands before them.
Nothing here knows the strings of one convention: any year reads the same way, and what is not understood
says so.

Readings fixed by the project (convention 2013-2017, fiches 1-22 and annexe 2): fin AAAA = last quarter,
début AAAA = first quarter, mi AAAA = June, rentrée = September, été = 21 June to 22 September.
"""

import re
import unicodedata
from calendar import monthrange
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import date, timedelta
from enum import StrEnum

Term = tuple[date, date]
"""First and last day of the convention."""


class Kind(StrEnum):
    """« Nature de l'échéance »: what a written deadline commits to."""

    DATE = "date"
    PERIOD = "period"
    YEAR = "year"
    ONGOING = "ongoing"
    FROM = "from"
    UNSCHEDULED = "unscheduled"
    CROSS_REFERENCE = "cross_reference"


@dataclass(frozen=True, slots=True)
class Reading:
    """One date read in a deadline cell.

    raw: the paragraph it was read from, as written, without its bullet. start, end: first and last day,
    both included; both None for ``unscheduled`` and ``cross_reference``; end alone None past the term.
    understood: False when the words go beyond the grammar, so that a loader can report the place.
    """

    raw: str
    kind: Kind
    start: date | None = None
    end: date | None = None
    understood: bool = True


def read_deadlines(cell: str, *, term: Term) -> tuple[Reading, ...]:
    """Every date of a deadline cell, in printed order: one reading per date, one ``unscheduled`` if blank.

    cell: the whole cell, paragraphs separated by line feeds, with or without bullets. Two dates in a
    paragraph give two readings with the same raw. Never raises: what cannot be read is ``unscheduled``
    with understood=False.
    """
    paragraphs = _paragraphs(cell, term)
    return tuple(reading for raw in paragraphs for reading in _read(raw, term)) or (Reading("", Kind.UNSCHEDULED),)


def read_one(text: str, *, term: Term) -> Reading:
    """The reading of a text that should hold one deadline, as a person types a revised one. Never raises.

    A text that holds several is not chosen from: it is ``unscheduled`` with understood=False.
    """
    readings = read_deadlines(text, term=term)
    return readings[0] if len(readings) == 1 else Reading(text.strip(), Kind.UNSCHEDULED, understood=False)


# --- From a cell to its paragraphs ---

_BULLET = re.compile(r"^(?:[·•▪◦‣*]|[-–—](?=\s))\s*")
_HANGING = re.compile(
    r"(?:\b(?:[stm]\d+|ete|printemps|automne|fin|debut|mi|milieu|courant|des|depuis|a partir|a compter"
    r"|jusqu'\w*|ici|avant|post|apres|en|au|a|pour)|[-/:>])$"
)
_REFERENCE_TAIL = re.compile(r"(?:(?:actions?|fiches?|projets?|et|n°|,)\s*)*\d{1,2}(?:[\s,/-]+(?:et\s+)?\d{1,2})*")


def _paragraphs(cell: str, term: Term) -> list[str]:
    """The cell's paragraphs without bullets, one that only completes the one before being joined to it."""
    found: list[str] = []
    bulleted = False
    for line in cell.splitlines():
        text = line.strip()
        bare = _BULLET.sub("", text)
        if not bare:
            continue
        is_bullet = bare != text
        bulleted = bulleted or is_bullet
        if found and not is_bullet and _completes(found[-1], bare, bulleted, term):
            found[-1] += "\n" + bare
        else:
            found.append(bare)
    return found


def _completes(before: str, text: str, bulleted: bool, term: Term) -> bool:
    """Whether text completes the paragraph before: « 1er semestre | 2013 », « Cf action 20 | fiche 12 »."""
    canonical = _canonical(text)
    if text.startswith("("):
        return True
    if _HANGING.search(_canonical(before)) and _YEAR_FIRST.match(canonical):
        return True
    if _REFERENCE.search(_canonical(before)) and _REFERENCE_TAIL.fullmatch(canonical):
        return True
    return bulleted and not any(reading.understood for reading in _read(text, term))


# --- Canonical text ---

_MONTHS = (
    r"janv(?:ier)?|jan", r"fev(?:r(?:ier)?)?", r"mars", r"avr(?:il)?", r"mai", r"juin",
    r"juil(?:let)?", r"aout", r"sept(?:embre)?", r"oct(?:obre)?", r"nov(?:embre)?", r"dec(?:embre)?",
)  # fmt: skip
_ORDINALS = {
    "1": r"1\s?(?:ere?|re|°|o)?|premiere?|ier",
    "2": r"2\s?(?:e|eme|nde?|de?|°|o)?|deuxieme|seconde?|iie(?:me)?",
    "3": r"3\s?(?:e|eme|°|o)?|troisieme|iiie(?:me)?",
    "4": r"4\s?(?:e|eme|°|o)?|quatrieme|ive(?:me)?",
}
_REWRITES: tuple[tuple[re.Pattern[str], str], ...] = tuple(
    (re.compile(pattern), by)
    for pattern, by in (
        (r"[\u2010-\u2015\u2212]", "-"),
        (r"[\u2018\u2019\u02bc`]", "'"),
        (r"\b(?:de|du|la|le|les)\b(?!-)|\b[dl]'", " "),
        (r"\bannee\s+(?=\d{4})|\bannee\s*$", " "),
        (r"\bscolaire\b|\bcivile\b", " "),
        *((rf"\b(?:{ordinal})\s*trim(?:estres?\b|\b\.?)", f"t{n}") for n, ordinal in _ORDINALS.items()),
        *((rf"\b(?:{_ORDINALS[n]})\s*sem(?:estres?\b|\b\.?)", f"s{n}") for n in "12"),
        (r"(?<!\S)([1-4])(?:er|e|eme|nd)?(\s*(?:et|ou|puis|,|-|/|a)\s*)(?=([st])[1-4]\b)", r"\3\1\2"),
        (r"\bdernier trim(?:estre\b|\b\.?)", "t4"),
        (r"\bdernier sem(?:estre\b|\b\.?)", "s2"),
        (r"(?<![\w/.-])([12])\s?s\b", r"s\1"),
        (r"(?<![\w/.-])([1-4])\s?t\b", r"t\1"),
        (r"\b1er\b", "1"),
        *((rf"\b(?:{month})\b\.?", f"m{n:02}") for n, month in enumerate(_MONTHS, 1)),
        (r"\brentree\b", "m09"),
        (r"\bmi[-\s]*parcours(?:\s+cog\b)?", "mi cog"),
        (r"\bconvention(?:\s+objectifs\s+et\s+gestion)?\b|\bperiode conventionnelle\b", "cog"),
        (r"\b(?:terme|issue|echeance) cog\b", "fin cog"),
        (r"\s+", " "),
    )
)


def _canonical(text: str) -> str:
    """Lower case, no accents, no articles, units and months as codes, single spaces."""
    decomposed = unicodedata.normalize("NFKD", text.casefold().replace("œ", "oe"))
    plain = "".join(character for character in decomposed if not unicodedata.combining(character))
    for pattern, by in _REWRITES:
        plain = pattern.sub(by, plain)
    return plain.strip(" .")


# --- Dates found in the canonical text ---


@dataclass(frozen=True, slots=True)
class _Span:
    """Days from start to end. whole: a whole calendar unit, which « avant » excludes."""

    start: date
    end: date
    kind: Kind = Kind.PERIOD
    whole: bool = False


@dataclass(frozen=True, slots=True)
class _Atom:
    """A date or a reference found at [begin, stop); a date without year waits for its neighbour's."""

    begin: int
    stop: int
    year: int | None
    parts: dict[str, str | None]

    def span(self, year: int | None, term: Term) -> _Span | None:
        """The days of this date in that year; None when no calendar has them (31 juin)."""
        get = self.parts.get
        first = int(get("month") or 1)
        try:
            if year is None or get("reference"):
                return None
            if day := get("day"):
                only = date(year, first, int(day))
                return _Span(only, only, Kind.DATE)
            if season := get("season"):
                a, b, c, d = _SEASONS[season]
                return _Span(date(year, a, b), date(year, c, d), whole=True)
            if short := get("short"):
                return _short(year, int(short))
            if get("school"):
                return _months(year, 9, 1)
            if get("cog"):
                count = (term[1].year - year) * 12 + term[1].month - term[0].month + 1
                return _part(get("part"), year, term[0].month, count)
            if unit := get("unit"):
                size = {"s": 6, "t": 3, "m": 1}[unit]
                return _part(get("part"), year, (int(get("number") or 0) - 1) * size + 1, size)
            return _months(year, first, 1) if get("month") else _part(get("part"), year, 1, 12)
        except ValueError:
            return None


def _months(year: int, first: int, count: int, kind: Kind = Kind.PERIOD) -> _Span:
    """count whole months from the month number first of year (which may exceed 12)."""
    year, first = year + (first - 1) // 12, (first - 1) % 12 + 1
    last_year, last = year + (first + count - 2) // 12, (first + count - 2) % 12 + 1
    return _Span(date(year, first, 1), date(last_year, last, monthrange(last_year, last)[1]), kind, whole=True)


def _part(part: str | None, year: int, first: int, count: int) -> _Span:
    """Début, mi or fin of a span of months: quarters of a year or more, months of less, thirds of a month."""
    if part in (None, "courant"):
        return _months(year, first, count, Kind.YEAR if count == 12 and part is None else Kind.PERIOD)
    if count == 1:
        days = _months(year, first, 1)
        bounds = {"debut": (1, 10), "fin": (21, days.end.day)}.get(part or "", (11, 20))
        return _Span(days.start.replace(day=bounds[0]), days.start.replace(day=bounds[1]))
    size = 3 if count >= 12 else 1
    middle = first + (count + 1) // 2 - 1
    begin, size = {"debut": (first, size), "fin": (first + count - size, size)}.get(part or "", (middle, 1))
    unit = _months(year, begin, size)
    return _Span(unit.start, unit.end)


_YEAR = r"(?<!\d)(?P<year>(?:19|20)\d\d)(?!\d)"
_REFERENCE = re.compile(
    r"\b(?P<reference>cf|voir|idem|se reporter a)\b[\s.:]*(?:[^\W\d]+\s+)*?"
    r"(?:actions?|fiches?|objectifs?|projets?|programmes?|axes?|annexes?|etapes?)\s*(?:n°|no)?\s*\d{1,2}(?![\d/])"
    r"(?:(?:[\s,/-]|n°|et\b|actions?\b|fiches?\b|axes?\b|objectifs?\b|projets?\b)+\d{1,2}(?![\d/]))*"
)
_PART = r"(?:\b(?P<part>fin|debut|mi|milieu|courant)[\s-]*)?"
_SEASONS = {"ete": (6, 21, 9, 22), "printemps": (3, 21, 6, 20), "automne": (9, 23, 12, 20)}
_PATTERNS = tuple(
    re.compile(pattern)
    for pattern in (
        _REFERENCE.pattern,
        r"(?<!\d)(?P<year>\d{4})-(?P<month>\d\d)-(?P<day>\d\d)(?!\d)",
        r"(?<![\d/])(?P<day>\d{1,2})[/.-](?P<month>\d{1,2})[/.-](?P<year>(?:\d\d)?\d\d)(?!\d)",
        rf"(?<![\d/])(?P<day>\d{{1,2}}) ?m(?P<month>\d\d)\b(?:[\s,-]*{_YEAR})?",
        rf"(?<![\d/.-])(?P<month>0?[1-9]|1[0-2])[/.-]{_YEAR}",
        rf"\bm09[\s-]*{_YEAR}\s?[/-]\s?(?:20)?(?P<school>\d\d)(?!\d)",
        rf"{_YEAR}[/-](?P<short>\d\d)(?![\d/.-])",
        rf"{_YEAR}[\s/,-]*(?P<unit>[st])(?P<number>[1-4])\b(?![\s/-]*\d{{4}})",
        rf"{_PART}\b(?P<unit>[stm])(?P<number>\d\d?)\b(?:[\s/-]*{_YEAR})?",
        rf"\b(?P<season>ete|printemps|automne)[\s-]*{_YEAR}",
        r"\b(?P<part>fin|debut|mi|milieu)[\s-]*(?P<cog>cog)\b",
        rf"{_PART}{_YEAR}",
    )
)
_YEAR_FIRST = re.compile(rf"{_YEAR}|[stm]\d+ (?:19|20)\d\d")


def _atoms(text: str, term: Term) -> Iterator[_Atom]:
    """Dates and references of a canonical text from left to right, the more telling pattern first."""
    found = [(pattern, pattern.search(text)) for pattern in _PATTERNS]
    while matches := [match for _, match in found if match]:
        match = min(matches, key=lambda candidate: candidate.start())
        yield _atom(match, term)
        at = match.end()
        found = [(p, m if m.start() >= at else p.search(text, at)) for p, m in found if m]


def _atom(match: re.Match[str], term: Term) -> _Atom:
    """What a pattern found; the convention's own start and end (« fin de la Cog ») bring their year."""
    parts: dict[str, str | None] = match.groupdict()
    year = int(parts["year"] or 0) if parts.get("year") else None
    if parts.get("cog"):
        year = term[0].year
    if year is not None and year < 100:
        year += 2000
    return _Atom(match.start(), match.end(), year, parts)


def _short(year: int, digits: int) -> _Span:
    """« 2013-14 » is two years, « 2014-03 » a month."""
    if digits > year % 100:
        return _months(year, 1, 12 * (digits - year % 100 + 1))
    if digits > 12:
        raise ValueError(digits)
    return _months(year, digits, 1)


# --- From dates to readings ---

_RANGE = re.compile(r"-+>?|/|=>|→|au?|jusqu' ?(?:a|au|en)|et jusqu' ?(?:a|au|en)")
_LIST = re.compile(r"et|ou|puis|,|;|&|\+|, puis")
_FROM = re.compile(r"\b(?:a partir|a compter|a dater|des|depuis)(?: en)?$")
_UNTIL = re.compile(r"(?:\bjusqu' ?(?:a|au|en)?|\bici(?: a| au| en)?|\bau plus tard(?: a| au| en)?)$")
_BEFORE = re.compile(r"\bavant$")
_AFTER = re.compile(r"\b(?:post|apres|au[- ]?dela)[\s-]*$")
_ONGOING = re.compile(
    r"\bcontinus?\b|\bcontinue\b|\bpermanen|\bpereen|\brecurren|\bau fil\b|\bau long\b|\ben cours\b"
    r"|\b(?:bi)?(?:annuel|mensuel|semestriel|trimestriel|hebdomadaire|quotidien|regulier)"
    r"|\bchaque\b|\btou(?:s|tes) (?:les )?(?:\d+ )?(?:ans|annees|mois|trimestres|semestres|semaines|jours)\b"
    r"|\b(?:duree|periode|toute|pendant|durant|au cours|sur|tout)\b.*\bcog\b|^cog$"
)
_UNKNOWN_UNIT = re.compile(r"semestre|trimestre|quadrimestre|semaine|quinzaine|decade|\bhiver|vacances")
_REFER = re.compile(r"^(?:cf|voir|idem|se reporter a)\b")
_UNDATED = re.compile(
    r"^a (?:fixer|definir|determiner|preciser|confirmer|planifier|arreter|convenir|completer)\b|^(?:en )?fonction\b"
    r"|\b(?:non|pas) (?:fixe|defini|determine|date|planifie)|\bliee?s? a\b|\bdependant|\bselon\b"
    r"|\bsous reserve\b|\bconditionne|^(?:-|s\.?o|n\.?d|sans objet|neant|nc)$"
)


def _read(raw: str, term: Term) -> list[Reading]:
    """The readings of one paragraph."""
    text = _canonical(raw)
    atoms = list(_atoms(text, term))
    spans = [atom.span(year, term) for atom, year in zip(atoms, _years(text, atoms), strict=True)]
    readings: list[Reading] = []
    doubtful = bool(_UNKNOWN_UNIT.search(text))
    stop = index = 0
    while index < len(atoms):
        before, span, bounded = text[stop : atoms[index].begin].rstrip(), spans[index], False
        reference, stop, index = atoms[index].parts.get("reference"), atoms[index].stop, index + 1
        while span and index < len(atoms):
            gap, right = text[stop : atoms[index].begin].strip(" ."), spans[index]
            linked = _RANGE.fullmatch(gap) or (gap == "et" and before.endswith("entre"))
            if not right or not linked or right.start < span.start or right.end < span.end:
                doubtful = doubtful or bool(right and (linked or not gap))
                break
            span, bounded, stop = _Span(span.start, right.end), bounded or "jusqu" in gap, atoms[index].stop
            index += 1
        if span:
            readings.append(_qualified(raw, span, "" if bounded else before, term))
        elif reference:
            readings.append(Reading(raw, Kind.CROSS_REFERENCE))
        else:
            doubtful = True
    if not readings:
        return [_without_date(raw, text, term)]
    return [replace(reading, understood=reading.understood and not doubtful) for reading in readings]


def _years(text: str, atoms: list[_Atom]) -> list[int | None]:
    """The year of each date: its own, else that of the date it is joined to (« de janvier à juin 2014 »)."""
    years = [atom.year for atom in atoms]
    for order, step in ((range(len(atoms) - 2, -1, -1), 1), (range(1, len(atoms)), -1)):
        for i in order:
            left, right = sorted((i, i + step))
            gap = text[atoms[left].stop : atoms[right].begin].strip(" .")
            if years[i] is None and (_RANGE.fullmatch(gap) or _LIST.fullmatch(gap)):
                years[i] = years[i + step]
    return years


def _qualified(raw: str, span: _Span, before: str, term: Term) -> Reading:
    """The reading of a span, given the words before it (« dès », « d'ici », « avant », « post »)."""
    day = timedelta(days=1)
    try:
        if _FROM.search(before):
            return Reading(raw, Kind.FROM, span.start, _open_end(span.start, term))
        if _AFTER.search(before):
            start = span.end + day
            return Reading(raw, Kind.FROM, start, _open_end(start, term))
        if _UNTIL.search(before):
            return Reading(raw, Kind.PERIOD, min(term[0], span.start), span.end)
        if _BEFORE.search(before):
            end = span.start - day if span.whole else span.end
            return Reading(raw, Kind.PERIOD, min(term[0], end), end)
    except OverflowError:
        return Reading(raw, Kind.UNSCHEDULED, understood=False)
    return Reading(raw, span.kind, span.start, span.end)


def _open_end(start: date, term: Term) -> date | None:
    return term[1] if start <= term[1] else None


def _without_date(raw: str, text: str, term: Term) -> Reading:
    """The reading of a paragraph where no date was found."""
    if _REFER.search(text):
        return Reading(raw, Kind.CROSS_REFERENCE)
    if _ONGOING.search(text):
        return Reading(raw, Kind.ONGOING, term[0], term[1])
    return Reading(raw, Kind.UNSCHEDULED, understood=bool(_UNDATED.search(text)))
