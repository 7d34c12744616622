from django.apps import AppConfig


class ActionsConfig(AppConfig):
    name = "actions"
    verbose_name = "actions"

    def ready(self) -> None:
        from datetime import time

        from actions.operations.amending import DeadlinePart
        from actions.reference import ActionsPart
        from actions.reference_sdsi import SdsiPart
        from cog import schedule
        from cog.amendments import registry as amendments
        from cog.reference.registry import register

        amendments.register(DeadlinePart())
        register(ActionsPart())
        register(SdsiPart())
        # Whoever was written to this week is not written to again, and a Monday missed is made good.
        schedule.register("recapitulatif", "actions.tasks.send_weekly_digests", due=schedule.each_day_at(time(7)))
