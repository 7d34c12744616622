"""What anyone may read of the package: nothing that was reported, and no caisse behind a small number.

- no `observations.csv`; nothing of a year after the edition's;
- a caisse appears by its rates and averages only, rounded as they are shown: its numerators and denominators are what
  it reported, and an unrounded ratio gives them back (84.5454… is 93/110); so a number of its own is never published;
- a rate that rests on fewer than `SMALL` units on either side is emptied, and so is a total that fewer than `FEW`
  bodies make, since one of them could subtract itself; their state is `secret`;
- the dispersion of values of which one is secret is emptied, since it would give it back; so is one of fewer than
  `SMALL` caisses.
No difference can give a caisse's number back: not one is published to subtract the others from a total.
"""

from collections import deque
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal
from functools import cached_property
from typing import Any

from budgets.enums import Stage
from cog.figures import round_half_up
from indicators.queries import definition_of
from reports.opendata import rows
from reports.opendata.files import FILES, File
from reports.opendata.known import MARKS, WHOLE, DispersionRow, Known, ResultRow, Results, results_known
from reports.opendata.rows import Row

SECRET = "secret"  # noqa: S105 - a state, not a password
SMALL = 11
"""Below this many, a number of persons is not published for one caisse."""
FEW = 3
"""Below this many bodies, a total says too much of each."""

_UNTOLD = "non_disponible"
_TELLING = ("non_calculable:denominateur_nul", "non_calculable:solde_nul_ou_negatif")
"""States that say a small number by themselves."""


def is_secret(row: ResultRow) -> bool:
    """Whether a result may not be read by anyone."""
    if not row.is_local:
        reported, concerned = row.bodies
        numbers = (row.value, row.numerator, row.denominator)
        return concerned >= FEW and reported < FEW and any(number is not None for number in numbers)
    if row.value is None:
        return row.state in _TELLING
    sides = (row.numerator, row.denominator)
    return any(side is None or abs(side) < SMALL for side in sides)


def public_row(row: ResultRow, decimals: int, *, rounded: bool) -> ResultRow:
    """A result as anyone may read it; `rounded`: its numbers are those of single caisses."""
    if is_secret(row):
        return row._replace(value=None, numerator=None, denominator=None, state=SECRET, verdict=_UNTOLD)
    if row.is_local:
        return row._replace(value=_shown(row.value, decimals), numerator=None, denominator=None)
    if rounded:
        told = {name: _shown(getattr(row, name), decimals) for name in ("value", "numerator", "denominator")}
        return row._replace(**told)
    return row


def public_dispersion(row: DispersionRow, decimals: int, *, secret: bool) -> DispersionRow:
    """A dispersion as anyone may read it; `secret`: one of its values is."""
    if secret or row.n < SMALL:
        return row._replace(**dict.fromkeys(MARKS))
    return row._replace(**{name: _shown(getattr(row, name), decimals) for name in MARKS})


def _shown(value: Decimal | None, decimals: int) -> Decimal | None:
    return None if value is None else round_half_up(value, decimals)


class PublicResults:
    """Results of the years up to one, as anyone may read them. `decimals`: of each sheet, as its values are shown.

    `spreads`: the sheets whose national value is made of values of single caisses (their range, their deciles).
    """

    def __init__(self, source: Results, until: int, decimals: Mapping[str, int], spreads: frozenset[str]) -> None:
        self._source, self._until, self._decimals, self._spreads = source, until, decimals, spreads
        self._secret: set[tuple[str, str]] | None = None
        self.told = f"{source.told} ; jusqu'à l'exercice {until}, petits effectifs au secret"

    def headlines(self) -> Iterator[ResultRow]:
        secret = set()
        for row in self._source.headlines():
            if year_of(row.period) <= self._until:
                told = public_row(row, self._decimals.get(row.code, 0), rounded=row.code in self._spreads)
                if told.is_local and told.state == SECRET:
                    secret.add((told.code, told.period))
                yield told
        self._secret = secret

    def secondary(self) -> Iterator[ResultRow]:
        for row in self._source.secondary():
            if year_of(row.period) <= self._until:
                yield public_row(row, self._decimals.get(row.code, 0), rounded=True)

    def dispersions(self) -> Iterator[DispersionRow]:
        if self._secret is None:
            deque(self.headlines(), maxlen=0)
        for row in self._source.dispersions():
            if year_of(row.period) <= self._until:
                hidden = (row.code, row.period) in (self._secret or ())
                yield public_dispersion(row, self._decimals.get(row.code, 0), secret=hidden)


def year_of(period: str) -> int:
    """The year of « 2014-T1 », of « 2014-TBB4 »."""
    return int(period[:4])


@dataclass(frozen=True)
class Published(Known):
    """What was known when an edition of the bilan was made, up to its year, as anyone may read it."""

    until: int = 0

    @cached_property
    def results(self) -> Results:
        source = results_known(self.convention, self.moment, last_period=date(self.until, 12, 31))
        definitions = [definition_of(row) for held in rows.versions(self).values() for row in held]
        decimals = {one.code: one.decimals for one in definitions}
        spreads = frozenset(one.code for one in definitions if one.is_spread)
        return PublicResults(source, self.until, decimals, spreads)


def _national_targets(known: Known) -> Iterator[Row]:
    return (row for row in map(tuple, rows.targets(known)) if row[1] in WHOLE)


def _amounts(known: Published) -> Iterator[Row]:
    """What the convention prints, and what its funds did up to the year of the edition."""
    for row in map(tuple, rows.budget_amounts(known)):
        if row[5] == Stage.PROGRAMME or int(row[2]) <= known.until:
            yield row


def _sent(known: Published) -> Iterator[Row]:
    for row in map(tuple, rows.transmissions(known)):
        period = row[1].split()[-1]  # after the obligation of a document owed; « unique » where it covers no year
        if not period[:4].isdigit() or year_of(period) <= known.until:
            yield row


_KEPT_IN: dict[str, Any] = {"targets": _national_targets, "budget_amounts": _amounts, "transmissions": _sent}

PUBLIC_FILES: tuple[File, ...] = tuple(
    replace(file, rows=_KEPT_IN.get(file.name, file.rows)) for file in FILES if file.name != "observations"
)
"""The files anyone may read, with the rows they may, for what is `Published`."""

NOTE = (
    "Version publique : aucune valeur remontée ; une caisse n'y paraît que par ses taux et moyennes, arrondis, sans"
    f" numérateur ni dénominateur ; ce qui repose sur moins de {SMALL} unités dans une caisse, ou sur moins de {FEW}"
    f" organismes au total, est vidé et porte l'état « {SECRET} »."
)
