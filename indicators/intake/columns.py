"""The five columns of the long form: each knows its label, its cleaning and where its cell goes in a row.

PURE. The header is matched by name, in any order, tolerant to case, accents and spaces.
"""

import difflib
import unicodedata
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cached_property
from operator import itemgetter

from indicators.intake.messages import Problem, Severity, quoted


def fold(text: str) -> str:
    """A name or a code as it is compared: without case, accents and outer spaces."""
    if text.isascii():
        return text.strip().lower()
    decomposed = unicodedata.normalize("NFKD", text.strip().casefold())
    return "".join(character for character in decomposed if not unicodedata.combining(character))


def plain_spaces(text: str) -> str:
    """The text with every kind of space (U+00A0, U+202F, U+2007…) as U+0020, outer ones removed."""
    if text.isascii():
        return text.strip()
    return "".join(" " if unicodedata.category(c) == "Zs" else c for c in text).strip()


@dataclass(frozen=True, slots=True)
class Column:
    """A column of the long form. `destination` is the field of `Row` that it feeds."""

    label: str
    destination: str
    clean: Callable[[str], str]


MEASURE = Column("mesure", "measure", fold)
BODY = Column("caisse", "body", fold)
PERIOD = Column("periode", "period", lambda text: plain_spaces(text).upper())
BREAKDOWN = Column("ventilation", "breakdown", fold)
VALUE = Column("valeur", "value", plain_spaces)

COLUMNS = (MEASURE, BODY, PERIOD, BREAKDOWN, VALUE)
ANOMALIES_COLUMN = "anomalies"
"""The column that a file given back with its problems has in addition."""

_MAX_NAMED = 8
_LABELS = tuple(column.label for column in COLUMNS)


@dataclass(frozen=True)
class Header:
    """Where the five columns stand in a file, and what is wrong with its header."""

    positions: tuple[int, ...]
    width: int
    problems: tuple[Problem, ...]

    @property
    def is_usable(self) -> bool:
        """Whether the rows can be read."""
        return not any(problem.severity is Severity.ERROR for problem in self.problems)

    @cached_property
    def pick(self) -> Callable[[Sequence[str]], tuple[str, ...]]:
        """The five cells of a row, in the order of `COLUMNS`."""
        return itemgetter(*self.positions)


def match_header(cells: Sequence[str], line: int) -> Header:
    """Find the five columns among the names of a header row."""
    names = ["".join(fold(cell).split()) for cell in cells]
    while names and not names[-1]:
        names.pop()
    counts = [names.count(label) for label in _LABELS]
    problems = []
    if any(count != 1 for count in counts):
        problems.append(_wrong_columns(cells[: len(names)], names, line))
    elif set(names) - {*_LABELS, ANOMALIES_COLUMN}:
        problems.append(_ignored_columns(cells, names, line))
    positions = tuple(names.index(label) for label in _LABELS if label in names)
    return Header(positions, len(names), tuple(problems))


def recognised(cells: Sequence[str]) -> int:
    """How many of the five columns these names hold; chooses between two delimiters."""
    names = {"".join(fold(cell).split()) for cell in cells}
    return sum(label in names for label in _LABELS)


def _wrong_columns(cells: Sequence[str], names: list[str], line: int) -> Problem:
    missing = [label for label in _LABELS if label not in names]
    twice = [label for label in _LABELS if names.count(label) > 1]
    unknown = [cell for cell, name in zip(cells, names, strict=True) if name not in _LABELS]
    advice = [f"il manque {_named(missing)}"] if missing else []
    advice += [f"en double : {_named(twice)}"] if twice else []
    renamed = {cell: _closest(cell, missing) for cell in unknown[:_MAX_NAMED]}
    advice += [f"{quoted(cell)} est sans doute {quoted(label)}" for cell, label in renamed.items() if label]
    strange = [cell for cell, label in renamed.items() if not label]
    advice += [f"inconnue : {_named(strange)}"] if strange else []
    found = f"les colonnes {_named(cells)}" if names else "aucun nom de colonne"
    expected = f"les colonnes {_named(_LABELS)}, séparées par des virgules ou des points-virgules"
    return Problem(Severity.ERROR, "wrong_columns", line, "", found, expected, " ; ".join(advice))


def _closest(cell: str, missing: list[str]) -> str:
    return next(iter(difflib.get_close_matches(fold(cell[:40]), missing, n=1)), "")


def _ignored_columns(cells: Sequence[str], names: list[str], line: int) -> Problem:
    unknown = [cell for cell, name in zip(cells, names, strict=False) if name not in (*_LABELS, ANOMALIES_COLUMN)]
    return Problem(
        Severity.WARNING,
        "ignored_columns",
        line,
        "",
        f"en plus : {_named(unknown)}",
        f"les seules colonnes {_named(_LABELS)}",
        "le contenu des colonnes en plus est ignoré",
    )


def _named(labels: Sequence[str]) -> str:
    named = ", ".join(quoted(label.strip() or "sans titre") for label in labels[:_MAX_NAMED])
    return f"{named}…" if len(labels) > _MAX_NAMED else named
