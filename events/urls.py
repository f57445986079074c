from django.urls import path

from events import views

app_name = "events"
urlpatterns = [
    path("series/<slug:slug>/", views.series, name="series"),
    path("invitations/<str:token>/", views.invitation, name="invitation"),
    path("<slug:slug>/", views.event, name="event"),
    path("<slug:slug>/registration/", views.registration, name="registration"),
    path("<slug:slug>/registration/letter.pdf", views.letter, name="letter"),
    path("<slug:slug>/registration/follow-up/", views.follow_up, name="follow_up"),
    path("<slug:slug>/registration/follow-up/travel/", views.travel_ask, name="travel_ask"),
    path("<slug:slug>/registration/follow-up/travel/withdraw/", views.travel_withdraw, name="travel_withdraw"),
    path("<slug:slug>/registration/follow-up/letter/", views.letter_ask, name="letter_ask"),
    path("<slug:slug>/registration/follow-up/letter/withdraw/", views.letter_withdraw, name="letter_withdraw"),
    path("<slug:slug>/registration/follow-up/interpretation/", views.interpretation_choose, name="interpretation_choose"),
]
