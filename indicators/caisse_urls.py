from django.urls import path

from indicators import caisse_views

urlpatterns = [
    path("", caisse_views.caisses, name="caisses"),
    path("tableau.xlsx", caisse_views.caisses_xlsx, name="caisses-xlsx"),
    path("<str:code>/", caisse_views.caisse, name="caisse"),
    path("<str:code>/tableau.xlsx", caisse_views.caisse_xlsx, name="caisse-xlsx"),
]
