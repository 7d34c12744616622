"""Whom to remind of what, and who was reminded when."""

from dataclasses import dataclass
from datetime import date

from cog.enums import Role
from cog.models import Convention, Membership, Organisation
from cog.periods import Period
from indicators.models import Reminder
from indicators.queries.due import Line, due_quarter


@dataclass(frozen=True)
class Candidate:
    """A caisse that still owes something, who would be told, and when it was last."""

    line: Line
    recipients: list[str]
    last: Reminder | None


def last_reminders(*, convention: Convention, period: Period) -> dict[int, Reminder]:
    """organisation -> the last reminder sent for this period."""
    rows = Reminder.objects.filter(convention=convention, period=str(period)).select_related("sent_by")
    return {row.organisation_id: row for row in rows.order_by("sent_at", "pk")}


def recipients_of(*, convention: Convention, at: date) -> dict[int, list[str]]:
    """organisation -> addresses of the active accounts that answer for it on that day."""
    rows = Membership.objects.filter(
        role=Role.CAISSE, organisation__convention=convention, user__is_active=True
    ).select_related("user")
    found: dict[int, list[str]] = {}
    for row in rows.order_by("user__email"):
        if row.organisation_id and (row.valid_from or at) <= at <= (row.valid_to or at):
            found.setdefault(row.organisation_id, []).append(row.user.email)
    return found


def candidates(*, convention: Convention, transmission: Period, at: date) -> list[Candidate]:
    """The caisses that owe something for a quarter: those one may write to, then the one that owes most first."""
    caisses = Organisation.objects.filter(convention=convention).caisses().order_by("code")
    page = due_quarter(convention=convention, transmission=transmission, at=at, bodies=caisses)
    people = recipients_of(convention=convention, at=at)
    last = last_reminders(convention=convention, period=transmission)
    found = [
        Candidate(line, people.get(line.subject.pk, []), last.get(line.subject.pk))
        for line in page.by_body()
        if line.absent
    ]
    return sorted(found, key=lambda one: not one.recipients)
