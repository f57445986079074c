"""A city's confirmed mail domain: who switches it on, whom it lets in, and what else holds."""

import pytest
from allauth.account.models import EmailAddress
from django.core.exceptions import PermissionDenied
from django.db import IntegrityError, connection, transaction

from members import joining
from members.models import Application, CityDomain, Post, User
from members.models.domain import own_domains
from members.querysets import today
from strongcities.workflow import MoveRefused
from tests import cast
from tests.outbox import outbox
from tests.races import Meeting, race

pytestmark = pytest.mark.django_db
real = pytest.mark.django_db(transaction=True)
PASSWORD = "a long enough password"
PEOPLE = "/members/cities/aarhus-dk/colleagues/"


def text(response):
    return response.content.decode()


def confirm(city, by, domain="aarhus.dk"):
    return CityDomain.confirm(city, domain, by=by)


def draft_for(city, email, **changes):
    return cast.make_draft(
        name=city.name, country=city.country, choice=str(city.pk), email=email, **changes
    )  # fmt: skip


def apply(client, city, email):
    """The button behind the mailed link, as a stranger with `email` presses it."""
    draft = draft_for(city, email)
    answer = client.post(f"/join/confirm/{joining.token_for(draft)}/", {"password": PASSWORD}, follow=True)
    client.logout()
    return answer, Application.objects.get(applicant__email=email)


@pytest.fixture
def rule(lene, aarhus):
    return confirm(aarhus, lene)


# --- Switching it on -------------------------------------------------------------------------------------------------


def test_off_until_a_lead_switches_it_on_and_says_that_they_understood(client, lene, aarhus):
    client.force_login(lene)
    page = text(client.get(PEOPLE))
    assert "joins at once, in your name: nobody looks at the application first" in page
    url = "/members/cities/aarhus-dk/domains/confirm/"
    assert "This field is required" in text(client.post(url, {"domain-domain": "aarhus.dk"}))
    assert not CityDomain.objects.exists()
    page = text(client.post(url, {"domain-domain": "aarhus.dk", "domain-understood": "on"}, follow=True))
    assert "whoever applies with an address at aarhus.dk joins at once" in page
    assert (CityDomain.objects.get().confirmed_by, CityDomain.objects.get().is_shared) == (lene, False)
    assert "is confirmed already" not in page
    page = text(client.post(f"/members/domains/{CityDomain.objects.get().pk}/end/", follow=True))
    assert "Nobody joins by aarhus.dk any more" in page
    assert CityDomain.objects.get().ended_by == lene


@pytest.mark.parametrize("domain", ["gent.be", "gmail.com", "social.aarhus.dk", "dk"])
def test_a_lead_confirms_their_own_domain_only(client, lene, aarhus, domain):
    with pytest.raises(MoveRefused):
        confirm(aarhus, lene, domain)
    client.force_login(lene)
    answer = client.post("/members/cities/aarhus-dk/domains/confirm/", {"domain-domain": domain, "domain-understood": "on"})
    assert answer.status_code == 200
    assert not CityDomain.objects.exists()


def test_of_confirmed_addresses_alone_and_none_of_a_free_mailbox(lene, aarhus):
    EmailAddress.objects.create(user=lene, email="lene@gmail.com", verified=True)
    EmailAddress.objects.create(user=lene, email="lene@evil.example", verified=False)
    EmailAddress.objects.create(user=lene, email="lene@kommune.aarhus.dk", verified=True)
    assert own_domains(lene) == ["aarhus.dk", "kommune.aarhus.dk"]
    for domain in ("gmail.com", "evil.example"):
        with pytest.raises(MoveRefused):
            confirm(aarhus, lene, domain)


def test_who_has_a_free_mailbox_only_is_told(client, aarhus):
    lead = cast.make_user("lead@gmail.com")
    cast.make_post(lead, aarhus, is_lead=True)
    client.force_login(lead)
    assert "there is no domain for you to confirm" in text(client.get(PEOPLE))


def test_staff_confirm_any_but_a_free_one(client, sam, aarhus):
    client.force_login(sam)
    url = "/members/cities/aarhus-dk/domains/confirm/"
    for domain, words in (("gmail.com", "gives mailboxes to anyone"), ("Århus.dk", "joins at once"), ("a b", "what stands after the @")):
        page = text(client.post(url, {"domain-domain": domain, "domain-understood": "on"}, follow=True))
        assert words in page, domain
    assert [rule.domain for rule in CityDomain.objects.all()] == ["århus.dk".encode("idna").decode()]


@pytest.mark.parametrize(
    "domains",
    [
        ("straße.example", "xn--strae-oqa.example", "strasse.example"),
        ("οδος.example", "xn--pxavbm.example", "οδοσ.example"),
        ("क्\u200dष.example", "xn--11b2ezcw70k.example", "क्ष.example"),
    ],
)
def test_a_domain_that_two_standards_read_apart_lets_in_its_own_people_alone(client, sam, aarhus, domains):
    """Through the pages: the staff confirm it, one with a mailbox there joins at once, one of the other domain waits."""
    domain, as_kept, other = domains
    client.force_login(sam)
    client.post("/members/cities/aarhus-dk/domains/confirm/", {"domain-domain": f"@{domain}", "domain-understood": "on"}, follow=True)
    assert CityDomain.objects.get().domain == as_kept
    client.logout()
    states = {}
    for mail in (f"one@{domain}", f"two@{as_kept.upper()}", f"three@{other}"):
        draft = draft_for(aarhus, mail)
        answer = client.post(f"/join/confirm/{joining.token_for(draft)}/", {"password": PASSWORD}, follow=True)
        assert answer.status_code == 200
        states[mail.partition("@")[0]] = Application.objects.get(applicant__email__startswith=mail.partition("@")[0]).state
        client.logout()
    assert states == {"one": "approved", "two": "approved", "three": "submitted"}
    assert User.objects.filter(email=f"one@{as_kept}").exists()


def test_none_that_another_city_has_unless_staff_share_it(rule, sam):
    leila, mombasa = cast.make_person("leila"), cast.make_city("Mombasa")
    EmailAddress.objects.create(user=leila, email="leila@aarhus.dk", verified=True)
    with pytest.raises(MoveRefused, match="Another city has confirmed"):
        confirm(mombasa, leila)
    assert confirm(mombasa, sam).is_shared
    with pytest.raises(MoveRefused, match="confirmed already"):
        confirm(mombasa, sam)


@pytest.mark.parametrize("who", ["ove", "leila", "nadia", "staff without the right"])
def test_others_switch_nothing_on_or_off(client, rule, aarhus, who):
    by = cast.make_staff("events", vets=False) if who.startswith("staff") else cast.make_person(who)
    with pytest.raises(PermissionDenied):
        confirm(aarhus, by, "new.dk")
    with pytest.raises(PermissionDenied):
        rule.end(by=by)
    client.force_login(by)
    assert client.post(f"/members/domains/{rule.pk}/end/").status_code == 404
    assert client.post("/members/cities/aarhus-dk/domains/confirm/", {}).status_code == 403


# --- Joining by it ---------------------------------------------------------------------------------------------------


def test_who_confirms_an_address_there_joins_at_once(client, rule, lene, aarhus):
    answer, application = apply(client, aarhus, "nina@aarhus.dk")
    assert "Welcome: you are in the network." in text(answer)
    assert (application.state, application.decided_by, application.by_domain) == ("approved", lene, rule)
    step = application.transitions.get(verb="approve")
    assert (step.by, step.why) == (lene, "By the confirmed mail domain aarhus.dk.")
    post = Post.objects.get(official__user=application.applicant)
    assert (post.city, post.is_lead, post.has_mandate, post.is_today) == (aarhus, False, False, True)
    told = [(mail.to[0], mail.subject) for mail in outbox()]
    assert told == [("nina@aarhus.dk", "Welcome to the Strong Cities Network"), ("lene@aarhus.dk", "Petra Peeters has joined for Aarhus")]
    assert "Nobody looked at it first." in outbox()[-1].message
    post.end(by=lene, why="Not one of ours.")
    assert not application.applicant.is_member


def test_a_city_without_a_rule_lets_nobody_in(client, lene, aarhus):
    _answer, application = apply(client, aarhus, "nina@aarhus.dk")
    assert (application.state, application.by_domain) == ("submitted", None)
    assert {mail.to[0] for mail in outbox()} == {"nina@aarhus.dk", "lene@aarhus.dk"}


@pytest.mark.parametrize("email", ["nina@social.aarhus.dk", "nina@aarhus.dk.evil.example", "nina@notaarhus.dk"])
def test_another_domain_waits(client, rule, aarhus, email):
    assert apply(client, aarhus, email)[1].state == "submitted"


def test_for_that_city_alone(client, rule):
    assert apply(client, cast.make_city("Mombasa"), "nina@aarhus.dk")[1].state == "submitted"


@pytest.mark.parametrize(("by", "state"), [("lene", "submitted"), ("sam", "submitted"), ("nina", "approved")])
def test_whose_post_was_ended_by_others_waits_for_somebody_to_look(client, rule, aarhus, by, state):
    nina = apply(client, aarhus, "nina@aarhus.dk")[1].applicant
    people = {"lene": cast.make_person("lene"), "sam": cast.make_staff("sam"), "nina": nina}
    nina.official.posts.get().end(by=people[by], why="")
    again = Application.submit(
        draft=draft_for(aarhus, "nina@aarhus.dk"), applicant=nina, city=aarhus, mail_at="nina@aarhus.dk",
        title="Prevention officer", kind=Post.Kind.POLICY, head_knows=True, languages=["en"],
    )  # fmt: skip
    assert again.state == state
    assert nina.official.posts.today().exists() == (state == "approved")


@pytest.mark.parametrize("closed", [False, True])
def test_a_plus_is_no_way_around_that(client, rule, sam, aarhus, closed):
    nina = apply(client, aarhus, "nina@aarhus.dk")[1].applicant
    assert apply(client, aarhus, "other+2@aarhus.dk")[1].state == "approved", "a plus alone keeps nobody out"
    if closed:
        User.objects.filter(pk=nina.pk).update(is_active=False)
    else:
        nina.official.posts.get().end(by=sam, why="Not one of ours.")
    assert apply(client, aarhus, "nina+2@aarhus.dk")[1].state == "submitted"


@pytest.mark.parametrize("why", ["switched off", "left", "leads no more", "account off", "city left"])
def test_it_sleeps_where_nobody_could_decide_by_hand(client, rule, lene, aarhus, why):
    match why:
        case "switched off":
            rule.end(by=lene)
        case "left":
            lene.official.posts.get().end(by=lene)
        case "leads no more":
            lene.official.posts.update(is_lead=False)
        case "account off":
            lene.is_active = False
            lene.save()
        case "city left":
            aarhus.memberships.update(left=today())
    _answer, application = apply(client, aarhus, "nina@aarhus.dk")
    assert (application.state, application.decided_by, application.by_domain) == ("submitted", None, None)


def test_another_lead_wakes_it_by_confirming_it_again(client, rule, lene, aarhus):
    second = cast.make_user("second@aarhus.dk", "Sissel")
    cast.make_post(second, aarhus, is_lead=True)
    lene.official.posts.get().end(by=lene)
    client.force_login(second)
    page = text(client.get(PEOPLE))
    assert "nobody joins by it until a lead official confirms it again" in page
    client.post("/members/cities/aarhus-dk/domains/confirm/", {"domain-domain": "aarhus.dk", "domain-understood": "on"})
    assert [(row.confirmed_by, row.ended is None) for row in CityDomain.objects.order_by("pk")] == [(lene, False), (second, True)]
    client.logout()
    assert apply(client, aarhus, "nina@aarhus.dk")[1].decided_by == second


def test_nobody_lets_themselves_in(client, rule, lene, aarhus):
    """Lene confirmed it, left, and came back as an applicant while she may decide as staff: her own waits."""
    lene.official.posts.get().end(by=lene)
    lene.is_staff = True
    lene.save()
    lene.groups.add(cast.secretariat())
    draft = draft_for(aarhus, lene.email)
    client.force_login(lene)
    client.post(f"/join/confirm/{joining.token_for(draft)}/")
    assert Application.objects.get(applicant=lene).state == "submitted"


# --- The database holds it -------------------------------------------------------------------------------------------


def refused(constraint, sql, *values):
    with pytest.raises(IntegrityError, match=constraint), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(sql, values)


def test_constraints_hold_against_sql(rule, lene, sam, nadia, aarhus):
    into = "INSERT INTO members_citydomain (city_id, domain, is_shared, confirmed_by_id, since) VALUES (%s, %s, %s::boolean, %s, now())"
    mombasa = cast.make_city("Mombasa")
    refused("citydomain_one_city_unless_shared", into, mombasa.pk, "aarhus.dk", "off", lene.pk)
    refused("citydomain_once_per_city", into, aarhus.pk, "aarhus.dk", "on", lene.pk)
    refused("citydomain_is_a_domain", into, aarhus.pk, "Aarhus", "on", lene.pk)
    refused("citydomain_ends_after_it_began", "UPDATE members_citydomain SET ended = since - interval '1 day'")
    application = cast.make_application(nadia, cast.make_city("Lund"))
    refused(
        "application_by_domain_is_of_a_member_city",
        "UPDATE members_application SET by_domain_id = %s WHERE id = %s", rule.pk, application.pk,
    )  # fmt: skip


# --- Races -----------------------------------------------------------------------------------------------------------


def two_cities(monkeypatch):
    """Lead officials of two cities confirm the same domain at once."""
    lene, leila = cast.make_person("lene"), cast.make_person("leila")
    EmailAddress.objects.create(user=leila, email="leila@aarhus.dk", verified=True)
    meeting, create = Meeting(), CityDomain.objects.create

    def together(**fields):
        meeting.wait()
        return create(**fields)

    monkeypatch.setattr(CityDomain.objects, "create", together)
    results = race(lambda: confirm(cast.make_city("Aarhus"), lene), lambda: confirm(cast.make_city("Mombasa"), leila))
    return sorted(type(result).__name__ for result in results)


@real
def test_two_cities_at_once_are_one(monkeypatch):
    assert two_cities(monkeypatch) == ["CityDomain", "MoveRefused"]
    assert CityDomain.objects.on().count() == 1


@real
def test_negative_control_without_the_constraint_both_have_it(monkeypatch):
    once = next(constraint for constraint in CityDomain._meta.constraints if constraint.name == "citydomain_one_city_unless_shared")
    with connection.schema_editor() as editor:
        editor.remove_constraint(CityDomain, once)
    try:
        assert two_cities(monkeypatch) == ["CityDomain", "CityDomain"]
    finally:
        CityDomain.objects.all().delete()
        with connection.schema_editor() as editor:
            editor.add_constraint(CityDomain, once)
