"""The waiting list of an event or a session in words: which place somebody has, and why the list moves or waits.

The sentence follows the rules of events/seats.py, which decides; here nothing is decided. Whoever asks has called `seats.settle` first,
so that what is over by its date no longer counts.
"""

from __future__ import annotations

from collections.abc import Iterable

from django.db.models import Q
from django.utils.translation import gettext, ngettext

from events import seats
from events.kinds import Way
from events.models import Event, Registration
from events.models.seated import State
from members.models import City
from strongcities import moments


def place_of(place: seats.Asking) -> tuple[int, int]:
    """Which place of how many: (4, 17) is the fourth of 17 who wait."""
    line = seats.places_of(_what(place)).in_line()
    before = line.filter(Q(number__lt=place.number) | Q(number=place.number, pk__lt=place.pk)).count()
    return before + 1, line.count()


def why(place: seats.Asking) -> str:
    """Why the list moves or waits for `place`, which is on it: the nearest reason alone, in one or two sentences."""
    what = _what(place)
    reasons = (_rests(what), _city_has_all(place, what), _all_taken(place, what), _comes_together(place, what))
    return next((words for words in reasons if words), gettext("It is your turn: the next seat is offered to you."))


def _what(place: seats.Asking) -> seats.Seats:
    return place.event if isinstance(place, Registration) else place.session


def _rests(what: seats.Seats) -> str:
    """Why nobody moves up, whoever they are; "" where the list moves."""
    if seats.moves(what):
        return ""
    event = what if isinstance(what, Event) else what.event
    if event.state == Event.State.POSTPONED:
        return gettext("The event is postponed. The list rests until there is a new date, and everyone keeps their place.")
    if event.state == Event.State.CANCELLED:
        return gettext("The event is cancelled: no seats are given any more.")
    return gettext("It has begun: no seats are offered any more.")


def _city_has_all(place: seats.Asking, what: seats.Seats) -> str:
    """A city may have used up its own seats, or have fewer left than the group needs, though the event has some."""
    if not isinstance(place, Registration) or place.city is None or not isinstance(what, Event) or what.per_city is None:
        return ""
    share = seats.share_of(what, place.city)
    capacity, left = share.capacity or 0, share.free or 0
    size = _size(place)
    if left >= size:
        return ""
    name = place.city.called
    if left > 0:
        free = ngettext("%(count)d seat of %(city)s is free", "%(count)d seats of %(city)s are free", left)
        return _short(free % {"count": left, "city": name}, size)
    said = ngettext("%(city)s has one seat at this event, and it is taken.", "%(city)s has all of its %(count)d seats.", capacity)
    more = gettext("You move up when one of them comes free, or when your city is given more; others pass you until then.")
    return f"{said % {'city': name, 'count': capacity}} {more}"


def _short(free: str, size: int) -> str:
    """Seats are `free`, so the words, and fewer than the group needs."""
    words = gettext("%(free)s, and your group of %(size)d comes together or not at all: it waits until there are enough for all.")
    return words % {"free": free, "size": size}


def _all_taken(place: seats.Asking, what: seats.Seats) -> str:
    if what.free is None or what.free > 0:
        return ""
    offers = seats.places_of(what).filter(state=State.OFFERED).order_by("offered_until")
    ends = list(offers.values_list("offered_until", flat=True))
    if not ends:
        return gettext("All seats are taken. One comes free when somebody gives theirs back, or when there are more seats.")
    said = ngettext(
        "All seats are taken or offered. %(count)d offer is open, until %(until)s.",
        "All seats are taken or offered. %(count)d offers are open, the first of them until %(until)s.",
        len(ends),
    )
    on = gettext("A seat that is not accepted by then goes to the next in line.")
    return f"{said % {'count': len(ends), 'until': _moment(place, ends[0])}} {on}"


def _moment(place: seats.Asking, at: object) -> str:
    registration = seats.registration_of(place)
    return moments.words(at, zone=registration.event.zone, reader_zone=registration.user.time_zone)  # type: ignore[arg-type]


def _comes_together(place: seats.Asking, what: seats.Seats) -> str:
    """Seats are free, and the list waits for enough of them: for a group in front, or for one's own."""
    free = what.free or 0
    front = _that_waits(what, free)
    if not front:
        return ""
    if any(each.pk == place.pk for each in front):
        free_words = ngettext("%(count)d seat is free", "%(count)d seats are free", free) % {"count": free}
        return _short(free_words, len(front))
    words = ngettext("%(count)d seat is free.", "%(count)d seats are free.", free) % {"count": free}
    said = gettext("In front of you is a group of %(size)d that comes together, and nobody is overtaken: the list waits for it.")
    return f"{words} {said % {'size': len(front)}}"


def _that_waits(what: seats.Seats, free: int) -> list[seats.Asking]:
    """The group for which the list waits though there are `free` seats; empty where there is none."""
    shares = seats.shares_of(what)
    for group in seats.in_groups(what):
        left = shares.get(seats.registration_of(group[0]).city_id) if shares is not None else None
        if (left is None or left >= len(group)) and len(group) > free:
            return group
    return []


def _size(place: Registration) -> int:
    """How many of them want seats at once."""
    if place.party is None or not place.party.together:
        return 1
    return place.party.registrations.filter(state=State.WAITING).count()


# --- Before somebody presses -----------------------------------------------------------------------------------------


def ahead(event: Event, cities: Iterable[City]) -> str:
    """What comes of it if somebody registers now, who may do so for one of `cities` (none: for themselves): said before they press."""
    if event.way == Way.MODERATED:
        return gettext("The Secretariat decides on each registration. You will hear by mail.")
    standing_for: list[City | None] = [*cities] or [None]
    outlooks = {city: _has_seat(event, city) for city in standing_for}
    if all(outlooks.values()):
        return gettext("You get a seat at once, as long as nobody is quicker than you.")
    place = event.waiting + 1
    if not any(outlooks.values()):
        words = gettext("You will be on the waiting list, with place %(place)d. Seats that come free are offered in order.")
        return words % {"place": place}
    named = gettext(", ").join(city.called for city, has in outlooks.items() if has and city)
    words = gettext("There is a seat for %(cities)s. For another city you will be on the waiting list, with place %(place)d.")
    return words % {"cities": named, "place": place}


def _has_seat(event: Event, city: City | None) -> bool:
    return seats.has_one_for(Registration(event=event, city=city, number=event.asked + 1))
