"""The feed by the rules of RFC 4287 for all that it is made of, whatever stands in practices; and its 304, which is never wrong."""

import re
from collections import Counter
from datetime import datetime, timedelta
from xml.etree import ElementTree

import pytest
from django.utils import timezone

from hub import feed as feed_module
from hub.models import Practice
from hub.models.practice import State
from members.models import City
from strongcities.licences import Licence
from tests.cast import make_staff
from tests.hub.cast import make_city, make_official, make_practice

pytestmark = pytest.mark.django_db
FEED = "/hub/feed/"
ATOM = "{http://www.w3.org/2005/Atom}"
XML = "{http://www.w3.org/XML/1998/namespace}"

# --- The rules -------------------------------------------------------------------------------------------------------

ONCE, AT_MOST_ONCE, ANY = (1, 1), (0, 1), (0, 10_000)
CHILDREN = {  # sections 4.1.1, 4.1.2, 3.2
    "feed": {
        "id": ONCE, "title": ONCE, "updated": ONCE, "author": (1, 10_000), "link": ANY, "entry": ANY, "category": ANY, "contributor": ANY,
        "generator": AT_MOST_ONCE, "icon": AT_MOST_ONCE, "logo": AT_MOST_ONCE, "rights": AT_MOST_ONCE, "subtitle": AT_MOST_ONCE,
    },
    "entry": {
        "id": ONCE, "title": ONCE, "updated": ONCE, "author": (1, 10_000), "link": ANY, "category": ANY, "contributor": ANY,
        "published": AT_MOST_ONCE, "rights": AT_MOST_ONCE, "summary": AT_MOST_ONCE, "content": AT_MOST_ONCE, "source": AT_MOST_ONCE,
    },
    "author": {"name": ONCE, "uri": AT_MOST_ONCE, "email": AT_MOST_ONCE},
}  # fmt: skip
ATTRIBUTES = {  # beside xml:lang and xml:base, which every one may have
    "link": {"href", "rel", "type", "hreflang", "title", "length"},
    "category": {"term", "scheme", "label"},
    **{name: {"type"} for name in ("title", "summary", "rights", "subtitle")},
}
TEXTS = {"title", "summary", "rights", "subtitle"}
DATES = {"updated", "published"}
DATE = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?(Z|[+-]\d\d:\d\d)")  # section 3.3: capital T and Z
# RFC 3987, section 2.2: a scheme, and after it none of the characters that an IRI has no place for.
IRI = re.compile('[A-Za-z][A-Za-z0-9+.-]*:(?:[^\\s<>"{}|\\\\^`%\\x00-\\x20\\x7f-\\x9f\\ud800-\\uf8ff]|%[0-9A-Fa-f]{2})+')
LANGUAGE = re.compile(r"[A-Za-z]{2,8}(-[A-Za-z0-9]{1,8})*")  # RFC 3066, as the RFC has it
RELATIONS = {"alternate", "related", "self", "enclosure", "via", "next", "previous", "first", "last", "license"}  # as registered
NOT_IN_XML = re.compile("[^\\t\\n\\r\\x20-\\ud7ff\\ue000-\\ufffd\\U00010000-\\U0010ffff]")


def faults(document):
    """What is wrong with an Atom document, by the rules of RFC 4287."""
    text = document.decode("utf-8")  # a fault of the encoding is raised
    if NOT_IN_XML.search(text):
        return ["characters that XML has no place for"]
    if not text.startswith('<?xml version="1.0" encoding="utf-8"?>'):
        return ["no declaration"]
    feed = ElementTree.fromstring(document)  # noqa: S314  our own
    found = [] if feed.tag == f"{ATOM}feed" else ["no feed"]
    for element in feed.iter():
        found += _faults_of(element)
    ids = Counter((entry.findtext(f"{ATOM}id"), entry.findtext(f"{ATOM}updated")) for entry in feed.findall(f"{ATOM}entry"))
    found += [f"an entry that stands there twice: {one}" for one, times in ids.items() if times > 1]
    found += [] if any(link.get("rel") == "self" for link in feed.findall(f"{ATOM}link")) else ["a feed without a link to itself"]
    return found


def _faults_of(element):
    name = element.tag.removeprefix(ATOM)
    found = [f"{name} in no namespace"] if not element.tag.startswith(ATOM) else []
    found += _wrong_attributes(name, element)
    if name in CHILDREN:
        found += _wrong_children(name, element)
    elif len(element):
        found.append(f"{name} has children")
    text = element.text or ""
    if name in DATES and not (DATE.fullmatch(text) and _is_read(text)):
        found.append(f"{name} is no date: {text!r}")
    if name in {"id", "uri", "icon", "logo"} and not IRI.fullmatch(text):
        found.append(f"{name} is no IRI: {text!r}")
    if name in TEXTS and element.get("type") == "html" and re.search(r"<(?!/?[a-z])|&(?!#?\w+;)", text):
        found.append(f"{name} is no HTML: {text!r}")
    if name in {"name", "title"} and not text.strip():
        found.append(f"{name} is empty")
    return found


def _is_read(date):
    try:
        return datetime.fromisoformat(date).tzinfo is not None
    except ValueError:
        return False


def _wrong_attributes(name, element):
    own = {key for key in element.attrib if not key.startswith(XML)}
    found = [f"{name} has {key}" for key in own - ATTRIBUTES.get(name, set())]
    language = element.get(f"{XML}lang")
    if language is not None and not LANGUAGE.fullmatch(language):
        found.append(f"no language: {language}")
    if name in TEXTS and element.get("type", "text") not in {"text", "html"}:
        found.append(f"{name} of type {element.get('type')}")
    if name == "link":
        relation = element.get("rel", "alternate")
        found += [] if relation in RELATIONS or IRI.fullmatch(relation) else [f"a relation that nobody registered: {relation}"]
        found += [] if IRI.fullmatch(element.get("href", "")) else [f"a link that leads nowhere: {element.get('href')}"]
    if name == "category":
        found += [] if element.get("term") else ["a category without a term"]
        found += [] if IRI.fullmatch(element.get("scheme", "x:x")) else ["a scheme that is no IRI"]
    return found


def _wrong_children(name, element):
    there = Counter(child.tag.removeprefix(ATOM) for child in element)
    found = [f"{name} has {child}" for child in there.keys() - CHILDREN[name].keys()]
    for child, (least, most) in CHILDREN[name].items():
        if not least <= there[child] <= most:
            found.append(f"{name} has {there[child]} {child}")
    if (element.text or "").strip() or any((child.tail or "").strip() for child in element):
        found.append(f"{name} has text of its own")
    links = Counter(
        (link.get("type"), link.get("hreflang")) for link in element.findall(f"{ATOM}link") if link.get("rel", "alternate") == "alternate"
    )
    found += ["two alternates of one kind"] if any(times > 1 for times in links.values()) else []
    if name == "entry" and not links and element.find(f"{ATOM}content") is None:
        found.append("an entry without content or alternate")
    return found


GOOD = (
    '<?xml version="1.0" encoding="utf-8"?>\n<feed xmlns="http://www.w3.org/2005/Atom" xml:lang="en">'
    "<title>T</title><id>https://a.example/</id>"
    '<link rel="self" href="https://a.example/feed"/><updated>2026-01-01T00:00:00Z</updated><author><name>A</name></author>'
    '<entry><title>E</title><link rel="alternate" href="https://a.example/1"/><id>tag:a.example,2026:1</id>'
    "<updated>2026-01-01T00:00:00+00:00</updated><author><name>B</name><uri>https://a.example/b</uri></author>"
    '<summary type="html">a &amp;amp; b</summary><category term="t" scheme="tag:a.example,2026:s" label="L"/></entry></feed>'
)


@pytest.mark.parametrize(
    ("good", "bad"),
    [
        ("<title>T</title>", ""), ("<title>T</title>", "<title>T</title><title>U</title>"), ("<title>E</title>", ""),
        ("<title>E</title>", "<title>E<b/></title>"), ("<title>E</title>", "<title> </title>"), ("<id>https://a.example/</id>", ""),
        ("<id>https://a.example/</id>", "<id>/feed</id>"), ("tag:a.example,2026:1", "tag:a example"), ("tag:a.example,2026:1", "x:%zz"),
        ("<updated>2026-01-01T00:00:00Z</updated>", ""), ("T00:00:00Z", "T00:00:00"), ("T00:00:00Z", "t00:00:00z"),
        ("T00:00:00Z", "T25:00:00Z"),
        ("<author><name>A</name></author>", ""), ("<name>B</name>", ""), ("<name>B</name>", "<name></name>"),
        ("<uri>https://a.example/b</uri>", "<uri>b</uri>"), ('rel="self"', 'rel="myself"'),
        ('<link rel="self" href="https://a.example/feed"/>', ""),
        ('<link rel="alternate" href="https://a.example/1"/>', ""), ('href="https://a.example/1"', 'href="/1"'),
        ('<link rel="alternate" href="https://a.example/1"/>', '<link href="https://a.example/1"/><link href="https://a.example/2"/>'),
        ('term="t"', 'term=""'), ('term="t"', ""), ('scheme="tag:a.example,2026:s"', 'scheme="s"'), ('type="html"', 'type="xml"'),
        ("a &amp;amp; b", "a &amp; b"), ("a &amp;amp; b", "a &lt; b"), ('xml:lang="en"', 'xml:lang="in English"'),
        ("<entry>", "<entry>text"),
        ("<entry>", "<entry><published>2026-01-01</published>"), ("<entry>", "<entry><subtitle>S</subtitle>"), ('label="L"', 'name="L"'),
        ("<title>E</title>", "<title>E\x07</title>"), (' encoding="utf-8"', ""), ("<summary", "<content/><content/><summary"),
    ],
)  # fmt: skip
def test_negative_control_each_rule_is_checked(good, bad):
    assert faults(GOOD.encode()) == []
    broken = GOOD.replace(good, bad, 1)
    assert broken != GOOD
    assert faults(broken.encode())


def test_negative_control_no_entry_stands_there_twice():
    entry = GOOD[GOOD.index("<entry>") : GOOD.index("</feed>")]
    assert faults(GOOD.replace(entry, entry * 2).encode())


# --- What the house sends --------------------------------------------------------------------------------------------

AWKWARD = [
    "<b>bold</b> & <script>alert(1)</script>", "]]> <![CDATA[ <!-- -->", "“quotes” \"double\" 'single'", "&amp; &lt; &#x3c; &nonsense;",
    "a < b > c & d",
    "tab\tline\nreturn\rand\x85next\u2028line\u2029end", "ا\u200fلعربية\u202e reversed\u202c", "🏙️ 𝒜 \U0010fffd",
    "".join(map(chr, range(1, 0x20))) + "x", "\x7f\x80\x9f x", "\ufeff x \ufffe\uffff \ufdd0", "{{ braces }} {% tag %}",
    "e\u0301 é \u1f468",
]  # fmt: skip


def sent(client, path=FEED, **asked):
    response = client.get(path, asked)
    assert (response.status_code, response["Content-Type"]) == (200, "application/atom+xml; charset=utf-8")
    return response.content


def titles(document):
    return [entry.findtext(f"{ATOM}title") for entry in ElementTree.fromstring(document).findall(f"{ATOM}entry")]  # noqa: S314


@pytest.fixture
def awkward():
    city = make_city("Aarhus <&> \x02", "DK", slug="aarhus-dk")
    for text in AWKWARD:
        make_practice(city, text, summary=text, body=text, lessons=[text], partners=[text])
    return city


@pytest.mark.parametrize("language", ["", "/ar"])
@pytest.mark.parametrize("text", AWKWARD, ids=range(len(AWKWARD)))
def test_the_feed_keeps_the_rules_whatever_is_written_or_asked(client, awkward, language, text):
    for asked in (
        {},
        {"q": text},
        {"q": f'"{text}" -{text}', "exact": "1"},
        {"q": text, "per_page": "2", "page": "1", "sort": "relevance"},
    ):
        document = sent(client, f"{language}{FEED}", **asked)
        assert faults(document) == [], asked
    assert len(titles(sent(client))) == len(AWKWARD)


def test_it_says_what_was_written(client, awkward):
    document = sent(client, per_page=100)
    kept = ["".join(sign for sign in text if not NOT_IN_XML.match(sign)) for text in AWKWARD]
    assert titles(document) == [text.replace("\r", "\n") for text in kept], "a reader of XML takes each end of a line for the same"


def test_negative_control_without_leaving_out_what_xml_cannot_hold(client, awkward, monkeypatch):
    monkeypatch.setattr(feed_module, "fit_for_xml", lambda text: text)
    with pytest.raises(Exception, match=r"[Cc]ontrol|token|invalid|character"):
        assert faults(sent(client)) == [], "control characters"


@pytest.mark.parametrize("who", ["visitor", "official", "staff"])
def test_the_feed_keeps_the_rules_for_every_kind_of_record_and_reader(client, who):
    city = make_city()
    for number, licence in enumerate(["", *Licence.values]):
        make_practice(city, f"Licence {number}", licence=licence, language=("en", "fr", "ar", "zh")[number % 4])
    make_practice(city, "Members", audience="members", is_sample=True, last_confirmed=timezone.now().date())
    make_practice(city, "Laid down", state=State.ARCHIVED, evidence="x", themes=[], prevention_levels=[])
    if who != "visitor":
        client.force_login(make_official(make_city("Kiel", "DE")) if who == "official" else make_staff())
    for asked in ({}, {"per_page": 2, "page": 2}, {"q": "licence"}, {"theme": "youth-engagement"}, {"q": "qqqqqq"}, {"sort": "evidence"}):
        assert faults(sent(client, **asked)) == [], asked


# --- Whether it changed ----------------------------------------------------------------------------------------------


@pytest.fixture
def three():
    city = make_city()
    return [make_practice(city, f"Youth {name}") for name in ("council", "parliament", "forum")]


def changes(how, practice):
    rows = Practice.objects.filter(pk=practice.pk)
    match how:
        case "a title":
            rows.update(title="Another")
        case "hidden":
            rows.update(state=State.DRAFT)
        case "deleted":
            practice.delete()
        case "for members only":
            rows.update(audience="members")
        case "another order":
            newest = Practice.objects.latest("published_at") == practice
            rows.update(published_at=timezone.now() - timedelta(days=99 if newest else 0))
        case "a city renamed":
            City.objects.filter(pk=practice.city_id).update(name="Århus C")
        case "one more":
            make_practice(practice.city, "Of old", published_at=timezone.now() - timedelta(days=999), updated=practice.updated)


@pytest.mark.parametrize("place", [0, 1, 2])
@pytest.mark.parametrize("how", ["a title", "hidden", "deleted", "for members only", "another order", "a city renamed", "one more"])
def test_no_change_is_missed_by_whoever_asks_again(client, three, how, place):
    """Though the newest date stays what it was."""
    long_ago = timezone.now() - timedelta(days=9)
    Practice.objects.update(updated=long_ago)
    first = client.get(FEED)
    assert client.get(FEED, headers={"If-None-Match": first["ETag"]}).status_code == 304
    changes(how, Practice.objects.get(pk=three[place].pk))
    Practice.objects.update(updated=long_ago)
    again = client.get(FEED, headers={"If-None-Match": first["ETag"], "If-Modified-Since": "Fri, 01 Jan 2100 00:00:00 GMT"})
    assert (again.status_code, again["ETag"] != first["ETag"]) == (200, True)
    assert titles(again.content) != titles(first.content) or how == "a city renamed"
    assert client.get(FEED, headers={"If-None-Match": again["ETag"]}).status_code == 304


def test_no_date_alone_is_believed(client, three):
    first = client.get(FEED)
    assert "Last-Modified" not in first
    for date in ("Fri, 01 Jan 2100 00:00:00 GMT", "Thu, 01 Jan 2015 00:00:00 GMT", "nonsense"):
        assert client.get(FEED, headers={"If-Modified-Since": date}).status_code == 200


def test_unchanged_it_is_not_sent_again(client, three):
    first = client.get(FEED)
    assert first["Cache-Control"] == "public, max-age=60"
    for etag in (first["ETag"], f"W/{first['ETag']}", f'"other", {first["ETag"]}', "*"):
        again = client.get(FEED, headers={"If-None-Match": etag, "If-Modified-Since": "Thu, 01 Jan 2015 00:00:00 GMT"})
        assert (again.status_code, again.content, again["ETag"]) == (304, b"", first["ETag"])
    assert client.get(f"{FEED}?q=council", headers={"If-None-Match": first["ETag"]}).status_code == 200
    assert client.get(f"/ar{FEED}", headers={"If-None-Match": first["ETag"]}).status_code == 200


def test_what_is_sent_to_somebody_signed_in_is_kept_by_nobody(client, three):
    etag = client.get(FEED)["ETag"]
    client.force_login(make_staff())
    response = client.get(FEED, headers={"If-None-Match": etag})
    assert (response.status_code, response["Cache-Control"]) == (200, "private, no-store")
    assert "ETag" not in response
