from django.urls import path

from indicators import definition_views, group_views, lineage_views, target_views, threshold_views, views

urlpatterns = [
    path("", views.indicators, name="indicators"),
    path("tableau.xlsx", views.indicators_xlsx, name="indicators-xlsx"),
    path("groupes/", group_views.groups, name="organisation-groups"),
    path("groupes/fichier/", group_views.groups_file, name="organisation-groups-file"),
    path("cibles-cpog/", target_views.targets, name="local-targets"),
    path("cibles-cpog/fichier/", target_views.targets_file, name="local-targets-file"),
    path("cibles-cpog/confirmer/", target_views.targets_confirm, name="local-targets-confirm"),
    path("cibles-cpog/<str:code>/", target_views.target, name="local-target"),
    path("cibles-cpog/<str:code>/tableau.xlsx", target_views.target_export, name="local-target-export"),
    path("cibles-cpog/<str:code>/saisie/", target_views.targets_grid, name="local-targets-grid"),
    path("seuils-explication/", threshold_views.thresholds, name="gap-thresholds"),
    path("seuils-explication/<str:code>/", threshold_views.threshold, name="gap-threshold"),
    path("<str:code>/", views.indicator, name="indicator"),
    path("<str:code>/serie.svg", views.series_svg, name="indicator-series"),
    path("<str:code>/distribution.svg", views.distribution_svg, name="indicator-distribution"),
    path("<str:code>/dispersion.svg", views.spread_svg, name="indicator-spread"),
    path("<str:code>/carte.svg", views.map_svg, name="indicator-map"),
    path("<str:code>/tableaux.xlsx", views.sheet_xlsx, name="indicator-xlsx"),
    path("<str:code>/serie.csv", views.series_csv, name="indicator-series-csv"),
    path("<str:code>/caisses.csv", views.caisses_csv, name="indicator-caisses-csv"),
    path("<str:code>/figure/", lineage_views.figure, name="figure"),
    path("<str:code>/revisions/", views.revisions, name="indicator-revisions"),
    path("<str:code>/revisions/tableau.<str:kind>", views.revisions_file, name="indicator-revisions-file"),
    path("<str:code>/definitions/", definition_views.versions, name="indicator-definitions"),
    path("<str:code>/definitions/nouvelle/", definition_views.adopt, name="indicator-adopt"),
    path("<str:code>/definitions/<int:number>/retirer/", definition_views.withdraw, name="indicator-withdraw"),
]
