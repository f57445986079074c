"""What people sent lies in the storage under a name that nobody can guess, and a record keeps that name.

A kind of file (strongcities/uploads.py pictures, strongcities/documents.py documents) has a folder in the default storage, a folder
in it for each file by its name, and a field, a `KeptField`, by whose class every record and every history is found that keeps one.

Who reads a file is for the record to say that shows it: a model with such a field answers `visible_to(user)`, and the file is
served to whom it would show that record. So this asks every room and imports none.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any, ClassVar

from django.apps import apps
from django.contrib.auth.models import AnonymousUser
from django.core import checks
from django.core.files.storage import default_storage
from django.core.validators import RegexValidator
from django.db import models
from django.db.models import F, Q, Window
from django.db.models.functions import Lead
from django.http import Http404

if TYPE_CHECKING:  # generic for the type checker alone
    _CharField = models.CharField[str, str]
else:
    _CharField = models.CharField

YOUNG = timedelta(days=1)  # an upload whose form is still being filled in
TAKEN_BACK_FOR = timedelta(days=90)  # so long a replaced file can be brought back from the history
CACHED_FOR = 30 * 24 * 3600  # in the browser of somebody who saw it; it never changes under its name
SHARED_FOR = 60  # in what many share, as pages are: whom it shows it to next may not see the record any more
POLICY = "default-src 'none'; sandbox"  # whatever a browser makes of it, it runs nothing and asks for nothing


class KeptField(_CharField):
    """The name of a file, or "". What begins its value up to a slash, if there is one, names the file's folder."""

    pattern: ClassVar[str]
    longest: ClassVar[int]

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **{**kwargs, "max_length": self.longest, "blank": True, "default": ""})
        self.validators = [*self.validators, RegexValidator(rf"\A{self.pattern}\Z")]

    def check(self, **kwargs: Any) -> list[checks.CheckMessage]:
        """Without `visible_to` nobody could say who reads the files of this model."""
        found = super().check(**kwargs)
        if not is_history(self.model) and not hasattr(self.model._default_manager, "visible_to"):
            words = "A model that shows a file says who sees its records: its manager needs visible_to(user)."
            found.append(checks.Error(words, obj=self, id="strongcities.E040"))
        return found

    def deconstruct(self) -> Any:
        name, path, args, kwargs = super().deconstruct()
        for given in ("max_length", "blank", "default"):
            kwargs.pop(given, None)
        return name, path, args, kwargs


# --- Who reads it ----------------------------------------------------------------------------------------------------


def cache_control_for(user: Any, field: type[KeptField], value: str) -> str:
    """How long a file may be kept that is served to `user`: whoever sees a record that shows it, or one of the staff who may read
    the history of a record that showed it. Raises Http404 for everyone else, as for one that isn't there: its name is then
    no more than a guess."""
    if _is_shown(field, value, AnonymousUser()):
        return f"public, max-age={CACHED_FOR}, s-maxage={SHARED_FOR}, immutable"
    if _is_shown(field, value, user) or _was_shown(field, value, user):
        return "private, no-store"
    raise Http404


def _is_shown(field: type[KeptField], value: str, user: Any) -> bool:
    """Whether a record that `user` sees shows it: one question, however many rooms have some."""
    shows = [
        model._default_manager.visible_to(user).filter(**{name: value}).order_by().values("pk")  # type: ignore[attr-defined]  # KeptField.check
        for model, name in fields(field)
        if not is_history(model)
    ]
    return bool(shows) and shows[0].union(*shows[1:], all=True).exists()


def _was_shown(field: type[KeptField], value: str, user: Any) -> bool:
    """Whether a record showed it once whose history `user`, one of the staff, may read in the admin."""
    if not (user.is_active and user.is_staff):
        return False
    return any(
        _reads_history(model.pgh_tracked_model, user) and model._default_manager.filter(**{name: value}).exists()  # type: ignore[attr-defined]
        for model, name in fields(field)
        if is_history(model)
    )


def _reads_history(model: type[models.Model], user: Any) -> bool:
    """As the admin judges it (`has_view_or_change_permission`)."""
    return any(user.has_perm(f"{model._meta.app_label}.{verb}_{model._meta.model_name}") for verb in ("view", "change"))


# --- Tidying ---------------------------------------------------------------------------------------------------------


def tidy(folder: str, field: type[KeptField], now: datetime) -> int:
    """Delete files that no record shows and that no history will bring back. Answers how many.

    An upload stays for a day (its form may still be open), a file that was replaced or removed for ninety.
    """
    try:
        names, _files = default_storage.listdir(folder)
    except FileNotFoundError:  # no upload yet
        return 0
    ours = re.compile(field.pattern.partition("/")[0])
    old = [name for name in names if ours.fullmatch(name) and _kept_at(f"{folder}/{name}") < now - YOUNG]
    used = _used(field, now - TAKEN_BACK_FOR)  # asked after the files: one that a record took meanwhile is among them
    gone = [name for name in old if name not in used]
    for name in gone:
        delete(f"{folder}/{name}")
    return len(gone)


def _kept_at(folder: str) -> datetime:
    _folders, files = default_storage.listdir(folder)
    return max((default_storage.get_modified_time(f"{folder}/{file}") for file in files), default=datetime.fromtimestamp(0, UTC))


def delete(folder: str) -> None:
    """A file with its folder, where the storage has some."""
    _folders, files = default_storage.listdir(folder)
    for file in files:
        default_storage.delete(f"{folder}/{file}")
    default_storage.delete(folder)


def _used(field: type[KeptField], since: datetime) -> set[str]:
    """Folders of files that a record shows, or that one showed at some time after `since`: a version ends when the next one begins."""
    used: set[str] = set()
    for model, name in fields(field):
        rows = model._base_manager.exclude(**{name: ""})
        if is_history(model):
            versions = model._base_manager.annotate(
                ended=Window(Lead("pgh_created_at"), partition_by=[F("pgh_obj_id")], order_by=F("pgh_id").asc())
            )
            rows = versions.filter(Q(ended__gt=since) | Q(ended=None, pgh_created_at__gt=since)).exclude(**{name: ""})
        used.update(value.partition("/")[0] for value in rows.values_list(name, flat=True))
    return used


def fields(field: type[KeptField]) -> Iterator[tuple[type[models.Model], str]]:
    """Every field of the house that holds files of this kind: (model, name)."""
    for model in apps.get_models():
        for one in model._meta.concrete_fields:
            if isinstance(one, field) and not model._meta.proxy:
                yield model, one.name


def is_history(model: type[models.Model]) -> bool:
    return any(field.name == "pgh_id" for field in model._meta.concrete_fields)
