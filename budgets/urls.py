from django.urls import path

from budgets import views

urlpatterns = [
    path("", views.budgets, name="budgets"),
    path("<slug:code>/", views.budget, name="budget"),
]
