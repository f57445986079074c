"""Which rule of the database refused, so that it can be said in words. Rules of triggers have a name as well (RAISE … USING CONSTRAINT)."""

from __future__ import annotations

from django.db import IntegrityError


def broken(error: IntegrityError) -> str:
    """The name of the rule; "" where the database named none."""
    diagnosis = getattr(error.__cause__, "diag", None)
    return str(diagnosis.constraint_name or "") if diagnosis else ""
