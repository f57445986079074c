"""Telling by mail what is new to a saved search.

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

from django.conf import settings
from django.core.mail import EmailMessage
from django.db import InterfaceError, OperationalError, transaction
from django.db.models import Max
from django.urls import reverse
from django.utils import timezone
from django.utils.functional import cached_property

from hub import panel, saved_searches
from hub.models import Practice, SavedSearch, Told
from hub.models.practice import Audience, State
from hub.models.saved import next_turn, packed
from hub.search import EVERY, Query, search
from members.models import City, User
from members.querysets import remember_who_sees_members_only, sees_members_only
from strongcities import mail

NAMED = 10  # practices that a mail names; of more it says how many
OVERLAP = timedelta(hours=2)
A_RUN = 5_000  # searches looked at in one run of the job; the next one goes on
AT_ONCE = 100
logger = logging.getLogger("strongcities.jobs")


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
    form = saved_searches.read(saved.search)
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
    found = search(query, saved.owner, 1, EVERY, among=sorted(among), bare=True).keys
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
