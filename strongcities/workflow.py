"""Moves between states: the one way by which any record of the house changes its state.

A model with states has a `State` (TextChoices), a `state` field, a table `MOVES` and a model of transitions that points at
it. Its verbs wrap `move()`:

    class Application(Workflow):
        MOVES = {"decline": Move({State.SUBMITTED, State.UNDER_REVIEW}, State.DECLINED), …}

        def decline(self, *, by, why):
            with self.move("decline", by=by, why=why) as step:
                step.record.decided_by = by
                mail.send("members/declined", …)

Inside the block the record is freshly read and locked, the move is known to be allowed, and whatever the block writes
(fields, mail, jobs) is committed together with the new state and the transition row, or not at all.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any, ClassVar, Self

from django.conf import settings
from django.core.exceptions import PermissionDenied
from django.db import models, transaction
from django.utils.translation import gettext, gettext_lazy as _


class MoveRefused(Exception):
    """The record is no longer in a state that allows the move. `str(error)` is a sentence for the person who pressed."""


def locked[Row: models.Model](record: Row) -> Row:
    """The row as it is now, locked until the transaction ends. The lock leaves the row's key alone, so that others may meanwhile write
    rows that point at it (a note, a transition of something else)."""
    return type(record)._base_manager.select_for_update(of=("self",), no_key=True).get(pk=record.pk)


@dataclass(frozen=True)
class Move:
    """One row of a table of moves.

    `sources` are the states it may start from; `targets` is the state it leads to, or a tuple of states where the verb
    must look at the locked record before it knows which (it then calls `step.to(state)`).
    """

    sources: frozenset[str]
    targets: tuple[str, ...]

    def __init__(self, sources: set[str] | frozenset[str], targets: str | tuple[str, ...]) -> None:
        object.__setattr__(self, "sources", frozenset(str(source) for source in sources))
        object.__setattr__(self, "targets", tuple(map(str, targets)) if isinstance(targets, tuple) else (str(targets),))


@dataclass
class Step[Record: "Workflow"]:
    """What a verb works with while a move is open: the locked `record`, and the state that it leads to."""

    record: Record
    move: Move
    target: str = field(init=False)
    why: str = ""

    def __post_init__(self) -> None:
        self.target = self.move.targets[0] if len(self.move.targets) == 1 else ""

    def to(self, state: str) -> None:
        """Choose among the move's targets. Raises ValueError for a state that the table does not name."""
        if str(state) not in self.move.targets:
            raise ValueError(f"{state} is not a target of this move: {self.move.targets}")
        self.target = str(state)


class Transition(models.Model):
    """One move that happened: who, when, from, to, why. Concrete subclasses add `subject`, a real foreign key with
    `related_name="transitions"`."""

    verb = models.CharField(_("what was done"), max_length=40)
    from_state = models.CharField(_("from"), max_length=20, blank=True)
    to_state = models.CharField(_("to"), max_length=20)
    why = models.TextField(_("why"), blank=True)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("by"))
    at = models.DateTimeField(_("at"), auto_now_add=True)

    class Meta:
        abstract = True
        ordering = ["at", "pk"]

    def __str__(self) -> str:
        return f"{self.verb}: {self.from_state} → {self.to_state}"


class Workflow(models.Model):
    """A record with states. See the module's head for how a model uses it."""

    MOVES: ClassVar[dict[str, Move]] = {}
    state: Any
    transitions: Any

    class Meta:
        abstract = True

    def allows(self, verb: str) -> bool:
        """Whether the record, as last read, is in a state from which `verb` may start."""
        return self.state in self.MOVES[verb].sources

    def may(self, verb: str, user: Any) -> bool:
        """Whether `user` may do `verb` to this record: asks `can_<verb>(user)`, which every verb of a table must have."""
        return bool(getattr(self, f"can_{verb}")(user))

    @contextmanager
    def move(self, verb: str, *, by: Any, why: str = "") -> Iterator[Step[Self]]:
        """Open the move `verb` for `by` (a user, or None where the house itself acts).

        Raises PermissionDenied when `by` may not, MoveRefused when the locked record's state does not allow it. The
        caller's own instance is brought up to date when the block ends.
        """
        with transaction.atomic():
            record = locked(self)
            if by is not None and not record.may(verb, by):
                raise PermissionDenied
            if not record.allows(verb):
                raise MoveRefused(gettext("This was already settled: it is now “%(state)s”.") % {"state": record.get_state_display()})
            step = Step(record, self.MOVES[verb], why=why)
            yield step
            if not step.target:
                raise ValueError(f"the verb {verb} did not choose between {step.move.targets}")
            source, record.state = record.state, step.target
            record.save()
            record.transitions.create(verb=verb, from_state=source, to_state=step.target, why=step.why, by=by)
        self.refresh_from_db()

    @classmethod
    def move_all(cls, verb: str, rows: Any, *, by: Any, why: str = "", **written: Any) -> list[Self]:
        """The move `verb`, of one target, of all `rows` (a query) at once: one statement writes the state, and what else is
        `written`; each has its transition. Answers them as they were found. That `by` may is asked of each.

        For acts that do the same to many. Raises PermissionDenied, MoveRefused where one of them is not in a state that allows it:
        nothing was moved then.
        """
        (target,) = cls.MOVES[verb].targets
        with transaction.atomic():
            found = list(cls._base_manager.select_for_update(of=("self",), no_key=True).filter(pk__in=rows.values("pk")).order_by("pk"))
            for record in found:
                if by is not None and not record.may(verb, by):
                    raise PermissionDenied
                if not record.allows(verb):
                    raise MoveRefused(gettext("This was already settled: it is now “%(state)s”.") % {"state": record.get_state_display()})
            cls._base_manager.filter(pk__in=[record.pk for record in found]).update(state=target, **written)
            steps = cls._meta.get_field("transitions").related_model
            told = {"verb": verb, "to_state": target, "why": why, "by": by}
            steps._base_manager.bulk_create(steps(subject=record, from_state=record.state, **told) for record in found)  # type: ignore[union-attr,misc]
        return found

    def begin(self, verb: str, *, by: Any) -> None:
        """Write the first line of the record's history, in the transaction that created it."""
        self.transitions.create(verb=verb, to_state=self.state, by=by)

    def get_state_display(self) -> str:  # Django writes this on the concrete model; the abstract one names it for types
        raise NotImplementedError
