from django.urls import path

from events import views

app_name = "events"
urlpatterns = [
    path("", views.index, name="index"),
    path("series/<slug:slug>/", views.series, name="series"),
    path("invitations/<str:token>/", views.invitation, name="invitation"),
    path("<slug:slug>/", views.event, name="event"),
    path("<slug:slug>/participants/", views.participants, name="participants"),
    path("<slug:slug>/sessions/<int:pk>/", views.session, name="session"),
    path("<slug:slug>/registration/", views.registration, name="registration"),
]
