"""A spreadsheet of cities or officials that staff bring in: looked at first, written as a whole or not at all.

| verb    | from                         | to                              | who                                            |
|---------|------------------------------|---------------------------------|------------------------------------------------|
| bring   | (nothing)                    | to be looked at                 | staff who may import such records              |
| write   | to be looked at, waits for 2 | waits for a second¹, or written | staff who may import such records              |
| discard | to be looked at, waits for 2 | discarded                       | staff who may import such records              |
| replace | to be looked at, waits for 2 | replaced, by the corrected file | staff who may import such records              |

¹ Where a row makes a city a member: as with applications, two different people of the staff decide on that.

What would change isn't kept: it is worked out anew from the rows, each time somebody looks (members/imports). A press of the
button carries the mark of what was seen, the rows that can't be written among it, and is refused where it would do anything else by
now; a first approval of what is no longer the same is none. The rows hold people's names and addresses, so they go once they are
written, discarded or replaced.

What fails halfway has written nothing, and is to be looked at as before. Held by the database: settled once, by two people where it
makes members.
"""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any, ClassVar

from django.conf import settings
from django.db import IntegrityError, models
from django.db.models import F, Q
from django.utils import timezone
from django.utils.translation import gettext, gettext_lazy as _

from strongcities import sheets
from strongcities.workflow import Move, MoveRefused, Transition, Workflow

if TYPE_CHECKING:
    from members.imports.plan import Plan

KEPT = timedelta(days=30)


class State(models.TextChoices):
    READY = "ready", _("to be looked at")
    HALF = "half", _("waits for a second person")
    WRITTEN = "written", _("written")
    DISCARDED = "discarded", _("discarded")
    REPLACED = "replaced", _("replaced")


OPEN = (State.READY, State.HALF)
SETTLED = (State.WRITTEN, State.DISCARDED, State.REPLACED)


class Kind(models.TextChoices):
    """What is brought in."""

    CITIES = "cities", _("Cities")
    OFFICIALS = "officials", _("Officials")


class Taken(models.TextChoices):
    """What is taken out."""

    CITIES = "cities", _("Cities")
    OFFICIALS = "officials", _("Officials")
    APPLICATIONS = "applications", _("Applications to join")
    PARTICIPANTS = "participants", _("Participants of an event")
    NEEDS = "needs", _("Food and access, in numbers")


class ImportQuerySet(models.QuerySet["Import"]):
    def open(self) -> ImportQuerySet:
        return self.filter(state__in=OPEN)

    def waiting_for(self, user: Any) -> ImportQuerySet:
        """Open, and not only waiting for somebody else than `user`."""
        return self.visible_to(user).open().exclude(state=State.HALF, first_approver=user.pk)

    def old(self) -> ImportQuerySet:
        """Open for longer than rows with people's names and addresses should lie about."""
        return self.open().filter(at__lt=timezone.now() - KEPT)

    def visible_to(self, user: Any) -> ImportQuerySet:
        """Those of the kinds that `user` may import."""
        return self.filter(kind__in=[kind for kind in Kind if Import.may_bring(user, kind)])


class Import(Workflow):
    State, Kind = State, Kind
    MOVES: ClassVar[dict[str, Move]] = {
        "write": Move(set(OPEN), (State.HALF, State.WRITTEN)),
        "discard": Move(set(OPEN), State.DISCARDED),
        "replace": Move(set(OPEN), State.REPLACED),
    }

    kind = models.CharField(_("what is in it"), max_length=20, choices=Kind)
    state = models.CharField(_("state"), max_length=20, choices=State, default=State.READY, editable=False)
    file_name = models.CharField(_("file"), max_length=200, editable=False)
    columns = models.JSONField(_("columns"), editable=False)
    rows = models.JSONField(_("rows"), default=list, editable=False)  # [[line, {column: text}], …]
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", editable=False, verbose_name=_("brought by"))
    at = models.DateTimeField(_("brought"), auto_now_add=True)
    replaces = models.ForeignKey(
        "self", models.PROTECT, null=True, blank=True, editable=False, related_name="replaced_by", verbose_name=_("in place of")
    )
    needs_two = models.BooleanField(_("needs two of the staff"), default=False, editable=False)
    first_approver = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, editable=False, related_name="+", verbose_name=_("first of two")
    )
    first_mark = models.CharField(max_length=64, blank=True, editable=False)  # of what the first of two saw
    decided_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, editable=False, related_name="+", verbose_name=_("decided by")
    )
    made = models.PositiveIntegerField(_("new"), default=0, editable=False)
    changed = models.PositiveIntegerField(_("changed"), default=0, editable=False)
    left_out = models.PositiveIntegerField(_("left out"), default=0, editable=False)

    objects = ImportQuerySet.as_manager()

    class Meta:
        verbose_name = _("import of a spreadsheet")
        verbose_name_plural = _("imports of spreadsheets")
        ordering = ["-at", "-pk"]
        constraints = [
            models.CheckConstraint(
                condition=~Q(state=State.WRITTEN)
                | Q(needs_two=False, decided_by__isnull=False)
                | (Q(first_approver__isnull=False, decided_by__isnull=False) & ~Q(first_approver=F("decided_by"))),
                name="import_of_new_members_by_two_people",
            ),
            models.CheckConstraint(condition=Q(state__in=OPEN) | Q(rows=[]), name="import_keeps_no_rows"),
            models.UniqueConstraint(fields=["replaces"], name="import_replaced_once"),  # nothing is in place of nothing: nulls are many
        ]

    def __str__(self) -> str:
        return f"{self.get_kind_display()}: {self.file_name}"

    # --- Who may -----------------------------------------------------------------------------------------------------

    @staticmethod
    def may_bring(user: Any, kind: str) -> bool:
        """Staff with the permission to import, and with the right to do by hand what such a file does."""
        if not (user.is_authenticated and user.is_active and user.is_staff and user.has_perm("members.add_import")):
            return False
        return bool(user.keeps_cities if kind == Kind.CITIES else user.vets)

    def can_write(self, user: Any) -> bool:
        return self.may_bring(user, self.kind)

    can_discard = can_replace = can_write

    @property
    def successor(self) -> Import | None:
        """The corrected file that came in place of this one."""
        return self.replaced_by.first()

    # --- Verbs -------------------------------------------------------------------------------------------------------

    @classmethod
    def bring(cls, *, kind: str, name: str, file: bytes, by: Any, replaces: Import | None = None) -> Import:
        """Read a file and keep its rows until somebody decided. Nothing else is written. Raises sheets.NotASheet; PermissionDenied
        is the caller's to raise, by `may_bring`."""
        from members.imports import room  # the rooms write this very model's kinds

        columns, rows = sheets.read(file)
        room(kind).check(columns)
        record = cls(kind=kind, file_name=name[-200:], columns=columns, rows=[[row.line, row.cells] for row in rows], by=by)
        record.replaces = replaces
        record.save(force_insert=True)
        record.begin("bring", by=by)
        return record

    def plan(self, *, by: Any) -> Plan:
        """What writing it would do now, pressed by `by`."""
        from members.imports import room  # as above

        return room(self.kind).plan(self.columns, self.read_rows, by=by)

    @property
    def read_rows(self) -> list[sheets.Row]:
        return [sheets.Row(line, cells) for line, cells in self.rows]

    def replace(self, *, name: str, file: bytes, by: Any) -> Import:
        """Put the corrected file in place of this one, of which nothing is written then. Raises sheets.NotASheet where it can't be
        read, and this one stays; PermissionDenied; MoveRefused."""
        with self.move("replace", by=by) as step:
            step.record.decided_by, step.record.rows = by, []
            return Import.bring(kind=self.kind, name=name, file=file, by=by, replaces=step.record)

    def write(self, *, by: Any, seen: str) -> None:
        """Write what can be written of it, or count as the first of two. `seen` is the mark of the plan that `by` looked at, which
        has the rows that can't be.

        Raises PermissionDenied; MoveRefused, and then nothing is written: where the plan is another one by now or has nothing
        to write, where `by` was the first already, or where the database refuses a row.
        """
        from members.imports import room  # as above

        try:
            with self.move("write", by=by) as step:
                record = step.record
                room(record.kind).lock(record.read_rows)
                plan = record.plan(by=by)
                _refuse(plan, seen=seen)
                record.needs_two = plan.makes_members
                if plan.makes_members and not record._seconds(by, plan):
                    record.first_approver, record.first_mark = by, plan.mark
                    step.to(State.HALF)
                    return
                for line in plan.to_write:
                    room(record.kind).write(line, by=by)
                record.made, record.changed, record.left_out = plan.count("new"), plan.count("changed"), plan.count("bad")
                record.decided_by, record.rows = by, []
                step.to(State.WRITTEN)
        except IntegrityError as error:
            words = gettext("Nothing was written: two rows don’t go together, or somebody wrote the same this very moment. Look again.")
            raise MoveRefused(words) from error

    def _seconds(self, by: Any, plan: Plan) -> bool:
        """Whether `by` is the second of two who saw the same. Raises MoveRefused where `by` was the first."""
        if self.first_approver_id is None or self.first_mark != plan.mark:
            return False
        if self.first_approver_id == by.pk:
            raise MoveRefused(gettext("You approved it already: it makes cities members, so a second person of the staff decides too."))
        return True

    def discard(self, *, by: Any) -> None:
        """Nothing of it is written. `by` None is the house itself, after thirty days."""
        with self.move("discard", by=by) as step:
            step.record.decided_by, step.record.rows = by, []


def _refuse(plan: Plan, *, seen: str) -> None:
    if plan.mark != seen:
        raise MoveRefused(gettext("Something changed since you looked. See what would be written now, then decide."))
    if not plan.to_write and plan.count("bad"):
        raise MoveRefused(gettext("No row can be written. Put the file right and send it in place of this one."))
    if not plan.to_write:
        raise MoveRefused(gettext("There is nothing to write: what the file says stands here already."))


class ImportTransition(Transition):
    subject = models.ForeignKey(Import, models.CASCADE, related_name="transitions", verbose_name=_("import"))

    class Meta(Transition.Meta):
        verbose_name = _("step")
        verbose_name_plural = _("steps")
        constraints = [models.UniqueConstraint(fields=["subject"], condition=Q(to_state__in=SETTLED), name="import_settled_once")]

    @property
    def words(self) -> str:
        if self.verb == "write" and self.to_state == State.HALF:
            return gettext("Approved by the first of two")
        done = {"bring": gettext("Brought in"), "write": gettext("Written"), "discard": gettext("Discarded")}
        return (done | {"replace": gettext("Replaced by a corrected file")})[self.verb]


class Export(models.Model):
    """A file of records that somebody of the staff took out: who, when, what and how much. The file itself is theirs."""

    kind = models.CharField(_("what is in it"), max_length=20, choices=Taken)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name=_("taken out by"))
    at = models.DateTimeField(_("taken out"), auto_now_add=True)
    rows = models.PositiveIntegerField(_("rows"))
    chosen_by = models.CharField(_("chosen by"), max_length=1000, blank=True)  # the list's filters, as they stood in the address

    class Meta:
        verbose_name = _("export")
        verbose_name_plural = _("exports")
        ordering = ["-at", "-pk"]
        permissions = [("take_out_export", "Can take out cities, officials and applications as a file")]

    def __str__(self) -> str:
        return self.get_kind_display()
