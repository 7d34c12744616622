"""Workbooks of the budgets that people send: from cells to plain values, every problem with its sheet and cell."""
