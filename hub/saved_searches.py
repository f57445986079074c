"""Searches that officials save: what one asks for, in words; and what its owner does with it. What is new to them stands in alerts.py."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import Any
from urllib.parse import urlencode

from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.http import QueryDict
from django.utils import timezone
from django.utils.translation import gettext, gettext_lazy

from hub import panel
from hub.forms import UNSEEN, SearchForm
from hub.models import SavedSearch
from hub.models.saved import LONGEST, MOST, NAME_LENGTH, Pace, next_turn, packed
from hub.search import EVERY, Query, search
from hub.successors import of_today
from hub.taxonomy import BY_NAME
from members.models import User
from members.querysets import sees_members_only
from members.words import shows
from strongcities.workflow import MoveRefused

LATELY = timedelta(days=7)  # so long the desk leads to what a search told
TOO_LONG = gettext_lazy("This search is too long to be kept. Use fewer words.")


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
    saved.known = packed(search(everything, saved.owner, 1, EVERY, bare=True).keys) if saved.sends else b""


def with_news(user: Any) -> list[tuple[SavedSearch, str]]:
    """The searches of `user` that told something lately, the last one first, each with the address of what it finds, newest first."""
    told = SavedSearch.objects.of(user).filter(told_last__gt=timezone.now() - LATELY).defer("known").order_by("-told_last")
    return [(saved, panel.address(replace(left_of(saved.search), sort="newest"))) for saved in told]
