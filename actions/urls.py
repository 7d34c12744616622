from django.urls import path

from actions import entry_views, views

urlpatterns = [
    path("", views.actions, name="actions"),
    path("tableau.xlsx", views.actions_xlsx, name="actions-xlsx"),
    path("sdsi/", views.sdsi, name="sdsi"),
    path("fiche/<int:number>/saisie/", entry_views.grid, name="action-grid"),
    path("pieces/<int:evidence_id>/", entry_views.evidence, name="evidence"),
    path("pieces/<int:evidence_id>/retirer/", entry_views.withdraw, name="evidence-withdraw"),
    path("<str:key>/", views.action, name="action"),
    path("<str:key>/avancement/", entry_views.progress, name="action-progress"),
    path("<str:key>/pieces/", entry_views.join, name="evidence-join"),
]
