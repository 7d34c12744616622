"""What is shown and sent: editions of the documents, transmissions to the State, what is written on them."""

from reports.models.editions import DataPackage, Edition, EditionAgreement, SynthesisText
from reports.models.evaluation import EvaluationPosition, EvaluationReading, EvaluationShare, FinalEvaluation
from reports.models.links import ActionIndicator, CalendarFeed
from reports.models.tokens import AccessToken
from reports.models.transmissions import DocumentLayout, StateNote, Transmission

__all__ = [
    "AccessToken",
    "ActionIndicator",
    "CalendarFeed",
    "DataPackage",
    "DocumentLayout",
    "Edition",
    "EditionAgreement",
    "EvaluationPosition",
    "EvaluationReading",
    "EvaluationShare",
    "FinalEvaluation",
    "StateNote",
    "SynthesisText",
    "Transmission",
]
