from django.apps import AppConfig


class ActionsConfig(AppConfig):
    name = "actions"
    verbose_name = "actions"

    def ready(self) -> None:
        from actions.operations.amending import DeadlinePart
        from actions.reference import ActionsPart
        from actions.reference_sdsi import SdsiPart
        from cog.amendments import registry as amendments
        from cog.reference.registry import register

        amendments.register(DeadlinePart())
        register(ActionsPart())
        register(SdsiPart())
