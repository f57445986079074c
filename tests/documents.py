"""Documents as people choose them: the least of each kind that its programs would open, and what is called one."""

from __future__ import annotations

import zipfile
from io import BytesIO

from django.core.files.uploadedfile import SimpleUploadedFile

from strongcities.document_kinds import MIME

_MAIN = {
    "docx": ("word/document.xml", "wordprocessingml.document"),
    "xlsx": ("xl/workbook.xml", "spreadsheetml.sheet"),
    "pptx": ("ppt/presentation.xml", "presentationml.presentation"),
}


def pdf(*objects: bytes, version: str = "1.4", trailer: bytes = b"") -> bytes:
    """A PDF of one empty page, with other objects and words in its trailer as given."""
    lines = [
        b"%%PDF-%s" % version.encode(),
        b"1 0 obj <</Type /Catalog /Pages 2 0 R>> endobj",
        b"2 0 obj <</Type /Pages /Kids [3 0 R] /Count 1>> endobj",
        b"3 0 obj <</Type /Page /Parent 2 0 R /MediaBox [0 0 595 842]>> endobj",
        *objects,
        b"trailer <</Root 1 0 R %s>>" % trailer,
        b"startxref\n0\n%%EOF\n",
    ]
    return b"\n".join(lines)


def zipped(parts: dict[str, bytes]) -> bytes:
    buffer = BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in parts.items():
            entry = zipfile.ZipInfo(name)
            entry.compress_type = zipfile.ZIP_STORED if name == "mimetype" else zipfile.ZIP_DEFLATED
            archive.writestr(entry, content)
    return buffer.getvalue()


def parts_of(kind: str) -> dict[str, bytes]:
    if kind in _MAIN:
        part, name = _MAIN[kind]
        declared = f"application/vnd.openxmlformats-officedocument.{name}.main+xml"
        space = "http://schemas.openxmlformats.org/package/2006/content-types"
        types = f'<Types xmlns="{space}"><Override PartName="/{part}" ContentType="{declared}"/></Types>'
        return {"[Content_Types].xml": types.encode(), "_rels/.rels": b"<Relationships/>", part: b"<document/>"}
    return {"mimetype": MIME[kind].encode(), "content.xml": b"<office/>", "META-INF/manifest.xml": b"<manifest/>"}


def document(kind: str) -> bytes:
    if kind == "pdf":
        return pdf()
    if kind in {"txt", "csv", "md"}:
        return "# Programme\n\nnine o’clock; Århus; 你好\n".encode()
    return zipped(parts_of(kind))


def upload(content: bytes | None = None, name: str = "Agenda of the summit.pdf") -> SimpleUploadedFile:
    """What a form gets: a good PDF, unless told otherwise."""
    return SimpleUploadedFile(name, pdf() if content is None else content)
