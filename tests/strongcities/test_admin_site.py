"""The staff's rooms as a whole: which there are, and that their pages can be read by everyone."""

import re
from typing import Any

import pytest
from allauth.account.models import EmailAddress
from allauth.mfa.models import Authenticator
from django.contrib import admin
from django.contrib.auth.models import Group, Permission
from django.forms import EmailField
from django.urls import reverse
from django.utils.html import conditional_escape
from post_office.models import Email

from members.models import Membership, User
from strongcities import mail, rooms, sealed
from tests import cast

pytestmark = pytest.mark.django_db


@pytest.fixture
def root():
    return User.objects.create_superuser("root@isd.example", "a long password", name="Root")


def test_only_what_staff_need_is_there():
    assert {model._meta.label for model in admin.site._registry} == {
        "auth.Group", "events.Event", "events.EventInvitation", "events.Paper", "events.Photo", "events.Question",
        "events.Registration", "events.Series", "events.Session", "events.TravelRequest", "events.VisaLetter", "hub.Practice",
        "hub.Promotion", "hub.Question", "hub.SynonymGroup", "hub.ThemeOrder",
        "members.AddressChange", "members.Application", "members.Body", "members.City", "members.CityChange",
        "members.CityDomain", "members.Export", "members.Import",
        "members.Invitation", "members.Merge", "members.Official", "members.Post", "members.Reason", "members.Report",
        "members.SignOn", "members.User", "members.Vacancy", "mfa.Authenticator", "post_office.Email", "socialaccount.SocialAccount",
    }  # fmt: skip


def test_every_record_stands_in_a_group_with_a_sentence(client, root):
    said = {label: says for _place, _name, records in rooms.ROOMS for label, says in records.items()}
    assert set(said) == {model._meta.label for model in admin.site._registry}
    assert len({str(says) for says in said.values()}) == len(said)
    client.force_login(root)
    page = client.get("/admin/")
    assert [group["app_label"] for group in page.context["app_list"]] == [place for place, _name, _records in rooms.ROOMS]
    for says in said.values():
        assert conditional_escape(says) in page.content.decode(), says


def test_a_list_begins_with_what_is_in_it(client, root):
    client.force_login(root)
    for model in admin.site._registry:
        page = client.get(reverse(f"admin:{model._meta.app_label}_{model._meta.model_name}_changelist")).content.decode()
        says = next(records[model._meta.label] for _place, _name, records in rooms.ROOMS if model._meta.label in records)
        assert f'<p class="says">{conditional_escape(says)}</p>' in page, model


def test_a_record_that_nobody_placed_stands_under_other(rf):
    found = rooms.grouped({"members.City": {"name": "Cities"}, "new.Thing": {"name": "Things"}}, "/admin/")
    assert [(group["app_url"], [record["label"] for record in group["models"]]) for group in found] == [
        ("/admin/#cities", ["members.City"]),
        ("/admin/#other", ["new.Thing"]),
    ]


def test_a_list_with_nothing_in_it_says_so(client, root):
    client.force_login(root)
    address = reverse("admin:members_city_changelist")
    assert "Nothing here at the moment." in client.get(address).content.decode()
    cast.make_city("Lund")
    assert "Nothing here at the moment." not in client.get(address).content.decode()
    page = client.get(address, {"q": "nowhere"}).content.decode()
    assert 'Nothing fits. <a href="?">Start again</a>' in page


def test_mails_are_read_and_not_changed(client, root):
    mail.send("members/confirm", to="nadia@lund.example", context={"token": "abc", "days": 14}, language="en")
    sent = Email.objects.get()
    client.force_login(root)
    assert "nadia@lund.example" in client.get("/admin/post_office/email/").content.decode()
    address = f"/admin/post_office/email/{sent.pk}/change/"
    assert "Open your application" in client.get(address).content.decode()
    assert client.post(address, {"subject": "Other"}).status_code == 403
    assert client.get("/admin/post_office/email/add/").status_code == 403
    assert client.post(f"/admin/post_office/email/{sent.pk}/delete/", {"post": "yes"}).status_code == 403


def test_a_mail_is_read_without_what_opens_an_account(client, root):
    mail.send(
        "members/confirm", to="nadia@lund.example", context={"token": "a-token_that:OpensAnAccount0123456789", "days": 3}, language="en"
    )
    sent = Email.objects.get()
    assert "OpensAnAccount" in sent.message
    client.force_login(root)
    page = client.get(f"/admin/post_office/email/{sent.pk}/change/").content.decode()
    assert "/join/confirm/[token]/" in page
    assert "OpensAnAccount" not in page


def test_an_address_is_changed_by_its_owner_alone(client, root):
    """A superuser too could otherwise take an account over: by its address, or by the row that confirms one."""
    nadia = cast.make_person("nadia")
    client.force_login(root)
    address = reverse("admin:members_user_change", args=[nadia.pk])
    form = {"email": "root@isd.example.org", "name": "Nadia N.", "language": "en", "is_active": "on"}
    assert client.post(address, form).status_code == 302
    nadia.refresh_from_db()
    assert (nadia.name, nadia.email) == ("Nadia N.", "nadia@gent.be")
    theirs = EmailAddress.objects.get(user=nadia)
    assert theirs.email == "nadia@gent.be"
    assert client.get("/admin/account/emailaddress/").status_code == 404
    assert client.post(f"/admin/account/emailaddress/{theirs.pk}/change/", {"email": "root@isd.example.org"}).status_code == 404


def test_no_form_of_the_admin_takes_a_mail_address(rf, root):
    request = rf.get("/admin/")
    request.user = root
    rooms = list(admin.site._registry.values())
    forms = [room.get_form(request) for room in rooms]
    forms += [formset.form for room in rooms for formset, _inline in room.get_formsets_with_inlines(request)]
    fields = {f"{form._meta.model.__name__}.{name}": field for form in forms for name, field in form.base_fields.items()}
    assert {"User.name", "City.website", "Membership.joined"} <= set(fields), "the forms are seen"
    assert {name for name, field in fields.items() if isinstance(field, EmailField) or "email" in name.lower()} == set()


def test_a_second_factor_is_seen_without_its_secret_and_can_be_taken_away(client, root):
    theirs = Authenticator.objects.create(user=root, type=Authenticator.Type.TOTP, data={"secret": sealed.seal("JBSWY3DP")})
    client.force_login(root)
    address = f"/admin/mfa/authenticator/{theirs.pk}/"
    page = client.get(f"{address}change/").content.decode()
    assert "root@isd.example" in page or "Root" in page
    assert "JBSWY3DP" not in page
    assert client.post(f"{address}change/", {"data": "{}"}).status_code == 403
    assert client.get("/admin/mfa/authenticator/add/").status_code == 403
    assert client.post(f"{address}delete/", {"post": "yes"}).status_code == 302
    assert not Authenticator.objects.exists()


def test_a_group_is_given_only_what_the_house_has(client, root):
    client.force_login(root)
    page = client.get(reverse("admin:auth_group_add")).content.decode()
    assert "Can change practice" in page or "Can change Practice" in page
    assert "procrastinate" not in page.lower()
    offered = re.findall(r'name="permissions" value="(\d+)"', page)
    assert offered
    client.post(reverse("admin:auth_group_add"), {"name": "Readers", "permissions": offered[:1]})
    assert Group.objects.get(name="Readers").permissions.count() == 1


def test_what_the_form_of_a_group_does_not_show_stays(client, root):
    kept = Permission.objects.get(codename="view_email", content_type__app_label="post_office")
    old, new = (Permission.objects.get(codename=f"{verb}_practice") for verb in ("view", "change"))
    group = Group.objects.create(name="Helpers")
    group.permissions.set([kept, old])
    client.force_login(root)
    address = reverse("admin:auth_group_change", args=[group.pk])
    assert f'value="{kept.pk}"' not in client.get(address).content.decode()
    assert client.post(address, {"name": "Helpers", "permissions": [new.pk]}).status_code == 302
    assert set(group.permissions.all()) == {kept, new}
    assert client.post(address, {"name": "Helpers"}).status_code == 302
    assert set(group.permissions.all()) == {kept}
    client.post(address, {"name": "Helpers", "permissions": [kept.pk]})  # what isn't offered isn't given either
    other = Permission.objects.get(codename="delete_email", content_type__app_label="post_office")
    client.post(address, {"name": "Helpers", "permissions": [other.pk]})
    assert set(group.permissions.all()) == {kept}


def test_rows_below_a_record_have_words_in_every_header(client, root):
    """Django's table of inlines has headers without words, and fields without labels."""
    city = cast.make_city("Lund")
    Membership.objects.create(city=city, joined="2016-01-01")
    client.force_login(root)
    page = client.get(reverse("admin:members_city_change", args=[city.pk])).content.decode()
    assert "memberships-0-joined" in page
    assert 'for="id_memberships-0-joined"' in page
    assert not re.search(r"<th[^>]*>\s*</th>", page)


def test_a_list_is_narrowed_by_what_it_offers_and_by_no_other_column(client):
    """Django lets any column of the record's own be asked for, by its beginning too: a hash or a key, letter by letter."""
    client.force_login(cast.make_staff("sam", is_superuser=True))
    open_ones = set()
    for model, listed in admin.site._registry.items():
        url = reverse(f"admin:{model._meta.app_label}_{model._meta.model_name}_changelist")
        filters: Any = listed.list_filter
        named = [each if isinstance(each, str) else each[0] for each in filters if not isinstance(each, type)]
        offered = {name.partition("__")[0] for name in named}
        for field in model._meta.concrete_fields:
            if field.name in offered or field.primary_key:
                continue
            if client.get(url, {f"{field.name}__startswith": "a"}).status_code != 400:
                open_ones.add(f"{model._meta.label}.{field.name}")
    assert open_ones == set()
    assert client.get("/admin/members/user/", {"password__startswith": "a"}).status_code == 400
    assert client.get("/admin/members/city/", {"kind__exact": "city", "id__in": "1,2"}).status_code == 200
