from django.urls import path

from indicators import batch_views, due_views

urlpatterns = [
    path("", batch_views.batches, name="batches"),
    path("tableau.<str:kind>", batch_views.batches_file, name="batches-file"),
    path("envoyer/", batch_views.send, name="batch-send"),
    path("modele.xlsx", batch_views.template, name="batch-template"),
    path("<int:batch_id>/", batch_views.batch, name="batch"),
    path("<int:batch_id>/confirmer/", batch_views.confirm, name="batch-confirm"),
    path("<int:batch_id>/controler/", batch_views.check_again, name="batch-check"),
    path("<int:batch_id>/abandonner/", batch_views.abandon, name="batch-abandon"),
    path("<int:batch_id>/fichier/", batch_views.batch_file, name="batch-file"),
    path("<int:batch_id>/anomalies.json", batch_views.batch_problems, name="batch-problems-json"),
    path("<int:batch_id>/annote.xlsx", batch_views.batch_annotated, name="batch-annotated"),
    path("<int:batch_id>/anomalies.<str:kind>", batch_views.batch_problems_file, name="batch-problems-file"),
    path("<int:batch_id>/tableau.<str:kind>", batch_views.batch_values_file, name="batch-file-values"),
    path("valeurs/<str:caisse>/<str:measure>/<str:period>/", batch_views.value_history, name="value-history"),
    path(
        "valeurs/<str:caisse>/<str:measure>/<str:period>/tableau.<str:kind>",
        batch_views.value_history_file,
        name="value-history-file",
    ),
    path("attendu/", due_views.due, name="due"),
    path("attendu.xlsx", due_views.due_xlsx, name="due-xlsx"),
    path("attendu/fiche/<int:number>/", due_views.due_fiche, name="due-fiche"),
    path("attendu/fiche/<int:number>/tableau.<str:kind>", due_views.due_fiche_file, name="due-fiche-file"),
    path("attendu/<str:code>/tableau.<str:kind>", due_views.due_body_file, name="due-body-file"),
    path("rappels/", due_views.reminders, name="reminders"),
    path("attendu/<str:code>/", due_views.due_body, name="due-body"),
]
