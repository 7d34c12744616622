"""The checks of a file that need more than its cells: between measures, over time, against what is known.

PURE. One body at a time, so that the memory taken does not grow with the file. `file_check` makes of them one more
check of the file as a whole (`checks.WHOLE_FILE_CHECKS`): the caller brings the relations and a way to know the values
in force.
"""

from collections import defaultdict
from collections.abc import Iterator, Sequence
from datetime import date

from cog.periods import format_date, parse
from indicators.intake.checks import Row, WholeFileCheck
from indicators.intake.columns import PERIOD
from indicators.intake.held import Held, Lookup
from indicators.intake.history import against_history
from indicators.intake.messages import Problem, Severity
from indicators.intake.relations import Relations
from indicators.intake.shares import parts_above_wholes
from indicators.intake.sums import sums_of_breakdowns, sums_over_time


def file_check(relations: Relations, known: Lookup, *, today: date) -> WholeFileCheck:
    """The check of a file against its own other values, those in force, and the day it is received."""

    def check(rows: Sequence[Row]) -> Iterator[Problem]:
        yield from periods_to_come(rows, today)
        bodies: defaultdict[str, list[Row]] = defaultdict(list)
        for row in rows:
            bodies[row.body].append(row)
        for body, own in sorted(bodies.items()):
            measures = relations.partners({row.measure for row in own})
            yield from check_body(Held(own, known(body, measures)), relations)

    return check


def check_body(held: Held, relations: Relations) -> Iterator[Problem]:
    """Every problem between the values of one body."""
    yield from sums_of_breakdowns(held, relations)
    yield from parts_above_wholes(held, relations)
    yield from sums_over_time(held, relations)
    yield from against_history(held, relations)


def periods_to_come(rows: Sequence[Row], today: date) -> Iterator[Problem]:
    """A period that has not begun has no value yet."""
    to_come = {text for text in {row.period for row in rows} if parse(text).start > today}
    if not to_come:
        return
    for row in rows:
        if row.period in to_come:
            yield Problem(
                Severity.ERROR,
                "period_to_come",
                row.line,
                PERIOD.label,
                row.period,
                f"une période commencée le {format_date(today)}, jour de l'envoi",
                "vérifiez l'année et la période",
                row.sheet,
                row.cell,
            )
