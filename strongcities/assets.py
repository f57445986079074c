"""Static files: compressed, hashed, and the stylesheet's parts written into one file.

`css/house.css` (and the admin's skin) names its parts by `@import`, which a browser follows while the project is developed;
over a slow line each part would cost a round trip of its own, so `collectstatic` writes them into the one file.
"""

from __future__ import annotations

import posixpath
import re
from collections.abc import Iterator
from typing import Any

from django.core.files.base import ContentFile
from whitenoise.storage import CompressedManifestStaticFilesStorage  # type: ignore[import-untyped]

BUNDLES = ("css/house.css", "css/admin.css")
_IMPORT = re.compile(r'@import url\("([^"]+)"\);\n?')
_COMMENT = re.compile(r"/\*.*?\*/\s*", re.DOTALL)
_INDENT = re.compile(r"^\s+", re.MULTILINE)


def bundle(name: str, files: dict[str, Any]) -> str:
    """The text of the stylesheet `name` with its imports put in place, without comments and indents.

    `files` is what collectstatic found: name → (storage, path). Raises KeyError for a part that isn't among them.
    """

    def read(part: str) -> str:
        storage, path = files[part]
        with storage.open(path) as file:
            return str(file.read().decode())

    folder = posixpath.dirname(name)
    text = _IMPORT.sub(lambda found: read(posixpath.normpath(posixpath.join(folder, found[1]))), read(name))
    return _INDENT.sub("", _COMMENT.sub("", text))


class HouseStorage(CompressedManifestStaticFilesStorage):  # type: ignore[misc]  # the library brings no types
    """Whitenoise's storage, with the bundles written first."""

    def post_process(self, paths: dict[str, Any], dry_run: bool = False, **options: Any) -> Iterator[Any]:
        if not dry_run:
            for name in BUNDLES:
                if name in paths:
                    text = bundle(name, paths)
                    self.delete(name)
                    self.save(name, ContentFile(text.encode()))
                    paths = {**paths, name: (self, name)}
        yield from super().post_process(paths, dry_run=dry_run, **options)
