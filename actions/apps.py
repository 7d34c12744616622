from django.apps import AppConfig


class ActionsConfig(AppConfig):
    name = "actions"
    verbose_name = "actions"

    def ready(self) -> None:
        from actions.reference import ActionsPart
        from actions.reference_sdsi import SdsiPart
        from cog.reference.registry import register

        register(ActionsPart())
        register(SdsiPart())
