from django.urls import path

from members.views import applications, cities, confirm, consents, join, people, relay, reports, status

app_name = "members"
urlpatterns = [
    # cities
    path("cities/", cities.cities, name="cities"),
    path("cities/<slug:slug>/", cities.city, name="city"),
    path("cities/<slug:slug>/report/", reports.city, name="city_report"),
    # people
    path("people/", people.people, name="people"),
    path("people/<uuid:key>/", people.person, name="person"),
    path("people/<uuid:key>/write/", relay.write, name="person_write"),
    path("people/<uuid:key>/report/", reports.person, name="person_report"),
    path("members/contacts/", relay.contacts, name="contacts"),
    path("members/contacts/<uuid:key>/", relay.contact, name="contact"),
    path("members/contacts/<uuid:key>/answer/", relay.answer, name="contact_answer"),
    path("members/contacts/<uuid:key>/reply/", relay.reply, name="contact_reply"),
    path("members/contacts/<uuid:key>/ignore/", relay.ignore, name="contact_ignore"),
    path("members/contacts/<uuid:key>/close/", relay.close, name="contact_close"),
    path("members/contacts/<uuid:key>/report/", reports.contact, name="contact_report"),
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
    # a colleague's application
    path("members/applications/<int:pk>/", applications.application, name="application"),
    path("members/applications/<int:pk>/approve/", applications.approve, name="application_approve"),
    path("members/applications/<int:pk>/ask/", applications.ask, name="application_ask"),
    path("members/applications/<int:pk>/decline/", applications.decline, name="application_decline"),
]
