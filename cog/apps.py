"""Start-up of the ground floor."""

from django.apps import AppConfig


class CogConfig(AppConfig):
    name = "cog"
    verbose_name = "convention"

    def ready(self) -> None:
        from cog import celery, charts_store, checks  # noqa: F401 - each registers itself
        from cog.drawings import CachedDrawings
        from cog.reference import convention  # noqa: F401

        charts_store.keep_in(CachedDrawings())
