"""Which dates of the calendar were answered, whatever answered them."""

from datetime import date

from cog.models import Convention
from reports.campaign_queries import delivered_restitutions
from reports.edition_queries import delivered_editions
from reports.report_queries import delivered_reports


def delivered(*, convention: Convention) -> dict[int, date]:
    """restitution -> the day it was given: results, editions of the funds, bilans."""
    return (
        delivered_restitutions(convention=convention)
        | delivered_editions(convention=convention)
        | delivered_reports(convention=convention)
    )
