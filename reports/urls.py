from django.urls import path

from reports import explanation_views, views

urlpatterns = [
    path("", views.home, name="home"),
    path("fiches/", views.fiches, name="fiches"),
    path("fiches/<int:number>/", views.fiche, name="fiche"),
    path("explications/", explanation_views.explanations, name="explanations"),
    path("explications.xlsx", explanation_views.explanations_xlsx, name="explanations-xlsx"),
    path("explications/<str:code>/<str:period>/", explanation_views.explanation, name="explanation"),
    path("documents/", views.documents, name="documents"),
    path("documents/<int:edition_id>/", views.edition, name="edition"),
    path("documents/<int:edition_id>/pdf", views.edition_pdf, name="edition-pdf"),
]
