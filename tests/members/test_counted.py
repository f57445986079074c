"""Whatever is sent to the house is counted, and of what is read whatever costs: every address of the URLconf is tried."""

from html.parser import HTMLParser
from types import SimpleNamespace

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import OperationalError, ProgrammingError, connection, transaction
from django.forms import BaseForm, PasswordInput
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import URLResolver, get_resolver, reverse

from members import limits
from members.limits import DOORS, Rate
from members.models import City, Draft, Knock, Official
from tests import cast
from tests.members.test_doors import FOR_STRANGERS, read_and_then_written, shown
from tests.races import race
from tests.strongcities.test_views import ARGUMENTS, VIEWS, names

pytestmark = pytest.mark.django_db
real = pytest.mark.django_db(transaction=True)

NOW = 1_900_000_000
HUB, JSON, CITIES, PEOPLE, PRACTICE = "/hub/", "/hub/practices.json", "/cities/", "/people/", "/hub/practices/none/"
GIVEN = {**ARGUMENTS, "uidb36": "1", "app_label": "members", "content_type_id": 1, "name": "0" * 32 + "-480x320", "width": 480, "url": "x"}
OF_DOCUMENTS = {"name": "0" * 32 + "-pdf-1", "file_name": "x.pdf"}  # whose names say another kind than those of pictures
UNCOUNTED = {"healthz", "readyz"}  # answered before anything else
NO_PAGES = {*UNCOUNTED, "picture", "admin:jsi18n"}  # what pages bring along: pictures, each kept for a month; the admin's words
NONE = (Rate(0, 60),)


@pytest.fixture(autouse=True)
def one_moment(monkeypatch):
    """No window ends between two knocks of a test."""
    monkeypatch.setattr(limits, "time", SimpleNamespace(time=lambda: NOW))


@pytest.fixture
def shut(monkeypatch):
    """No door lets anybody by."""
    for rates in ("SENT", "DESK", "SEARCH", "TYPING", "DOWNLOAD", "PAPERS"):
        monkeypatch.setattr(limits, rates, NONE)
    for name in DOORS:
        monkeypatch.setitem(DOORS, name, NONE)


@pytest.fixture
def root():
    return cast.make_staff("root", is_superuser=True)


def address(name):
    """An address of that name; whether it has such a record doesn't matter, for none is looked up before it is counted."""
    namespace, _colon, bare = name.rpartition(":")
    resolver = get_resolver().namespace_dict[namespace][1] if namespace else get_resolver()
    wanted = resolver.reverse_dict.getlist(bare)[0][0][0][1]
    given = {**GIVEN, **OF_DOCUMENTS} if name == "document" else GIVEN
    return reverse(name, kwargs={argument: given[argument] for argument in wanted})


def every_name():
    return sorted(set(names(get_resolver())))


def signed_in(user):
    """The cookies of somebody's session, for the many browsers of a walk: to sign in takes as long as most of what is asked."""
    client = Client()
    if user:
        client.force_login(user)
    return {name: cookie.value for name, cookie in client.cookies.items()}


def asked(method, path, user=None, cookies=None, **more):
    """The answer to a new browser, of whoever it is."""
    client = Client(raise_request_exception=False)
    if user:
        client.force_login(user)
    client.cookies.load(cookies or {})
    return client.generic(method, path, **more)


# --- What is sent ----------------------------------------------------------------------------------------------------


def let_by(method, user, only=None):
    """The names of the addresses that answer, though no door lets anybody by."""
    cookies = signed_in(user)
    return {name for name in only or every_name() if asked(method, address(name), cookies=cookies).status_code != 429}


@pytest.mark.parametrize("method", ["POST", "PUT", "PATCH", "DELETE"])
def test_nothing_is_sent_without_a_count(shut, root, method):
    assert let_by(method, root) == UNCOUNTED
    for unnamed in ("/admin/nothing/", "/admin/members/city/1/", "/ar/join/discard/", "/ar/admin/members/city/add/"):
        assert asked(method, unnamed, root).status_code == 429


def test_every_pattern_without_a_name_is_one_of_the_admin_s():
    """Those are counted by where they stand; the house's own all have names, by which the test above finds them."""

    def unnamed(resolver, within=()):
        for entry in resolver.url_patterns:
            if isinstance(entry, URLResolver):
                yield from unnamed(entry, (*within, entry.namespace) if entry.namespace else within)
            elif not entry.name:
                yield within

    assert set(unnamed(get_resolver())) == {("admin",)}


def test_a_stranger_is_counted_or_led_to_the_door(shut):
    """What a stranger may send is counted; all else answers with the way to sign in, and does nothing."""
    by = let_by("POST", None)
    for name in by - UNCOUNTED:
        assert asked("POST", address(name)).headers["Location"].startswith(("/account/login/", "/admin/login/")), name
    public = {name for name, (access, methods) in VIEWS.items() if access == "public" and "POST" in methods}
    assert public | FOR_STRANGERS - {"mfa_trust"} <= set(every_name()) - by


SOME = {
    "members:join_choose", "members:join_discard", "members:join_page", "members:city_edit", "members:city_preview", "members:vouch_give",
    "members:post_hand_over", "members:consents", "members:invitation", "admin:members_merge_add", "admin:hub_practice_publish",
}  # fmt: skip


def test_negative_control_with_named_doors_alone_others_are_open(shut, root, monkeypatch):
    """As it was: what isn't in the table isn't counted. And the walk sees it."""
    counted = limits.door
    monkeypatch.setattr(limits, "door", lambda request: found if (found := counted(request))[0] in DOORS else ("", ()))
    assert let_by("POST", root, {*SOME, "account_login"}) == SOME


def test_negative_control_without_counting_all_are_open(shut, root, monkeypatch):
    monkeypatch.setattr(limits.LimitMiddleware, "process_view", lambda *_given: None)
    assert let_by("POST", root, {*SOME, "account_login"}) == {*SOME, "account_login"}


def test_all_that_is_sent_is_one_count_in_every_language(monkeypatch):
    monkeypatch.setattr(limits, "SENT", (Rate(2, 60, limits.stranger),))
    statuses = [asked("POST", path).status_code for path in ("/join/person/", "/ar/join/discard/", "/join/mandate/")]
    assert [status == 429 for status in statuses] == [False, False, True]


@pytest.mark.parametrize("rates", ["SENT", "SEARCH"])
def test_who_is_signed_in_is_not_used_up_by_the_others_of_a_hall(nadia, lene, monkeypatch, rates):
    method, path = ("POST", "/join/discard/") if rates == "SENT" else ("GET", "/hub/?q=school")
    monkeypatch.setattr(limits, rates, (Rate(1, 60, limits.person), Rate(2, 60, limits.stranger)))
    statuses = [asked(method, path, user).status_code == 429 for user in (None, None, None, nadia, lene, nadia)]
    assert statuses == [False, False, True, False, False, True]
    assert asked(method, path, REMOTE_ADDR="192.0.2.9").status_code != 429


def test_a_queue_is_cleared_that_no_form_elsewhere_allows():
    for rate, most, elsewhere in zip(limits.DESK, (1500,), (300,), strict=True):
        assert (rate.most, rate.seconds) == (most, 600)
        assert limits.SENT[0] == Rate(elsewhere, 600, limits.person)


@pytest.mark.parametrize(("path", "who"), [("/join/discard/", "stranger"), ("/hub/?q=school", "stranger"), ("/hub/?q=school", "person")])
def test_a_hall_is_let_by(nadia, path, who):
    """Two hundred behind one address, ten times each; and somebody signed in, whose browser asks with every letter."""
    client = Client()
    if who == "person":
        client.force_login(nadia)
    rates = limits.SENT if path == "/join/discard/" else limits.SEARCH
    most = next(rate.most for rate in rates if rate.who.__name__ == who)
    assert most >= (2000 if who == "stranger" else 1500)
    ask = client.post if path == "/join/discard/" else client.get
    ask(path)
    Knock.objects.update(count=most - 1)
    assert [ask(path).status_code == 429 for _each in range(2)] == [False, True]


def test_readers_whom_a_proxy_names_in_no_way_are_one(monkeypatch):
    monkeypatch.setattr(limits, "SEARCH", (Rate(1, 60, limits.stranger),))
    assert [asked("GET", "/hub/?q=school", REMOTE_ADDR=address).status_code for address in ("", "unix:")] == [200, 429]


def test_who_types_quickly_may_still_search(nadia, monkeypatch):
    """Suggestions have a count of their own: whoever used it up is shown none, and finds all the same."""
    monkeypatch.setattr(limits, "TYPING", (Rate(1, 60, limits.account),))
    for user in (None, nadia):
        assert [asked("GET", "/hub/suggest/?q=sch", user).status_code for _each in range(2)] == [200, 429]
        assert asked("GET", "/hub/?q=school", user).status_code == 200


# --- What is read ----------------------------------------------------------------------------------------------------

WORD = "zyxword"
PROGRAMS = {"hub:practices_json", "hub:feed", "hub:export_csv"}
WORDS = f"?q={WORD}"
OF_A_FIELD = f"?term={WORD}&app_label=members&model_name=post&field_name=city"  # what the admin's lists of choices ask


def read(path, cookies):
    """Whether it was counted; the statements that hold the word; what is answered."""
    with transaction.atomic(), CaptureQueriesContext(connection) as statements:
        answer = asked("GET", path, cookies=cookies)
        transaction.set_rollback(True)
    sql = [each["sql"] for each in statements]
    return any("members_knock" in each for each in sql), [each for each in sql if WORD in each], answer


def costly(user, words):
    """What costs: (names of what looks for the reader's words, or answers something else than a page; names of what is counted)."""
    found, counted = set(), set()
    cookies = signed_in(user)
    for name in every_name():
        was_counted, with_word, answer = read(address(name) + (OF_A_FIELD if words and name == "admin:autocomplete" else words), cookies)
        is_page = answer.headers.get("Content-Type", "text/html").startswith("text/html") and "Content-Disposition" not in answer
        if with_word or (not is_page and name not in NO_PAGES):
            found.add(name)
        if was_counted:
            counted.add(name)
    return found, counted


def test_what_looks_for_words_or_is_no_page_is_counted(root):
    found, counted = costly(root, WORDS)
    assert {*limits.FINDS, *PROGRAMS, "admin:members_city_changelist", "admin:members_city_file"} <= found
    assert found - counted == set()


def test_for_strangers_as_well():
    found, counted = costly(None, WORDS)
    assert {*limits.FINDS, *PROGRAMS} <= found
    assert found - counted == set()


def test_negative_control_a_search_that_nobody_named_is_found(root, monkeypatch):
    monkeypatch.setattr(limits, "FINDS", limits.FINDS - {"members:people"})
    monkeypatch.setattr(limits, "FILES", limits.FILES - {"admin:members_city_file"})
    found, counted = costly(root, WORDS)
    assert found - counted == {"members:people", "admin:members_city_file"}


@pytest.mark.parametrize("who", ["stranger", "root"])
def test_to_open_a_page_costs_no_write(root, who):
    """Only what always costs is counted: every other page is opened without."""
    _found, counted = costly(None if who == "stranger" else root, "")
    always = {*limits.ASKS, *limits.TYPES, *limits.FILES, *limits.HANDED_ON, *limits.BY_GET}
    behind_the_door = {name for name in always if name.startswith(("admin:", "mfa_"))} - limits.BY_GET
    assert counted == (always - behind_the_door if who == "stranger" else always)


@pytest.mark.parametrize(
    ("path", "counts"),
    [
        ("/hub/feed/", True), ("/hub/export.csv", True), ("/hub/saved/new/?q=school", False),
        (HUB, False), ("/hub/?q=", False), ("/hub/?q=+&theme=", False), ("/hub/?q=school", True), ("/hub/?theme=youth-engagement", True),
        ("/hub/suggest/", True), ("/ar/hub/suggest/?q=sch", True),
        ("/hub/?page=2", True), ("/hub/?anything=1", True), (JSON, True), ("/ar/hub/?q=school", True),
        (CITIES, False), ("/cities/?q=", False), ("/cities/?region=europe", True), ("/cities/?bbox=0,45,15,55", True),
        (PRACTICE, False), (f"{PRACTICE}?q=+", False), (f"{PRACTICE}?q=flood", True), (f"/ar{PRACTICE}?theme=youth-engagement", True),
        (PEOPLE, False), ("/people/?q=lene", True), ("/about/?q=school", False), ("/healthz?q=school", False), ("/readyz?q=1", False),
        ("/static/css/house.css?q=school", False), ("/nothing/?q=school", False), ("/media/pictures/x.webp?q=1", False),
        (f"/media/documents/{'0' * 32}-pdf-1/x.pdf", True), ("/media/documents/x/x.pdf", False),
    ],
)  # fmt: skip
@pytest.mark.parametrize("method", ["GET", "HEAD"])
def test_a_search_is_counted_and_nothing_else(method, path, counts):
    b"".join(asked(method, path))  # a file is read to its end
    assert Knock.objects.count() == counts


def test_what_is_kept_and_asked_about_again_counts_as_well():
    """Whether it changed is known only once it was found again: 304 saves the line, and the database nothing."""
    first = asked("GET", "/hub/?q=school")
    again = asked("GET", "/hub/?q=school", headers={"If-None-Match": first["ETag"]})
    assert (again.status_code, Knock.objects.get().count) == (304, 2)


# --- What is answered ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("path", [JSON, f"{JSON}?q=school"])
def test_a_program_is_answered_in_its_own_form(shut, path):
    answer = asked("GET", path)
    assert (answer.status_code, answer.json()) == (429, {"error": "Too many tries"})
    assert 0 < int(answer["Retry-After"]) <= 60


def test_an_autosave_is_answered_so_too(shut):
    answer = asked("POST", "/join/person/save/", headers={"accept": "application/json"})
    assert (answer.status_code, answer.json(), int(answer["Retry-After"]) > 0) == (429, {"error": "Too many tries"}, True)


def test_a_search_too_many_says_when_to_load_it_again(shut):
    answer = asked("GET", "/hub/?q=school")
    assert (answer.status_code, answer["Cache-Control"]) == (429, "private, no-store")
    assert "Please wait 1 minute, then try again." in answer.text
    assert "others who share your connection" in answer.text
    assert '<a class="button" href="">Load the page again</a>' in answer.text
    assert "Send it again" not in answer.text


class Again(HTMLParser):
    """The form of a page that sends once more: where to, and what."""

    def __init__(self, page):
        super().__init__()
        self.to, self.fields = "", []
        self.feed(page)

    def handle_starttag(self, tag, attrs):
        given = dict(attrs)
        if tag == "form" and given.get("method") == "post":
            self.to = given["action"]
        elif tag == "input" and given.get("type") == "hidden" and given["name"] != "csrfmiddlewaretoken":
            self.fields.append((given["name"], given["value"]))


TYPED = {"name": 'Petra "P." <b>', "message": "Two lines,\r\nand & more", "languages": ["nl", "fr"], "typed_at": "1000"}


def test_what_was_typed_is_on_the_page_and_sent_from_there(monkeypatch):
    client = Client()
    with monkeypatch.context() as busy:
        busy.setattr(limits, "SENT", NONE)
        page = client.post("/join/person/?next=1", TYPED)
    assert (page.status_code, Draft.objects.count()) == (429, 0)
    again = Again(page.text)
    assert again.to == "/join/person/?next=1"
    assert sorted(again.fields) == sorted(
        (name, value) for name, values in TYPED.items() for value in (values if isinstance(values, list) else [values])
    )
    body = {name: [value for other, value in again.fields if other == name] for name, _value in again.fields}
    client.post(again.to, body)
    kept = Draft.objects.get().answers("person")
    assert all(kept[name] == TYPED[name] for name in ("name", "message", "languages"))


def test_an_act_too_many_keeps_what_was_typed_as_well(monkeypatch, aarhus):
    """One that its own view counts."""
    monkeypatch.setitem(limits.RATES, "report", (0, 60))
    page = asked_form(f"/cities/{aarhus.slug}/report/", cast.make_person("leila"), {"kind": "abuse", "why": "Not ours"})
    assert page.status_code == 429
    assert ("why", "Not ours") in Again(page.text).fields


def asked_form(path, user, data):
    client = Client()
    if user:
        client.force_login(user)
    return client.post(path, data)


def test_a_file_is_not_kept_and_that_is_said(shut, lene):
    path = f"/cities/{City.objects.get().slug}/edit/"
    told = "A file that you chose is not kept here"
    assert told not in asked_form(path, lene, {"profile": "Ours"}).text
    page = asked_form(path, lene, {"profile": "Ours", "picture": SimpleUploadedFile("a.png", b"x")})
    assert told in page.text
    assert Again(page.text).fields == [("profile", "Ours")]


@pytest.mark.parametrize(
    "path", ["/account/login/", "/account/2fa/authenticate/", "/admin/members/signon/add/", "/join/confirm/x/", "/members/invitations/x/"]
)
def test_no_secret_comes_back_on_a_page(shut, root, path):
    secret = "s3cret-of-mine"
    user = root if path.startswith("/admin/") else None
    page = asked_form(path, user, {"password": secret} if "/x/" in path else {"password": secret, "code": secret, "client_secret": secret})
    assert page.status_code == 429
    assert secret not in page.text


def test_a_secret_is_called_one():
    """By its name, the page above knows it."""

    def forms(of):
        for form in of.__subclasses__():
            yield form
            yield from forms(form)

    ours = [
        form
        for form in forms(BaseForm)
        if form.__module__.startswith("members.forms.") and "account" not in form.__module__ and hasattr(form, "base_fields")
    ]
    secret = {name for form in ours for name, field in form.base_fields.items() if isinstance(field.widget, PasswordInput)}
    assert (secret, [name for name in secret if not limits._is_secret(name)]) == ({"password", "secret"}, [])


def test_an_answer_of_429_tells_of_no_record(shut, lene, nadia):
    """The same whether or not there is one, and whether or not it is the reader's."""
    there, nowhere = Official.objects.get().key, "2d0cd6cf-0f6c-4d63-9b4c-9b1b0f1f0f0f"
    pairs = [
        (f"/people/{there}/write/", f"/people/{nowhere}/write/"),
        (f"/cities/{City.objects.get().slug}/report/", "/cities/nothing/report/"),
        ("/join/confirm/x/", f"/join/confirm/{cast.make_draft().key}/"),
        (f"/hub/practices.json?q={lene.name}", "/hub/practices.json?q=nobody"),
    ]
    for known, unknown in pairs:
        method = "GET" if "?" in known else "POST"
        first, second = (shown(asked(method, path, nadia), path) for path in (known, unknown))
        assert (first[0], first) == (429, second)


# --- When the database fails, and when many knock at once ------------------------------------------------------------


@pytest.mark.parametrize(
    ("fault", "status", "words"), [(OperationalError, 503, "Back in a moment"), (ProgrammingError, 500, "Something broke on our side")]
)
class TestFaults:
    @pytest.fixture(autouse=True)
    def broken(self, monkeypatch, fault):
        self.asked = 0

        def add(name, until):
            self.asked += 1
            raise fault("for our eyes")

        monkeypatch.setattr(Knock.objects, "add", add)

    @pytest.fixture
    def client(self):
        return Client(raise_request_exception=False)

    def test_nothing_is_done_uncounted(self, client, nadia, status, words):
        draft = cast.make_draft()
        session = client.session
        session["draft"] = draft.key
        session.save()
        answer = client.post("/join/discard/")
        assert (answer.status_code, self.asked, words in answer.text) == (status, 1, True)
        assert "for our eyes" not in answer.text
        assert Draft.objects.filter(pk=draft.pk).exists()

    @pytest.mark.parametrize("path", ["/hub/?q=school", "/cities/?q=aarhus"])
    def test_nothing_is_found_uncounted(self, client, path, status, words):
        answer = client.get(path)
        assert (answer.status_code, self.asked, words in answer.text) == (status, 1, True)

    def test_a_program_hears_it_in_its_own_form(self, client, status, words):
        answer = client.get(JSON)
        assert (answer.status_code, self.asked, answer.json()) == (status, 1, {"error": words})

    @pytest.mark.parametrize("path", ["/", HUB, CITIES, "/join/person/", "/healthz", "/readyz"])
    def test_pages_open_all_the_same(self, client, path, status, words):
        assert (client.get(path).status_code, self.asked) == (200, 0)


def through(times, monkeypatch):
    """How many of so many at once get through a door that lets five by."""
    monkeypatch.setattr(limits, "SEARCH", (Rate(5, 60, limits.stranger),))
    return race(*[lambda: asked("GET", JSON).status_code] * times).count(200)


@real
def test_of_eight_at_once_five_get_through(monkeypatch):
    assert through(8, monkeypatch) == 5


@real
def test_negative_control_read_and_then_written_a_sixth_gets_through(monkeypatch):
    asked("GET", JSON)
    Knock.objects.update(count=4)
    read_and_then_written(monkeypatch)
    assert through(2, monkeypatch) == 2
