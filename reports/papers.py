"""What was sent, printed and owed: few rows, without their content, that a page asks for from many sides."""

from django.db.models import Count, OuterRef, Q, Subquery

from cog.models import Convention, Restitution
from cog.once import once_a_page
from cog.queries import restitutions
from reports.enums import NoteKind
from reports.models import DocumentLayout, Edition, Transmission


@once_a_page
def every_sent(*, convention: Convention) -> list[Transmission]:
    """Every transmission, by kind, subject, period and number; `acknowledged`, and how many questions are `waiting`."""
    unanswered = Q(state_notes__kind=NoteKind.QUESTION, state_notes__answers__isnull=True)
    rows = Transmission.objects.filter(convention=convention).defer("payload", "receipt")
    rows = rows.select_related("transmitted_by", "rectified_by").annotate(
        acknowledged=Count("state_notes", filter=Q(state_notes__kind=NoteKind.ACKNOWLEDGEMENT), distinct=True),
        waiting=Count("state_notes", filter=unanswered, distinct=True),
    )
    return list(rows.order_by("kind", "subject", "period", "number"))


@once_a_page
def every_edition(*, convention: Convention) -> list[Edition]:
    """Every edition, the oldest number first, with its agreement and the job that prints it."""
    rows = Edition.objects.filter(convention=convention).select_related("agreement", "requested_by", "job")
    return list(rows.defer("payload").order_by("kind", "year", "number"))


@once_a_page
def calendar_rows(*, convention: Convention) -> list[Restitution]:
    """Every date of the calendar; `goes_with`: the obligation whose delivery is also its own, empty for most."""
    layout = DocumentLayout.objects.filter(convention=convention, code=OuterRef("obligation__code"))
    rows = restitutions(convention=convention).annotate(goes_with=Subquery(layout.values("goes_with")[:1]))
    return list(rows)
