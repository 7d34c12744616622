"""Tables of the budgets: what the convention prints, and what is voted, spent and forecast."""

from budgets.models.programme import BudgetAmount, BudgetLine, Fund, PlacesLine, ReusableReceipt

__all__ = ["BudgetAmount", "BudgetLine", "Fund", "PlacesLine", "ReusableReceipt"]
