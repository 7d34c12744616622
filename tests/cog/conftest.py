"""What the tests of the amendments take from those of the reports: accounts, a quarter that was sent, a draft."""

from tests.reports.edition_steps import draft, one_page
from tests.reports.quarter import computed, people, ready, sent

__all__ = ["computed", "draft", "one_page", "people", "ready", "sent"]
