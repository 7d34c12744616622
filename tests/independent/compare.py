"""Our rows beside those of an open data package: what differs, grouped so that a person can read it."""

import csv
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from fractions import Fraction
from pathlib import Path

from tests.independent.outcomes import Figure, Line, Spread
from tests.independent.results import by_key

TOTAL_ONLY = ("période seule", "taux usuel")
"""Secondary values that the package gives for the total only: the text asks for no more."""

TOLERANCE = Fraction(1, 10**12)
"""Relative: the contract asks for at least 12 significant digits."""


@dataclass
class Differences:
    """What differs, by kind, sheet, name and sort of scope, each with its first example."""

    counts: Counter[tuple[str, ...]] = field(default_factory=Counter)
    examples: dict[tuple[str, ...], str] = field(default_factory=dict)
    compared: int = 0

    def add(self, kind: str, key: tuple[str, ...], text: str) -> None:
        scope = key[1] if key[1] in ("national", "caf", "") else "local"
        group = (kind, key[0], key[4], scope, "ventilation" if key[3] else "")
        self.counts[group] += 1
        self.examples.setdefault(group, f"{key} : {text}")

    def text(self) -> str:
        """One line per group: how many, and the first."""
        return "\n".join(
            f"{n} x {' '.join(filter(None, k))} — {self.examples[k]}" for k, n in sorted(self.counts.items())
        )


def close(ours: Figure, theirs: str | None) -> bool:
    """Equal to 12 significant digits; nothing only equals nothing."""
    if ours is None or not theirs:
        return ours is None and not theirs
    one, two = Fraction(ours), Fraction(theirs)
    return abs(one - two) <= max(abs(one), abs(two)) * TOLERANCE


def read(file: Path, periods: Iterable[str]) -> dict[tuple[str, ...], dict[str, str]]:
    """Rows of a results file by (code, scope, period, breakdown, name), for some periods."""
    wanted = set(periods)
    with file.open(encoding="utf-8", newline="") as stream:
        rows = [row for row in csv.DictReader(stream) if row["period"] in wanted]
    return {(r["code"], r["scope"], r["period"], r["breakdown"], r.get("name", "")): r for r in rows}


def results(lines: list[Line], theirs: dict[tuple[str, ...], dict[str, str]], codes: set[str]) -> Differences:
    """Compare values, states, completeness, numerators and denominators, row by row."""
    found = Differences()
    ours = {key: line for key, line in by_key(lines).items() if key[0] in codes}
    for key, row in theirs.items():
        if key[0] not in codes:
            continue
        line = ours.get(key)
        if line is None:
            found.add("absente chez nous", key, f"{row['value']} {row['state']}")
            continue
        found.compared += 1
        for kind, one, two in _gaps(line, row):
            found.add(kind, key, f"nous {one}, eux {two}")
    for key, line in ours.items():
        if key not in theirs:
            empty = line.outcome.value is None
            if not (empty and key[3]) and not (key[3] and key[4] in TOTAL_ONLY):  # R8
                found.add("absente chez eux", key, str(None if empty else float(line.outcome.value)))
    return found


def _gaps(line: Line, row: dict[str, str]) -> Iterator[tuple[str, object, object]]:
    outcome = line.outcome
    for name, figure in (
        ("value", outcome.value),
        ("numerator", outcome.numerator),
        ("denominator", outcome.denominator),
    ):
        if name != "value" and figure is None:  # methods whose components are a matter of taste
            continue
        if not close(figure, row[name]):
            yield name, None if figure is None else float(figure), row[name] or None
    if outcome.state() != row["state"]:
        yield "state", outcome.state(), row["state"]
    if outcome.completeness() is not None and abs(
        outcome.completeness() - Fraction(row["completeness"] or 0)
    ) > Fraction(1, 10**11):
        yield "completeness", f"{outcome.reported}/{outcome.concerned}", row["completeness"]


def spreads(ours: dict[tuple[str, str], Spread], file: Path, periods: Iterable[str], codes: set[str]) -> Differences:
    """Compare dispersions.csv."""
    found = Differences()
    wanted = set(periods)
    with file.open(encoding="utf-8", newline="") as stream:
        theirs = {(r["code"], r["period"]): r for r in csv.DictReader(stream) if r["period"] in wanted}
    for code, period in sorted(theirs.keys() | ours.keys()):
        key = (code, "", period, "", "")
        row, mine = theirs.get((code, period)), ours.get((code, period))
        if code not in codes:
            continue
        if row is None or mine is None:
            found.add("dispersion absente chez " + ("eux" if row is None else "nous"), key, "")
            continue
        found.compared += 1
        if int(row["n"]) != mine.n:
            found.add("n", key, f"nous {mine.n}, eux {row['n']}")
        for name, figure in mine.figures.items():
            if not close(figure, row[name]):
                found.add(name, key, f"nous {float(figure)}, eux {row[name]}")
    return found
