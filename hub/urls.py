from django.urls import path

from hub import views

app_name = "hub"
urlpatterns = [
    path("", views.search, name="search"),
    path("suggest/", views.suggest, name="suggest"),
    path("practices.json", views.practices_json, name="practices_json"),
    path("practices/<slug:slug>/", views.practice, name="practice"),
]
