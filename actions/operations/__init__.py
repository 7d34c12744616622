"""The writes of the actions: loading the reference, progress, proofs, responsibilities, the State's part."""

from actions.operations.digests import choose_digest, send_digests
from actions.operations.evidence import join_evidence, withdraw_evidence
from actions.operations.progress import ProgressEntry, ProgressMoved, ProgressRefused, record_progress
from actions.operations.reference import save_actions
from actions.operations.responsibility import (
    Naming,
    ResponsibilityRefused,
    end_responsibility,
    name_responsible,
    open_direction,
)
from actions.operations.sdsi import SynthesisMoved, save_sdsi, write_synthesis
from actions.operations.state import (
    StateWordRefused,
    answer_validation,
    ask_validation,
    say_of_commitment,
    share_document,
)

__all__ = [
    "Naming",
    "ProgressEntry",
    "ProgressMoved",
    "ProgressRefused",
    "ResponsibilityRefused",
    "StateWordRefused",
    "SynthesisMoved",
    "answer_validation",
    "ask_validation",
    "choose_digest",
    "end_responsibility",
    "join_evidence",
    "name_responsible",
    "open_direction",
    "record_progress",
    "save_actions",
    "save_sdsi",
    "say_of_commitment",
    "send_digests",
    "share_document",
    "withdraw_evidence",
    "write_synthesis",
]
