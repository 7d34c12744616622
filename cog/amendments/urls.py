from django.urls import path

from cog.amendments import views

urlpatterns = [
    path("", views.listed, name="amendments"),
    path("tableau.<str:kind>", views.listed_file, name="amendments-file"),
    path("nouveau/", views.new, name="amendment-new"),
    path("<int:number>/", views.amendment, name="amendment"),
    path("<int:number>/tableau.<str:kind>", views.amendment_file, name="amendment-file"),
    path("<int:number>/acte", views.signed_file, name="amendment-signed"),
    path("<int:number>/modifier/", views.revise, name="amendment-revise"),
    path("<int:number>/modifier/<slug:kind>/", views.change, name="amendment-change"),
    path("<int:number>/approuver/", views.approve, name="amendment-approve"),
    path("<int:number>/retirer/", views.take_back, name="amendment-take-back"),
]
