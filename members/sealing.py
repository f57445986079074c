"""Everything that lies sealed in the database, sealed anew by the newest key, so that an old key may go (`manage.py seal_again`)."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from allauth.mfa.models import Authenticator
from django.db import transaction

from members.models import Session, SignOn
from strongcities import sealed, sealed_field

IN_DATA = ("secret", "seed")  # of a second step: an app's key, and what recovery codes are made of


def seal_again() -> tuple[int, int]:
    """How many rows were sealed anew, and how many no key opens; those stay as they are. Each row under its own lock: the
    site goes on meanwhile. A session that no key opens is over already, and isn't counted."""
    done = unreadable = 0
    for model, pk in _rows():
        with transaction.atomic():
            row = model._base_manager.select_for_update(of=("self",), no_key=True).filter(pk=pk).first()
            try:
                done += row is not None and _anew(row)
            except sealed.Unreadable:
                unreadable += model is not Session
    return done, unreadable


def _rows() -> Iterator[tuple[Any, Any]]:
    higher = dict.fromkeys(model for model, _name in sealed_field.fields())  # of rooms above this one, which this one can't name
    models: tuple[Any, ...] = (Authenticator, SignOn, Session, *higher)
    for model in models:
        for pk in model._base_manager.order_by("pk").values_list("pk", flat=True).iterator():
            yield model, pk


def _anew(row: Any) -> bool:
    """Whether there was anything sealed in it. Raises Unreadable."""
    match row:
        case Authenticator():
            found = {name: sealed.seal_again(row.data[name]) for name in IN_DATA if name in row.data}
            return bool(found) and _written(row, data=row.data | found)
        case SignOn():
            return bool(row.secret) and _written(row, secret=sealed.seal_again(row.secret))
        case Session():
            return sealed.is_sealed(row.session_data) and _written(row, session_data=sealed.seal_again(row.session_data))
        case _:
            names = [name for model, name in sealed_field.fields() if isinstance(row, model) and getattr(row, name)]
            return bool(names) and _written(row, **{name: sealed.seal_again(getattr(row, name)) for name in names})


def _written(row: Any, **values: Any) -> bool:
    return bool(type(row)._base_manager.filter(pk=row.pk).update(**values))
