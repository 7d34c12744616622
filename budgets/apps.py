from django.apps import AppConfig


class BudgetsConfig(AppConfig):
    name = "budgets"
    verbose_name = "budgets"

    def ready(self) -> None:
        from budgets.reference import BudgetsPart
        from cog.reference.registry import register

        register(BudgetsPart())
