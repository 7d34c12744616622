from django.urls import path

from reports import evaluation_views as views

urlpatterns = [
    path("", views.evaluation, name="evaluation"),
    path("tableau.<str:kind>", views.evaluation_file, name="evaluation-file"),
    path("partager/", views.share, name="evaluation-share"),
    path("clore/", views.close, name="evaluation-close"),
    path("rapport/", views.report, name="evaluation-report"),
    path("<slug:kind>/<str:code>/", views.subject, name="evaluation-subject"),
]
