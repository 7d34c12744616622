"""The writes of the actions: loading the reference, progress, proofs, responsibilities, the State's part."""

from actions.operations.evidence import join_evidence, withdraw_evidence
from actions.operations.progress import ProgressEntry, ProgressMoved, ProgressRefused, record_progress
from actions.operations.reference import save_actions
from actions.operations.sdsi import save_sdsi

__all__ = [
    "ProgressEntry",
    "ProgressMoved",
    "ProgressRefused",
    "join_evidence",
    "record_progress",
    "save_actions",
    "save_sdsi",
    "withdraw_evidence",
]
