"""Who is named to whom on an event's pages.

| of                   | the reader                  | sees                                                     |
|----------------------|-----------------------------|----------------------------------------------------------|
| a speaker            | to whom they agreed         | the name, with post and city                             |
|                      | anybody else                | post and city of an official, post and organisation of a guest |
| a participant        | to whom they agreed         | name and city (Registration.objects.listed_for)          |
| staff who keep events | everyone                   | all names                                                |

Under the Chatham House rule neither who spoke nor who was there may be told outside, nor for whom they stand. So to all but those
who take part, and the staff, the list of participants is closed from the first day on, photographs are not shown, and from the moment
in which the event begins its programme says no more than how many speak: until then, who speaks there draws people to come, and says
nothing of what will be said. The outcomes name nobody to anybody: they are texts, and no name is put beside them.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db.models import Prefetch
from django.utils.translation import gettext

from events.kinds import ListedTo
from events.models import Event, Speaker
from members.models import Official, Post
from strongcities import zones


@dataclass(frozen=True)
class Person:
    """A speaker as one reader sees them. `name` is empty where they are not named to them."""

    name: str
    place: str  # what they are, and where
    role: str


@dataclass(frozen=True)
class Naming:
    """What one reader learns of the people of one event."""

    event: Event
    keeps: bool
    takes_part: bool

    @classmethod
    def to(cls, user: Any, event: Event) -> Naming:
        keeps = Event.may_keep(user)
        among = Event.objects.filter(pk=event.pk).taken_part_in_by(user)
        return cls(event, keeps=keeps, takes_part=keeps or among.exists())

    @property
    def hides_people(self) -> bool:
        """Whether the Chatham House rule keeps from this reader who takes part."""
        return self.event.chatham_house and not self.takes_part

    @property
    def hides_speakers(self) -> bool:
        return self.hides_people and self.event.has_begun

    def person(self, speaker: Speaker) -> Person:
        """`speaker` as this reader sees them; of one whom the rule hides nothing may be asked."""
        role = "" if speaker.role == Speaker.Role.SPEAKER else str(speaker.get_role_display())
        name = self._name(speaker)
        if speaker.official is None:
            return Person(name, speaker.standing or ("" if name else gettext("A guest")), role)
        post = post_on(speaker.official, zones.wall(speaker.session.starts, self.event.zone).date())
        held = gettext("%(post)s, %(city)s") % {"post": post.title, "city": post.city.called} if post else gettext("An official")
        return Person(name, speaker.standing or held, role)

    def _name(self, speaker: Speaker) -> str:
        levels = {ListedTo.EVERYONE: True, ListedTo.PARTICIPANTS: self.takes_part, ListedTo.NOBODY: self.keeps}
        if not levels[ListedTo(speaker.named_to)]:
            return ""
        if speaker.official is None:
            return speaker.name
        return speaker.official.user.name if speaker.official.user.is_active else ""


def with_people() -> Prefetch[str]:
    """The speakers of sessions, with what naming them asks for."""
    posts = Prefetch("posts", Post.objects.select_related("city").order_by("-is_lead", "-since", "pk"))
    officials = Prefetch("official", Official.objects.select_related("user").prefetch_related(posts))
    return Prefetch("speakers", Speaker.objects.prefetch_related(officials))


def post_on(official: Official, day: date) -> Post | None:
    """What they were on that day; else what they were last."""
    posts = list(official.posts.all())
    held = (post for post in posts if post.since <= day and (post.until is None or post.until > day))
    return next(held, max(posts, key=lambda post: post.since, default=None))
