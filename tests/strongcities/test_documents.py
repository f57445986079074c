"""Documents that people upload: what is taken and under which name, what is refused with which words, serving, tidying."""

import re
import struct
import zipfile
import zlib
from datetime import timedelta
from io import BytesIO
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import openpyxl
import pytest
import typst
from django.apps import apps
from django.contrib.auth.models import Permission
from django.contrib.contenttypes.models import ContentType
from django.core.exceptions import ValidationError
from django.db import connection, models
from django.utils import timezone, translation
from procrastinate.contrib.django import app

from members.models import User
from strongcities import document_kinds, documents
from tests import cast
from tests.documents import document, parts_of, pdf, upload, zipped

OFFICE = ("docx", "xlsx", "pptx", "odt", "ods", "odp")
KINDS = ("pdf", *OFFICE, "txt", "csv", "md")


@pytest.fixture(autouse=True)
def media(settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path / "media"
    return settings.MEDIA_ROOT


def refused(content, name="paper"):
    with pytest.raises(ValidationError) as error:
        documents.read(upload(content, name))
    return error.value.code


# --- What is taken ---------------------------------------------------------------------------------------------------


def test_ten_kinds():
    assert set(KINDS) == set(document_kinds.MIME)
    assert set(documents.ACCEPT.split(",")) == {f".{kind}" for kind in KINDS}


@pytest.mark.parametrize("kind", KINDS)
def test_each_kind_is_kept_as_it_came(kind, media):
    content = document(kind)
    value = documents.read(upload(content, f"Agenda.{kind}")).keep()
    assert re.fullmatch(rf"[0-9a-f]{{32}}-{kind}-{len(content)}/Agenda\.{kind}", value)
    assert len(value) <= documents.DocumentField.longest
    documents.DocumentField().run_validators(value)
    kept = documents.Document(value)
    assert (kept.kind, kept.size, kept.file_name, kept.is_there) == (kind, len(content), f"Agenda.{kind}", True)
    assert [path.read_bytes() for path in Path(media).rglob("*") if path.is_file()] == [content]


def test_what_programs_write_is_taken():
    """A workbook by openpyxl, a PDF by typst."""
    buffer = BytesIO()
    openpyxl.Workbook().save(buffer)
    assert documents.read(upload(buffer.getvalue(), "table")).kind == "xlsx"
    drawn = typst.compile(b"Hello", ignore_system_fonts=True)
    assert documents.read(upload(drawn, "hello")).kind == "pdf"


@pytest.mark.parametrize("kind", ["pdf", *OFFICE])
def test_its_name_is_not_asked_what_it_is(kind):
    assert documents.read(upload(document(kind), "page.html")).kind == kind


@pytest.mark.parametrize(
    ("name", "kept"),
    [
        ("Agenda.PDF", "Agenda.pdf"),
        ("Ordre du jour – été.pdf", "Ordre du jour – été.pdf"),
        ("جدول الأعمال.pdf", "جدول الأعمال.pdf"),
        ("议程.pdf", "议程.pdf"),
        ("a\u0308.pdf", "ä.pdf"),
        ("../../etc/passwd", "passwd.pdf"),
        ("C:\\Users\\ann\\plan.pdf", "plan.pdf"),
        ("page.html", "page.html.pdf"),
        ("plan.docx", "plan.pdf"),
        ("\u202efdp.exe", "fdp.exe.pdf"),
        ("a\x00b\r\nc\x1b.pdf", "abc.pdf"),
        ('a"b<c>d|e?f*g:h.pdf', "a b c d e f g h.pdf"),
        ("..", "document.pdf"),
        (".pdf", "document.pdf"),
        ("\u200e.pdf", "document.pdf"),
        ("  plan . .pdf", "plan.pdf"),
        ("x" * 300 + ".pdf", "x" * 96 + ".pdf"),
        ("50% #1 & 2; 'a'.pdf", "50% #1 & 2; 'a'.pdf"),
        ("می\u200cخواهم.pdf", "می\u200cخواهم.pdf"),
    ],
)
def test_its_name_is_made_harmless(name, kept):
    file = upload()
    vars(file).update(_name=name)  # past Django, which cuts most of it off
    value = documents.read(file).keep()
    assert documents.Document(value).file_name == kept
    documents.DocumentField().run_validators(value)


@pytest.mark.parametrize(
    "value", ["x", "0" * 32 + "-pdf-1", "0" * 32 + "-pdf-1/", "0" * 32 + "-exe-1/a", "0" * 32 + "-pdf-1/a/b", "0" * 32 + "-pdf-1/a\n"]
)
def test_no_other_value_is_one(value):
    with pytest.raises(ValidationError):
        documents.DocumentField().run_validators(value)


# --- What is refused -------------------------------------------------------------------------------------------------


def packed(objects, *, how=b"/Filter /FlateDecode", content=None, name=b"/ObjStm"):
    """A stream of objects, as PDF 1.5 has them."""
    content = zlib.compress(objects) if content is None else content
    return b"7 0 obj <</Type %s /N 1 /First 4 %s /Length %d>> stream\r\n%s\nendstream endobj" % (name, how, len(content), content)


SCRIPT = b"4 0 obj <</S /JavaScript /JS (app.alert(1))>> endobj"


@pytest.mark.parametrize(
    ("content", "code"),
    [
        (pdf(SCRIPT), "acts"),
        (pdf(SCRIPT.replace(b"JavaScript", b"J#61vaScrip#74")), "acts"),
        (pdf(b"4 0 obj <</S/Launch/F(calc.exe)>> endobj"), "acts"),
        (pdf(b"4 0 obj <</Type /EmbeddedFile>> endobj"), "acts"),
        (pdf(b"4 0 obj <</Names <</EmbeddedFiles 5 0 R>> >> endobj"), "acts"),
        (pdf(b"4 0 obj <</S /Rendition /JS (app.alert(1))>> endobj"), "acts"),
        (pdf(packed(SCRIPT), version="1.5"), "acts"),
        (pdf(packed(SCRIPT, name=b"/Obj#53tm"), version="1.5"), "acts"),
        (pdf(packed(b"", how=b"", content=SCRIPT), version="1.5"), "acts"),
        (pdf(packed(b"", how=b"/Filter /ASCIIHexDecode", content=SCRIPT.hex().encode()), version="1.5"), "damaged"),
        (pdf(packed(SCRIPT, content=zlib.compress(SCRIPT)[:-8]), version="1.5"), "damaged"),
        (pdf(trailer=b"/Encrypt 9 0 R"), "password"),
        (pdf(trailer=b"/#45ncrypt 9 0 R"), "password"),
        (pdf()[:-40], "damaged"),
        (pdf() + b" " * 2000, "damaged"),
    ],
)
def test_pdfs_that_are_refused(content, code):
    assert refused(content) == code


@pytest.mark.parametrize(
    "harmless", [b"/JavaScriptures 1", b"/Launcher 1", b"(my JavaScript)", b"/Encryption 1", b"/S /URI /URI (https://example.org)"]
)
def test_pdfs_that_only_look_like_it_are_taken(harmless):
    assert documents.read(upload(pdf(b"4 0 obj <<%s>> endobj" % harmless))).kind == "pdf"


def test_a_pdf_that_swells_is_refused_before_it_fills_the_memory(monkeypatch):
    monkeypatch.setattr(document_kinds, "UNPACKED", 1000)
    assert refused(pdf(packed(b" " * 999 + b"\n" * 2), version="1.5")) == "swells"
    assert documents.read(upload(pdf(packed(b" " * 999), version="1.5"))).kind == "pdf"


def changed(kind, *gone, **parts):
    """A document with other parts, and without some."""
    return zipped(
        {
            name: content
            for name, content in {**parts_of(kind), **{key.replace("__", "/"): value for key, value in parts.items()}}.items()
            if name not in gone
        }
    )


def typed(kind, old, new):
    parts = parts_of(kind)
    return zipped({**parts, "[Content_Types].xml": parts["[Content_Types].xml"].replace(old, new)})


MACRO = b'<Override PartName="/word/x.bin" ContentType="application/vnd.ms-office.vbaProject"/></Types>'
DOCX, XLSX = (b"vnd.openxmlformats-officedocument.%s.main" % name for name in (b"wordprocessingml.document", b"spreadsheetml.sheet"))
SHEET = b'<Override PartName="/xl/x.xml" ContentType="application/vnd.ms-excel.macrosheet+xml"/></Types>'


@pytest.mark.parametrize(
    ("content", "code"),
    [
        (changed("docx", word__vbaProject=b"", **{"word/vbaProject.bin": b"x"}), "macros"),
        (changed("docx", **{"word/VBAPROJECT.BIN": b"x"}), "macros"),
        (changed("docx", **{"word/activeX/activeX1.xml": b"x"}), "macros"),
        (typed("docx", b"</Types>", MACRO), "macros"),
        (typed("xlsx", b"</Types>", SHEET), "macros"),
        (typed("docx", DOCX, b"vnd.ms-word.document.macroEnabled.main"), "macros"),
        (typed("xlsx", XLSX, b"vnd.ms-excel.sheet.macroEnabled.main"), "macros"),
        (typed("docx", b"document.main", b"template.main"), "unknown"),
        (typed("docx", b"/word/document.xml", b"/word/nothing.xml"), "unknown"),
        (typed("docx", b"<Types", b'<!DOCTYPE x [<!ENTITY a "b">]><Types'), "damaged"),
        (typed("docx", b"</Types>", b""), "damaged"),
        (changed("odt", **{"Basic/Standard/Module1.xml": b"x"}), "macros"),
        (changed("odt", **{"Scripts/python/x.py": b"x"}), "macros"),
        (changed("odt", **{"META-INF/manifest.xml": b"<manifest:encryption-data/>"}), "password"),
        (changed("odt", "content.xml"), "unknown"),
        (changed("odt", mimetype=b"application/vnd.oasis.opendocument.text-template"), "unknown"),
        (changed("odt", mimetype=b"application/epub+zip"), "unknown"),
        (changed("odt", **{"[Content_Types].xml": parts_of("docx")["[Content_Types].xml"]}), "unknown"),
        (zipped({"a.txt": b"x"}), "unknown"),
        (zipped({"content.xml": b"x", "mimetype": document_kinds.MIME["odt"].encode()}), "unknown"),
        (changed("docx", **{"../evil.xml": b"x"}), "damaged"),
        (changed("docx", **{"/etc/passwd": b"x"}), "damaged"),
        (changed("docx", **{"C:evil": b"x"}), "damaged"),
        (changed("docx", **{"word\\evil.xml": b"x"}), "damaged"),
        (changed("docx", **{"WORD/document.xml": b"x"}), "damaged"),
        (document("docx")[:-30], "damaged"),
        (document("docx")[:200], "damaged"),
        (b"PK\x03\x04" + b"\0" * 100, "damaged"),
        (b"PK\x03\x04" + document("docx"), "damaged"),
        (zipped({f"{number}": b"" for number in range(5001)}), "damaged"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 600, "old"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + "EncryptedPackage".encode("utf-16-le"), "password"),
    ],
)  # fmt: skip
def test_office_files_that_are_refused(content, code):
    assert refused(content, "paper.docx") == code


def test_links_and_locked_parts_are_refused():
    link = zipfile.ZipInfo("word/link")
    link.external_attr = 0o120777 << 16
    for entry in (link, "word/locked"):
        buffer = BytesIO(document("docx"))
        with zipfile.ZipFile(buffer, "a") as archive:
            archive.writestr(entry, b"x")
        content = buffer.getvalue()
        if entry is link:
            assert refused(content) == "damaged"
        else:
            at = content.rindex(b"PK\x01\x02") + 8  # the flags of the last part, in the list of parts
            assert refused(content[:at] + b"\1\0" + content[at + 2 :]) == "password"


def test_bombs_by_what_they_say():
    for parts in ({"one": 40_000_000}, {f"part {number}": 3_000_000 for number in range(5)}):
        content = changed("docx", **{name: b"\0" * size for name, size in parts.items()})
        assert len(content) < 100_000
        assert refused(content) == "swells"


@pytest.mark.parametrize("summed", [10, 40_000_000])
def test_bombs_by_what_they_are(summed, monkeypatch):
    """A part that says it is small, with a check sum that fits what it says, or what it is: some program would unpack it all."""
    content = changed("docx", bomb=b"\0" * 40_000_000)
    told, total = struct.pack("<I", 10), struct.pack("<I", zlib.crc32(b"\0" * summed))
    for signature, sums in ((b"PK\x03\x04", 14), (b"PK\x01\x02", 16)):
        at = content.rindex(signature) + sums
        content = content[:at] + total + content[at + 4 : at + 8] + told + content[at + 12 :]
    with zipfile.ZipFile(BytesIO(content)) as archive:
        assert archive.testzip() == (None if summed == 10 else "bomb")  # Python believes the first
        assert sum(part.file_size for part in archive.infolist()) < 1000
    assert refused(content) == "swells"
    monkeypatch.setattr(document_kinds, "TRIFLE", 50_000_000)
    assert refused(content) == "damaged"


def test_parts_over_each_other_are_refused():
    """Many that unpack the same bytes: each by itself is no more than it says."""
    content = document("docx")
    directory = content.index(b"PK\x01\x02")
    end = content.rindex(b"PK\x05\x06")
    last = content[content.rindex(b"PK\x01\x02") : end]
    more = b"".join(last.replace(b"word/document.xml", b"word/d%07d.xml" % number) for number in range(100))
    tail = struct.pack("<4s4H2LH", b"PK\x05\x06", 0, 0, 103, 103, end - directory + len(more), directory, 0)
    assert refused(content[:end] + more + tail) == "damaged"


@pytest.mark.parametrize(
    ("content", "name", "code"),
    [
        (b"", "a.txt", "empty"), (b"hello", "a.txt", None), (b"a;b\r\n1;2\r\n", "a.csv", None),
        (b"# Hello\n\n<b>x</b>", "a.markdown", None), (b"\xef\xbb\xbfa,b\n", "a.csv", None),
        ("Århus".encode("latin-1"), "a.csv", "encoding"), ("Århus".encode("utf-16"), "a.txt", "encoding"),
        (b"hello", "a", "unknown"), (b"hello", "a.html", "unknown"), (b"hello", "a.exe", "unknown"), (b"hello", "txt", "unknown"),
        (b"MZ\x90\0\3", "a.txt", "encoding"), (b"MZ\0\0\3", "a.txt", "unknown"), (b"\x1b[2J", "a.txt", "unknown"),
        (b"  <!DOCTYPE html><p>", "a.txt", "unknown"), (b"\xef\xbb\xbf<html>", "a.md", "unknown"),
        (b"<svg onload=alert(1)>", "a.txt", "unknown"),
        (b"{\\rtf1 hello}", "a.txt", "unknown"), (b"#!/bin/sh\n", "a.txt", "unknown"), (b" %PDF-1.4", "a.pdf", "unknown"),
        (b"\x89PNG\r\n\x1a\n", "a.pdf", "unknown"),
    ],
)  # fmt: skip
def test_texts(content, name, code):
    if code:
        assert refused(content, name) == code
    else:
        assert documents.read(upload(content, name)).kind == name.rpartition(".")[2].replace("markdown", "md")


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"MZ", "We can’t take this kind of file. PDF, DOCX,"), (pdf(SCRIPT), "The PDF holds scripts"),
        (pdf(trailer=b"/Encrypt 9 0 R"), "protected by a password"),
        (changed("docx", **{"word/vbaProject.bin": b"x"}), "The file holds macros"), (pdf() + b"\0" * 20_000_000, "larger than 20 MB"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "older format of Office"), (document("docx")[:99], "The file is damaged"),
        (b"", "The file is empty"),
    ],
)  # fmt: skip
def test_refused_with_words(content, words):
    with pytest.raises(ValidationError) as error:
        documents.read(upload(content))
    assert words in error.value.messages[0]


def test_a_document_as_large_as_may_be_is_read_in_bounded_time():
    most = pdf(b"%" + b"/JavaScriptures" * 1_300_000)
    assert 19_000_000 < len(most) <= documents.BYTES
    started = timezone.now()
    assert documents.read(upload(most)).kind == "pdf"
    assert timezone.now() - started < timedelta(seconds=10)


# --- Serving ---------------------------------------------------------------------------------------------------------


class Shown(models.QuerySet[models.Model]):
    def visible_to(self, user):
        return self if user.is_staff else self.filter(is_public=True)


@pytest.fixture
def house(db):
    """A room that is there for the test alone: papers, and what each was before."""
    made: dict[str, Any] = {}
    tracked = {"__module__": __name__, "Meta": type("Meta", (), {"app_label": "strongcities"})}
    made["paper"] = type("TestPaper", (models.Model,), {
        **tracked, "document": documents.DocumentField(), "is_public": models.BooleanField(default=True), "objects": Shown.as_manager(),
    })  # fmt: skip
    made["history"] = type("TestPaperEvent", (models.Model,), {
        **tracked, "pgh_id": models.AutoField(primary_key=True), "pgh_created_at": models.DateTimeField(),
        "document": documents.DocumentField(),
        "pgh_obj": models.ForeignKey(made["paper"], models.DO_NOTHING, db_constraint=False), "pgh_tracked_model": made["paper"],
    })  # fmt: skip
    with connection.schema_editor() as editor:
        for model in made.values():
            editor.create_model(model)
    yield SimpleNamespace(**made)
    for model in made.values():
        del apps.all_models["strongcities"][model._meta.model_name]
    apps.clear_cache()


@pytest.fixture
def kept(db):
    return documents.read(upload(name="Ordre du jour – été.pdf")).keep()


def got(client, url, **headers):
    """The answer, read to its end, which closes the file as a server does."""
    answer = client.get(url, headers=headers)
    answer.body = answer.getvalue()
    return answer


def test_served_as_a_download_and_nothing_else(client, house, kept):
    house.paper.objects.create(document=kept)
    answer = got(client, documents.Document(kept).url, accept_encoding="gzip")
    assert (answer.status_code, answer["Content-Type"], answer["Content-Length"]) == (200, "application/pdf", str(len(pdf())))
    assert answer.streaming
    assert answer.body == pdf()
    assert answer["X-Content-Type-Options"] == "nosniff"
    assert answer["Content-Security-Policy"] == "default-src 'none'; sandbox"
    assert answer["Content-Disposition"] == (
        "attachment; filename=\"ordre-du-jour-ete.pdf\"; filename*=UTF-8''Ordre%20du%20jour%20%E2%80%93%20%C3%A9t%C3%A9.pdf"
    )
    assert answer["Cache-Control"] == "public, max-age=2592000, s-maxage=60, immutable"
    assert "Content-Encoding" not in answer
    assert not answer.cookies


@pytest.mark.parametrize("kind", KINDS)
def test_each_kind_bears_its_type(client, house, kind):
    value = documents.read(upload(document(kind), f"议程.{kind}")).keep()
    house.paper.objects.create(document=value)
    answer = got(client, documents.Document(value).url)
    assert (answer["Content-Type"], answer.body) == (document_kinds.MIME[kind], document(kind))
    assert answer["Content-Disposition"] == f"attachment; filename=\"document.{kind}\"; filename*=UTF-8''%E8%AE%AE%E7%A8%8B.{kind}"


def test_the_head_is_answered_as_the_whole(client, house, kept):
    house.paper.objects.create(document=kept)
    url = documents.Document(kept).url
    head, whole = client.head(url), got(client, url)
    assert (head.status_code, head.getvalue()) == (200, b"")
    assert [{**answer.headers, "X-Request-ID": ""} for answer in (head, whole)] == [{**whole.headers, "X-Request-ID": ""}] * 2
    assert client.post(url).status_code == 405


@pytest.fixture
def asked(client, kept):
    """What each kind of reader gets for the document: the status, and how long it may be kept."""
    people = {"visitor": None, "lead": cast.make_person("lene"), "staff": cast.make_staff("events", vets=False)}

    def ask():
        found = {}
        for who, user in people.items():
            client.force_login(user) if user else client.logout()
            answer = got(client, documents.Document(kept).url)
            found[who] = (answer.status_code, answer.get("Cache-Control", ""))
        return found

    return ask


FOR_ALL, FOR_ONE = (200, "public, max-age=2592000, s-maxage=60, immutable"), (200, "private, no-store")
NOBODY = {"visitor": (404, ""), "lead": (404, "private, no-store"), "staff": (404, "private, no-store")}


def test_the_record_says_who_gets_it(asked, house, kept):
    assert asked() == NOBODY  # no record shows it
    paper = house.paper.objects.create(document=kept)
    assert asked() == dict.fromkeys(NOBODY, FOR_ALL)
    house.paper.objects.update(is_public=False)
    assert asked() == {**NOBODY, "staff": FOR_ONE}
    paper.delete()
    assert asked() == NOBODY


def test_one_that_was_replaced_is_for_those_who_read_the_history(asked, house, kept):
    paper = house.paper.objects.create(document="")
    house.history.objects.create(pgh_created_at=timezone.now(), pgh_obj=paper, document=kept)
    assert asked() == NOBODY
    may_read = Permission.objects.create(codename="view_testpaper", name="-", content_type=ContentType.objects.get_for_model(house.paper))
    User.objects.get(is_staff=True).user_permissions.add(may_read)
    assert asked() == {**NOBODY, "staff": FOR_ONE}


def test_nothing_else_can_be_asked_for(client, house, kept):
    house.paper.objects.create(document=kept)
    name, file_name = kept.split("/")
    assert got(client, f"/media/documents/{name}/{file_name}").status_code == 200
    for path in (
        name,
        f"{name}/",
        f"{name}/other.pdf",
        f"{name}/document",
        f"{name}/{file_name}/",
        f"{name}/../{kept}",
        f"{name}/%2e%2e%2fx",
    ):
        assert got(client, f"/media/documents/{path}").status_code == 404, path
    assert got(client, f"/media/documents/{name}/a%00b").status_code == 400  # as everywhere


def test_one_whose_file_is_gone_is_not_there(client, house, kept, media):
    house.paper.objects.create(document=kept)
    next(Path(media).rglob("document")).unlink()
    assert got(client, documents.Document(kept).url).status_code == 404
    assert not documents.Document(kept).is_there


def test_odd_names_lead_where_they_should(client, house):
    for name in ("50% #1 & 2; 'a'.pdf", "a+b=c@d~e.pdf", "جدول الأعمال.pdf", "%2e%2e.pdf"):
        value = documents.read(upload(name=name)).keep()
        house.paper.objects.create(document=value)
        assert got(client, documents.Document(value).url).status_code == 200, name


def test_its_label_says_what_comes(kept):
    shown = documents.Document("0" * 32 + "-docx-2400000/x.docx")
    assert shown.label == "DOCX, 2.3\xa0MB"
    with translation.override("ar"):
        assert "DOCX" in shown.label
    assert "its properties may name who wrote it" in documents.HELP


def test_a_model_that_says_of_nobody_who_sees_it_may_have_no_document(house, monkeypatch):
    assert house.paper._meta.get_field("document").check() == []
    assert house.history._meta.get_field("document").check() == []  # read through the record
    monkeypatch.delattr(type(house.paper._default_manager), "visible_to")
    assert [error.id for error in house.paper._meta.get_field("document").check()] == ["strongcities.E040"]


# --- Tidying ---------------------------------------------------------------------------------------------------------

DAY = timedelta(days=1)


def folders(media):
    return {path.name for path in Path(media, "documents").iterdir()}


def test_what_nothing_shows_goes_after_a_day_and_what_was_replaced_after_ninety(house, kept, media):
    shown, replaced = (documents.read(upload()).keep() for _which in range(2))
    paper = house.paper.objects.create(document=shown)
    now = timezone.now()
    for document_then, ago in ((replaced, 300), (shown, 0)):
        house.history.objects.create(pgh_created_at=now - DAY * ago, pgh_obj=paper, document=document_then)
    names = {which: documents.Document(value).name for which, value in {"kept": kept, "shown": shown, "replaced": replaced}.items()}
    assert documents.tidy(now) == 0
    assert documents.tidy(now + DAY * 2) == 1
    assert folders(media) == {names["shown"], names["replaced"]}
    assert documents.tidy(now + DAY * 89) == 0
    assert documents.tidy(now + DAY * 91) == 1
    assert documents.tidy(now + DAY * 1000) == 0
    assert folders(media) == {names["shown"]}


def test_nothing_to_tidy_and_what_is_not_ours(db, media):
    assert documents.tidy(timezone.now()) == 0
    Path(media, "documents", "notes").mkdir(parents=True)
    Path(media, "pictures", "0" * 32 + "-1x1").mkdir(parents=True)
    assert documents.tidy(timezone.now() + DAY * 1000) == 0
    assert folders(media) == {"notes"}
    assert Path(media, "pictures", "0" * 32 + "-1x1").exists()


def test_it_is_a_job_of_the_night():
    crons = {task.task.name: task.cron for task in app.periodic_registry.periodic_tasks.values()}
    assert crons["strongcities.jobs.tidy_documents"] == "42 3 * * *"
