"""What the tests of the transmissions share."""

from tests.reports.quarter import computed, people, ready, sent

__all__ = ["computed", "people", "ready", "sent"]
