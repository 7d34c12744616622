from django.urls import path

from actions import calendar_views, digest_views, entry_views, people_views, sdsi_views, state_views, views

urlpatterns = [
    path("", views.actions, name="actions"),
    path("tableau.xlsx", views.actions_xlsx, name="actions-xlsx"),
    path("calendrier/", calendar_views.action_calendar, name="action-calendar"),
    path("calendrier/frise.svg", calendar_views.timeline_svg, name="action-timeline"),
    path("recapitulatif/", digest_views.digest, name="digest"),
    path("responsabilites/", people_views.responsibilities, name="responsibilities"),
    path("responsabilites/fiche/<int:number>/", people_views.fiche_charge, name="fiche-charge"),
    path("responsabilites/<int:responsibility_id>/finir/", people_views.end_charge, name="charge-end"),
    path("engagements/", state_views.commitments, name="commitments"),
    path("engagements/tableau.<str:kind>", state_views.commitments_file, name="commitments-file"),
    path("engagements/<str:code>/", state_views.commitment, name="commitment"),
    path("validations/<int:validation_id>/", state_views.answer, name="validation-answer"),
    path("sdsi/synthese/<int:year>/", sdsi_views.synthesis, name="sdsi-synthesis"),
    path("sdsi/synthese/<int:year>/tableau.xlsx", sdsi_views.synthesis_xlsx, name="sdsi-synthesis-xlsx"),
    path("sdsi/synthese/<int:year>/<int:number>/", sdsi_views.synthesis_entry, name="sdsi-synthesis-entry"),
    path("registre/", state_views.register, name="shared-documents"),
    path("registre/tableau.<str:kind>", state_views.register_file, name="shared-documents-file"),
    path("sdsi/", views.sdsi, name="sdsi"),
    path("sdsi/tableau.<str:kind>", views.sdsi_file, name="sdsi-file"),
    path("fiche/<int:number>/saisie/", entry_views.grid, name="action-grid"),
    path("pieces/<int:evidence_id>/", entry_views.evidence, name="evidence"),
    path("pieces/<int:evidence_id>/retirer/", entry_views.withdraw, name="evidence-withdraw"),
    path("<str:key>/", views.action, name="action"),
    path("<str:key>/responsabilite/", people_views.action_charge, name="action-charge"),
    path("<str:key>/validation/", state_views.ask, name="validation-ask"),
    path("<str:key>/avancement/", entry_views.progress, name="action-progress"),
    path("<str:key>/pieces/", entry_views.join, name="evidence-join"),
]
