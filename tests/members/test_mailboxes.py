"""One mailbox is one text, however its domain is typed: Unicode or the name service's form."""

import importlib

import pytest
from allauth.account.models import EmailAddress
from django.apps import apps
from django.test import Client
from django.utils import timezone

from members import joining, limits
from members.mailboxes import domain_of, normal, same_house
from members.models import AddressChange, Invitation, User
from tests import cast
from tests.outbox import outbox

pytestmark = pytest.mark.django_db
TYPED, KEPT = "Info@München.de", "info@xn--mnchen-3ya.de"


@pytest.fixture
def mia():
    return cast.make_user(KEPT, "Mia")


@pytest.mark.parametrize(
    ("typed", "kept"),
    [
        (TYPED, KEPT),
        (f" {KEPT} ", KEPT),
        ("A@GENT.be", "a@gent.be"),
        ("no address", "no address"),
        ("", ""),
        (f"a@{'ü' * 60}.de", f"a@{'ü' * 60}.de"),
        ("a@under_score.dk", "a@under_score.dk"),
        ("a@xn--nobody-knows-.DE", "a@xn--nobody-knows-.de"),
        # What IDNA 2003 would take for another domain (ss, σ, nothing), and registries sell as one of its own.
        ("a@straße.de", "a@xn--strae-oqa.de"),
        ("a@STRAẞE.de", "a@xn--strae-oqa.de"),
        ("a@XN--STRAE-OQA.de", "a@xn--strae-oqa.de"),
        ("a@STRASSE.de", "a@strasse.de"),
        ("a@οδος.gr", "a@xn--pxavbm.gr"),
        ("a@οδοσ.gr", "a@xn--pxavbq.gr"),
        ("a@ΟΔΟΣ.gr", "a@xn--pxavbq.gr"),
        ("a@ΟΔΟΣ", "a@xn--pxavbq"),
        ("a@क्\u200dष.in", "a@xn--11b2ezcw70k.in"),
        ("a@क्ष.in", "a@xn--11b2ezc.in"),
        ("a@نامه\u200cای.com", "a@xn--mgba3gch31f060k.com"),
        # Where no letter before it asks for a joiner, it only hides: such a domain is none.
        ("a@ab\u200dc.de", "a@ab\u200dc.de"),
        ("a@☃.net", "a@☃.net"),
        # Ending in a mark, which IDNA 2003 knew for no word of a language written from right to left.
        ("a@މާލެ.mv", "a@xn--qqbi1fva.mv"),
        ("a@ＭÜnchen。de", "a@xn--mnchen-3ya.de"),
    ],
)
def test_normal(typed, kept):
    assert normal(typed) == kept
    assert normal(kept) == kept


@pytest.mark.parametrize("domain", ["straße.de", "οδος.gr", "क्\u200dष.in"])
def test_the_house_of_a_website_and_of_a_mail_is_one(domain):
    """However each of the two is typed; what IDNA 2003 made of it is somebody else's."""
    as_before, as_kept = domain.encode("idna").decode(), domain_of(f"a@{domain}")
    assert as_before != as_kept
    for mail in (domain, as_kept):
        for website in (f"https://www.{domain}/", f"https://{as_kept}"):
            assert same_house(f"a@{mail}", website, [])
    assert not same_house(f"a@{as_before}", f"https://{domain}", [])


class TestComingIn:
    def test_by_password(self, client, mia):
        client.post("/account/login/", {"login": TYPED, "password": cast.PASSWORD})
        assert client.get("/desk/").status_code == 200

    @pytest.mark.parametrize("door", ["/account/login/code/", "/account/password/reset/"])
    def test_by_a_mail(self, client, mia, door):
        client.post(door, {"email": TYPED})
        assert [mail.to for mail in outbox()] == [[KEPT]]

    def test_by_name(self, mia):
        assert User.objects.get_by_natural_key(TYPED) == mia

    def test_limits_count_one_mailbox(self, rf):
        typed = limits.field("email")
        assert typed(rf.post("/", {"email": TYPED})) == typed(rf.post("/", {"email": KEPT}))


class TestOneAccount:
    def test_made_in_one_form(self):
        assert User.objects.create_user(TYPED).email == KEPT

    def test_a_change_is_asked_for_in_one_form(self, nadia):
        assert AddressChange.ask(account=nadia, new=TYPED, by=nadia).new == KEPT
        AddressChange.objects.update(confirmed=timezone.now())
        assert joining.account_of(KEPT) == nadia

    def test_ones_own_address_is_no_new_one(self, client, mia):
        client.post("/account/login/", {"login": KEPT, "password": cast.PASSWORD})
        client.post("/account/reauthenticate/", {"password": cast.PASSWORD})
        assert "is your address already" in client.post("/account/email/", {"email": TYPED}).text

    def test_staff_find_the_account_and_name_the_new_address(self, sam, mia):
        client = Client()
        client.force_login(sam)
        client.post("/admin/members/addresschange/add/", {"account": TYPED, "email": "Info@Köln.de", "why": "Called back."})
        assert AddressChange.objects.values_list("account", "new").get() == (mia.pk, normal("info@köln.de"))
        page = client.post("/admin/members/addresschange/add/", {"account": TYPED, "email": TYPED, "why": "…"})
        assert "their address already" in page.text

    def test_a_domain_that_the_name_service_cannot_hold_is_refused(self, client, nadia):
        client.post("/account/login/", {"login": nadia.email, "password": cast.PASSWORD})
        client.post("/account/reauthenticate/", {"password": cast.PASSWORD})
        for typed in (f"a@{'ü' * 60}.de", f"{'a' * 30}@{'.'.join(['ü' * 52] * 4)}.de", "a@ab\u200dc.de", "a@☃.net"):
            page = client.post("/account/email/", {"email": typed})
            assert page.status_code == 200
            assert page.context["form"].errors["email"]


class TestWhatWasKeptBefore:
    def migrate(self):
        importlib.import_module("members.migrations.0035_one_mailbox_one_text").forth(apps, None)

    def kept(self, user):
        user.refresh_from_db()
        return user.email, set(user.emailaddress_set.values_list("email", flat=True))

    def before(self, user, email):
        User.objects.filter(pk=user.pk).update(email=email)
        EmailAddress.objects.filter(user=user).update(email=email)

    def test_takes_the_one_form(self, nadia, lene, aarhus):
        self.before(nadia, TYPED.lower())
        AddressChange.objects.create(account=nadia, old=TYPED.lower(), new="a@köln.de")
        Invitation.objects.create(city=aarhus, email=TYPED.lower(), invited_by=lene)
        self.migrate()
        assert self.kept(nadia) == (KEPT, {KEPT})
        assert AddressChange.objects.values_list("old", "new").get() == (KEPT, normal("a@köln.de"))
        assert Invitation.objects.get().email == KEPT
        assert self.kept(lene) == ("lene@aarhus.dk", {"lene@aarhus.dk"})

    def test_where_two_would_be_one_nothing_is_touched(self, mia, nadia, lene, aarhus):
        self.before(nadia, TYPED.lower())
        now = timezone.now()
        for account, new in ((mia, normal("a@köln.de")), (lene, "a@köln.de")):
            AddressChange.objects.create(account=account, old=account.email, new=new, confirmed=now)
        for email in (KEPT, TYPED.lower()):
            Invitation.objects.create(city=aarhus, email=email, invited_by=lene)
        self.migrate()
        assert self.kept(nadia) == (TYPED.lower(), {TYPED.lower()})
        assert self.kept(mia) == (KEPT, {KEPT})
        assert set(AddressChange.objects.values_list("new", flat=True)) == {"a@köln.de", normal("a@köln.de")}
        assert set(Invitation.objects.values_list("email", flat=True)) == {KEPT, TYPED.lower()}
