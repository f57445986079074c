from django.urls import path

from events import views

app_name = "events"
urlpatterns = [
    # for calendar programs and readers of feeds; by month
    path("calendar.ics", views.calendar, name="calendar"),
    path("calendar/<str:token>.ics", views.own_calendar, name="own_calendar"),
    path("mine/calendar/", views.calendar_address, name="calendar_address"),
    path("mine/calendar/renew/", views.calendar_address_renew, name="calendar_address_renew"),
    path("feed/", views.feed, name="feed"),
    path("month/", views.this_month, name="this_month"),
    path("month/<str:month>/", views.month, name="month"),
    path("<slug:slug>.ics", views.ics, name="ics"),
    path("series/<slug:slug>/", views.series, name="series"),
    path("invitations/<str:token>/", views.invitation, name="invitation"),
    path("<slug:slug>/", views.event, name="event"),
    path("<slug:slug>/registration/", views.registration, name="registration"),
]
