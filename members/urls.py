from django.urls import path

from members.views import address, applications, cities, confirm, consents, join, sessions, sign_on, status

app_name = "members"
urlpatterns = [
    # cities
    path("cities/", cities.cities, name="cities"),
    path("cities/<slug:slug>/", cities.city, name="city"),
    # becoming a Strong City
    path("join/", join.start, name="join"),
    path("join/check/", join.check, name="join_check"),
    path("join/send/", join.send, name="join_send"),
    path("join/sent/", join.sent, name="join_sent"),
    path("join/discard/", join.discard, name="join_discard"),
    path("join/confirm/<str:token>/", confirm.confirm, name="join_confirm"),
    path("join/confirm/<str:token>/again/", confirm.again, name="join_again"),
    path("join/status/", status.status, name="join_status"),
    path("join/status/<int:pk>/answer/", status.answer, name="join_answer"),
    path("join/status/<int:pk>/withdraw/", status.withdraw, name="join_withdraw"),
    path("join/city/choose/", join.choose, name="join_choose"),
    path("join/<path:path>/save/", join.save, name="join_save"),
    path("join/<path:path>/", join.page, name="join_page"),
    # what an official agreed to
    path("members/consents/", consents.consents, name="consents"),
    # one's account, beside what allauth has of it (strongcities/urls.py)
    path("account/email/", address.address, name="address"),
    path("account/email/withdraw/", address.withdraw, name="address_withdraw"),
    path("account/email/confirm/<str:token>/", address.confirm, name="address_confirm"),
    path("account/email/stop/<str:token>/", address.stop, name="address_stop"),
    path("account/sessions/", sessions.sessions, name="sessions"),
    path("account/sessions/end/", sessions.sessions_end, name="sessions_end"),
    path("account/sessions/<str:handle>/end/", sessions.session_end, name="session_end"),
    path("account/city/", sign_on.sign_on, name="sign_on"),
    path("account/city/<slug:slug>/", sign_on.sign_on_callback, name="sign_on_callback"),
    # a colleague's application
    path("members/applications/<int:pk>/", applications.application, name="application"),
    path("members/applications/<int:pk>/approve/", applications.approve, name="application_approve"),
    path("members/applications/<int:pk>/ask/", applications.ask, name="application_ask"),
    path("members/applications/<int:pk>/decline/", applications.decline, name="application_decline"),
]
