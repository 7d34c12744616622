"""Reads of the actions: `states` at a date, `lists` for the table of all, `pages` for one, `open_data`."""

from actions.queries.open_data import iter_actions, iter_deadlines, iter_steps
from actions.queries.states import (
    ActionView,
    DeadlineView,
    ObjectiveView,
    Tally,
    action_views,
    actions_due,
    all_deadlines,
    ends_in,
    fiche_objectives,
    tallies_by_fiche,
    tally,
    with_leads,
)

__all__ = [
    "ActionView",
    "DeadlineView",
    "ObjectiveView",
    "Tally",
    "action_views",
    "actions_due",
    "all_deadlines",
    "ends_in",
    "fiche_objectives",
    "iter_actions",
    "iter_deadlines",
    "iter_steps",
    "tallies_by_fiche",
    "tally",
    "with_leads",
]
