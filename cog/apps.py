"""Start-up of the ground floor."""

from django.apps import AppConfig


class CogConfig(AppConfig):
    name = "cog"
    verbose_name = "convention"

    def ready(self) -> None:
        from datetime import time

        from allauth.socialaccount.providers import registry
        from django.conf import settings

        from cog import (  # noqa: F401 - some register themselves
            account_events,
            celery,
            charts_store,
            checks,
            health,
            schedule,
        )
        from cog.drawings import CachedDrawings
        from cog.reference import convention  # noqa: F401 - the ground floor's part of a convention's folder, likewise

        charts_store.keep_in(CachedDrawings())
        registry.load()  # the identity provider of `cog.provider`, which the library would only look for with its pages
        schedule.register("avenants", "cog.tasks.amendments_due", due=schedule.each_day_at(time(0, 10)))
        schedule.register("scelle", "cog.audit_seal.seal", due=schedule.each_day_at(time(3)))
        schedule.register(health.CANARY, "cog.schedule.canary", due=schedule.every(settings.CANARY_EVERY))
