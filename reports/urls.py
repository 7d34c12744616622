from django.urls import path

from reports import views

urlpatterns = [
    path("", views.home, name="home"),
    path("fiches/", views.fiches, name="fiches"),
    path("fiches/<int:number>/", views.fiche, name="fiche"),
    path("documents/", views.documents, name="documents"),
    path("documents/<int:edition_id>/", views.edition, name="edition"),
    path("documents/<int:edition_id>/pdf", views.edition_pdf, name="edition-pdf"),
]
