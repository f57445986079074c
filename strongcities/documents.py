"""Documents that people upload: papers of events, attachments. Each is handed on as it is, as a download.

    paper = documents.read(file)    raises ValidationError with words for whoever chose the file (strongcities/document_kinds.py)
    value = paper.keep()            writes the file; what no record refers to is tidied later (jobs.tidy_documents)
    documents.Document(value).url   …file_name, kind, size, label: what a link says

All that a record keeps is one value (`DocumentField`), `<32 hex digits>-pdf-48213/Agenda of the summit.pdf`: a secret, the kind and the
number of bytes; then the file's own name, made harmless. Who reads a document is for the record to say that shows it
(strongcities/kept.py). What is in it stays in it: of a document nothing can be drawn anew, as it is of a picture, so its properties
may name its author, and the form that takes it says so (HELP).
"""

from __future__ import annotations

import re
import secrets
import threading
import unicodedata
from dataclasses import dataclass
from datetime import datetime
from typing import Any, cast
from urllib.parse import quote

from django.core.exceptions import ValidationError
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.http import FileResponse, Http404, HttpRequest, HttpResponse
from django.template.defaultfilters import filesizeformat
from django.urls import reverse
from django.utils.text import slugify
from django.utils.translation import gettext, gettext_lazy as _
from django.views.decorators.http import require_safe

from strongcities import kept
from strongcities.access import public
from strongcities.document_kinds import MIME, TEXTS, kind_of

BYTES = 20_000_000
TOO_LARGE = _("The file is larger than 20 MB. Save it smaller, please, or split it.")
HELP = _(
    "PDF, DOCX, XLSX, PPTX, ODT, ODS, ODP, TXT, CSV or MD, up to 20 MB. "
    "The file is passed on as it is: its properties may name who wrote it."
)
ACCEPT = ",".join(f".{kind}" for kind in MIME)
FOLDER = "documents"
NAME = rf"[0-9a-f]{{32}}-(?:{'|'.join(MIME)})-[1-9][0-9]{{0,7}}"
LONGEST = 100  # signs of a file's name, its ending included
FILE_NAME = rf"[^/\x00-\x1f\x7f]{{1,{LONGEST}}}"

_ONE_AT_A_TIME = threading.Semaphore()  # a document's memory, once for a process however many threads it has


@dataclass(frozen=True)
class Read:
    """A document that was looked through, in memory."""

    kind: str
    file_name: str
    content: bytes

    def keep(self) -> str:
        """Write it to the storage under a name that nobody can guess; answers what a record keeps."""
        name = f"{secrets.token_hex(16)}-{self.kind}-{len(self.content)}"
        default_storage.save(_path(name), ContentFile(self.content))
        return f"{name}/{self.file_name}"


def read(file: Any) -> Read:
    """The document in an uploaded `file`. Raises ValidationError, in words for whoever chose it, for everything else."""
    if file.size > BYTES:
        raise ValidationError(TOO_LARGE, code="bytes")
    if not file.size:
        raise ValidationError(_("The file is empty."), code="empty")
    with _ONE_AT_A_TIME:
        content = file.read()
        kind = kind_of(content, file.name)
    return Read(kind, file_name_of(file.name, kind), content)


def file_name_of(name: str, kind: str) -> str:
    """`name` as it may stand in an address, a header and a folder of whoever takes the file: no path, nothing unseen that turns or
    hides signs, and the ending of what it is."""
    name = unicodedata.normalize("NFC", re.split(r"[/\\]", name)[-1])
    seen = "".join(sign for sign in name if unicodedata.category(sign) not in {"Cc", "Cf", "Cs", "Co", "Cn"} or sign in "\u200c\u200d")
    stem, _dot, ending = seen.rpartition(".")
    if ending.lower() not in {*MIME, *TEXTS}:
        stem = seen
    stem = re.sub(r'[\s<>:"|?*]+', " ", stem)[: LONGEST - len(kind) - 1].strip(" .")
    stem = stem or gettext("document")
    return f"{stem}.{kind}"


# --- What a record keeps, and shows ----------------------------------------------------------------------------------


class DocumentField(kept.KeptField):
    """A document's value, or "". By this class the tidying finds every record, and every history, that has documents."""

    pattern = f"{NAME}/{FILE_NAME}"
    longest = 150


@dataclass(frozen=True)
class Document:
    """A kept document by its value, as a link shows it."""

    value: str

    @property
    def name(self) -> str:
        return self.value.partition("/")[0]

    @property
    def file_name(self) -> str:
        return self.value.partition("/")[2]

    @property
    def kind(self) -> str:
        return self.name.split("-")[1]

    @property
    def size(self) -> int:
        """In bytes."""
        return int(self.name.split("-")[2])

    @property
    def label(self) -> str:
        """What stands beside its link: the kind, and how much comes over the line."""
        return gettext("%(kind)s, %(size)s") % {"kind": self.kind.upper(), "size": filesizeformat(self.size)}

    @property
    def url(self) -> str:
        return reverse("document", args=[self.name, self.file_name])

    @property
    def is_there(self) -> bool:
        """Whether its file still is: long after it was replaced it is tidied."""
        return default_storage.exists(_path(self.name))


def _path(name: str) -> str:
    return f"{FOLDER}/{name}/document"


# --- Serving, and tidying --------------------------------------------------------------------------------------------


@public
@require_safe
def document(request: HttpRequest, name: str, file_name: str) -> HttpResponse:
    """A kept document as a download, to whoever sees a record that shows it; one that was replaced or taken back, to staff who may
    read the record's history. 404 for everyone else, and under any other file name than its own."""
    shown = Document(f"{name}/{file_name}")
    cache_control = kept.cache_control_for(request.user, DocumentField, shown.value)
    try:
        file = default_storage.open(_path(name))
    except FileNotFoundError as error:
        raise Http404 from error
    response = FileResponse(file, content_type=MIME[shown.kind])
    response["Content-Disposition"] = _as_download(file_name)
    response["Content-Security-Policy"] = kept.POLICY
    response["Cache-Control"] = cache_control
    return cast("HttpResponse", response)  # which to type checkers it is not


def _as_download(file_name: str) -> str:
    """By RFC 6266: a plain name for programs that know no other, and the file's own by RFC 8187."""
    stem, _dot, ending = file_name.rpartition(".")
    return f"attachment; filename=\"{slugify(stem) or 'document'}.{ending}\"; filename*=UTF-8''{quote(file_name, safe='')}"


def tidy(now: datetime) -> int:
    """Delete documents that no record shows and that no history will bring back. Answers how many."""
    return kept.tidy(FOLDER, DocumentField, now)
