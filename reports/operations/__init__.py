"""The writes of the reports: editions of the documents, transmissions to the State and what is written on them."""

from reports.operations.documents import produce_mission_file, transmit_document
from reports.operations.editions import (
    EditionRefused,
    SentenceRefused,
    agree_to_common,
    draft_annual_report,
    draft_evaluation_report,
    produce_edition,
    produce_from_job,
    request_annual_report,
    request_evaluation_report,
    request_following,
    write_sentence,
)
from reports.operations.evaluation import (
    EvaluationRefused,
    ReadingEntry,
    ReadingMoved,
    close_evaluation,
    open_evaluation,
    share_readings,
    take_position,
    write_reading,
)
from reports.operations.feeds import open_feed, revoke_feed
from reports.operations.links import link_indicator, unlink_indicator
from reports.operations.packages import NotPublished, public_package, request_package
from reports.operations.sending import AlreadyTransmitted, NotAllowed, ReasonMissing, TransmissionRefused
from reports.operations.transmissions import (
    NoteRefused,
    transmit_edition,
    transmit_quarter,
    write_note,
)

__all__ = [
    "AlreadyTransmitted",
    "EditionRefused",
    "EvaluationRefused",
    "NotAllowed",
    "NotPublished",
    "NoteRefused",
    "ReadingEntry",
    "ReadingMoved",
    "ReasonMissing",
    "SentenceRefused",
    "TransmissionRefused",
    "agree_to_common",
    "close_evaluation",
    "draft_annual_report",
    "draft_evaluation_report",
    "link_indicator",
    "open_evaluation",
    "open_feed",
    "produce_edition",
    "produce_from_job",
    "produce_mission_file",
    "public_package",
    "request_annual_report",
    "request_evaluation_report",
    "request_following",
    "request_package",
    "revoke_feed",
    "share_readings",
    "take_position",
    "transmit_document",
    "transmit_edition",
    "transmit_quarter",
    "unlink_indicator",
    "write_note",
    "write_reading",
    "write_sentence",
]
