"""What the tests of the transmissions and of the bilan share."""

from tests.reports.edition_steps import common, draft, one_page, sent_edition
from tests.reports.evaluation_steps import opened, steps
from tests.reports.owed_steps import filed
from tests.reports.quarter import computed, people, ready, sent

__all__ = [
    "common",
    "computed",
    "draft",
    "filed",
    "one_page",
    "opened",
    "people",
    "ready",
    "sent",
    "sent_edition",
    "steps",
]
