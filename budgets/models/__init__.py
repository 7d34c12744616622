"""Tables of the budgets: what the convention prints, and what is voted, spent and forecast."""

from budgets.models.allotment import Allotment, AllotmentRow
from budgets.models.editions import EditionAnalysis
from budgets.models.ledger import BudgetAct, Movement
from budgets.models.programme import BudgetAmount, BudgetLine, Fund, PlacesLine, ReusableReceipt
from budgets.models.published import PublishedBudget
from budgets.models.statements import Statement, StatementLayout
from budgets.models.transfers import Transfer, TransferAct
from budgets.models.unspent import UnspentRow, UnspentStatement

__all__ = [
    "Allotment",
    "AllotmentRow",
    "BudgetAct",
    "BudgetAmount",
    "BudgetLine",
    "EditionAnalysis",
    "Fund",
    "Movement",
    "PlacesLine",
    "PublishedBudget",
    "ReusableReceipt",
    "Statement",
    "StatementLayout",
    "Transfer",
    "TransferAct",
    "UnspentRow",
    "UnspentStatement",
]
