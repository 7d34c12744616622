from django.urls import path

from indicators import definition_views, views

urlpatterns = [
    path("", views.indicators, name="indicators"),
    path("<str:code>/", views.indicator, name="indicator"),
    path("<str:code>/serie.svg", views.series_svg, name="indicator-series"),
    path("<str:code>/distribution.svg", views.distribution_svg, name="indicator-distribution"),
    path("<str:code>/definitions/", definition_views.versions, name="indicator-definitions"),
    path("<str:code>/definitions/nouvelle/", definition_views.adopt, name="indicator-adopt"),
    path("<str:code>/definitions/<int:number>/retirer/", definition_views.withdraw, name="indicator-withdraw"),
]
