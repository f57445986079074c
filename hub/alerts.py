"""Saving a search, and telling its owner by mail what is new to it.

News is a published practice that the search finds and its owner may see, at the moment of the mail, and that was neither there when the
mails began (`known`) nor told of before. A practice that was changed so that it is found now is news once; so is one for member cities
that its owner may read only since. Each look asks only of what was written since the last one, with some overlap: a transaction that
was long in the making (an import) may be seen only after later ones, and what was told is told once anyway.

A look, what it tells and its mail are one transaction, with the row of the search held: killed in the middle it did nothing, and of two
workers one does it. As many as AT_ONCE searches are looked at in one, since what they have in common (what was written, who may see what)
is asked once for all of them; where one of them fails, each is looked at by itself.
"""

from __future__ import annotations

import logging
from collections import defaultdict
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any
from urllib.parse import urlencode

from django.conf import settings
from django.core.exceptions import PermissionDenied
from django.core.mail import EmailMessage
from django.db import InterfaceError, OperationalError, transaction
from django.db.models import Max
from django.http import QueryDict
from django.urls import reverse
from django.utils import timezone
from django.utils.functional import cached_property
from django.utils.translation import gettext, gettext_lazy

from hub import panel
from hub.forms import UNSEEN, SearchForm
from hub.models import Practice, SavedSearch, Told
from hub.models.practice import Audience, State
from hub.models.saved import LONGEST, MOST, NAME_LENGTH, Pace, next_turn, packed
from hub.search import Query, search
from hub.successors import of_today
from hub.taxonomy import BY_NAME
from members.models import City, User
from members.querysets import remember_who_sees_members_only, sees_members_only
from members.words import shows
from strongcities import mail
from strongcities.workflow import MoveRefused

NAMED = 10  # practices that a mail names; of more it says how many
OVERLAP = timedelta(hours=2)
LATELY = timedelta(days=7)  # so long the desk leads to what a search told
A_RUN = 5_000  # searches looked at in one run of the job; the next one goes on
AT_ONCE = 100
ALL = 1_000_000_000
TOO_LONG = gettext_lazy("This search is too long to be kept. Use fewer words.")
logger = logging.getLogger("strongcities.jobs")


def read(address: str) -> SearchForm:
    """The form of a search that is kept as its address, with values of last year as what they are today."""
    return SearchForm(_today(address))


def _today(address: str) -> QueryDict:
    return of_today(QueryDict(address.removeprefix("?")))


def left_of(address: str) -> Query:
    """What can still be read of a kept search: without each value that is no longer known, for itself."""
    left = _today(address)
    for name in read(address).errors:
        fitting = [value for value in left.getlist(name) if SearchForm(QueryDict(urlencode({name: value}))).is_valid()]
        left.setlist(name, fitting if name in BY_NAME else [])
    form = SearchForm(left)
    form.is_valid()
    return form.query


def asked(query: Query) -> list[str]:
    """What a search asks for, in words: what was typed, then each chosen value."""
    labels = [BY_NAME[name].labels()[value] for name, values in query.filters.items() for value in values]
    return [*([gettext("“%(words)s”") % {"words": query.words.strip()}] if query.words.strip() else []), *labels]


def name_for(query: Query) -> str:
    """A name to propose: what is asked for."""
    name = gettext(", ").join(asked(query)) or gettext("All practices")
    return name if len(name) <= NAME_LENGTH else f"{name[: NAME_LENGTH - 1]}…"


def fits(address: str) -> bool:
    """Whether a search of this address is short enough to be kept."""
    return len(address) <= LONGEST


# --- What its owner does ---------------------------------------------------------------------------------------------


def save(query: Query, *, by: User, name: str, pace: str) -> SavedSearch:
    """Keep a search of `by`. Raises PermissionDenied; MoveRefused where it is too long or kept already, fifty are, or its name shows
    nothing."""
    if not SavedSearch.can_save(by):
        raise PermissionDenied
    _has_a_name(name)
    address = panel.address(query)
    with transaction.atomic():
        owner = User.objects.select_for_update(of=("self",), no_key=True).get(pk=by.pk)
        _may_be_kept(owner, address)
        taken = set(SavedSearch.objects.of(owner).values_list("number", flat=True))
        number = next((number for number in range(1, MOST + 1) if number not in taken), None)
        if number is None:
            raise MoveRefused(gettext("You keep %(most)d searches: that is the most. Delete one first.") % {"most": MOST})
        saved = SavedSearch(owner=owner, number=number, name=name, search=address)
        _begin(saved, query, pace)
        saved.save()
    return saved


def change(saved: SavedSearch, *, name: str, pace: str) -> None:
    """Another name, another pace. Mails that are switched on tell of what comes from now on. Raises MoveRefused where its owner may
    have none today, or the name shows nothing."""
    _has_a_name(name)
    with transaction.atomic():
        kept = SavedSearch.objects.select_for_update(of=("self",)).select_related("owner").get(pk=saved.pk)
        kept.name = name
        if pace != kept.pace:
            if pace != Pace.NEVER and not SavedSearch.can_save(kept.owner):
                raise MoveRefused(gettext("You represent no city today, so no mails about this search can be switched on."))
            form = read(kept.search)
            if not kept.sends and form.is_valid():
                _begin(kept, form.query, pace)
            kept.pace, kept.due = pace, next_turn(pace, timezone.now())
        kept.save()


def mend(saved: SavedSearch) -> None:
    """What can still be read of a search in which a value is no longer known. Raises MoveRefused where nothing is left of it, or the
    rest is kept already."""
    with transaction.atomic():
        owner = User.objects.select_for_update(of=("self",), no_key=True).get(pk=saved.owner_id)
        kept = SavedSearch.objects.select_for_update(of=("self",)).get(pk=saved.pk)
        if read(kept.search).is_valid():
            raise MoveRefused(gettext("Nothing needs to be mended here."))
        query = left_of(kept.search)
        address = panel.address(query)
        if address == "?":
            raise MoveRefused(gettext("Nothing is left of this search. Delete it, and save another one."))
        _may_be_kept(owner, address)
        kept.search, kept.owner = address, owner
        _begin(kept, query, kept.pace)
        kept.save()


def _has_a_name(name: str) -> None:
    if not shows(name):  # it would be a link without words
        raise MoveRefused(str(UNSEEN))


def _may_be_kept(owner: User, address: str) -> None:
    """Raises MoveRefused where it is too long, or kept already."""
    if not fits(address):
        raise MoveRefused(str(TOO_LONG))
    if same := SavedSearch.objects.of(owner).filter(search=address).first():
        raise MoveRefused(gettext("You keep this search already: %(name)s") % {"name": same.name})


def _begin(saved: SavedSearch, query: Query, pace: str) -> None:
    """From now on: whatever is found now is no news."""
    saved.pace, saved.looked = pace, timezone.now()
    saved.due = next_turn(pace, saved.looked)
    saved.saw_members_only = sees_members_only(saved.owner)
    everything = replace(query, sort="newest")  # in no order that has to be weighed
    saved.known = packed(search(everything, saved.owner, 1, ALL, bare=True).keys) if saved.sends else b""


def with_news(user: Any) -> list[tuple[SavedSearch, str]]:
    """The searches of `user` that told something lately, the last one first, each with the address of what it finds, newest first."""
    told = SavedSearch.objects.of(user).filter(told_last__gt=timezone.now() - LATELY).defer("known").order_by("-told_last")
    return [(saved, panel.address(replace(left_of(saved.search), sort="newest"))) for saved in told]


# --- What the house does ---------------------------------------------------------------------------------------------


def tell_news() -> int:
    """Look at every search whose turn it is, at most A_RUN of them. Answers how many mails were queued."""
    keys = list(SavedSearch.objects.due().values_list("pk", flat=True)[:A_RUN])
    return sum(_look_at(keys[start : start + AT_ONCE]) for start in range(0, len(keys), AT_ONCE))


def _look_at(keys: list[int]) -> int:
    """Look at these searches, and tell. Answers how many had something."""
    try:
        with transaction.atomic():
            return _look(keys)
    except (OperationalError, InterfaceError):  # the database is away, for all of them
        raise
    except Exception:
        if len(keys) > 1:  # one that can't be looked at doesn't keep the others waiting
            return sum(_look_at([key]) for key in keys)
        logger.exception("saved search %s could not be looked at; it waits for its next turn", keys[0])
        _pass_over(keys[0])
        return 0


def _look(keys: list[int]) -> int:
    now = timezone.now()
    due = SavedSearch.objects.due().select_for_update(of=("self",), skip_locked=True)
    held = list(due.select_related("owner").filter(pk__in=keys))  # without what another worker has, or its owner stopped
    if not held:
        return 0
    common = _Common(held, now)
    found = [(saved, *_looked(saved, common)) for saved in held]
    told = [saved for saved, _query, news in found if news]
    _tell([(saved, query, news) for saved, query, news in found if news], common)
    groups = defaultdict[tuple[str, bool], list[int]](list)
    for saved in held:
        groups[saved.pace, sees_members_only(saved.owner)].append(saved.pk)
    for (pace, sees), those in groups.items():
        SavedSearch.objects.filter(pk__in=those).update(due=next_turn(pace, now), looked=now, saw_members_only=sees)
    if told:
        SavedSearch.objects.filter(pk__in=[saved.pk for saved in told]).update(told_last=now)
    return len(told)


class _Common:
    """What the searches that are looked at together have in common, asked once: whose owners may be told something and what they see,
    what was written when, and what of it was told before."""

    def __init__(self, held: list[SavedSearch], now: datetime) -> None:
        self.now = now
        owners = [saved.owner for saved in held]
        self.savers = SavedSearch.savers_among(owners)
        remember_who_sees_members_only(owners)
        self.written = _written_since(min(saved.looked for saved in held) - OVERLAP)
        told = Told.objects.filter(saved__in=held, practice__in=self.written) if self.written else Told.objects.none()
        self.told = set(told.values_list("saved", "practice"))
        self._practices: dict[int, Practice] = {}
        # By who sees it: of which practices it is known, and those that are.
        self._published: dict[int | None, tuple[set[int], set[int]]] = {}

    @cached_property
    def for_members(self) -> list[int]:
        return list(Practice.objects.filter(audience=Audience.MEMBERS).values_list("pk", flat=True))

    def published(self, keys: list[int], owner: User) -> list[int]:
        """Those of `keys` that are published and visible to the owner of a search."""
        sight = None if sees_members_only(owner) else owner.pk  # to whom sees what is for members, all that is published is visible
        asked, there = self._published.setdefault(sight, (set[int](), set[int]()))
        if missing := set(keys) - asked:
            published = Practice.objects.visible_to(owner).filter(pk__in=missing, state=State.PUBLISHED, published_at__lte=self.now)
            there.update(published.values_list("pk", flat=True))
            asked.update(missing)
        return [key for key in keys if key in there]

    def practices(self, keys: list[int]) -> list[Practice]:
        """As a mail names them."""
        if missing := [key for key in keys if key not in self._practices]:
            texts = ("body", "lessons", "partners", "sources")
            self._practices |= Practice.objects.select_related("city").defer(*texts).in_bulk(missing)
        return [self._practices[key] for key in keys if key in self._practices]


def _pass_over(key: int) -> None:
    with transaction.atomic():
        saved = SavedSearch.objects.due().select_for_update(skip_locked=True).filter(pk=key).first()
        if saved is not None:
            saved.due = next_turn(saved.pace, timezone.now())
            saved.save(update_fields=["due"])


def _looked(saved: SavedSearch, common: _Common) -> tuple[Query, list[int]]:
    """What a search asks for, and what is new to it: nothing where nobody may be told of it, or it can't be read any more."""
    form = read(saved.search)
    if saved.owner_id not in common.savers or not form.is_valid():
        return Query(), []
    return form.query, _news(saved, form.query, common)


def _news(saved: SavedSearch, query: Query, common: _Common) -> list[int]:
    """Keys of practices to tell of, in the search's order. What is for member cities may have come to be shown to its owner."""
    since = saved.looked - OVERLAP
    among = {key for key, at in common.written.items() if at > since}
    if sees_members_only(saved.owner) and not saved.saw_members_only:
        among.update(common.for_members)
    if not among:
        return []
    found = search(query, saved.owner, 1, ALL, among=sorted(among), bare=True).keys
    if not found:
        return []
    old = saved.known_keys
    if among <= common.written.keys():
        fresh = [key for key in found if key not in old and (saved.pk, key) not in common.told]
    else:
        old.update(Told.objects.filter(saved=saved, practice__in=found).values_list("practice", flat=True))
        fresh = [key for key in found if key not in old]
    return common.published(fresh, saved.owner)


def _written_since(moment: datetime) -> dict[int, datetime]:
    """When practices were written since, or their cities changed: a search may find them by its name, region or size. The cities are
    asked for by themselves, so that each half is answered by its index."""
    changes = City.history.rel.related_model.objects.filter(pgh_created_at__gt=moment)  # type: ignore[attr-defined]  # made by pghistory
    cities = dict(changes.values_list("pgh_obj").annotate(Max("pgh_created_at")))
    written = dict(Practice.objects.filter(updated__gt=moment).values_list("pk", "updated"))
    if cities:
        for key, city in Practice.objects.filter(city__in=cities.keys()).values_list("pk", "city"):
            written[key] = max(written.get(key, moment), cities[city])
    return written


def _tell(news: list[tuple[SavedSearch, Query, list[int]]], common: _Common) -> None:
    """Queue the mails, and note what they tell: a row for each practice that one names; those it only counts are known from now on."""
    Told.objects.bulk_create(
        [Told(saved=saved, practice_id=key, at=common.now) for saved, _query, keys in news for key in keys[:NAMED]], batch_size=1_000
    )
    counted = [(saved, keys[NAMED:]) for saved, _query, keys in news if len(keys) > NAMED]
    for saved, keys in counted:
        saved.known = packed(saved.known_keys.union(keys))
    SavedSearch.objects.bulk_update([saved for saved, _keys in counted], ["known"])
    mail.send_all(_mail(saved, query, keys, common) for saved, query, keys in news)


def _mail(saved: SavedSearch, query: Query, news: list[int], common: _Common) -> EmailMessage:
    named, counted = news[:NAMED], news[NAMED:]
    context = {
        "saved": saved,
        "name": saved.name,
        "practices": common.practices(named),
        "count": len(news),
        "more": len(counted),
        "search": panel.address(replace(query, sort="newest")),
        "token": saved.token,
    }
    end = f"{settings.SITE_URL}{reverse('hub:alert_stop', args=[saved.token])}"
    return mail.written("hub/news", to=saved.owner.email, context=context, language=saved.owner.language, private=True, unsubscribe=end)
