"""Every view of the house's own: who may open it and by which methods. A new one is added to the table, or the first test fails."""

import pytest
from django.urls import NoReverseMatch, URLResolver, get_resolver, reverse

from members.models import User
from tests import cast

pytestmark = pytest.mark.django_db

READ, FORM, ACT = "GET HEAD", "GET HEAD POST", "POST"
VIEWS = {
    "pages:home": ("public", READ), "pages:about": ("public", READ), "pages:contact": ("public", READ),
    "pages:privacy": ("public", READ), "pages:accessibility": ("public", READ), "pages:styleguide": ("public", READ),
    "pages:desk": ("signed in", READ),
    "members:cities": ("public", READ), "members:city": ("public", READ),
    "members:governance": ("public", READ), "members:body": ("public", READ),
    "members:city_edit": ("signed in", FORM), "members:city_preview": ("signed in", ACT),
    "members:join": ("public", READ), "members:join_page": ("public", FORM), "members:join_choose": ("public", FORM),
    "members:join_save": ("public", ACT), "members:join_check": ("public", READ), "members:join_send": ("public", ACT),
    "members:join_sent": ("public", READ), "members:join_discard": ("public", ACT), "members:join_confirm": ("public", FORM),
    "members:join_again": ("public", ACT), "members:join_change": ("public", ACT),
    "members:join_status": ("public", READ), "members:join_answer": ("signed in", ACT),
    "members:join_withdraw": ("signed in", FORM), "members:consents": ("signed in", FORM),
    "members:address": ("signed in", FORM), "members:address_withdraw": ("signed in", ACT), "members:address_confirm": ("public", FORM),
    "members:address_stop": ("public", ACT), "members:sessions": ("signed in", READ), "members:sessions_end": ("signed in", ACT),
    "members:session_end": ("signed in", ACT), "members:sign_on": ("public", FORM), "members:sign_on_callback": ("public", READ),
    "members:application": ("signed in", READ), "members:application_approve": ("signed in", ACT),
    "members:application_ask": ("signed in", ACT), "members:application_decline": ("signed in", ACT),
    "members:join_vouch": ("signed in", ACT), "members:posts": ("signed in", READ), "members:post_leave": ("signed in", FORM),
    "members:leave": ("signed in", FORM), "members:colleagues": ("signed in", READ), "members:city_invite": ("signed in", ACT),
    "members:domain_confirm": ("signed in", ACT), "members:domain_end": ("signed in", ACT), "members:city_leave": ("signed in", FORM),
    "members:city_leave_confirm": ("signed in", ACT), "members:post_end": ("signed in", FORM),
    "members:post_appoint": ("signed in", FORM), "members:post_hand_over": ("signed in", FORM), "members:post_revet": ("signed in", ACT),
    "members:invitation": ("public", FORM), "members:invitation_renew": ("signed in", ACT),
    "members:invitation_withdraw": ("signed in", ACT), "members:vouch": ("signed in", READ), "members:vouch_give": ("signed in", ACT),
    "members:vouch_decline": ("signed in", ACT),
    "members:people": ("public", READ), "members:person": ("public", READ), "members:person_write": ("signed in", FORM),
    "members:person_report": ("signed in", FORM), "members:city_report": ("signed in", FORM), "members:contacts": ("signed in", READ),
    "members:contact": ("signed in", READ), "members:contact_report": ("signed in", FORM),
    **{f"members:contact_{verb}": ("signed in", ACT) for verb in ("answer", "reply", "ignore", "close")},
    "hub:search": ("public", READ), "hub:practices_json": ("public", READ), "hub:practice": ("public", READ),
    "hub:feed": ("public", READ), "hub:export_csv": ("public", READ), "hub:alert_stop": ("public", FORM),
    "hub:saved": ("signed in", READ), "hub:saved_new": ("signed in", FORM), "hub:saved_change": ("signed in", FORM),
    "hub:saved_stop": ("signed in", ACT), "hub:saved_mend": ("signed in", ACT), "hub:saved_delete": ("signed in", FORM),
    "hub:suggest": ("public", READ),
    "events:calendar": ("public", READ), "events:own_calendar": ("public", READ), "events:ics": ("public", READ),
    "events:feed": ("public", READ), "events:month": ("public", READ), "events:this_month": ("public", READ),
    "events:calendar_address": ("signed in", READ), "events:calendar_address_renew": ("signed in", ACT),
    "events:follow_up": ("signed in", READ), "events:letter": ("signed in", READ),
    **{
        f"events:{name}": ("signed in", ACT)
        for name in (
            "follow_up_answer", "interpretation_choose", "letter_ask", "letter_withdraw", "travel_ask", "travel_withdraw",
        )
    },
    "admin:events_travelrequest_change": ("staff", READ), "admin:events_visaletter_change": ("staff", READ),
    "admin:events_visaletter_letter": ("staff", READ),
    **{f"admin:events_travelrequest_{verb}": ("staff", ACT) for verb in ("grant", "decline")},
    **{f"admin:events_visaletter_{verb}": ("staff", ACT) for verb in ("issue", "decline")},
    "events:index": ("public", READ), "events:participants": ("public", READ), "events:session": ("public", READ),
    "events:event": ("public", READ), "events:series": ("public", READ), "events:mine": ("signed in", READ),
    "events:invitation": ("public", READ), "events:invitation_accept": ("public", ACT), "events:invitation_decline": ("public", ACT),
    "events:register": ("public", FORM), "events:ask": ("public", FORM), "events:register_group": ("signed in", FORM),
    "events:group_accept": ("signed in", ACT), "events:group_decline": ("signed in", ACT),
    "events:registration": ("signed in", READ), "events:change": ("signed in", FORM), "events:withdraw": ("signed in", FORM),
    **{f"events:{verb}": ("signed in", ACT) for verb in ("accept", "decline", "apart")},
    **{f"events:session_{verb}": ("signed in", ACT) for verb in ("book", "accept", "decline", "give_back")},
    "events:speaker_choose": ("signed in", FORM),
    "demo:outbox": ("public", READ), "demo:mail": ("public", READ),
    "admin:members_application_change": ("staff", READ),
    "admin:jobs": ("staff", READ), "admin:job_again": ("staff", ACT), "admin:job_let_go": ("staff", ACT),
    **{f"admin:members_application_{verb}": ("staff", ACT) for verb in ("review", "approve", "ask", "decline", "match", "note")},
    "admin:members_merge_add": ("staff", FORM), "admin:members_merge_change": ("staff", READ), "admin:members_merge_undo": ("staff", ACT),
    "admin:members_application_figures": ("staff", READ), "admin:members_application_together": ("staff", ACT),
    "admin:members_import_add": ("staff", FORM), "admin:members_import_change": ("staff", READ),
    "admin:members_import_write": ("staff", ACT), "admin:members_import_discard": ("staff", ACT),
    "admin:members_import_replace": ("staff", ACT), "admin:members_import_bad": ("staff", READ),
    "admin:members_official_file": ("staff", READ), "admin:members_application_file": ("staff", READ),
    "admin:members_import_form": ("staff", READ), "admin:members_city_file": ("staff", READ), "admin:members_post_file": ("staff", READ),
    "admin:members_citychange_change": ("staff", READ),
    "admin:members_addresschange_change": ("staff", READ), "admin:members_addresschange_vouch": ("staff", ACT),
    "admin:members_signon_open": ("staff", ACT), "admin:members_signon_close": ("staff", ACT),
    **{f"admin:members_report_{verb}": ("staff", ACT) for verb in ("dismiss", "settle", "warn", "bar", "lift")},
    **{f"admin:members_citychange_{verb}": ("staff", ACT) for verb in ("look", "take_back")},
    **{f"admin:hub_practice_{verb}": ("staff", ACT) for verb in ("submit", "review", "publish", "ask_changes", "archive", "restore")},
    "admin:hub_synonymgroup_file": ("staff", READ), "admin:hub_synonymgroup_bring": ("staff", FORM),
    "admin:hub_question_figures": ("staff", READ), "admin:hub_question_file": ("staff", READ),
    **{f"admin:events_event_{verb}": ("staff", FORM) for verb in ("announce", "postpone", "resume", "move_days", "copy", "cancel")},
    **{f"admin:events_event_{verb}": ("staff", FORM) for verb in ("register", "invite", "remind")},
    **{f"admin:events_event_{page}": ("staff", READ) for page in ("seats", "door", "line", "needs", "questions")},
    "admin:events_event_participants": ("staff", READ), "admin:events_event_needs_file": ("staff", READ),
    **{f"admin:events_event_{verb}": ("staff", ACT) for verb in ("seats_total", "seats_city", "let_in", "let_out", "apart")},
    "admin:events_registration_change": ("staff", READ),
    **{f"admin:events_registration_{verb}": ("staff", ACT) for verb in ("approve", "refuse", "check_in", "check_out", "cancel")},
    **{f"admin:events_registration_{verb}_together": ("staff", ACT) for verb in ("approve", "refuse", "cancel")},
    **{f"admin:events_question_{verb}": ("staff", ACT) for verb in ("up", "down", "retire", "again")},
    "admin:events_session_call_off": ("staff", FORM), "admin:events_eventinvitation_withdraw": ("staff", ACT),
}  # fmt: skip
ARGUMENTS = {
    "slug": "nothing",
    "body": "steering-committee",
    "pk": 1,
    "path": "city",
    "step": "city",
    "token": "nothing",
    "handle": "nothing",
    "key": "2d0cd6cf-0f6c-4d63-9b4c-9b1b0f1f0f0f",
    "object_id": "1",
    "kind": "cities",
    "suffix": "csv",
    "part": "weeks",
    "month": "2026-11",
}


def address(name):
    namespace, _colon, bare = name.partition(":")
    _prefix, resolver = get_resolver().namespace_dict[namespace]
    wanted = resolver.reverse_dict.getlist(bare)[0][0][0][1]
    return reverse(name, kwargs={argument: ARGUMENTS[argument] for argument in wanted})


def test_the_table_names_every_view():
    for namespace, (_prefix, resolver) in get_resolver().namespace_dict.items():
        if namespace == "admin":  # Django's own; the test below takes the house's verbs there from the table
            continue
        here = {f"{namespace}:{name}" for name in resolver.reverse_dict if isinstance(name, str)}
        assert here == {name for name in VIEWS if name.startswith(f"{namespace}:")}


@pytest.mark.parametrize("name", VIEWS)
def test_wrong_methods_are_refused(client, name):
    root = cast.make_staff("root", is_superuser=True)
    allowed = VIEWS[name][1].split()
    for method in ("GET", "HEAD", "POST", "PUT", "PATCH", "DELETE"):
        client.force_login(User.objects.get(pk=root.pk))  # anew: who leaves the network is signed out
        status = client.generic(method, address(name)).status_code
        assert (status == 405) is (method not in allowed), (method, status)


@pytest.mark.parametrize("name", [name for name, (access, _methods) in VIEWS.items() if access != "public"])
def test_strangers_are_led_to_the_door_and_officials_no_further_than_theirs(client, name):
    access, methods = VIEWS[name]
    for method in methods.split():
        assert client.generic(method, address(name)).headers["Location"].startswith(("/account/login/", "/admin/login/"))
        if access == "staff":
            client.force_login(cast.make_person("lene"))
            assert client.generic(method, address(name)).headers["Location"].startswith("/admin/login/")
            client.logout()


def names(resolver, within=""):
    """The name of every URL, with its namespace."""
    for entry in resolver.url_patterns:
        if isinstance(entry, URLResolver):
            yield from names(entry, f"{within}{entry.namespace}:" if entry.namespace else within)
        elif entry.name:
            yield within + entry.name


def addresses_without_arguments():
    for name in sorted(set(names(get_resolver()))):
        try:
            yield reverse(name)
        except NoReverseMatch:
            continue


@pytest.mark.parametrize("who", ["a visitor", "staff"])
def test_to_ask_for_the_head_is_answered_as_the_whole(client, who):
    """By libraries' pages too: whatever watches a site, or prefetches, asks so."""
    if who == "staff":
        client.force_login(cast.make_staff("root", is_superuser=True))
    asked = list(addresses_without_arguments())
    assert {"/", "/join/", "/hub/", "/account/login/", "/admin/", "/healthz"} <= set(asked)
    answers = {address: (client.get(address).status_code, client.head(address).status_code) for address in asked}
    assert {address: both for address, both in answers.items() if both[0] != both[1]} == {}
