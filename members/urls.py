from django.urls import path

from members.views import (
    address, applications, cities, colleagues, confirm, consents, editing, invitations, join, people, posts, relay, reports, sessions,
    sign_on, status, vouches,
)  # fmt: skip

app_name = "members"
urlpatterns = [
    # cities
    path("cities/", cities.cities, name="cities"),
    path("cities/<slug:slug>/", cities.city, name="city"),
    path("cities/<slug:slug>/edit/", editing.edit, name="city_edit"),
    path("cities/<slug:slug>/edit/preview/", editing.preview, name="city_preview"),
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
    path("join/status/<int:pk>/vouch/", vouches.ask, name="join_vouch"),
    path("join/status/<int:pk>/withdraw/", status.withdraw, name="join_withdraw"),
    path("join/city/choose/", join.choose, name="join_choose"),
    path("join/<path:path>/save/", join.save, name="join_save"),
    path("join/<path:path>/", join.page, name="join_page"),
    # what an official agreed to
    path("members/consents/", consents.consents, name="consents"),
    # what I am and was; leaving
    path("members/posts/", posts.posts, name="posts"),
    path("members/posts/<int:pk>/leave/", posts.leave, name="post_leave"),
    path("members/leave/", posts.leave_network, name="leave"),
    # a city's people, for its lead officials
    path("members/cities/<slug:slug>/colleagues/", colleagues.colleagues, name="colleagues"),
    path("members/cities/<slug:slug>/invite/", invitations.invite, name="city_invite"),
    path("members/cities/<slug:slug>/domains/confirm/", colleagues.confirm_domain, name="domain_confirm"),
    path("members/cities/<slug:slug>/leave/", posts.leave_city, name="city_leave"),
    path("members/cities/<slug:slug>/leave/confirm/", posts.leave_city_confirm, name="city_leave_confirm"),
    path("members/domains/<int:pk>/end/", colleagues.end_domain, name="domain_end"),
    path("members/posts/<int:pk>/end/", posts.end, name="post_end"),
    path("members/posts/<int:pk>/appoint/", posts.appoint, name="post_appoint"),
    path("members/posts/<int:pk>/hand-over/", posts.hand_over, name="post_hand_over"),
    path("members/posts/<int:pk>/revet/", posts.revet, name="post_revet"),
    # an invitation
    path("members/invitations/<str:token>/", invitations.invitation, name="invitation"),
    path("members/invitations/<int:pk>/renew/", invitations.renew, name="invitation_renew"),
    path("members/invitations/<int:pk>/withdraw/", invitations.withdraw, name="invitation_withdraw"),
    # a colleague asks to be vouched for
    path("members/vouches/<int:pk>/", vouches.vouch, name="vouch"),
    path("members/vouches/<int:pk>/vouch/", vouches.give, name="vouch_give"),
    path("members/vouches/<int:pk>/decline/", vouches.decline, name="vouch_decline"),
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
