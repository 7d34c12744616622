from django.urls import path

from indicators import views

urlpatterns = [
    path("", views.indicators, name="indicators"),
    path("<str:code>/", views.indicator, name="indicator"),
    path("<str:code>/serie.svg", views.series_svg, name="indicator-series"),
    path("<str:code>/distribution.svg", views.distribution_svg, name="indicator-distribution"),
]
