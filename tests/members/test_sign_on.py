"""Signing in by a city's own single sign-on, against a real provider that runs beside the tests."""

import time
from typing import Any
from urllib.parse import parse_qs, urlencode, urlsplit

import jwt
import pytest
import requests
from allauth.mfa.models import Authenticator
from allauth.socialaccount.models import SocialAccount
from cryptography.hazmat.primitives.asymmetric import rsa
from django.db import IntegrityError, transaction
from django.test import Client
from oidc_provider_mock import User as Person, run_server_in_thread

from members.leaving import leave_as_city
from members.models import City, SignOn, SignOnDomain, User
from members.querysets import today
from members.sign_on import CityAdapter
from strongcities import sealed
from tests import cast
from tests.outbox import outbox
from tests.races import race

pytestmark = pytest.mark.django_db

PEOPLE = [
    Person(sub="lene-1", claims={"email": "lene@aarhus.dk", "email_verified": True}),
    Person(sub="lene-2", claims={"email": "lene@aarhus.dk", "email_verified": True}),
    Person(sub="capitals", claims={"email": "Lene@Aarhus.DK", "email_verified": True}),
    Person(sub="unicode", claims={"email": "Lene@Århus.dk", "email_verified": True}),
    Person(sub="entra", claims={"email": "lene@aarhus.dk", "xms_edov": True}),
    Person(sub="nobody", claims={"email": "nobody@aarhus.dk", "email_verified": True}),
    Person(sub="elsewhere", claims={"email": "leila@mombasa.go.ke", "email_verified": True}),
    Person(sub="below", claims={"email": "lene@evil.aarhus.dk", "email_verified": True}),
    Person(sub="unverified", claims={"email": "lene@aarhus.dk", "email_verified": False}),
    Person(sub="text", claims={"email": "lene@aarhus.dk", "email_verified": "false"}),
    Person(sub="silent", claims={"email": "lene@aarhus.dk"}),
    Person(sub="mailless", claims={"email_verified": True}),
    Person(sub="odd", claims={"email": ["lene@aarhus.dk"], "email_verified": True}),
]


@pytest.fixture(scope="module")
def provider():
    with run_server_in_thread(require_nonce=True, user_claims=PEOPLE) as server:
        yield f"http://localhost:{server.server_port}"


def make_sign_on(issuer, city="Aarhus", domains=("aarhus.dk",), **fields):
    two = {"entered_by": cast.make_staff("sam"), "opened_by": cast.make_staff("toni"), "state": "open"}
    known = {"slug": city.lower(), "issuer": issuer, "client_id": "house", "secret": sealed.seal("very-secret"), **two}
    row = SignOn.objects.create(city=cast.make_city(city), **{**known, **fields})
    for domain in domains:
        SignOnDomain.objects.create(sign_on=row, domain=domain)
    return row


@pytest.fixture
def sign_on(provider, lene):
    return make_sign_on(provider)


def test_a_city_that_left_signs_nobody_in(client, sign_on, lene):
    """By its own word; and however else its membership ended."""
    assert client.post("/account/city/", {"email": "lene@aarhus.dk"}).context["url"]
    leave_as_city(sign_on.city, by=cast.make_staff("sam"), why="A new council.")
    sign_on.refresh_from_db()
    assert (sign_on.state, [step.verb for step in sign_on.transitions.all()]) == ("closed", ["close"])
    assert not SignOn.objects.open().exists()


def test_a_membership_that_ends_in_another_way_ends_it_too(sign_on):
    assert SignOn.objects.for_address("lene@aarhus.dk") == sign_on
    sign_on.city.memberships.update(left=today())
    assert SignOn.objects.for_address("lene@aarhus.dk") is None


def begin(client, email="lene@aarhus.dk", **more):
    """The address that the page's link leads to."""
    page = client.post("/account/city/", {"email": email, **more})
    assert page.status_code == 200
    url = page.context["url"]
    assert f'href="{url.replace("&", "&amp;")}"' in page.text
    return url


def test_the_city_is_called_by_its_reader_s_name(client, sign_on):
    City.objects.filter(pk=sign_on.city_id).update(name="Beirut", own_name="بيروت", own_language="ar")
    page = client.post("/ar/account/city/", {"email": "lene@aarhus.dk"}).text
    assert (page.count("بيروت"), page.count("Beirut")) == (2, 0)


def at_the_provider(url, sub="lene-1", **changes):
    """What `sub` is sent back with, after signing in at the provider; `changes` to what was asked of it."""
    parts = urlsplit(url)
    asked = {name: values[0] for name, values in parse_qs(parts.query).items()} | changes
    answer = requests.post(
        f"{parts.scheme}://{parts.netloc}{parts.path}?{urlencode(asked)}", {"sub": sub}, allow_redirects=False, timeout=10
    )
    assert answer.status_code == 302
    back = urlsplit(answer.headers["Location"])
    assert f"{back.scheme}://{back.netloc}{back.path}" == asked["redirect_uri"]
    return f"{back.path}?{back.query}"


def through(sub="lene-1", client=None):
    client = client or Client()
    return client, client.get(at_the_provider(begin(client), sub))


def who(client):
    return User.objects.filter(pk=client.session.get("_auth_user_id")).values_list("email", flat=True).first()


def refuses(client, answer, reason, status=403):
    assert (answer.status_code, answer.context["reason"], who(client)) == (status, reason, None)
    assert not SocialAccount.objects.exists()


class TestItWorks:
    def test_who_has_an_account_gets_in(self, sign_on, lene):
        client, answer = through()
        assert (answer.status_code, answer["Location"], who(client)) == (302, "/desk/", lene.email)
        link = SocialAccount.objects.get()
        assert (link.user, link.provider, link.uid, link.extra_data) == (lene, "aarhus", "lene-1", {})
        assert [(mail.to, mail.subject) for mail in outbox()] == [([lene.email], "Aarhus signed you in")]

    def test_the_second_time_nothing_is_mailed(self, sign_on):
        through()
        client, _answer = through()
        assert who(client) == "lene@aarhus.dk"
        assert (SocialAccount.objects.count(), len(outbox())) == (1, 1)

    @pytest.mark.parametrize("sub", ["capitals", "entra"])
    def test_other_ways_to_say_the_same(self, sign_on, sub):
        assert who(through(sub)[0]) == "lene@aarhus.dk"

    def test_a_domain_in_unicode_is_the_one_in_the_name_services_form(self, provider):
        make_sign_on(provider, domains=("xn--rhus-poa.dk",))
        cast.make_user("lene@xn--rhus-poa.dk")
        client = Client()
        client.get(at_the_provider(begin(client, "lene@århus.dk"), "unicode"))
        assert who(client) == "lene@xn--rhus-poa.dk"

    def test_it_leads_on_to_where_one_wanted(self, sign_on):
        client = Client()
        assert client.get(at_the_provider(begin(client, next="/ar/hub/")))["Location"] == "/ar/hub/"
        client = Client()
        assert client.get(at_the_provider(begin(client, next="https://evil.example/")))["Location"] == "/desk/"

    def test_what_is_asked_of_the_provider(self, sign_on, settings):
        asked = parse_qs(urlsplit(begin(Client())).query)
        assert asked["redirect_uri"] == [f"{settings.SITE_URL}/account/city/aarhus/"]
        assert (sorted(asked["scope"][0].split()), asked["response_type"]) == (["email", "openid"], ["code"])
        assert (asked["code_challenge_method"], len(asked["nonce"][0])) == (["S256"], 64)
        client = Client()
        page = client.post("/ar/account/city/", {"email": "lene@aarhus.dk", "scope": "all", "auth_params": "prompt=none"})
        arabic = parse_qs(urlsplit(page.context["url"]).query)
        assert arabic["redirect_uri"] == asked["redirect_uri"]
        assert "prompt" not in arabic

    def test_staff_are_asked_for_their_second_step(self, sign_on, lene):
        lene.is_staff = True
        lene.save()
        Authenticator.objects.create(user=lene, type=Authenticator.Type.TOTP, data={"secret": sealed.seal("x")})
        client, answer = through()
        assert (answer["Location"], who(client)) == ("/account/2fa/authenticate/", None)

    def test_a_closed_account_stays_closed(self, sign_on, lene):
        lene.is_active = False
        lene.save()
        client, answer = through()
        assert (answer["Location"], who(client)) == ("/account/inactive/", None)

    def test_demo_accounts_do_not_exist_outside_the_demo(self, provider, settings):
        make_sign_on("https://login.example.org", domains=["example.org"])
        person = cast.make_user("official@example.org")
        sociallogin = (
            CityAdapter(None, "aarhus")
            .get_provider()
            .sociallogin_from_response(None, {"id_token": {"sub": "x", "email": person.email, "email_verified": True}})
        )
        from members.accounts import unless_demo

        assert unless_demo(person) == person
        settings.DEMO = False
        assert unless_demo(person) is None
        assert sociallogin.email_addresses[0].verified


class TestRefused:
    @pytest.mark.parametrize(
        ("sub", "reason"),
        [
            ("nobody", "nobody"),
            ("elsewhere", "domain"),
            ("below", "domain"),
            ("unverified", "unverified"),
            ("text", "unverified"),
            ("silent", "unverified"),
            ("mailless", "unverified"),
        ],
    )
    def test_people(self, sign_on, sub, reason):
        cast.make_person("leila")
        cast.make_user("lene@evil.aarhus.dk")
        before = User.objects.count()
        client, answer = through(sub)
        refuses(client, answer, reason)
        assert User.objects.count() == before
        assert not outbox()

    def test_a_mail_that_is_no_text(self, sign_on):
        client, answer = through("odd")
        assert (answer.status_code, who(client)) == (403, None)

    def test_a_mailbox_given_to_somebody_else(self, sign_on):
        through("lene-1")
        client, answer = through("lene-2")
        assert (answer.status_code, answer.context["reason"], who(client)) == (403, "another", None)

    def test_a_person_whose_account_has_another_address_now(self, sign_on, lene):
        through()
        lene.email = "lene@odense.dk"
        lene.save()
        client, answer = through()
        assert (answer.context["reason"], who(client)) == ("nobody", None)

    def test_another_citys_provider_does_not_speak_for_this_one(self, sign_on, provider):
        """Mombasa's own provider says that somebody is Lene of Aarhus."""
        make_sign_on(provider, "Mombasa", ["mombasa.go.ke"])
        client = Client()
        refuses(client, client.get(at_the_provider(begin(client, "x@mombasa.go.ke"), "lene-1")), "domain")

    def test_cancelled(self, sign_on):
        client = Client()
        state = parse_qs(urlsplit(begin(client)).query)["state"][0]
        refuses(client, client.get(f"/account/city/aarhus/?error=access_denied&state={state}"), "cancelled")


class TestForged:
    def test_another_nonce(self, sign_on):
        client = Client()
        refuses(client, client.get(at_the_provider(begin(client), nonce="0" * 64)), "failed")

    @pytest.mark.parametrize("state", ["", "x", "0" * 32])
    def test_another_state(self, sign_on, state):
        client = Client()
        refuses(client, client.get(at_the_provider(begin(client), state=state)), "failed")

    def test_a_link_from_another_browser(self, sign_on):
        back = at_the_provider(begin(Client()))
        client = Client()
        refuses(client, client.get(back), "failed")

    def test_the_way_back_twice(self, sign_on):
        client = Client()
        back = at_the_provider(begin(client))
        client.get(back)
        client.post("/account/logout/")
        answer = client.get(back)
        assert (answer.status_code, who(client)) == (403, None)

    def test_a_code_twice(self, sign_on):
        client, other = Client(), Client()
        used = parse_qs(urlsplit(at_the_provider(begin(client))).query)
        client.get(f"/account/city/aarhus/?{urlencode(used, doseq=True)}")
        assert who(client) == "lene@aarhus.dk"
        SocialAccount.objects.all().delete()
        fresh = parse_qs(urlsplit(at_the_provider(begin(other))).query)
        refuses(other, other.get(f"/account/city/aarhus/?code={used['code'][0]}&state={fresh['state'][0]}"), "failed")

    def test_a_code_of_one_sign_in_in_another_of_mine(self, sign_on):
        """Somebody's code put into my own way back: the nonce and PKCE are of my session, the code is not."""
        mine, theirs = Client(), Client()
        stolen = parse_qs(urlsplit(at_the_provider(begin(theirs))).query)["code"][0]
        state = parse_qs(urlsplit(begin(mine)).query)["state"][0]
        refuses(mine, mine.get(f"/account/city/aarhus/?code={stolen}&state={state}"), "failed")

    def test_an_issuer_that_calls_itself_another(self, provider, lene):
        make_sign_on(f"{provider}/")
        client = Client()
        answer = client.post("/account/city/", {"email": "lene@aarhus.dk"})
        refuses(client, answer, "unreachable", 503)

    def test_an_expired_token(self, lene):
        from datetime import timedelta

        with run_server_in_thread(require_nonce=True, user_claims=PEOPLE, access_token_max_age=timedelta(seconds=-90)) as server:
            make_sign_on(f"http://localhost:{server.server_port}")
            client, answer = through()
        refuses(client, answer, "failed")

    @pytest.mark.parametrize(
        "forge", ["none", "shared secret", "other key", "other audience", "other issuer", "other party", "no expiry", "not a token"]
    )
    def test_tokens_that_are_not_the_providers(self, sign_on, provider, monkeypatch, forge):
        client = Client()
        back = at_the_provider(begin(client))
        state = parse_qs(urlsplit(back).query)["state"][0]
        key = requests.get(f"{provider}/jwks", timeout=10).json()["keys"][0]
        from members.sign_on import _nonce

        claims = {
            "iss": provider, "aud": "house", "sub": "lene-1", "iat": time.time(), "exp": time.time() + 60, "nonce": _nonce(state),
            "email": "lene@aarhus.dk", "email_verified": True,
        }  # fmt: skip
        wrong: dict[str, dict[str, Any]] = {
            "other audience": {"aud": "somebody"},
            "other issuer": {"iss": "https://evil.example"},
            "other party": {"azp": "somebody"},
            "no expiry": {"exp": None},
        }
        claims = {name: value for name, value in {**claims, **wrong.get(forge, {})}.items() if value is not None}
        if forge in wrong:  # signed as the provider would: only this one claim is wrong
            own = rsa.generate_private_key(public_exponent=65537, key_size=2048)
            jwk = jwt.algorithms.RSAAlgorithm.to_jwk(own.public_key(), as_dict=True) | {"kid": "k", "use": "sig"}
            fetched = __import__("members.sign_on", fromlist=["x"])._fetched
            monkeypatch.setattr(
                "members.sign_on._fetched", lambda url, **more: {"keys": [jwk]} if url.endswith("/jwks") else fetched(url, **more)
            )
            token = jwt.encode(claims, own, "RS256", headers={"kid": "k"})
        else:
            token = {
                "none": jwt.encode(claims, "", "none", headers={"kid": key["kid"]}),
                "shared secret": jwt.encode(claims, "very-secret-very-secret-very-secret", "HS256", headers={"kid": key["kid"]}),
                "other key": jwt.encode(
                    claims, rsa.generate_private_key(public_exponent=65537, key_size=2048), "RS256", headers={"kid": key["kid"]}
                ),
                "not a token": "x.y",
            }[forge]
        monkeypatch.setattr(CityAdapter, "get_access_token_data", lambda *_given, **_more: {"id_token": token, "access_token": "x"})
        refuses(client, client.get(back), "failed")


class TestDown:
    def test_from_the_beginning(self, lene):
        make_sign_on("http://localhost:9")
        client = Client()
        answer = client.post("/account/city/", {"email": "lene@aarhus.dk"})
        refuses(client, answer, "unreachable", 503)
        assert "Aarhus" in answer.text

    def test_on_the_way_back(self, lene):
        with run_server_in_thread(require_nonce=True, user_claims=PEOPLE) as server:
            make_sign_on(f"http://localhost:{server.server_port}")
            client = Client()
            back = at_the_provider(begin(client))
        refuses(client, client.get(back), "unreachable", 503)

    @pytest.mark.parametrize("says", [[], {}, {"issuer": 1}, "text", {"issuer": "…", "token_endpoint": "http://evil.example"}])
    def test_nonsense(self, sign_on, provider, monkeypatch, says):
        if isinstance(says, dict) and "token_endpoint" in says:
            says = {**says, "issuer": provider, "authorization_endpoint": provider, "jwks_uri": provider}
        monkeypatch.setattr(requests.Response, "json", lambda self: says)
        client = Client()
        refuses(client, client.post("/account/city/", {"email": "lene@aarhus.dk"}), "unreachable", 503)


class TestDiscovery:
    def test_it_looks_at_the_domain_alone(self, sign_on, django_assert_num_queries):
        """Whoever has an account and whoever has none get the same page, but for what is random."""
        pages = []
        for email in ("lene@aarhus.dk", "nobody@aarhus.dk"):
            answer = Client().post("/account/city/", {"email": email})
            random = {name: parse_qs(urlsplit(answer.context["url"]).query)[name][0] for name in ("state", "nonce", "code_challenge")}
            text = answer.text
            for name, value in random.items():
                text = text.replace(value, name)
            pages.append((answer.status_code, sorted(answer.headers), text.replace("openid+email", "email+openid")))
        assert pages[0] == pages[1]

    @pytest.mark.parametrize("email", ["x@gent.be", "x@sub.aarhus.dk", "x@aarhus.dk.evil.example", "lene@aarhus.dk@evil.example"])
    def test_no_city_for_others(self, sign_on, email):
        answer = Client().post("/account/city/", {"email": email})
        assert answer.status_code == 200
        assert "url" not in answer.context

    def test_one_that_is_not_in_use_is_not_there(self, sign_on):
        client = Client()
        back = at_the_provider(begin(client))
        sign_on.close(by=cast.make_staff("sam"))
        assert client.get(back).status_code == 404
        assert "none" in Client().post("/account/city/", {"email": "lene@aarhus.dk"}).context

    def test_the_sign_in_page_leads_there(self, client):
        assert 'href="/account/city/?next=/hub/"' in client.get("/account/login/?next=/hub/").text

    @pytest.mark.parametrize(
        "address", ["3rdparty/", "3rdparty/signup/", "oidc/aarhus/login/", "oidc/aarhus/login/callback/", "social/signup/"]
    )
    def test_the_librarys_own_doors_are_shut(self, client, sign_on, address):
        assert client.get(f"/account/{address}").status_code == 404


class TestAdmin:
    VALUES = {"slug": "aarhus", "issuer": "https://login.aarhus.dk", "client_id": "house", "secret": "very-secret"}

    @pytest.fixture
    def staff(self, client, sam):
        client.force_login(sam)
        return client

    def add(self, client, **changes):
        values = {**self.VALUES, "city": cast.make_city("Aarhus").pk, "mail_domains": "aarhus.dk\n@social.aarhus.dk", **changes}
        return client.post("/admin/members/signon/add/", {name: value for name, value in values.items() if value is not None})

    def test_entered_and_never_shown_again(self, staff):
        self.add(staff)
        row = SignOn.objects.get()
        assert row.secret.startswith("gAAAA")  # as the database holds it
        assert row.unsealed_secret() == "very-secret"
        assert sorted(row.domains.values_list("domain", flat=True)) == ["aarhus.dk", "social.aarhus.dk"]
        url = f"/admin/members/signon/{row.pk}/change/"
        page = staff.get(url).text
        assert "https://login.aarhus.dk" in page
        assert "/account/city/aarhus/" in page
        for other in ("", "history/"):
            assert "very-secret" not in staff.get(url.replace("change/", other or "change/")).text
        assert "very-secret" not in staff.get("/admin/members/signon/").text

    def test_a_city_is_given_without_scripts_by_its_name(self, staff):
        aarhus, mombasa = cast.make_city("Aarhus"), cast.make_city("Mombasa")
        double = cast.make_city("Aarhuus", country="DK", website="https://aarhus.dk/")
        assert '<noscript><input type="text" name="city" value=""' in staff.get("/admin/members/signon/add/").text
        shown = self.add(staff, city="Århus").text
        assert "Several cities fit. Which one do you mean?" in shown
        assert [f'type="radio" name="city" value="{city.pk}"' in shown for city in (aarhus, double, mombasa)] == [True, True, False]
        assert "No city of this name or address is here." in self.add(staff, city="Atlantis").text
        assert not SignOn.objects.exists()
        self.add(staff, city=f"https://example.org/cities/{double.slug}/")
        row = SignOn.objects.get()
        assert row.city == double
        url = f"/admin/members/signon/{row.pk}/change/"
        assert f'<noscript><input type="text" name="city" value="{double.slug}"' in staff.get(url).text
        sent = {**self.VALUES, "mail_domains": "aarhus.dk", "city": [row.city_id, aarhus.slug]}  # the hidden list sends what it was
        assert staff.post(url, sent).status_code == 302
        row.refresh_from_db()
        assert row.city == aarhus

    def test_a_city_that_was_merged_since_stays_until_another_is_given(self, staff):
        self.add(staff)
        row = SignOn.objects.get()
        other = cast.make_city("Århus Kommune", kind="municipality", website="https://aarhus.dk/")
        cast.make_merge(other, row.city)
        SignOn.objects.filter(pk=row.pk).update(city=row.city_id)
        url, sent = f"/admin/members/signon/{row.pk}/change/", {**self.VALUES, "mail_domains": "aarhus.dk"}
        assert staff.post(url, {**sent, "city": row.city_id}).status_code == 302
        assert staff.post(url, {**sent, "city": other.slug}).status_code == 302
        assert staff.post(url, {**sent, "city": row.city_id}).context["adminform"].form.errors  # and can't be chosen anew

    def test_left_empty_the_secret_stays(self, staff):
        self.add(staff)
        row = SignOn.objects.get()
        values = {**self.VALUES, "city": row.city_id, "secret": "", "client_id": "other", "mail_domains": "aarhus.dk"}
        staff.post(f"/admin/members/signon/{row.pk}/change/", values)
        row.refresh_from_db()
        assert (row.unsealed_secret(), row.client_id) == ("very-secret", "other")
        assert [domain.domain for domain in row.domains.all()] == ["aarhus.dk"]

    def test_what_was_typed_wrong_does_not_show_the_secret_either(self, staff):
        page = self.add(staff, issuer="nonsense")
        assert page.status_code == 200
        assert "very-secret" not in page.text

    def test_the_history_knows_no_secret(self, staff):
        self.add(staff)
        event = SignOn._meta.apps.get_model("members", "SignOnEvent")
        assert "secret" not in {field.name for field in event._meta.get_fields()}
        assert event.objects.count() == 1

    @pytest.mark.parametrize(
        ("field", "value"),
        [
            ("mail_domains", "gmail.com"),
            ("mail_domains", "mombasa.go.ke"),
            ("mail_domains", "dk"),
            ("mail_domains", ""),
            ("issuer", "http://login.aarhus.dk"),
            ("issuer", "https://login.aarhus.dk?x=1"),
            ("issuer", "javascript:alert(1)"),
            ("secret", ""),
        ],
    )
    def test_refused(self, staff, field, value):
        page = self.add(staff, **{field: value})
        assert list(page.context["adminform"].form.errors) == [field]
        assert not SignOn.objects.exists()

    def test_a_domain_of_another_citys_sign_in(self, staff):
        self.add(staff)
        other = cast.make_city("Aarhus Region", kind="region", website="https://aarhus.dk/")
        page = self.add(staff, city=other.pk, slug="region")
        assert list(page.context["adminform"].form.errors) == ["mail_domains"]

    def test_two_people_put_it_to_use(self, staff, toni):
        self.add(staff)
        row = SignOn.objects.get()
        url, second = f"/admin/members/signon/{row.pk}/", Client()
        second.force_login(toni)

        def press(client, verb="open", **more):
            client.post(f"{url}{verb}/", {"seen": row.mark, **more})
            row.refresh_from_db()
            return row.state

        assert (row.state, row.entered_by) == ("waiting", cast.make_staff("sam"))
        assert SignOn.objects.for_address("x@aarhus.dk") is None
        assert "Open it" not in staff.get(f"{url}change/").text
        assert press(staff) == "waiting"
        assert "Open it" in second.get(f"{url}change/").text
        assert press(second, seen="something else") == "waiting"
        assert press(second) == "open"
        assert SignOn.objects.for_address("x@aarhus.dk") == row
        second.post(f"{url}change/", {**self.VALUES, "city": row.city_id, "issuer": "https://evil.example", "mail_domains": "aarhus.dk"})
        row.refresh_from_db()
        assert (row.state, row.entered_by, row.opened_by) == ("waiting", toni, None)
        assert press(second) == "waiting"
        assert press(staff) == "open"
        assert press(staff, "close") == "closed"
        assert [step.verb for step in row.transitions.all()] == ["enter", "open", "enter", "open", "close"]

    def test_who_gets_in(self, client, lene):
        for who_else in (lene, cast.make_staff("clerk", vets=False)):
            client.force_login(who_else)
            for address in ("", "add/"):
                assert client.get(f"/admin/members/signon/{address}", follow=True).status_code == 403
            self.add(client)
        assert not SignOn.objects.exists()

    def test_the_database_holds_it(self, sign_on):
        with pytest.raises(IntegrityError, match="sign_on_in_use_has_a_secret"), transaction.atomic():
            SignOn.objects.update(secret="")
        for fields in ({"opened_by": None}, {"entered_by": None}, {"opened_by": sign_on.entered_by}):
            with pytest.raises(IntegrityError, match="sign_on_in_use_by_two_people"), transaction.atomic():
                SignOn.objects.update(**fields)
        with pytest.raises(IntegrityError, match="sign_on_secret_is_sealed"), transaction.atomic():
            SignOn.objects.update(secret="very-secret")
        other = make_sign_on("https://x.example", "Mombasa", [])
        with pytest.raises(IntegrityError, match="domain"), transaction.atomic():
            SignOnDomain.objects.create(sign_on=other, domain="aarhus.dk")
        with pytest.raises(IntegrityError, match="lower_case"), transaction.atomic():
            SignOnDomain.objects.create(sign_on=other, domain="Mombasa.go.ke")


@pytest.mark.django_db(transaction=True)
def test_two_people_of_a_provider_at_once_one_gets_the_account(lene):
    from members.sign_on import _link

    results = race(lambda: _link(lene, "aarhus", "one"), lambda: _link(lene, "aarhus", "two"))
    assert sum(isinstance(result, SocialAccount.DoesNotExist) for result in results) == 1
    assert SocialAccount.objects.count() == 1
