from django.urls import path

from reports import edition_views

urlpatterns = [
    path("", edition_views.editions, name="budget-editions"),
    path("<slug:code>/<int:exercise>/<int:number>/", edition_views.edition, name="budget-edition"),
    path("tableau.<str:kind>", edition_views.editions_file, name="budget-editions-file"),
    path(
        "<slug:code>/<int:exercise>/<int:number>/projet.xlsx",
        edition_views.edition_xlsx,
        name="budget-edition-xlsx",
    ),
    path(
        "<slug:code>/<int:exercise>/<int:number>/projet.pdf",
        edition_views.edition_pdf,
        name="budget-edition-pdf",
    ),
    path(
        "<slug:code>/<int:exercise>/<int:number>/transmettre/",
        edition_views.transmit,
        name="budget-edition-transmit",
    ),
]
