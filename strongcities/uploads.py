"""What people upload. Here pictures: each is decoded and drawn anew, so that nothing of the file itself is ever served.

What a file is, its bytes say; neither its name nor its declared type is believed. Drawing anew drops whatever else is in
it: the place in a photograph's EXIF, scripts in a polyglot, what trails behind the picture. Pictures lie in the default
storage as `pictures/<name>/<width>.webp`, where the name holds a secret and the size: `<32 hex digits>-1600x1067`. That
name is all that a record keeps (`PictureField`).

    drawn = uploads.draw(file)      raises ValidationError with words for whoever chose the file
    name = drawn.keep()             writes the files; what no record refers to is tidied later (jobs.tidy_pictures)
    uploads.Picture(name).src       …srcset, width, height: what an <img> needs

Who reads a picture is for the record to say that shows it (strongcities/kept.py). Documents are strongcities/documents.py.
"""

from __future__ import annotations

import base64
import secrets
import threading
from dataclasses import dataclass
from datetime import datetime
from io import BytesIO
from typing import Any

from django.core.exceptions import ValidationError
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.http import Http404, HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_safe
from PIL import Image, ImageCms, ImageOps, UnidentifiedImageError

from strongcities import kept
from strongcities.access import public

BYTES = 5_000_000
TOO_LARGE = _("The file is larger than 5 MB. Save the picture smaller, please.")
PIXELS = 30_000_000  # decoded, some 120 MB
SMALLEST = (600, 300)  # width and height: less is blurred on the page of a city
STRETCH = 4  # at most so many times as wide as high, or as high as wide
WIDTHS = (480, 960, 1600)
FORMATS = ("JPEG", "PNG", "WEBP", "AVIF")
ACCEPT = "image/jpeg,image/png,image/webp,image/avif"  # an iPhone that reads this sends JPEG instead of HEIC
FOLDER = "pictures"
NAME = r"[0-9a-f]{32}-[1-9][0-9]{0,3}x[1-9][0-9]{0,3}"

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


class PictureField(kept.KeptField):
    """The name of a picture, or "". By this class the tidying finds every record, and every history, that has pictures."""

    pattern = NAME
    longest = 50


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
    return f"{FOLDER}/{name}/{width}.webp"


# --- Serving ---------------------------------------------------------------------------------------------------------


@public
@require_safe
def picture(request: HttpRequest, name: str, width: int) -> HttpResponse:
    """A kept picture, to whoever sees a record that shows it; one that was replaced or taken back, to staff who may read the
    record's history. 404 for everyone else, as for one that isn't there: its name is then no more than a guess."""
    cache_control = kept.cache_control_for(request.user, PictureField, name)
    try:
        with default_storage.open(_path(name, width)) as file:
            response = HttpResponse(file.read(), content_type="image/webp")
    except FileNotFoundError as error:
        raise Http404 from error
    response["Content-Disposition"] = f'inline; filename="{width}.webp"'
    response["Content-Security-Policy"] = kept.POLICY
    response["Cache-Control"] = cache_control
    return response


def tidy(now: datetime) -> int:
    """Delete pictures that no record shows and that no history will bring back. Answers how many."""
    return kept.tidy(FOLDER, PictureField, now)
