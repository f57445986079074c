"""Two records of one city become one, and can become two again for thirty days.

| verb | from   | to     | who                                        | when                         |
|------|--------|--------|--------------------------------------------|------------------------------|
| undo | merged | undone | staff with the permission to merge cities  | up to thirty days afterwards |

What moves: every row of any room that points at the city that goes, by every foreign key to it, found by asking Django; so
rooms that come later are merged too. What would break a rule of the database at the city that stays (a membership at the
same time, an open post of the same person) stays where it is, and the preview says so. The city that goes is hidden, keeps
its row and its address, which leads to the one that stays, whose other names then include its name.

Locks, in this order: open invitations and applications that may move, the tree of authorities, both cities. Whoever accepts an
invitation or decides on an application holds its row, then asks for its city. Whoever applies holds the city (City.held), and finds
what it is part of now where a merge was first; the database takes no application for a record that went (migration 0040).
Held by the database too: one merge of a city at a time, undone once.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any, ClassVar

from django.conf import settings
from django.core.exceptions import PermissionDenied
from django.db import IntegrityError, connection, models, transaction
from django.db.models import F, Q
from django.urls import NoReverseMatch, reverse
from django.utils import timezone
from django.utils.translation import gettext, gettext_lazy as _

from members.models.application import Application
from members.models.city import City, CityGone
from members.models.governance import Body
from members.models.invitation import Invitation
from strongcities.workflow import Move, MoveRefused, Step, Transition, Workflow

UNDONE_WITHIN = timedelta(days=30)
_BATCH = 500
_LONGEST = 120  # characters of another name; an official one may be longer
_LISTED = 20  # rows of a kind that a preview names
# What a record's own past is made of stays with it: its merges, its edits (they can be taken back there), its vacancies.
_STAYS = {"members.Merge", "members.CityChange", "members.Vacancy"}


class State(models.TextChoices):
    MERGED = "merged", _("merged")
    UNDONE = "undone", _("undone")


@dataclass(frozen=True)
class Part:
    """Rows of one kind that point at the city that goes: how many move, and how many stay because of a rule. `rows` are the
    first of those that move, each with the address of its page in the admin, or ""."""

    name: str  # "app.model.field"
    words: str
    moving: int
    staying: int
    rows: list[tuple[str, str]] = field(default_factory=list)

    @property
    def unlisted(self) -> int:
        return self.moving - len(self.rows)


@dataclass(frozen=True)
class Preview:
    """What a merge would do. `mark` changes with whatever it counts: a merge is of what somebody saw. `refused` says why
    there can be none, in words; empty where there can."""

    parts: list[Part]
    new_names: list[str]
    mark: str
    refused: str


class Merge(Workflow):
    State = State
    MOVES: ClassVar[dict[str, Move]] = {"undo": Move({State.MERGED}, State.UNDONE)}

    kept = models.ForeignKey(City, models.PROTECT, related_name="+", verbose_name=_("the city that stays"))
    dropped = models.ForeignKey(City, models.PROTECT, related_name="+", verbose_name=_("the city that goes"))
    state = models.CharField(_("state"), max_length=20, choices=State, default=State.MERGED, editable=False)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name=_("by"))
    at = models.DateTimeField(_("at"), auto_now_add=True)
    moved = models.JSONField(_("what moved"), default=dict, editable=False)  # {"app.model.field": keys}
    added_names = models.JSONField(_("names added"), default=list, editable=False)
    was_public = models.BooleanField(_("was shown to everyone"), editable=False)
    made_public = models.BooleanField(_("made the other one shown to everyone"), editable=False)

    class Meta:
        verbose_name = _("merge of two cities")
        verbose_name_plural = _("merges of cities")
        ordering = ["-at", "-pk"]
        permissions = [("merge_city", "Can merge cities and undo it")]
        constraints = [
            models.UniqueConstraint(fields=["dropped"], condition=Q(state=State.MERGED), name="merge_one_at_a_time_of_a_city"),
            models.CheckConstraint(condition=~Q(kept=F("dropped")), name="merge_of_two_cities"),
        ]

    def __str__(self) -> str:
        return gettext("%(dropped)s into %(kept)s") % {"dropped": self.dropped, "kept": self.kept}

    # --- Who may -----------------------------------------------------------------------------------------------------

    @staticmethod
    def may_merge(user: Any) -> bool:
        return bool(user.is_active and user.is_staff and user.has_perm("members.merge_city"))

    def can_undo(self, user: Any) -> bool:
        return self.may_merge(user)

    @property
    def until(self) -> Any:
        """When it can no longer be undone."""
        return self.at + UNDONE_WITHIN

    def moved_in_words(self) -> list[Part]:
        """What moved, kind by kind."""
        return [Part(name, _words(name), len(keys), 0) for name, keys in sorted(self.moved.items())]

    # --- Verbs -------------------------------------------------------------------------------------------------------

    @classmethod
    def preview(cls, kept: City, dropped: City) -> Preview:
        """What `merge` would do, found by doing it and taking it back. Costs as much as the merge."""
        refused = _refused(kept, dropped)
        if refused:
            return Preview([], [], "", refused)
        with transaction.atomic():
            _hold_waiting(dropped.pk)
            moved, left = _move(dropped, kept)
            transaction.set_rollback(True)  # nothing of it is to stay
        parts = [
            Part(name, _words(name), len(moved.get(name, [])), left.get(name, 0), _rows(name, moved.get(name, [])[:_LISTED]))
            for name in sorted({*moved, *left})
        ]
        mark = "|".join([kept.identity, dropped.identity, *(f"{part.name}:{part.moving}:{part.staying}" for part in parts)])
        return Preview(parts, _new_names(kept, dropped), mark, "")

    @classmethod
    def merge(cls, *, kept: City, dropped: City, by: Any, seen: str) -> Merge:
        """Make one of two; everything or nothing. `seen` is the preview's mark.

        Raises PermissionDenied; MoveRefused where there can be no merge, or what would move is no longer what was seen.
        """
        if not cls.may_merge(by):
            raise PermissionDenied
        with transaction.atomic():
            kept, dropped = _held(kept.pk, dropped.pk, moving_from=dropped.pk)
            preview = cls.preview(kept, dropped)
            if preview.refused:
                raise MoveRefused(preview.refused)
            if seen != preview.mark:
                raise MoveRefused(gettext("Something changed since you looked. See what would move now, then decide."))
            was_public = dropped.is_public
            dropped.merged_into, dropped.is_public = kept, False
            dropped.save(update_fields=["merged_into", "is_public"])
            moved, _left = _move(dropped, kept)
            made_public = was_public and not kept.is_public
            kept.other_names = [*kept.other_names, *preview.new_names]
            kept.is_public = kept.is_public or was_public
            kept.save()
            record = cls.objects.create(
                kept=kept,
                dropped=dropped,
                by=by,
                moved=moved,
                added_names=preview.new_names,
                was_public=was_public,
                made_public=made_public,
            )
            record.begin("merge", by=by)
            _watch(kept, dropped)
        return record

    def undo(self, *, by: Any) -> int:
        """Make two of one again: what moved and is still there goes back. Answers how many rows had gone elsewhere
        meanwhile and stay there. Raises MoveRefused after thirty days, or where the city that stayed has gone itself."""
        with self.move("undo", by=by) as step:
            return _undo(step)


class MergeTransition(Transition):
    subject = models.ForeignKey(Merge, models.CASCADE, related_name="transitions", verbose_name=_("merge"))

    class Meta(Transition.Meta):
        verbose_name = _("step")
        verbose_name_plural = _("steps")
        constraints = [models.UniqueConstraint(fields=["subject"], condition=Q(to_state=State.UNDONE), name="merge_undone_once")]


def _fields() -> dict[str, models.Field[Any, Any]]:
    """Every foreign key of any room that points at a city, by "app.model.field"; without the history's, this one's own, and those of
    a model that says that it stays where it is."""
    found = {}
    for relation in City._meta.get_fields(include_hidden=True):
        if not relation.auto_created or not (relation.one_to_many or relation.one_to_one):
            continue
        foreign: Any = relation.field  # type: ignore[union-attr]  # what points here from elsewhere has one
        model = foreign.model
        if model._meta.label in _STAYS or hasattr(model, "pgh_tracked_model") or getattr(model, "STAYS_WITH_ITS_CITY", False):
            continue
        found[f"{model._meta.label_lower}.{foreign.name}"] = foreign
    return found


# A city can be pointed at by cities in two ways, which their kind alone doesn't tell apart.
_SAID = {"members.city.within": _("authorities within it"), "members.city.merged_into": _("records that were merged into it")}


def _words(name: str) -> str:
    """What rows of a kind are called; the name itself, where a room has been rebuilt since."""
    known = _fields().get(name)
    return str(_SAID.get(name) or (known.model._meta.verbose_name_plural if known else name))


def _rows(name: str, keys: list[int]) -> list[tuple[str, str]]:
    model = _fields()[name].model
    near = [each.name for each in model._meta.concrete_fields if each.is_relation]
    further = ["official__user"] if "official" in near else []
    page = f"admin:{model._meta.app_label}_{model._meta.model_name}_change"
    found = []
    row: Any
    for row in model._base_manager.filter(pk__in=keys).select_related(*near, *further).order_by("pk"):
        label = gettext("%(person)s: %(post)s") % {"person": row.official, "post": row} if further else str(row)
        try:
            found.append((label, reverse(page, args=[row.pk])))
        except NoReverseMatch:  # it has no page
            found.append((label, ""))
    return found


def _two_places(kept: City, dropped: City) -> str:
    """Why they can't be one place, in words; nothing where they may be."""
    if kept.country != dropped.country:
        return gettext("They lie in different countries. Put that right first, if one of them is wrong.")
    if kept.within_id == dropped.pk or dropped.within_id == kept.pk:
        return gettext("One lies within the other: they are two authorities. Change that first, if it is wrong.")
    return ""


def _refused(kept: City, dropped: City) -> str:
    """Why these two can't be one, in words; nothing where they can."""
    if kept.pk == dropped.pk:
        return gettext("That is one and the same record.")
    if kept.merged_into_id or dropped.merged_into_id:
        return gettext("One of them was merged already.")
    if words := _two_places(kept, dropped):
        return words
    theirs = Application.objects.open().filter(city=dropped).values("applicant")
    both = Application.objects.open().filter(city=kept, applicant__in=theirs).select_related("applicant").first()
    if both:
        return gettext("%(person)s has an open application for each of them. Settle one first.") % {"person": both.applicant}
    if Application.objects.open().filter(city__in=[kept, dropped], first_approver__isnull=False).exists():
        return gettext("An application for one of them has its first approval: that was given for a city as it is. Settle it first.")
    return ""


def _new_names(kept: City, dropped: City) -> list[str]:
    """The names of the city that goes which the one that stays doesn't have yet."""
    known = {kept.name, kept.official_name, kept.own_name, *kept.other_names, ""}
    names = dict.fromkeys([dropped.name, dropped.official_name, dropped.own_name, *dropped.other_names])
    return [name[:_LONGEST] for name in names if name not in known]


def _move(source: City, target: City) -> tuple[dict[str, list[int]], dict[str, int]]:
    """Point what points at `source` at `target`: ({field: keys that moved}, {field: how many a rule kept back})."""
    moved: dict[str, list[int]] = {}
    left: defaultdict[str, int] = defaultdict(int)
    for name, foreign in _fields().items():
        keys = list(foreign.model._base_manager.filter(**{foreign.name: source}).order_by("pk").values_list("pk", flat=True))
        gone = _point(foreign, keys, target)
        if gone:
            moved[name] = gone
        if len(gone) < len(keys):
            left[name] = len(keys) - len(gone)
    return moved, dict(left)


def _point(foreign: models.Field[Any, Any], keys: list[int], target: City) -> list[int]:
    """Point the rows of `keys` at `target`; the keys for which the database's rules allow it. All at once where they all may."""
    done: list[int] = []
    for start in range(0, len(keys), _BATCH):
        batch = keys[start : start + _BATCH]
        if _update(foreign, batch, target):
            done += batch
        else:
            done += [key for key in batch if _update(foreign, [key], target)]
    return done


def _update(foreign: models.Field[Any, Any], keys: list[int], target: City) -> bool:
    try:
        with transaction.atomic():
            foreign.model._base_manager.filter(pk__in=keys).update(**{foreign.name: target})
    except IntegrityError:
        return False
    return True


def _undo(step: Step[Merge]) -> int:
    record = step.record
    if timezone.now() > record.until:
        raise MoveRefused(gettext("It is over thirty days ago: the two can no longer be told apart with certainty."))
    kept, dropped = _held(record.kept_id, record.dropped_id, moving_from=record.kept_id)
    if kept.merged_into_id:
        raise MoveRefused(gettext("%(city)s was itself merged into another one since. Undo that first.") % {"city": kept})
    elsewhere = 0
    dropped.merged_into, dropped.is_public = None, record.was_public
    dropped.save(update_fields=["merged_into", "is_public"])
    for name, keys in record.moved.items():
        foreign = _fields().get(name)
        if foreign is None:  # a room has been rebuilt since
            elsewhere += len(keys)
            continue
        still = list(foreign.model._base_manager.filter(pk__in=keys, **{foreign.name: kept}).order_by("pk").values_list("pk", flat=True))
        elsewhere += len(keys) - len(_point(foreign, still, dropped))
    kept.other_names = [name for name in kept.other_names if name not in record.added_names]
    kept.is_public = kept.is_public and (not record.made_public or kept.is_member)  # asked once the memberships went back
    kept.save()
    _watch(kept, dropped)
    return elsewhere


def _held(kept: int, dropped: int, *, moving_from: int) -> tuple[City, City]:
    """Both, and what may move of which others hold a row while they wait for its city: each waits for the other in one order.
    Raises CityGone where such a row came between."""
    held = _hold_waiting(moving_from)
    cities = _locked(kept, dropped)
    if _hold_waiting(moving_from, lock=False) - held:
        raise CityGone(gettext("The city’s record was changed this very moment. Please try again."))
    return cities


def _hold_waiting(city: int, *, lock: bool = True) -> set[tuple[str, int]]:
    """The open invitations to a city and applications for it, locked: who accepts the one or decides on the other has its row, then
    asks for its city's, so whoever holds the city first would wait for them while they wait for it. And whatever else a room says is
    to be held before its rows move (`hold_before_merge`)."""
    if lock:
        for model in {foreign.model for foreign in _fields().values()}:
            if hold := getattr(model, "hold_before_merge", None):
                hold(city)
    found: set[tuple[str, int]] = set()
    for model in (Invitation, Application):
        rows = model.objects.open().filter(city=city).order_by("pk")
        keys = (rows.select_for_update(of=("self",), no_key=True) if lock else rows).values_list("pk", flat=True)
        found |= {(model.__name__, key) for key in keys}
    return found


def _locked(kept: int, dropped: int) -> tuple[City, City]:
    """Both, locked in the order of their keys, so that two merges of the same two wait for each other, never crosswise; the
    tree of authorities before them, as its own trigger takes it, and the bodies, whose rows are held by whoever gives a seat."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT cities_lock()")
    Body.hold()
    found = {city.pk: city for city in City.objects.select_for_update().filter(pk__in=[kept, dropped]).order_by("pk")}
    return found[kept], found[dropped]


def _watch(*cities: City) -> None:
    """Whether each has a lead official is asked anew: neither its own row nor its name tell the triggers that watch posts."""
    with connection.cursor() as cursor:
        for city in cities:
            cursor.execute("SELECT members_watch_lead(%s)", [city.pk])
