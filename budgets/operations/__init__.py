"""The writes of the budgets."""

from budgets.operations.acts import ActEntry, ActMoved, ActRefused, NothingMoves, record_act
from budgets.operations.allotment import AllotmentMoved, record_allotment
from budgets.operations.editions import AnalysisRefused, write_analysis
from budgets.operations.reference import save_budgets
from budgets.operations.statements import (
    SameStatement,
    StatementEntry,
    StatementMoved,
    StatementRefused,
    record_statement,
)
from budgets.operations.transfers import (
    TransferRefused,
    TransferRequest,
    drop_transfer,
    open_transfer,
    record_transfer_act,
)
from budgets.operations.unspent import record_unspent

__all__ = [
    "ActEntry",
    "ActMoved",
    "ActRefused",
    "AllotmentMoved",
    "AnalysisRefused",
    "NothingMoves",
    "SameStatement",
    "StatementEntry",
    "StatementMoved",
    "StatementRefused",
    "TransferRefused",
    "TransferRequest",
    "drop_transfer",
    "open_transfer",
    "record_act",
    "record_allotment",
    "record_statement",
    "record_transfer_act",
    "record_unspent",
    "save_budgets",
    "write_analysis",
]
