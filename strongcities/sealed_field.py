"""The column of a secret at rest (strongcities/sealed.py). By this class `seal_again` and the checks find every record that has one."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from django.apps import apps
from django.db import models

if TYPE_CHECKING:  # generic for the type checker alone
    _TextField = models.TextField[str, str]
else:
    _TextField = models.TextField


class SealedField(_TextField):
    """A sealed text, or "". Its model has a constraint that refuses anything else, whoever writes it."""


def fields() -> Iterator[tuple[type[models.Model], str]]:
    """Every one of the house: (model, name)."""
    for model in apps.get_models():
        for one in model._meta.local_concrete_fields:
            if isinstance(one, SealedField):
                yield model, one.name
