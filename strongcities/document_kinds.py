"""What a document is, by its bytes: neither its name nor its declared type is believed, but for plain texts, which look alike.

    kind = document_kinds.kind_of(content, name)    "pdf", "docx" …; raises ValidationError with words for whoever chose the file

Refused is what runs, hides or swells, as far as that can be seen from outside. It can't be seen in a PDF whose objects are packed in
another way than usual, in its forms of XFA and in what tricks a faulty reader; nor in an office file's links to the outside (templates,
pictures, data) and in what is embedded in it; nor in a table's cell that a spreadsheet takes for a formula. No virus is looked for.
A document is as trustworthy as whoever gives it: it is handed on as a download, and never drawn by the site.
"""

from __future__ import annotations

import re
import stat
import zipfile
import zlib
from collections.abc import Iterator
from io import BytesIO
from typing import Any
from xml.parsers import expat

from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

MIME = {
    "pdf": "application/pdf",
    "docx": "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    "pptx": "application/vnd.openxmlformats-officedocument.presentationml.presentation",
    "odt": "application/vnd.oasis.opendocument.text",
    "ods": "application/vnd.oasis.opendocument.spreadsheet",
    "odp": "application/vnd.oasis.opendocument.presentation",
    "txt": "text/plain; charset=utf-8",
    "csv": "text/csv; charset=utf-8",
    "md": "text/markdown; charset=utf-8",
}
TEXTS = {"txt": "txt", "csv": "csv", "md": "md", "markdown": "md"}  # by the name's ending: their bytes don't tell
PARTS = 5_000  # in an office file
UNPACKED = 300_000_000  # bytes that an office file, or what a PDF packs, may come to
SWELLS = 100  # times as large, where it is more than TRIFLE
TRIFLE = 10_000_000

_MAIN = {
    "application/vnd.openxmlformats-officedocument.wordprocessingml.document.main+xml": "docx",
    "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet.main+xml": "xlsx",
    "application/vnd.openxmlformats-officedocument.presentationml.presentation.main+xml": "pptx",
}
_OPEN_DOCUMENT = {MIME[kind].encode(): kind for kind in ("odt", "ods", "odp")}
_OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"  # what Office wrote until 2003, and what it wraps around what has a password
_NO_TEXT = re.compile(r"[\x00-\x08\x0b\x0e-\x1f\x7f]")
_CODE = ("<!doctype", "<html", "<svg", "<script", "<?xml", "<?php", "{\\rtf", "%!ps", "#!")


def _refused(code: str, words: Any) -> ValidationError:
    return ValidationError(words, code=code)


def _unknown() -> ValidationError:
    return _refused("unknown", _("We can’t take this kind of file. PDF, DOCX, XLSX, PPTX, ODT, ODS, ODP, TXT, CSV and MD will do."))


def _damaged() -> ValidationError:
    return _refused("damaged", _("The file is damaged: it can’t be read to its end. Save it anew, please, and try again."))


def _password() -> ValidationError:
    return _refused("password", _("The file is protected by a password, so its readers could not open it. Save it without, please."))


def _swells() -> ValidationError:
    return _refused("swells", _("The file is packed too tightly: unpacked it would be larger than we can check. Split it, please."))


def kind_of(content: bytes, name: str) -> str:
    """One of the keys of MIME. `name` is asked for texts alone."""
    if content.startswith(b"%PDF-"):
        return _pdf(content)
    if content.startswith(b"PK\x03\x04"):
        return _office(content)
    if content.startswith(_OLE):
        if "EncryptedPackage".encode("utf-16-le") in content:
            raise _password()
        raise _refused("old", _("This is an older format of Office. Save it as DOCX, XLSX or PPTX, please, or as PDF."))
    return _text(content, name)


def _text(content: bytes, name: str) -> str:
    kind = TEXTS.get(name.rpartition(".")[2].lower() if "." in name else "")
    if kind is None:
        raise _unknown()
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise _refused("encoding", _("The text isn’t in UTF-8, so others would see wrong signs. Save it as UTF-8, please.")) from error
    if _NO_TEXT.search(text) or text.lstrip().lower().startswith(_CODE):
        raise _unknown()
    return kind


# --- PDF -------------------------------------------------------------------------------------------------------------


def _name(word: str) -> bytes:
    """A pattern of a name in a PDF, any letter of which may be written as #xx."""
    letters = b"".join(b"(?:%c|(?i:#%02x))" % (letter, letter) for letter in word.encode())
    return b"/" + letters + rb"(?=[\x00\t\n\f\r ()<>\[\]{}/%]|\Z)"


_ENCRYPTED = re.compile(_name("Encrypt"))
_FILTERED = re.compile(_name("Filter"))
_OBJECTS = re.compile(_name("ObjStm"))
_ACTS = re.compile(b"|".join(_name(word) for word in ("JavaScript", "Rendition", "Launch", "EmbeddedFile", "EmbeddedFiles")))


def _pdf(content: bytes) -> str:
    """Looked through as bytes, with the objects that PDF 1.5 and later pack into streams."""
    if b"%%EOF" not in content[-1024:]:
        raise _damaged()
    if _ENCRYPTED.search(content):
        raise _password()
    if any(_ACTS.search(part) for part in (content, *_packed_objects(content))):
        raise _refused("acts", _("The PDF holds scripts or other files, or starts programs. Print it to a new PDF, please, and choose it."))
    return "pdf"


def _packed_objects(content: bytes) -> Iterator[bytes]:
    left = UNPACKED
    for found in _OBJECTS.finditer(content):
        start = content.find(b"stream", found.end(), found.end() + 1000)
        if start < 0:
            continue
        end = content.find(b"endstream", start)
        unpacking = zlib.decompressobj()
        try:
            objects = unpacking.decompress(content[start + 6 : end].lstrip(b"\r\n"), left)
        except zlib.error as error:
            if _FILTERED.search(content, content.rfind(b"obj", 0, found.start()), start):
                raise _damaged() from error  # packed in a way that nobody uses, or broken
            continue  # not packed, so it was seen with the rest
        left -= len(objects)
        if left <= 0:
            raise _swells()
        if not unpacking.eof:
            raise _damaged()
        yield objects


# --- Office ----------------------------------------------------------------------------------------------------------


def _office(content: bytes) -> str:
    try:
        with zipfile.ZipFile(BytesIO(content)) as archive:
            _refuse_odd(archive)
            _refuse_swelling(archive, len(content))
            return _kind_by_its_parts(archive)
    except ValidationError:
        raise
    except Exception as error:  # a file may be made to break whatever reads it
        raise _damaged() from error


def _refuse_odd(archive: zipfile.ZipFile) -> None:
    """What no office program writes: parts outside the file's own folder, twice, behind something else."""
    parts = archive.infolist()
    if any(part.flag_bits & 0x41 for part in parts):
        raise _password()
    names = [part.orig_filename for part in parts]
    fit = (
        0 < len(parts) <= PARTS
        and len({name.casefold() for name in names}) == len(names)
        and not any(_leads_out(name) for name in names)
        and not any(stat.S_ISLNK(part.external_attr >> 16) for part in parts)
        and all(part.compress_type in {zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED} for part in parts)
        and min(part.header_offset for part in parts) == 0
    )
    if not fit:
        raise _damaged()


def _leads_out(name: str) -> bool:
    return name.startswith("/") or bool(re.search(r"[\\\x00-\x1f]|^[A-Za-z]:", name)) or ".." in name.split("/")


def _refuse_swelling(archive: zipfile.ZipFile, size: int) -> None:
    """By what its parts say, all of them, and by whether each is what it says."""
    most = min(UNPACKED, max(TRIFLE, SWELLS * size))
    if sum(part.file_size for part in archive.infolist()) > most:
        raise _swells()
    for part in archive.infolist():
        said, part.file_size = part.file_size, 1 << 40  # or it would be read no further than it says
        real = 0
        with archive.open(part) as file:
            while chunk := file.read(1 << 16):
                real += len(chunk)
                if real > most:
                    raise _swells()
        part.file_size = said
        if real != said:
            raise _damaged()


def _kind_by_its_parts(archive: zipfile.ZipFile) -> str:
    names = archive.namelist()
    if ("[Content_Types].xml" in names) is (names[0] == "mimetype"):  # neither, or both
        raise _unknown()
    return _open_xml(archive, names) if "[Content_Types].xml" in names else _open_document(archive, names)


def _macros() -> ValidationError:
    return _refused("macros", _("The file holds macros, which are programs. Save it without them, please: as DOCX, XLSX, PPTX or PDF."))


def _open_xml(archive: zipfile.ZipFile, names: list[str]) -> str:
    types = _content_types(archive.read("[Content_Types].xml"))
    if any(re.search(r"macro|vbaproject|activex", text, re.IGNORECASE) for text in (*names, *(kind for _part, kind in types))):
        raise _macros()
    kinds = {_MAIN[kind] for part, kind in types if kind in _MAIN and part.removeprefix("/") in names}
    if len(kinds) != 1:
        raise _unknown()
    return kinds.pop()


def _content_types(text: bytes) -> list[tuple[str, str]]:
    """Of each part that is named, and of each ending (without a name): its type."""
    found: list[tuple[str, str]] = []

    def element(_tag: str, attributes: dict[str, str]) -> None:
        found.append((attributes.get("PartName", ""), attributes.get("ContentType", "")))

    def document_type(*_declared: object) -> None:
        raise _damaged()  # no office program declares any; it is how a small text becomes a huge one

    parser = expat.ParserCreate()
    parser.StartElementHandler = element
    parser.StartDoctypeDeclHandler = document_type
    parser.Parse(text, True)  # noqa: FBT003  # takes no names
    return found


def _open_document(archive: zipfile.ZipFile, names: list[str]) -> str:
    kind = _OPEN_DOCUMENT.get(archive.read("mimetype"))
    if kind is None or "content.xml" not in names:
        raise _unknown()
    if any(name.casefold().startswith(("basic/", "scripts/")) for name in names):
        raise _macros()
    if "META-INF/manifest.xml" in names and b"encryption-data" in archive.read("META-INF/manifest.xml"):
        raise _password()
    return kind
