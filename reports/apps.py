from django.apps import AppConfig


class ReportsConfig(AppConfig):
    name = "reports"
    verbose_name = "restitutions"

    def ready(self) -> None:
        from reports import operations  # noqa: F401 - registers the job that prints editions
