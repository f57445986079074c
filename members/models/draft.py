"""What somebody has typed on the way to becoming a Strong City, before their mail address is confirmed.

A draft belongs to a browser (its key is in the session), not to an account: nobody has signed in yet. It turns into one
`Application` when the button behind the mailed link is pressed, and is deleted when it is old.
"""

from __future__ import annotations

import hashlib
import json
import secrets
from datetime import timedelta
from typing import Any, ClassVar

from django.db import models, transaction
from django.utils import timezone
from django.utils.translation import get_language, gettext_lazy as _

LIFE = timedelta(days=30)
TYPED_AT = "_at"  # beside the answers of a step: the browser's clock when they were typed
LONGEST_ANSWER = 5000


def new_key() -> str:
    return secrets.token_urlsafe(24)


class DraftQuerySet(models.QuerySet["Draft"]):
    def unfinished(self) -> DraftQuerySet:
        """Not yet turned into an application."""
        return self.filter(application=None)

    def old(self) -> DraftQuerySet:
        """Untouched for thirty days: to be deleted, whether or not an application came of it."""
        return self.filter(saved__lt=timezone.now() - LIFE)


class Draft(models.Model):
    STEPS: ClassVar = ("city", "person", "mandate", "principles")

    key = models.CharField(max_length=40, unique=True, default=new_key, editable=False)  # the browser's
    link = models.CharField(max_length=40, unique=True, default=new_key, editable=False)  # in the mail, for whoever has the mailbox
    city = models.JSONField(_("city"), default=dict, blank=True)
    person = models.JSONField(_("person"), default=dict, blank=True)
    mandate = models.JSONField(_("mandate"), default=dict, blank=True)
    principles = models.JSONField(_("principles"), default=dict, blank=True)
    language = models.CharField(_("language"), max_length=10, default="en")
    started = models.DateTimeField(_("started"), auto_now_add=True)
    saved = models.DateTimeField(_("saved"), auto_now=True)
    sent = models.DateTimeField(_("sent"), null=True, blank=True, help_text=_("When the mail to confirm was last asked for."))

    objects = DraftQuerySet.as_manager()

    class Meta:
        verbose_name = _("unfinished application")
        verbose_name_plural = _("unfinished applications")
        indexes = [models.Index(fields=["saved"], name="draft_saved")]

    def __str__(self) -> str:
        return f"{self.started:%Y-%m-%d}"

    def keep(self, step: str, answers: dict[str, Any], *, typed_at: int | None = None) -> bool:
        """Keep what was typed in `step`, right or wrong; other answers of the step and other steps stay as they are.

        `typed_at` (milliseconds by the browser's clock) lets a late autosave lose against what was typed after it.
        Returns False when nothing was kept: the answers are older than those kept, or the application was sent and
        confirmed meanwhile.
        """
        with transaction.atomic():
            draft = Draft.objects.unfinished().select_for_update(of=("self",)).filter(pk=self.pk).first()
            if draft is None:
                return False
            kept = getattr(draft, step)
            if typed_at is not None and typed_at < kept.get(TYPED_AT, 0):
                return False
            kept |= {name: _storable(value) for name, value in answers.items()}
            if typed_at is not None:
                kept[TYPED_AT] = typed_at
            draft.language = get_language() or "en"
            draft.save(update_fields=[step, "language", "saved"])
        self.refresh_from_db()
        return True

    def change_key(self) -> None:
        """From now on it is the draft of the browser that is told the new key, and of none that knew the old one; its link stays."""
        self.key = new_key()
        self.save(update_fields=["key"])

    def answers(self, step: str) -> dict[str, Any]:
        """What was typed in `step`: {field: text or list of texts}."""
        return {name: value for name, value in getattr(self, step).items() if name != TYPED_AT}

    def typed_at(self, step: str) -> int:
        """When what is kept of `step` was typed, in milliseconds by the browser's clock; 0 where it didn't say."""
        return int(getattr(self, step).get(TYPED_AT, 0))

    @property
    def mark(self) -> str:
        """What a browser tells this draft from any other by, also where a database was made anew. No secret."""
        return self.started.isoformat()

    def fingerprint(self) -> str:
        """Changes whenever an answer does. A mailed link carries it, so that it confirms what was sent and nothing else."""
        everything = json.dumps([self.answers(step) for step in self.STEPS], sort_keys=True)
        return hashlib.sha256(everything.encode()).hexdigest()[:32]


def _storable(value: Any) -> Any:
    """An answer as PostgreSQL can hold it: no NUL, and no longer than any field of the forms by far."""
    if isinstance(value, list):
        return [_storable(item) for item in value[:200]]
    return value.replace("\x00", "")[:LONGEST_ANSWER]
