"""Saving a search, and telling its owner by mail what is new to it.

News is a published practice that the search finds and its owner may see, at the moment of the mail, and that was neither there when the
mails began (`known`) nor told of before. A practice that was changed so that it is found now is news once; so is one for member cities
that its owner may read only since. Each look asks only of what was written since the last one, with some overlap: a transaction that
was long in the making (an import) may be seen only after later ones, and what was told is told once anyway.

A look, what it tells and its mail are one transaction, with the row of the search held: killed in the middle it did nothing, and of two
workers one does it.
"""

from __future__ import annotations

import logging
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any
from urllib.parse import urlencode

from django.conf import settings
from django.core.exceptions import PermissionDenied
from django.db import InterfaceError, OperationalError, transaction
from django.db.models import Q, QuerySet
from django.http import QueryDict
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext, gettext_lazy

from hub import panel
from hub.forms import SearchForm
from hub.models import Practice, SavedSearch, Told
from hub.models.practice import Audience, State
from hub.models.saved import LONGEST, MOST, NAME_LENGTH, Pace, next_turn, packed
from hub.search import Query, search
from hub.successors import of_today
from hub.taxonomy import BY_NAME
from members.models import City, User
from members.querysets import sees_members_only
from strongcities import mail
from strongcities.workflow import MoveRefused

NAMED = 10  # practices that a mail names; of more it says how many
OVERLAP = timedelta(hours=2)
LATELY = timedelta(days=7)  # so long the desk leads to what a search told
A_RUN = 5_000  # searches looked at in one run of the job; the next one goes on
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
    """Keep a search of `by`. Raises PermissionDenied; MoveRefused where it is too long or kept already, or fifty are."""
    if not SavedSearch.can_save(by):
        raise PermissionDenied
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
    have none today."""
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
    mails = 0
    for key in SavedSearch.objects.due().values_list("pk", flat=True)[:A_RUN]:
        try:
            mails += _look(key)
        except (OperationalError, InterfaceError):  # the database is away, for all of them
            raise
        except Exception:  # one that can't be looked at doesn't keep the others waiting
            logger.exception("saved search %s could not be looked at; it waits for its next turn", key)
            _pass_over(key)
    return mails


def _look(key: int) -> bool:
    """Look at one search, and tell. Answers whether there was something."""
    with transaction.atomic():
        due = SavedSearch.objects.due().select_for_update(of=("self",), skip_locked=True)
        saved = due.select_related("owner").filter(pk=key).first()
        if saved is None:  # another worker has it, or its owner stopped it
            return False
        now, form, sees = timezone.now(), read(saved.search), sees_members_only(saved.owner)
        may_be_told = SavedSearch.can_save(saved.owner) and form.is_valid()
        news = _news(saved, form.query, now, shown=sees and not saved.saw_members_only) if may_be_told else []
        if news:
            _tell(saved, form.query, news, now)
        saved.due, saved.looked = next_turn(saved.pace, now), now
        saved.saw_members_only = sees
        saved.save(update_fields=["due", "looked", "saw_members_only", *(["told_last", "known"] if news else [])])
    return bool(news)


def _pass_over(key: int) -> None:
    with transaction.atomic():
        saved = SavedSearch.objects.due().select_for_update(skip_locked=True).filter(pk=key).first()
        if saved is not None:
            saved.due = next_turn(saved.pace, timezone.now())
            saved.save(update_fields=["due"])


def _news(saved: SavedSearch, query: Query, now: datetime, *, shown: bool) -> list[int]:
    """Keys of practices to tell of, in the search's order. `shown`: what is for member cities came to be shown to its owner."""
    written = _written_since(saved.looked - OVERLAP)
    if shown:
        written = written | Practice.objects.filter(audience=Audience.MEMBERS)
    if not written.exists():
        return []
    found = search(query, saved.owner, 1, ALL, among=list(written.values_list("pk", flat=True)), bare=True).keys
    if not found:
        return []
    old = saved.known_keys
    old.update(Told.objects.filter(saved=saved, practice__in=found).values_list("practice", flat=True))
    fresh = [key for key in found if key not in old]
    published = Practice.objects.visible_to(saved.owner).filter(pk__in=fresh, state=State.PUBLISHED, published_at__lte=now)
    there = set(published.values_list("pk", flat=True))
    return [key for key in fresh if key in there]


def _written_since(moment: datetime) -> QuerySet[Practice]:
    """Practices written since, and those whose city was changed: a search may find them by its name, region or size. The cities are
    asked for by themselves, so that each half is answered by its index."""
    changes = City.history.rel.related_model.objects.filter(pgh_created_at__gt=moment)  # type: ignore[attr-defined]  # made by pghistory
    cities = set(changes.values_list("pgh_obj", flat=True))
    written = Q(updated__gt=moment)
    return Practice.objects.filter(written | Q(city__in=cities) if cities else written)


def _tell(saved: SavedSearch, query: Query, news: list[int], now: datetime) -> None:
    """Queue the mail, and note what it tells: a row for each practice that it names; those it only counts are known from now on."""
    named, counted = news[:NAMED], news[NAMED:]
    Told.objects.bulk_create([Told(saved=saved, practice_id=key, at=now) for key in named])
    if counted:
        saved.known = packed(saved.known_keys.union(counted))
    saved.told_last = now
    found = Practice.objects.visible_to(saved.owner).select_related("city").in_bulk(named)
    context = {
        "saved": saved,
        "name": saved.name,
        "practices": [found[key] for key in named if key in found],
        "count": len(news),
        "more": len(counted),
        "search": panel.address(replace(query, sort="newest")),
        "token": saved.token,
    }
    end = f"{settings.SITE_URL}{reverse('hub:alert_stop', args=[saved.token])}"
    mail.send("hub/news", to=saved.owner.email, context=context, language=saved.owner.language, private=True, unsubscribe=end)
