from django.apps import AppConfig


class IndicatorsConfig(AppConfig):
    name = "indicators"
    verbose_name = "indicateurs"

    def ready(self) -> None:
        from cog.reference.registry import register
        from indicators.reference import IndicatorsPart

        register(IndicatorsPart())
