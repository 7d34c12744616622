from django.apps import AppConfig


class BudgetsConfig(AppConfig):
    name = "budgets"
    verbose_name = "budgets"

    def ready(self) -> None:
        from budgets.operations.amending import ProgrammePart
        from budgets.reference import BudgetsPart
        from cog.amendments import registry as amendments
        from cog.reference.registry import register

        amendments.register(ProgrammePart())
        register(BudgetsPart())
