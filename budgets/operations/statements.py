"""Recording the tables owed beside the funds: whole or not at all, and never rewritten."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal

from django.db import transaction
from django.utils import timezone

from budgets.compute.statements import CellFault, faults
from budgets.models import Statement, StatementLayout
from budgets.queries.statements import form_of_layout, last_statement, stated_cells, variants_of
from cog import audit
from cog.figures import plain
from cog.models import User


class StatementRefused(Exception):
    """The table cannot be kept: `faults` says everything there is to mend, `heading` what concerns its heading."""

    def __init__(self, found: list[CellFault], heading: list[tuple[str, str]]) -> None:
        self.faults, self.heading = found, heading
        super().__init__(" ".join([*(words for _, words in heading), *(fault.words for fault in found)]))


class StatementMoved(Exception):
    """Someone recorded the same table meanwhile: `last` is it."""

    def __init__(self, last: Statement) -> None:
        self.last = last
        super().__init__(f"{last.recorded_by.name} a enregistré ce tableau (n° {last.number}) pendant la saisie.")


class SameStatement(Exception):
    """What is stated is what was recorded last."""


@dataclass(frozen=True)
class StatementEntry:
    """A table as people state it; `seen`: the last number they saw (0: none; None: whatever there is)."""

    layout: StatementLayout
    exercise: int
    variant: str
    dated: date
    reference: str
    cells: Mapping[tuple[str, str], Decimal]
    labels: Mapping[str, str] = field(default_factory=dict)
    comments: Mapping[str, str] = field(default_factory=dict)
    reason: str = ""
    seen: int | None = None


@transaction.atomic
def record_statement(*, entry: StatementEntry, by: User, at: datetime, simulated: bool = False) -> Statement:
    """Keep a table. Raises StatementRefused, StatementMoved, SameStatement; nothing is written then."""
    StatementLayout.objects.select_for_update().get(pk=entry.layout.pk)
    last = last_statement(layout=entry.layout, exercise=entry.exercise, variant=entry.variant)
    if entry.seen is not None and last is not None and last.number != entry.seen:
        raise StatementMoved(last)
    heading = _heading_faults(entry, last, timezone.localdate(at))
    found = faults(form_of_layout(entry.layout), entry.cells, labels=entry.labels)
    if heading or found:
        raise StatementRefused(found, heading)
    labels = {code: label.strip() for code, label in entry.labels.items() if label.strip()}
    comments = {code: words.strip() for code, words in entry.comments.items() if words.strip()}
    if last is not None and (stated_cells(last), last.labels, last.comments) == (dict(entry.cells), labels, comments):
        raise SameStatement
    cells: dict[str, dict[str, str]] = {}
    for (row, column), value in entry.cells.items():
        cells.setdefault(row, {})[column] = plain(value)
    kept = Statement.objects.create(
        layout=entry.layout,
        exercise=entry.exercise,
        variant=entry.variant,
        number=last.number + 1 if last else 1,
        dated=entry.dated,
        reference=entry.reference.strip(),
        reason=entry.reason.strip() if last else "",
        cells=cells,
        labels=labels,
        comments=comments,
        simulated=simulated,
        recorded_at=at,
        recorded_by=by,
    )
    audit.record(
        action="statement.recorded",
        subject=str(kept),
        by=by,
        at=at,
        details={"variant": kept.variant, "reference": kept.reference, "reason": kept.reason, "cells": cells},
    )
    return kept


def _heading_faults(entry: StatementEntry, last: Statement | None, today: date) -> list[tuple[str, str]]:
    found = []
    years = entry.layout.convention.years
    if entry.exercise not in years:
        found.append(("exercise", f"trouvé l'exercice {entry.exercise}, attendu de {min(years)} à {max(years)}."))
    known = [code for code, _ in variants_of(entry.layout)]
    if entry.variant not in (known or [""]):
        found.append(("variant", f"trouvé l'état « {entry.variant} », attendu {', '.join(known) or 'aucun'}."))
    if not entry.reference.strip():
        found.append(("reference", "nommer l'acte ou la pièce d'où viennent ces chiffres."))
    if last is not None and not entry.reason.strip():
        found.append(("reason", f"ce tableau remplace le n° {last.number} : dire pourquoi."))
    if entry.dated > today:
        found.append(("dated", f"trouvé le {entry.dated:%d/%m/%Y}, une date à venir."))
    return found
