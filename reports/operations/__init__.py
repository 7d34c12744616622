"""The writes of the reports: editions of the documents, transmissions to the State and what is written on them."""

from reports.operations.editions import (
    draft_annual_report,
    produce_edition,
    produce_from_job,
    request_annual_report,
)
from reports.operations.feeds import open_feed, revoke_feed
from reports.operations.links import link_indicator, unlink_indicator
from reports.operations.packages import NotPublished, public_package, request_package
from reports.operations.transmissions import (
    AlreadyTransmitted,
    NotAllowed,
    NoteRefused,
    ReasonMissing,
    TransmissionRefused,
    transmit_edition,
    transmit_quarter,
    write_note,
)

__all__ = [
    "AlreadyTransmitted",
    "NotAllowed",
    "NotPublished",
    "NoteRefused",
    "ReasonMissing",
    "TransmissionRefused",
    "draft_annual_report",
    "link_indicator",
    "open_feed",
    "produce_edition",
    "produce_from_job",
    "public_package",
    "request_annual_report",
    "request_package",
    "revoke_feed",
    "transmit_edition",
    "transmit_quarter",
    "unlink_indicator",
    "write_note",
]
