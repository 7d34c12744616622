from django.apps import AppConfig


class IndicatorsConfig(AppConfig):
    name = "indicators"
    verbose_name = "indicateurs"

    def ready(self) -> None:
        from cog import jobs
        from cog.amendments import registry as amendments
        from cog.reference.registry import register
        from indicators.operations.amending import DefinitionPart, TargetPart
        from indicators.reference import IndicatorsPart

        register(IndicatorsPart())
        amendments.register(TargetPart())
        amendments.register(DefinitionPart())
        jobs.register(
            "indicators.check",
            "indicators.operations.batches.check_from_job",
            label="Contrôle d'un fichier remonté",
            page="batch",
            argument="batch",
        )
        jobs.register(
            "indicators.accept",
            "indicators.operations.batches.accept_from_job",
            label="Acceptation d'un fichier remonté",
            page="batch",
            argument="batch",
        )
        jobs.register(
            "indicators.recompute",
            "indicators.operations.results.recompute_from_job",
            label="Calcul des résultats",
        )
        jobs.register("indicators.draw", "indicators.drawings.draw_from_job", label="Dessin des graphiques")
        jobs.register(
            "indicators.remind",
            "indicators.operations.reminders.remind_from_job",
            label="Envoi de rappels",
            page="reminders",
        )
