"""Every word of ours in every language of the house: the catalogues are whole, and no page shows English in between."""

from __future__ import annotations

import re
from collections.abc import Iterator
from html.parser import HTMLParser
from io import BytesIO
from pathlib import Path
from types import SimpleNamespace
from urllib.parse import urlsplit

import pytest
from babel.messages.catalog import Message
from babel.messages.extract import extract
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po
from django.conf import settings
from django.utils.translation.template import templatize
from post_office.models import Email

from events.models import Change, EventInvitation, Registration
from members import joining
from members.models import Import
from strongcities import mail
from tests import cast
from tests.events.cast import make_event, make_session
from tests.house import APPS
from tests.hub.cast import make_practice
from tests.outbox import outbox

OURS = (*APPS, "templates")  # what `make messages` reads
CALLS = {
    **dict.fromkeys(("_", "gettext", "gettext_lazy", "gettext_noop"), None),
    **dict.fromkeys(("ngettext", "ngettext_lazy"), (1, 2)),
    **dict.fromkeys(("pgettext", "pgettext_lazy"), ((1, "c"), 2)),
    **dict.fromkeys(("npgettext", "npgettext_lazy"), ((1, "c"), 2, 3)),
}
# (n, %, tags): what must stand in a translation as it stands in the source. `yes,no` keeps its comma: Django splits there.
KEPT = re.compile(r"%\(\w+\)[sd]|%[sd%]|\{\w*\}|<[^>]+>")
LATIN_PUNCTUATION = re.compile(r"[,;?\"“”]")
SPLIT_BY_DJANGO = {"yes,no", "yes,not yet"}
OTHERS = [code for code, _name in settings.LANGUAGES if code != settings.LANGUAGE_CODE]


def source(language: str) -> Path:
    return Path(settings.LOCALE_PATHS[0]) / language / "LC_MESSAGES" / "django.po"


def catalogue(language: str) -> list[Message]:
    """The entries of a catalogue, without its head. Raises where the file can't be read whole."""
    with source(language).open("rb") as file:
        return [message for message in read_po(file, locale=language, abort_invalid=True) if message.id]


def ids(message: Message) -> tuple[str, ...]:
    return (message.id,) if isinstance(message.id, str) else tuple(str(part) for part in message.id or ())


def forms(message: Message) -> tuple[str, ...]:
    return (message.string,) if isinstance(message.string, str) else tuple(message.string or ())


def is_translated(message: Message) -> bool:
    return not message.fuzzy and all(forms(message))


def said_in_source() -> set[tuple[str | None, str]]:
    """(context, English) of every string in our code and templates that asks for a translation."""
    found = set()
    for folder in OURS:
        for path in sorted((settings.BASE_DIR / folder).rglob("*")):
            if path.suffix == ".py":
                text = path.read_text()
            elif path.suffix in {".html", ".txt"}:
                # What is left of a template is read as Python, whose indents mean something.
                text = "\n".join(line.lstrip() for line in templatize(path.read_text()).splitlines())
            else:
                continue
            for _line, message, _comments, context in extract("python", BytesIO(text.encode()), CALLS):
                found.add((context, message if isinstance(message, str) else message[0]))
    return found


# --- The catalogues --------------------------------------------------------------------------------------------------


def test_the_source_is_read():
    found = said_in_source()
    assert {
        (None, "Strong Cities Network"),  # a tag in a template
        (None, "yes,no"),  # an argument of a filter
        (None, "%(shown)s city"),  # a block with a plural
        (None, "Best match"),  # Python
        ("kind of authority", "City"),  # with a context
        (None, "%(count)d application to join"),  # a plural in Python
    } <= found
    assert len(found) > 900


@pytest.mark.parametrize("language", OTHERS)
def test_catalogue_compiles(language):
    with source(language).open("rb") as file:
        write_mo(compiled := BytesIO(), read_po(file, locale=language, abort_invalid=True))
    assert compiled.getvalue()


@pytest.mark.parametrize("language", OTHERS)
def test_every_string_of_ours_is_translated(language):
    done = {(message.context, ids(message)[0]) for message in catalogue(language) if is_translated(message)}
    missing = sorted(english for context, english in said_in_source() if (context, english) not in done)
    assert not missing, (
        f"{len(missing)} strings have no translation in {source(language).relative_to(settings.BASE_DIR)}. "
        "Run `make messages`, translate what is empty or fuzzy there, and take out the word fuzzy:\n" + "\n".join(missing)
    )


@pytest.mark.parametrize("language", OTHERS)
def test_translations_keep_placeholders_and_tags(language):
    """The forms for none, one and two may say the number as a word; the others say what the source says."""
    wrong = []
    for message in filter(is_translated, catalogue(language)):
        wanted = sorted(KEPT.findall(ids(message)[-1]))
        for number, form in enumerate(forms(message)):
            kept = sorted(KEPT.findall(form))
            if kept != wanted and not (message.pluralizable and number < 3 and set(kept) < set(wanted)):
                wrong.append(f"{ids(message)[0]}: {form}")
    assert wrong == []


def test_arabic_plurals_are_all_filled():
    counted = [message for message in catalogue("ar") if message.pluralizable]
    assert counted
    assert [ids(message) for message in counted if len(forms(message)) != 6 or not all(forms(message))] == []


def test_arabic_uses_its_own_punctuation():
    found = [
        form
        for message in catalogue("ar")
        if message.id not in SPLIT_BY_DJANGO
        for form in forms(message)
        if LATIN_PUNCTUATION.search(KEPT.sub("", form))
    ]
    assert found == []


# --- The pages -------------------------------------------------------------------------------------------------------

LATIN = re.compile(r"[A-Za-z][A-Za-z’']+")
ADDRESS = re.compile(r"\S+@\S+|https?://\S*|/[\w./-]+")
ATTRIBUTES = {"placeholder", "aria-label", "title", "alt"}
EMPTY = {"area", "base", "br", "col", "embed", "hr", "img", "input", "link", "meta", "source", "track", "wbr"}
NAMES = """
    Aarhus Mombasa Oslo Ghent Gent Gand Leuven Lene Lund Ove Olsen Leila Ali Nadia Nys Sam Toni Staff Petra Peeters
    Prevention officer Adviser The mayor
    ISD UTC WCAG AA axe Chromium Django https http
    English aarhus dk gent be
    Natural Earth JPEG PNG WebP AVIF
    Atom CSV JSON Global Privacy Control Do Not Track
"""
KNOWN = set(NAMES.split())
# The admin shows codes and keys as they are; the rest are descriptions of pictures, which Django has in English only.
ADMIN = {"Markdown", "Excel", "aarhus", "dk", "en", "Coyhaique"} | {"Search", "True", "False"}


class Words(HTMLParser):
    """The words of a page that are in the page's own language: not what has a language of its own, nor what people
    typed (in <bdi> and in fields)."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.open: list[tuple[str, bool]] = [("", False)]
        self.language = ""
        self.text: list[str] = []
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        about = {name: value or "" for name, value in attrs}
        if tag == "html":
            self.language = about["lang"]
        foreign = about.get("lang", self.language) != self.language or tag in {"bdi", "script", "style", "textarea"}
        hidden = self.open[-1][1] or foreign
        if not hidden:
            self.text += [about[name] for name in ATTRIBUTES & about.keys()]
            if tag == "meta" and about.get("name") == "description":
                self.text.append(about["content"])
            if tag == "input" and about.get("type") == "submit":
                self.text.append(about.get("value", ""))
        if tag not in EMPTY:
            self.open.append((tag, hidden))

    def handle_endtag(self, tag: str) -> None:
        while len(self.open) > 1 and self.open.pop()[0] != tag:
            pass  # an end that HTML lets one leave out

    def handle_data(self, data: str) -> None:
        if not self.open[-1][1]:
            self.text.append(data)


def english(texts: list[str], known: set[str] = KNOWN) -> list[str]:
    """The texts with a Latin word that is nobody's name and no address."""
    return [" ".join(text.split()) for text in texts if set(LATIN.findall(ADDRESS.sub("", text))) - known]


def links(page: str) -> Iterator[str]:
    for href in re.findall(r'<a [^>]*href="([^"#]+)', page):
        path = urlsplit(href).path
        if path.startswith("/ar/") and not path.startswith("/ar/admin/"):
            yield path


def walk(client, *starts: str) -> dict[str, str]:
    """Every page that can be reached by links from `starts`, by address; the admin only as far as `starts` name it."""
    seen: dict[str, str] = {}
    todo = list(starts)
    while todo:
        path = todo.pop()
        if path in seen:
            continue
        response = client.get(path)
        seen[path] = ""
        if response.headers.get("Location", "").startswith("/ar/"):
            todo.append(response.headers["Location"])
        elif response.headers.get("Content-Type", "").startswith("text/html"):
            seen[path] = response.content.decode()
            todo += links(seen[path])
    return {path: page for path, page in seen.items() if page}


def assert_arabic(pages: dict[str, str], known: set[str] = KNOWN) -> None:
    found = {}
    for path, page in pages.items():
        words = Words(page)
        assert words.language == "ar", path
        if rest := english(words.text, known):
            found[path] = rest
    assert found == {}, "\n".join(f"{path}: {rest}" for path, rest in found.items())


@pytest.fixture
def practice(db):
    return make_practice(
        cast.make_city("Aarhus"),
        "Ghent",  # names only, so that what is in English on a page of it is ours
        summary="Ghent",
        slug="parents",
        lead_sector="police",
        sectors=["police"],
        lessons=["Begin early."],
        partners=["A school"],
        sources=[{"title": "A report", "url": "https://example.org/", "publisher": "A publisher"}],
        start_year=2015,
    )


def test_english_is_found():
    """The watch itself: it sees a string that was left in English, in text and in attributes, and lets names pass."""
    page = '<html lang="ar"><p>Join now <b lang="en">not this</b></p><input placeholder="Find">Aarhus, a@b.org</html>'
    assert english(Words(page).text) == ["Join now", "Find"]


def test_visitor_reads_arabic_only(client, practice):
    cast.make_city("Mombasa")
    cast.make_city("Oslo")
    mail.send("members/answered", to="nadia@gent.be", context={"city": "Ghent"}, language="ar")
    pages = walk(
        client, "/ar/", "/ar/nothing/", "/ar/hub/?q=Leuven", "/ar/hub/?theme=refugees-and-displacement&q=Ghent", "/ar/hub/?theme=Oslo",
        "/ar/hub/?page=9",
        "/ar/cities/?region=europe", "/ar/cities/?kind=state", "/ar/cities/?page=9", "/ar/demo/outbox/", "/ar/account/signup/",
        "/ar/join/confirm/wrong/", "/ar/account/login/code/", "/ar/account/password/reset/",
    )  # fmt: skip
    assert {
        f"/ar/demo/outbox/{outbox()[0].pk}/",
        "/ar/hub/",
        "/ar/hub/practices/parents/",
        "/ar/cities/mombasa-ke/",
        "/ar/join/",
        "/ar/privacy/",
    } <= pages.keys()
    assert_arabic(pages)


def test_application_is_arabic_from_the_first_page_to_the_last(client, db):
    cast.make_city("Ghent")
    draft = cast.make_draft()
    session = client.session
    session["draft"] = draft.key
    session.save()
    empty = {
        f"empty {page}": client.post(f"/ar/join/{page}/", {}).content.decode()
        for page in ("city", "city/new", "person", "mandate", "principles")
    }
    draft.delete()
    draft = cast.make_draft()
    session["draft"] = draft.key
    session.save()
    pages = walk(client, "/ar/join/", "/ar/join/city/new/", "/ar/join/check/")
    assert "/ar/join/principles/" in pages
    confirm = {"confirm": client.get(f"/ar/join/confirm/{joining.token_for(draft)}/").content.decode()}
    assert_arabic({**empty, **pages, **confirm})


def test_applicant_and_lead_official_read_arabic_only(client, practice):
    aarhus = cast.make_city("Aarhus")
    application = cast.make_application(city=aarhus)
    Email.objects.all().delete()  # they are in the language of who applied, and anybody may read them in a demo
    client.force_login(cast.make_person("nadia"))
    applicant = walk(client, "/ar/desk/", "/ar/join/status/", f"/ar/join/status/{application.pk}/withdraw/")
    client.force_login(cast.make_person("lene"))
    lead = walk(client, "/ar/desk/", "/ar/account/2fa/", "/ar/account/email/")
    assert f"/ar/members/applications/{application.pk}/" in lead
    assert_arabic({**{f"nadia {path}": page for path, page in applicant.items()}, **lead})


# The languages of the world, by their English names where nobody has given them an Arabic one.
ALL_LANGUAGES = re.compile(r'<select name="own_language".*?</select>', re.DOTALL)


COLUMN = re.compile(r"<code[^>]*>[^<]*</code>")  # of a spreadsheet, and what may stand in it: the same in every language


def test_staff_read_arabic_only(client, practice):
    application = cast.make_application()
    sam = cast.make_staff("sam")
    client.force_login(sam)
    sheet = Import.bring(kind="cities", name="ملف", file="name,country\nبون,ألمان".encode(), by=sam)
    assert_arabic(
        {
            path: COLUMN.sub("", ALL_LANGUAGES.sub("", client.get(path).content.decode()))
            for path in (
                "/ar/admin/",
                "/ar/admin/members/application/",
                f"/ar/admin/members/application/{application.pk}/change/",
                "/ar/admin/members/city/",
                f"/ar/admin/members/city/{practice.city.pk}/change/",
                f"/ar/admin/members/import/{sheet.pk}/change/",
                "/ar/admin/members/import/",
                "/ar/admin/members/post/",
                "/ar/admin/hub/practice/",
                f"/ar/admin/hub/practice/{practice.pk}/change/",
            )
        },
        KNOWN | ADMIN,
    )


# --- The mails -------------------------------------------------------------------------------------------------------

MAILS = sorted(
    str(path.relative_to(settings.BASE_DIR / "templates/mail")).removesuffix(".subject.txt")
    for path in (settings.BASE_DIR / "templates/mail").rglob("*.subject.txt")
)


OF_NO_CITY = {
    "members/confirm",
    "members/barred",
    "members/unbarred",
    "members/warned",
    "members/left_network",
    "members/report_decided",
    "hub/news",
    "events/session_moved",
}


def of_an_event():
    """What the mails of events tell of."""
    event = make_event("قمة", venue="", host=cast.make_city("Ghent"))
    person = cast.make_person("nadia")
    return {
        "event": event, "registration": Registration(event=event, user=person), "until": event.starts, "reader_zone": "Africa/Nairobi",
        "invitation": EventInvitation(event=event, email=person.email), "asked": SimpleNamespace(reference="1-2-3", granted_words="100"),
        "notice": SimpleNamespace(state="cancelled", why="؟", session=make_session(event, "جلسة")),
        "changes": [Change(what=what) for what in Change.What],
    }  # fmt: skip


@pytest.mark.parametrize("name", MAILS)
def test_mail_is_arabic(db, name):
    application = cast.make_application()
    context = {
        "application": application, "city": application.city, "cities": [application.city], "why": "؟", "token": "token", "days": 3,
        "person": application.applicant, "domain": "gent.be", "mandate": True, "vouch": SimpleNamespace(pk=1),
        "slug": "gent-be", "name": "Nadia Nys", "standing": "Adviser, Ghent", "about": "؟", "new": "nadia@gent.be", "code": "123456",
        "practices": [], "count": 3, "more": 3, "search": "?q=…",
        "contact": SimpleNamespace(key="2d0cd6cf-0f6c-4d63-9b4c-9b1b0f1f0f0f"),
    }  # fmt: skip
    if name.startswith("events/"):
        context |= of_an_event()
    mail.send(name, to="nadia@gent.be", context=context, language="ar")
    message = outbox()[-1]
    html = Words(message.html_message)
    assert (html.language, 'dir="rtl"' in message.html_message) == ("ar", True)
    assert "Ghent" in message.subject + message.message or name.startswith("account/") or name in OF_NO_CITY
    assert english([message.subject, *message.message.splitlines(), *html.text]) == []
