"""Start-up of the ground floor."""

from django.apps import AppConfig


class CogConfig(AppConfig):
    name = "cog"
    verbose_name = "convention"

    def ready(self) -> None:
        from allauth.socialaccount.providers import registry

        from cog import account_events, celery, charts_store, checks  # noqa: F401 - they register themselves
        from cog.drawings import CachedDrawings
        from cog.reference import convention  # noqa: F401 - the ground floor's part of a convention's folder, likewise

        charts_store.keep_in(CachedDrawings())
        registry.load()  # the identity provider of `cog.provider`, which the library would only look for with its pages
