from django.apps import AppConfig


class ReportsConfig(AppConfig):
    name = "reports"
    verbose_name = "restitutions"

    def ready(self) -> None:
        from cog import audit, jobs
        from cog.reference.registry import register
        from reports.operations.notices import tell_of_act, tell_of_job
        from reports.reference import DocumentsPart

        audit.listen(tell_of_act)
        jobs.listen(tell_of_job)

        register(DocumentsPart())
        jobs.register(
            "bilan",
            "reports.operations.produce_from_job",
            label="Production d'un bilan annuel",
            page="edition",
            argument="edition",
        )
        jobs.register(
            "evaluation",
            "reports.operations.produce_from_job",
            label="Production du rapport de l'évaluation finale",
            page="edition",
            argument="edition",
        )
        jobs.register(
            "opendata",
            "reports.operations.packages.produce_from_job",
            label="Préparation d'un paquet de données",
            page="open-data",
        )
