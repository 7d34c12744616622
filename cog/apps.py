"""Start-up of the ground floor."""

from django.apps import AppConfig


class CogConfig(AppConfig):
    name = "cog"
    verbose_name = "convention"

    def ready(self) -> None:
        from cog import celery, checks  # noqa: F401 - each registers itself
        from cog.reference import convention  # noqa: F401
