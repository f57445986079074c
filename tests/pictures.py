"""Files as people choose them: good pictures, and what is called one."""

from __future__ import annotations

from io import BytesIO
from typing import Any

from django.core.files.uploadedfile import SimpleUploadedFile
from PIL import Image

HARBOUR = {"picture_alt": "The harbour in the evening", "picture_credit": "Karen Klint", "picture_licence": "cc-by-4.0"}


def image(size: tuple[int, int] = (1200, 800), mode: str = "RGB") -> Image.Image:
    """A picture whose left half is red and whose right half is blue."""
    drawn = Image.new(mode, size, (200, 30, 30, 255)[: len(mode)])
    drawn.paste((30, 30, 200, 255)[: len(mode)], (size[0] // 2, 0, *size))
    return drawn


def encoded(drawn: Image.Image | None = None, kind: str = "JPEG", **options: Any) -> bytes:
    buffer = BytesIO()
    (drawn or image()).save(buffer, kind, **options)
    return buffer.getvalue()


def upload(content: bytes | None = None, name: str = "harbour.jpg") -> SimpleUploadedFile:
    """What a form gets: a good JPEG, unless told otherwise."""
    return SimpleUploadedFile(name, encoded() if content is None else content, content_type="image/jpeg")
