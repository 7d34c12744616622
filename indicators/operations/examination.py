"""What a file says, read, checked, and set against the values in force: nothing is written here.

The check that a person reads, and the acceptance that follows it, go through the same door: `examine`.
"""

import hashlib
import json
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from functools import cached_property
from typing import Any, NamedTuple

from django.db.models import Max
from django.utils.timezone import localdate

from cog.models import Convention, Organisation
from indicators.enums import BatchForm
from indicators.intake.checks import Row, WholeFileCheck
from indicators.intake.files import read_file
from indicators.intake.messages import Problem, Severity
from indicators.intake.reference import Reference
from indicators.intake.rows import Intake
from indicators.models import Measure, Observation
from indicators.queries import file_check_of, intake_reference
from indicators.queries.remembered import remembered

Key = tuple[int, int, str, str]  # measure, organisation, period, breakdown
Progress = Callable[[int, int, str], None]

SHOWN_CORRECTIONS = 2_000
_FEW_ROWS = 20_000  # held in memory at once
_FEW = 400  # bodies or periods that a query names one by one


class InForce(NamedTuple):
    """The value in force for a key."""

    pk: int
    value: Decimal | None
    statement: str
    revision: int
    simulated: bool

    def says(self, row: Row, *, simulated: bool) -> bool:
        """Whether a row would change nothing: the same value or statement, as real or as simulated."""
        return (self.value, self.statement, self.simulated) == (row.value, row.statement, simulated)


class Change(NamedTuple):
    """A row that adds a value (`before` is None) or takes the place of the one in force."""

    key: Key
    row: Row
    before: InForce | None


@dataclass(frozen=True)
class Examination:
    """A file read and compared. `stamp` is the number of the last value known then."""

    intake: Intake
    problems: list[Problem]
    errors: int
    warnings: int
    changes: list[Change]
    unchanged: int
    bodies: frozenset[int]
    stamp: int
    form: BatchForm

    @property
    def is_refused(self) -> bool:
        return self.errors > 0

    @property
    def added(self) -> int:
        return sum(change.before is None for change in self.changes)

    @property
    def corrected(self) -> int:
        return len(self.changes) - self.added

    def summary(self) -> dict[str, Any]:
        """What a batch keeps of it, in plain JSON."""
        shown = {
            "added": self.added,
            "corrected": self.corrected,
            "unchanged": self.unchanged,
            "withdrawn": sum(change.row.statement == "ND" for change in self.changes),
            "unreported": self.intake.unreported,
            "caisses": _counts(row.body for row in self.intake.rows),
            "changed_caisses": _counts(change.row.body for change in self.changes),
            "periods": _counts(row.period for row in self.intake.rows),
            "corrections": self._corrections[:SHOWN_CORRECTIONS],
        }
        return shown | {"digest": self.digest}

    @cached_property
    def _corrections(self) -> list[dict[str, Any]]:
        """Every value that takes the place of another, as a page shows it."""
        return [_told(change) for change in self.changes if change.before is not None]

    @cached_property
    def digest(self) -> str:
        """The fingerprint of all that a check shows: problems, counts, every correction."""
        told: list[Any] = [self.errors, self.warnings, self.added, self.unchanged]
        told += [problem.as_dict() for problem in self.problems]
        told += self._corrections
        return hashlib.sha256(json.dumps(told, ensure_ascii=False, sort_keys=True).encode()).hexdigest()


def examine(
    *,
    convention: Convention,
    data: bytes,
    file_name: str,
    only: str | None,
    simulated: bool,
    received_at: datetime | None,
    progress: Progress,
) -> Examination:
    """Read and check a file whole, then compare it with the values in force. `only`: the one caisse admitted.

    `received_at`: no period begins after that day. None for a file that was accepted before: its values are not
    compared with one another again.
    """
    progress(0, 3, "lit et contrôle le fichier")
    stamp = Observation.objects.aggregate(last=Max("pk"))["last"] or 0  # before any value is read
    today = localdate(received_at) if received_at else None
    ground = remembered(("ground", today), convention, lambda: _ground(convention, today))
    intake = read_file(data, ground.reference, only=only, checks=ground.checks)
    progress(1, 3, "compare aux valeurs en vigueur")
    measures, codes = ground.measures, ground.bodies
    keys = [(measures[row.measure], codes[row.body], row.period, row.breakdown) for row in intake.rows]
    bodies = frozenset(key[1] for key in keys)
    present = _in_force(keys)
    changes, unchanged, usurping = [], 0, []
    for key, row in zip(keys, intake.rows, strict=True):
        before = present.get(key)
        if before is not None and before.says(row, simulated=simulated):
            unchanged += 1
            continue
        if before is not None and simulated and not before.simulated:
            usurping.append(_usurping(row))
        changes.append(Change(key, row, before))
    progress(2, 3, "rassemble ce qui changerait")
    return Examination(
        intake=intake,
        problems=[*intake.problems, *usurping],
        errors=intake.errors + len(usurping),
        warnings=intake.warnings,
        changes=changes,
        unchanged=unchanged,
        bodies=bodies,
        stamp=stamp,
        form=BatchForm(intake.form),
    )


def is_overtaken(examined: Examination) -> bool:
    """Whether a value came since for one of its bodies: every change adds a row, numbered under one lock."""
    return Observation.objects.filter(pk__gt=examined.stamp, organisation_id__in=examined.bodies).exists()


@dataclass(frozen=True)
class _Ground:
    """What every file is checked against, until the reference or a definition changes."""

    reference: Reference
    checks: tuple[WholeFileCheck, ...]
    measures: dict[str, int]
    bodies: dict[str, int]


def _ground(convention: Convention, today: date | None) -> _Ground:
    """`today` None: the values are not compared with one another."""
    return _Ground(
        reference=intake_reference(convention=convention),
        checks=(file_check_of(convention=convention, today=today),) if today else (),
        measures=dict(Measure.objects.filter(convention=convention).values_list("code", "pk")),
        bodies=dict(Organisation.objects.filter(convention=convention).values_list("code", "pk")),
    )


def _in_force(keys: Sequence[Key]) -> dict[Key, InForce]:
    """The open observations under the measures, bodies and periods of these keys."""
    bodies, periods = {key[1] for key in keys}, {key[2] for key in keys}
    rows = Observation.objects.filter(closed_by__isnull=True)
    if len(periods) <= _FEW:
        rows = rows.filter(period__in=periods)
    if len(bodies) <= _FEW:
        rows = rows.filter(organisation_id__in=bodies)  # by the index of bodies and periods
    else:
        rows = rows.filter(measure_id__in={key[0] for key in keys})  # by the one of the values in force
    fields: Any = rows.values_list(
        "pk",
        "measure_id",
        "organisation_id",
        "period",
        "breakdown",
        "value",
        "statement",
        "revision",
        "batch__simulated",
    )
    found = fields if len(keys) <= _FEW_ROWS else fields.iterator(chunk_size=_FEW_ROWS)
    return {
        (measure, body, period, breakdown): InForce(pk, *known)
        for pk, measure, body, period, breakdown, *known in found
    }


def _counts(words: Iterator[str]) -> dict[str, int]:
    return dict(sorted(Counter(words).items()))


def _told(change: Change) -> dict[str, Any]:
    """A correction as a page shows it: old and new, and where the file says so."""
    row, before = change.row, change.before
    return {
        "measure": row.measure,
        "caisse": row.body,
        "period": row.period,
        "breakdown": row.breakdown,
        "old": said(before.value, before.statement) if before else "",
        "old_simulated": bool(before and before.simulated),
        "new": said(row.value, row.statement),
        "line": row.line,
        "sheet": row.sheet,
        "cell": row.cell,
    }


def said(value: Decimal | None, statement: str) -> str:
    """A number in plain notation, without the zeros that storage adds, or its statement."""
    return statement if value is None else f"{value.normalize() + 0:f}"


def _usurping(row: Row) -> Problem:
    return Problem(
        severity=Severity.ERROR,
        code="simulated_over_real",
        line=row.line,
        column="",
        found=f"une valeur simulée pour {row.measure}, {row.body}, {row.period}, qui a une valeur réelle",
        expected="une donnée sans valeur réelle",
        mend="retirez la ligne : le simulé ne remplace jamais le réel",
        sheet=row.sheet,
        cell=row.cell,
    )
