from django.urls import path

from events import views

app_name = "events"
urlpatterns = [
    path("series/<slug:slug>/", views.series, name="series"),
    path("mine/", views.mine, name="mine"),
    path("invitations/<str:token>/", views.invitation, name="invitation"),
    path("invitations/<str:token>/accept/", views.invitation_accept, name="invitation_accept"),
    path("invitations/<str:token>/decline/", views.invitation_decline, name="invitation_decline"),
    path("<slug:slug>/", views.event, name="event"),
    path("<slug:slug>/register/", views.register, name="register"),
    path("<slug:slug>/register/link/", views.ask, name="ask"),
    path("<slug:slug>/register/group/", views.register_group, name="register_group"),
    path("<slug:slug>/register/group/<int:pk>/accept/", views.group_accept, name="group_accept"),
    path("<slug:slug>/register/group/<int:pk>/decline/", views.group_decline, name="group_decline"),
    path("<slug:slug>/registration/", views.registration, name="registration"),
    path("<slug:slug>/registration/letter.pdf", views.letter, name="letter"),
    path("<slug:slug>/registration/follow-up/", views.follow_up, name="follow_up"),
    path("<slug:slug>/registration/follow-up/travel/", views.travel_ask, name="travel_ask"),
    path("<slug:slug>/registration/follow-up/travel/withdraw/", views.travel_withdraw, name="travel_withdraw"),
    path("<slug:slug>/registration/follow-up/letter/", views.letter_ask, name="letter_ask"),
    path("<slug:slug>/registration/follow-up/letter/withdraw/", views.letter_withdraw, name="letter_withdraw"),
    path("<slug:slug>/registration/follow-up/interpretation/", views.interpretation_choose, name="interpretation_choose"),
    path("<slug:slug>/registration/follow-up/answers/", views.follow_up_answer, name="follow_up_answer"),
    path("<slug:slug>/registration/change/", views.change, name="change"),
    path("<slug:slug>/registration/withdraw/", views.withdraw, name="withdraw"),
    path("<slug:slug>/registration/accept/", views.accept, name="accept"),
    path("<slug:slug>/registration/decline/", views.decline, name="decline"),
    path("<slug:slug>/registration/apart/", views.apart, name="apart"),
    path("<slug:slug>/sessions/<int:pk>/book/", views.session_book, name="session_book"),
    path("<slug:slug>/sessions/<int:pk>/book/accept/", views.session_accept, name="session_accept"),
    path("<slug:slug>/sessions/<int:pk>/book/decline/", views.session_decline, name="session_decline"),
    path("<slug:slug>/sessions/<int:pk>/book/give-back/", views.session_give_back, name="session_give_back"),
    path("<slug:slug>/speaking/", views.speaker_choose, name="speaker_choose"),
]
