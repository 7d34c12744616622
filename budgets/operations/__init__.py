"""The writes of the budgets."""

from budgets.operations.reference import save_budgets

__all__ = ["save_budgets"]
