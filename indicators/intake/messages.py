"""Problems found in a file: place, found, expected, how to mend. In French, for the person who sent it.

PURE. `Report` gathers the problems of one file and keeps the list readable in size.
"""

import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass, replace
from decimal import Decimal
from enum import StrEnum

from cog.figures import format_figure

MAX_LISTED = 5_000
_MAX_SHOWN = 60


class Severity(StrEnum):
    """« gravité »: an error refuses the whole file, a warning waits for a person to accept it."""

    ERROR = "error"
    WARNING = "warning"

    @property
    def label(self) -> str:
        """What a page says, in French."""
        return "erreur" if self is Severity.ERROR else "avertissement"


@dataclass(frozen=True, slots=True)
class Problem:
    """« anomalie de contrôle » — one thing to mend, or to accept.

    `line` is the line of the file, counted from 1 with the header; None for the file as a whole.
    `found` is the text of the cell when `column` names one, otherwise a phrase.
    """

    severity: Severity
    code: str
    line: int | None
    column: str
    found: str
    expected: str
    mend: str
    sheet: str = ""  # of a workbook
    cell: str = ""  # « D12 »

    def __str__(self) -> str:
        line = f"cellule {self.cell}" if self.cell else f"ligne {self.line}" if self.line else ""
        places = (
            f"feuille {quoted(self.sheet)}" if self.sheet else "",
            line,
            f"colonne {self.column}" if self.column else "",
        )
        place = ", ".join(part for part in places if part)
        found = f"trouvé {self._found_in_words()}" if self.found or self.column else ""
        expected = f"attendu {self.expected}" if self.expected else ""
        sentence = " ; ".join(part for part in (found, expected, self.mend) if part)
        return f"{place} : {sentence}" if place else sentence

    def at(self, line: int) -> "Problem":
        """The same problem, met on this line."""
        return replace(self, line=line)

    @classmethod
    def from_dict(cls, kept: Mapping[str, str | int | None]) -> "Problem":
        """The problem that `as_dict` gave, as a batch keeps it."""
        line = kept.get("line")
        texts = {
            key: str(kept.get(key) or "") for key in ("code", "column", "found", "expected", "mend", "sheet", "cell")
        }
        return cls(severity=Severity(str(kept["severity"])), line=int(line) if line else None, **texts)

    def as_dict(self) -> dict[str, str | int | None]:
        """For the JSON report: every field, and the sentence under `message`."""
        return {
            "severity": self.severity.value,
            "code": self.code,
            "line": self.line,
            "column": self.column,
            "found": self.found,
            "expected": self.expected,
            "mend": self.mend,
            "sheet": self.sheet,
            "cell": self.cell,
            "message": str(self),
        }

    def _found_in_words(self) -> str:
        if not self.column:
            return self.found
        return quoted(self.found) if self.found.strip() else "une cellule vide"


class Report:
    """The problems of one file. Counts them all, keeps the first ones, errors before warnings."""

    def __init__(self, limit: int = MAX_LISTED) -> None:
        self._limit = limit
        self._kept: dict[Severity, list[Problem]] = {severity: [] for severity in Severity}
        self._counts = dict.fromkeys(Severity, 0)

    @property
    def errors(self) -> int:
        """How many errors were found, listed or not."""
        return self._counts[Severity.ERROR]

    @property
    def warnings(self) -> int:
        """How many warnings were found, listed or not."""
        return self._counts[Severity.WARNING]

    def add(self, problem: Problem, line: int | None = None) -> None:
        """Add a problem, moved to `line` when one is given."""
        self._counts[problem.severity] += 1
        kept = self._kept[problem.severity]
        if len(kept) < self._limit:
            kept.append(problem.at(line) if line else problem)

    def problems(self) -> list[Problem]:
        """The list to show, by line; beyond the limit a last problem says how many more there are."""
        listed = (self._kept[Severity.ERROR] + self._kept[Severity.WARNING])[: self._limit]
        listed.sort(key=lambda problem: problem.line or 0)
        hidden_errors = self.errors - sum(problem.severity is Severity.ERROR for problem in listed)
        hidden = self.errors + self.warnings - len(listed)
        return [*listed, _others(hidden, hidden_errors)] if hidden else listed


def quoted(text: str) -> str:
    """A text of the file between « », cut when it is long; what cannot be seen is spelled « <U+200B> »."""
    shown = text if len(text) <= _MAX_SHOWN else f"{text[:_MAX_SHOWN]}…"
    return f"« {''.join(map(_visible, shown))} »"


def listing(codes: list[str]) -> str:
    """« a », « b » ou « c »: codes to choose from, cut when they are many."""
    shown = [quoted(code) for code in codes[:12]]
    if len(codes) > len(shown):
        return f"{', '.join(shown)}…"
    return " ou ".join([", ".join(shown[:-1]), shown[-1]] if len(shown) > 1 else shown)


def _visible(character: str) -> str:
    seen = character.isprintable() or unicodedata.category(character) == "Zs"
    return character if seen else f"<U+{ord(character):04X}>"


def _others(hidden: int, hidden_errors: int) -> Problem:
    severity = Severity.ERROR if hidden_errors else Severity.WARNING
    words = "et 1 autre" if hidden == 1 else f"et {format_figure(Decimal(hidden), 0)} autres"
    return Problem(severity, "others", None, "", "", "", f"{words} ; corrigez celles-ci, puis renvoyez le fichier")
