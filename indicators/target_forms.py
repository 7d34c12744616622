"""Entering Cpog targets: a file, or a grid of one indicator, caisses down and years across."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from django import forms

from cog.figures import NumberError, Operator, format_exact
from cog.models import Organisation
from cog.sealing import seal, unseal
from indicators.enums import Operator as Side
from indicators.intake.local_targets import IndicatorInfo, doubts, read_threshold
from indicators.models import LocalTarget
from indicators.operations import TargetEntry

_PURPOSE = "indicators.local_targets"


class TargetsFileForm(forms.Form):
    """A file of targets."""

    fichier = forms.FileField(
        label="Fichier CSV ou classeur XLSX",
        help_text="Colonnes indicateur, caisse, annee, seuil ; au besoin sens (>=, <=, =) et source. "
        "Une case vide ne dit rien ; ND retire la cible.",
        widget=forms.FileInput(attrs={"accept": ".csv,.xlsx"}),
    )
    source = forms.CharField(
        label="Source",
        required=False,
        max_length=500,
        help_text="Pour les lignes qui n'en disent pas : « Cpog signés au 30 juin 2014 ».",
    )


@dataclass
class Cell:
    """One cell of the grid: what is typed in it, and what is wrong with it."""

    name: str
    label: str
    text: str
    error: str = ""


@dataclass
class Grid:
    """The targets of one indicator as typed; blank where there is none, a cell emptied takes its target back."""

    code: str
    info: IndicatorInfo
    caisses: list[Organisation]
    years: list[int]
    held: Mapping[tuple[str, str, int], LocalTarget]
    typed: Mapping[str, Any] | None = None
    entries: list[TargetEntry] = field(default_factory=list)
    warnings: list[str] = field(default_factory=list)
    rows: list[tuple[Organisation, list[Cell]]] = field(default_factory=list)
    source: str = ""

    def __post_init__(self) -> None:
        self.source = str(self.typed.get("source", "")).strip()[:500] if self.typed is not None else ""
        self.rows = [(body, [self._cell(body, year) for year in self.years]) for body in self.caisses]

    @property
    def errors(self) -> list[Cell]:
        return [cell for _, cells in self.rows for cell in cells if cell.error]

    @property
    def asked(self) -> list[tuple[int, str]]:
        """Each year with what the convention asks; empty where it asks nothing."""
        side = Side(self.info.operator.value).label
        words = {year: f"{side} {format_exact(value, self.info.unit)}" for year, value in self.info.asked.items()}
        return [(year, words.get(year, "")) for year in self.years]

    def _cell(self, body: Organisation, year: int) -> Cell:
        former = self.held.get((self.code, body.code, year))
        shown = format_exact(former.threshold) if former else ""
        name = f"c-{body.code}-{year}"
        cell = Cell(name, f"{body.name}, {year}", shown)
        if self.typed is not None and name in self.typed:
            cell.text = str(self.typed[name]).strip()[:40]
            self._read(cell, body, year, former)
        return cell

    def _read(self, cell: Cell, body: Organisation, year: int, former: LocalTarget | None) -> None:
        threshold: Decimal | None = None
        if cell.text:
            try:
                threshold = read_threshold(cell.text, self.info.unit)
            except NumberError as wrong:
                cell.error = f"trouvé « {cell.text} », attendu {wrong.expected}"
                return
        if threshold == (former.threshold if former else None):
            return
        if threshold is not None:
            for _, expected, mend in doubts(self.info, year, threshold):
                self.warnings.append(f"{cell.label} : {cell.text}, attendu {expected} ; {mend}.")
        self.entries.append(
            TargetEntry(
                indicator=self.code,
                body=body.code,
                year=year,
                operator=Operator(former.operator) if former else self.info.operator,
                threshold=threshold,
                source=self.source,
                seen=former.revision if former else 0,
            )
        )


def sealed(entries: Iterable[TargetEntry], *, user: int) -> str:
    """Checked entries as a text that the browser carries to the confirmation and cannot alter."""
    rows = [
        (one.indicator, one.body, one.year, one.operator.value, _written(one.threshold), one.source, one.seen)
        for one in entries
    ]
    return seal({"rows": rows}, user=user, purpose=_PURPOSE)


def _written(threshold: Decimal | None) -> str | None:
    return None if threshold is None else str(threshold)


def unsealed(text: str, *, user: int) -> list[TargetEntry] | None:
    """The entries that were sealed for this person less than a day ago; None for anything else."""
    content = unseal(text, user=user, purpose=_PURPOSE)
    if content is None:
        return None
    return [
        TargetEntry(code, body, year, Operator(side), None if threshold is None else Decimal(threshold), source, seen)
        for code, body, year, side, threshold, source, seen in content["rows"]
    ]
