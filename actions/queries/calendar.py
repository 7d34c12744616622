"""A year month by month: the actions that end in each, the accounts that are owed."""

from collections import defaultdict
from datetime import date
from typing import NamedTuple

from actions.enums import Plan
from actions.queries.states import ActionView
from cog.models import Convention
from cog.periods import MONTH_NAMES
from cog.queries import DatedRestitution, dated_restitutions


class Month(NamedTuple):
    """A month: the actions that end in it, the accounts owed in it."""

    name: str
    ending: list[ActionView]
    owed: list[DatedRestitution]


def months_of(views: list[ActionView], *, convention: Convention, at: date, year: int) -> list[Month]:
    """The months of a year with the actions whose end in force falls in each, and the accounts owed."""
    owed = _owed(convention, at, year)
    found: dict[int, list[ActionView]] = defaultdict(list)
    for view in views:
        if view.end is not None and view.end.year == year:
            found[view.end.month].append(view)
    order = {Plan.COG: 0, Plan.SDSI: 1}
    return [
        Month(
            name,
            sorted(found[number], key=lambda one: (one.end or date.max, order[Plan(one.action.plan)])),
            owed.get(number, []),
        )
        for number, name in enumerate(MONTH_NAMES, start=1)
    ]


def _owed(convention: Convention, at: date, year: int) -> dict[int, list[DatedRestitution]]:
    """month -> the accounts owed to the State and the board in it."""
    found: dict[int, list[DatedRestitution]] = defaultdict(list)
    for row in dated_restitutions(convention=convention, at=at):
        if row.restitution.due is not None and row.restitution.due.year == year:
            found[row.restitution.due.month].append(row)
    return found
