from django.urls import path

from hub import views

app_name = "hub"
urlpatterns = [
    path("", views.search, name="search"),
    path("suggest/", views.suggest, name="suggest"),
    # the same search for programs and spreadsheets
    path("practices.json", views.practices_json, name="practices_json"),
    path("feed/", views.feed, name="feed"),
    path("export.csv", views.export_csv, name="export_csv"),
    # searches that a person keeps
    path("saved/", views.saved, name="saved"),
    path("saved/new/", views.saved_new, name="saved_new"),
    path("saved/<int:pk>/", views.saved_change, name="saved_change"),
    path("saved/<int:pk>/stop/", views.saved_stop, name="saved_stop"),
    path("saved/<int:pk>/mend/", views.saved_mend, name="saved_mend"),
    path("saved/<int:pk>/delete/", views.saved_delete, name="saved_delete"),
    path("alerts/<str:token>/", views.alert_stop, name="alert_stop"),
    path("practices/<slug:slug>/", views.practice, name="practice"),
]
