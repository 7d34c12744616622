"""Addresses of the site; each view names its permission (tests/house/test_rights.py)."""

from django.urls import include, path

from cog import audit_views, health_views, views
from cog.appearance_views import accessibility, choose_appearance

urlpatterns = [
    path("", include("cog.account_urls")),
    path("anomalies/", views.anomalies, name="anomalies"),
    path("glossaire/", views.glossary, name="glossary"),
    path("glossaire/tableau.<str:kind>", views.glossary_file, name="glossary-file"),
    path("anomalies/tableau.<str:kind>", views.anomalies_file, name="anomalies-file"),
    path("travaux/", views.job_list, name="jobs"),
    path("travaux/<uuid:job_id>/", views.job, name="job"),
    path("travaux/<uuid:job_id>/annuler/", views.cancel_job, name="job-cancel"),
    path("accessibilite/", accessibility, name="accessibility"),
    path("apparence/", choose_appearance, name="appearance"),
    path("avenants/", include("cog.amendments.urls")),
    path("audit/", audit_views.page, name="audit"),
    path("audit/tableau.<str:kind>", audit_views.file, name="audit-file"),
    path("sante/vie", health_views.live, name="live"),
    path("sante/pret", health_views.ready, name="ready"),
    path("sante/", health_views.page, name="health"),
    path("aide/", views.help_page, name="help"),
    path("actions/", include("actions.urls")),
    path("indicateurs/", include("indicators.urls")),
    path("caisses/", include("indicators.caisse_urls")),
    path("remontees/", include("indicators.batch_urls")),
    path("budgets/editions/", include("reports.edition_urls")),
    path("budgets/", include("budgets.urls")),
    path("evaluation/", include("reports.evaluation_urls")),
    path("api/", include("reports.api.urls")),
    path("", include("reports.urls")),
]

handler400 = "cog.views.bad_request"
handler403 = "cog.views.forbidden"
handler404 = "cog.views.not_found"
handler429 = "cog.views.too_many"
handler500 = "cog.views.server_error"
