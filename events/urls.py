from django.urls import path

from events import views

app_name = "events"
urlpatterns = [
    path("", views.index, name="index"),
    path("series/<slug:slug>/", views.series, name="series"),
    # by month, for calendar programs, for readers of feeds
    path("month/", views.this_month, name="this_month"),
    path("month/<str:month>/", views.month, name="month"),
    path("calendar.ics", views.calendar, name="calendar"),
    path("calendar/<str:token>.ics", views.own_calendar, name="own_calendar"),
    path("feed/", views.feed, name="feed"),
    # one's own
    path("mine/", views.mine, name="mine"),
    path("mine/calendar/", views.calendar_address, name="calendar_address"),
    path("mine/calendar/renew/", views.calendar_address_renew, name="calendar_address_renew"),
    # behind a mailed link
    path("invitations/<str:token>/", views.invitation, name="invitation"),
    path("invitations/<str:token>/accept/", views.invitation_accept, name="invitation_accept"),
    path("invitations/<str:token>/decline/", views.invitation_decline, name="invitation_decline"),
    # an event
    path("<slug:slug>/", views.event, name="event"),
    path("<slug:slug>.ics", views.ics, name="ics"),
    path("<slug:slug>/participants/", views.participants, name="participants"),
    path("<slug:slug>/speaking/", views.speaker_choose, name="speaker_choose"),
    # registering for it
    path("<slug:slug>/register/", views.register, name="register"),
    path("<slug:slug>/register/link/", views.ask, name="ask"),
    path("<slug:slug>/register/group/", views.register_group, name="register_group"),
    path("<slug:slug>/register/group/<int:pk>/accept/", views.group_accept, name="group_accept"),
    path("<slug:slug>/register/group/<int:pk>/decline/", views.group_decline, name="group_decline"),
    # one's registration
    path("<slug:slug>/registration/", views.registration, name="registration"),
    path("<slug:slug>/registration/change/", views.change, name="change"),
    path("<slug:slug>/registration/withdraw/", views.withdraw, name="withdraw"),
    path("<slug:slug>/registration/accept/", views.accept, name="accept"),
    path("<slug:slug>/registration/decline/", views.decline, name="decline"),
    path("<slug:slug>/registration/apart/", views.apart, name="apart"),
    path("<slug:slug>/registration/letter.pdf", views.letter, name="letter"),
    # what follows a seat
    path("<slug:slug>/registration/follow-up/", views.follow_up, name="follow_up"),
    path("<slug:slug>/registration/follow-up/travel/", views.travel_ask, name="travel_ask"),
    path("<slug:slug>/registration/follow-up/travel/withdraw/", views.travel_withdraw, name="travel_withdraw"),
    path("<slug:slug>/registration/follow-up/letter/", views.letter_ask, name="letter_ask"),
    path("<slug:slug>/registration/follow-up/letter/withdraw/", views.letter_withdraw, name="letter_withdraw"),
    path("<slug:slug>/registration/follow-up/interpretation/", views.interpretation_choose, name="interpretation_choose"),
    path("<slug:slug>/registration/follow-up/answers/", views.follow_up_answer, name="follow_up_answer"),
    # its sessions, and seats in them
    path("<slug:slug>/sessions/<int:pk>/", views.session, name="session"),
    path("<slug:slug>/sessions/<int:pk>/book/", views.session_book, name="session_book"),
    path("<slug:slug>/sessions/<int:pk>/book/accept/", views.session_accept, name="session_accept"),
    path("<slug:slug>/sessions/<int:pk>/book/decline/", views.session_decline, name="session_decline"),
    path("<slug:slug>/sessions/<int:pk>/book/give-back/", views.session_give_back, name="session_give_back"),
]
