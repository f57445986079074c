"""What people upload. Pictures, so far: each is decoded and drawn anew, so that nothing of the file itself is ever served.

What a file is, its bytes say; neither its name nor its declared type is believed. Drawing anew drops whatever else is in
it: the place in a photograph's EXIF, scripts in a polyglot, what trails behind the picture. Pictures lie in the default
storage as `pictures/<name>/<width>.webp`, where the name holds a secret and the size: `<32 hex digits>-1600x1067`. That
name is all that a record keeps (`PictureField`).

    drawn = uploads.draw(file)      raises ValidationError with words for whoever chose the file
    name = drawn.keep()             writes the files; what no record refers to is tidied later (jobs.tidy_pictures)
    uploads.Picture(name).src       …srcset, width, height: what an <img> needs

Who reads a picture is for the record to say that shows it: a model with a `PictureField` answers `visible_to(user)`, and the
picture is served to whom it would show that record. So this file asks every room and imports none.
"""

from __future__ import annotations

import base64
import re
import secrets
import threading
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from io import BytesIO
from typing import TYPE_CHECKING, Any

from django.apps import apps
from django.contrib.auth.models import AnonymousUser
from django.core import checks
from django.core.exceptions import ValidationError
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.core.validators import RegexValidator
from django.db import models
from django.db.models import F, Q, Window
from django.db.models.functions import Lead
from django.http import Http404, HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_safe
from PIL import Image, ImageCms, ImageOps, UnidentifiedImageError

from strongcities.access import public

if TYPE_CHECKING:  # generic for the type checker alone
    _CharField = models.CharField[str, str]
else:
    _CharField = models.CharField

BYTES = 5_000_000
TOO_LARGE = _("The file is larger than 5 MB. Save the picture smaller, please.")
PIXELS = 30_000_000  # decoded, some 120 MB
SMALLEST = (600, 300)  # width and height: less is blurred on the page of a city
STRETCH = 4  # at most so many times as wide as high, or as high as wide
WIDTHS = (480, 960, 1600)
FORMATS = ("JPEG", "PNG", "WEBP", "AVIF")
ACCEPT = "image/jpeg,image/png,image/webp,image/avif"  # an iPhone that reads this sends JPEG instead of HEIC
YOUNG = timedelta(days=1)  # an upload whose form is still being filled in
TAKEN_BACK_FOR = timedelta(days=90)  # so long a replaced picture can be brought back from the history
CACHED_FOR = 30 * 24 * 3600  # in the browser of somebody who saw it; it never changes under its name
SHARED_FOR = 60  # in what many share, as pages are: whom it shows it to next may not see the record any more
NAME = r"[0-9a-f]{32}-[1-9][0-9]{0,3}x[1-9][0-9]{0,3}"

_FOLDER = "pictures"
_ONE_AT_A_TIME = threading.Semaphore()  # a picture's memory, once for a process however many threads it has


# --- Reading what came -----------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Drawn:
    """A picture drawn anew, in memory: its size, and the bytes of each width."""

    width: int
    height: int
    files: dict[int, bytes]

    def keep(self) -> str:
        """Write it to the storage under a name that nobody can guess; answers the name."""
        name = f"{secrets.token_hex(16)}-{self.width}x{self.height}"
        for width, content in self.files.items():
            default_storage.save(_path(name, width), ContentFile(content))
        return name


def draw(file: Any) -> Drawn:
    """The picture in an uploaded `file`: upright, in sRGB on white, at most 1600 pixels wide and high, in up to three widths.

    Raises ValidationError, in words for whoever chose the file, for everything that isn't a still picture of a fit size.
    """
    if file.size > BYTES:
        raise ValidationError(TOO_LARGE, code="bytes")
    head = file.read(1024)
    file.seek(0)
    _refuse_by_kind(head)
    try:
        with _ONE_AT_A_TIME, Image.open(file, formats=FORMATS) as image:
            _refuse_by_size(image)
            return _drawn(image)
    except ValidationError:
        raise
    except UnidentifiedImageError as error:
        words = _("This is no picture that we can read. JPEG, PNG, WebP and AVIF will do.")
        raise ValidationError(words, code="unreadable") from error
    except (Image.DecompressionBombError, Image.DecompressionBombWarning) as error:
        raise _too_many_pixels() from error
    except Exception as error:  # decoders raise whatever they stumble on, in a file that may be made for it
        words = _("The picture is damaged: it can’t be read to its end. Save it anew, please, and try again.")
        raise ValidationError(words, code="damaged") from error


def _refuse_by_kind(head: bytes) -> None:
    """Kinds that people try often enough to deserve an answer of their own."""
    if b"<svg" in head.lower():
        raise ValidationError(_("SVG files can hold scripts, so we take none. Save the drawing as PNG, please."), code="svg")
    if head[4:8] == b"ftyp" and head[8:12] in {b"heic", b"heix", b"hevc", b"heim", b"heis"}:
        raise ValidationError(_("We can’t read HEIC, the format of iPhones. Save the picture as JPEG, please."), code="heic")


def _refuse_by_size(image: Image.Image) -> None:
    width, height = image.size
    if width * height > PIXELS:
        raise _too_many_pixels()
    if width * height == 0 or max(width, height) > STRETCH * min(width, height):
        raise ValidationError(_("The picture is too narrow: at most four times as wide as high, or as high as wide."), code="stretched")
    if max(width, height) < SMALLEST[0] or min(width, height) < SMALLEST[1]:
        words = _("The picture is too small to be seen well. It needs %(width)s by %(height)s pixels or more.")
        raise ValidationError(words, code="small", params={"width": SMALLEST[0], "height": SMALLEST[1]})
    if image.format != "MPO" and getattr(image, "n_frames", 1) > 1:  # a phone's JPEG may carry a second view, which is no film
        raise ValidationError(_("The picture moves. Choose a still one, please."), code="moves")


def _too_many_pixels() -> ValidationError:
    words = _("The picture has more than 30 million pixels. Save it smaller, please: 1600 pixels wide is enough.")
    return ValidationError(words, code="pixels")


def _drawn(image: Image.Image) -> Drawn:
    largest = WIDTHS[-1]
    if image.format in {"JPEG", "MPO"}:
        image.draft(None, (largest, largest))  # decodes at a half or a quarter where that is enough
    upright = _in_srgb(ImageOps.exif_transpose(image))
    upright.thumbnail((largest, largest), Image.Resampling.LANCZOS)
    canvas = Image.new("RGB", upright.size, "white")  # new, so nothing but pixels comes along
    canvas.paste(upright, mask=upright.getchannel("A") if upright.mode == "RGBA" else None)
    files = {}
    for width in _widths(canvas.width):
        resized = canvas.resize((width, max(1, round(canvas.height * width / canvas.width))), Image.Resampling.LANCZOS)
        buffer = BytesIO()
        resized.save(buffer, "WEBP", quality=80, method=4)
        files[width] = buffer.getvalue()
    return Drawn(canvas.width, canvas.height, files)


def _in_srgb(image: Image.Image) -> Image.Image:
    """The image as RGB, or RGBA where it is transparent, its colours brought from its own profile to sRGB. A profile that
    can't be read is left aside: the colours are then a little off, which is better than no picture."""
    profile = image.info.get("icc_profile")
    if image.mode.startswith("I"):  # 16 bits a pixel, of which convert() would keep the lowest
        image = image.convert("I").point(lambda value: value / 256).convert("L")
    transparent = "A" in image.getbands() or "transparency" in image.info
    if profile and image.mode in {"RGB", "CMYK"} and not transparent:
        try:
            changed = ImageCms.profileToProfile(
                image, ImageCms.ImageCmsProfile(BytesIO(profile)), ImageCms.createProfile("sRGB"), outputMode="RGB"
            )
        except (ImageCms.PyCMSError, OSError, ValueError):
            pass
        else:
            if changed is not None:
                return changed
    return image.convert("RGBA" if transparent else "RGB")


# --- What a record keeps, and shows ----------------------------------------------------------------------------------


class PictureField(_CharField):
    """The name of a picture, or "". By this class the tidying finds every record, and every history, that has pictures."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **{**kwargs, "max_length": 50, "blank": True, "default": ""})
        self.validators = [*self.validators, RegexValidator(f"^{NAME}$")]

    def check(self, **kwargs: Any) -> list[checks.CheckMessage]:
        """Without `visible_to` nobody could say who reads the pictures of this model."""
        found = super().check(**kwargs)
        if not _is_history(self.model) and not hasattr(self.model._default_manager, "visible_to"):
            words = "A model with a picture says who sees its records: its manager needs visible_to(user)."
            found.append(checks.Error(words, obj=self, id="strongcities.E040"))
        return found

    def deconstruct(self) -> Any:
        name, path, args, kwargs = super().deconstruct()
        for given in ("max_length", "blank", "default"):
            kwargs.pop(given, None)
        return name, path, args, kwargs


@dataclass(frozen=True)
class Picture:
    """A kept picture by its name, as an `<img>` shows it."""

    name: str

    @property
    def width(self) -> int:
        return int(self.name.partition("-")[2].partition("x")[0])

    @property
    def height(self) -> int:
        return int(self.name.rpartition("x")[2])

    @property
    def src(self) -> str:
        return self._url(self.width)

    @property
    def srcset(self) -> str:
        return ", ".join(f"{self._url(width)} {width}w" for width in _widths(self.width))

    @property
    def is_there(self) -> bool:
        """Whether its files still are: long after it was replaced they are tidied."""
        return default_storage.exists(_path(self.name, self.width))

    @property
    def inline(self) -> str:
        """Its smallest width as a data: address, for a page that shows it to the one who is about to use it."""
        with default_storage.open(_path(self.name, _widths(self.width)[0])) as file:
            return f"data:image/webp;base64,{base64.b64encode(file.read()).decode()}"

    def _url(self, width: int) -> str:
        return reverse("picture", args=[self.name, width])


def _widths(width: int) -> list[int]:
    """The widths that a picture is kept in: those of the house that are smaller, and its own."""
    return [*(one for one in WIDTHS if one < width), width]


def _path(name: str, width: int) -> str:
    return f"{_FOLDER}/{name}/{width}.webp"


# --- Serving ---------------------------------------------------------------------------------------------------------


@public
@require_safe
def picture(request: HttpRequest, name: str, width: int) -> HttpResponse:
    """A kept picture, to whoever sees a record that shows it; one that was replaced or taken back, to staff who may read the
    record's history. 404 for everyone else, as for one that isn't there: its name is then no more than a guess."""
    for_all = _is_shown(name, AnonymousUser())
    if not (for_all or _is_shown(name, request.user) or _was_shown(name, request.user)):
        raise Http404
    try:
        with default_storage.open(_path(name, width)) as file:
            response = HttpResponse(file.read(), content_type="image/webp")
    except FileNotFoundError as error:
        raise Http404 from error
    response["Content-Disposition"] = f'inline; filename="{width}.webp"'
    response["Content-Security-Policy"] = "default-src 'none'; sandbox"
    kept = f"public, max-age={CACHED_FOR}, s-maxage={SHARED_FOR}, immutable"
    response["Cache-Control"] = kept if for_all else "private, no-store"
    return response


def _is_shown(name: str, user: Any) -> bool:
    """Whether a record that `user` sees shows it."""
    return any(
        model._default_manager.visible_to(user).filter(**{field: name}).exists()  # type: ignore[attr-defined]  # PictureField.check
        for model, field in _fields()
        if not _is_history(model)
    )


def _was_shown(name: str, user: Any) -> bool:
    """Whether a record showed it once whose history `user`, one of the staff, may read in the admin."""
    if not (user.is_active and user.is_staff):
        return False
    return any(
        _reads_history(model.pgh_tracked_model, user) and model._default_manager.filter(**{field: name}).exists()  # type: ignore[attr-defined]
        for model, field in _fields()
        if _is_history(model)
    )


def _reads_history(model: type[models.Model], user: Any) -> bool:
    """As the admin judges it (`has_view_or_change_permission`)."""
    return any(user.has_perm(f"{model._meta.app_label}.{verb}_{model._meta.model_name}") for verb in ("view", "change"))


# --- Tidying ---------------------------------------------------------------------------------------------------------


def tidy(now: datetime) -> int:
    """Delete pictures that no record shows and that no history will bring back. Answers how many.

    An upload stays for a day (its form may still be open), a picture that was replaced or removed for ninety.
    """
    try:
        names, _files = default_storage.listdir(_FOLDER)
    except FileNotFoundError:  # no upload yet
        return 0
    old = [name for name in names if re.fullmatch(NAME, name) and _kept_at(name) < now - YOUNG]
    used = _used(now - TAKEN_BACK_FOR)  # asked after the files: one that a record took meanwhile is among them
    gone = [name for name in old if name not in used]
    for name in gone:
        _delete(name)
    return len(gone)


def _kept_at(name: str) -> datetime:
    _folders, files = default_storage.listdir(f"{_FOLDER}/{name}")
    return max((default_storage.get_modified_time(f"{_FOLDER}/{name}/{file}") for file in files), default=datetime.fromtimestamp(0, UTC))


def _delete(name: str) -> None:
    _folders, files = default_storage.listdir(f"{_FOLDER}/{name}")
    for file in files:
        default_storage.delete(f"{_FOLDER}/{name}/{file}")
    default_storage.delete(f"{_FOLDER}/{name}")  # the folder, where the storage has some


def _used(since: datetime) -> set[str]:
    """Names that a record shows, or that one showed at some time after `since`: a version ends when the next one begins."""
    used: set[str] = set()
    for model, field in _fields():
        rows = model._base_manager.exclude(**{field: ""})
        if _is_history(model):
            versions = model._base_manager.annotate(
                ended=Window(Lead("pgh_created_at"), partition_by=[F("pgh_obj_id")], order_by=F("pgh_id").asc())
            )
            rows = versions.filter(Q(ended__gt=since) | Q(ended=None, pgh_created_at__gt=since)).exclude(**{field: ""})
        used.update(rows.values_list(field, flat=True))
    return used


def _fields() -> Iterator[tuple[type[models.Model], str]]:
    """Every field of the house that holds a picture: (model, name)."""
    for model in apps.get_models():
        for field in model._meta.concrete_fields:
            if isinstance(field, PictureField) and not model._meta.proxy:
                yield model, field.name


def _is_history(model: type[models.Model]) -> bool:
    return any(field.name == "pgh_id" for field in model._meta.concrete_fields)
