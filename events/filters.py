"""How the list of events is narrowed; its calendar and its feed read the same addresses."""

from __future__ import annotations

from typing import Any

from django.db.models import F, Func, Q, TextField
from django.utils.translation import gettext_lazy as _

from events.kinds import Kind
from events.models import Event
from events.querysets import EventQuerySet
from members.filters import Narrowing, Ticks
from members.regions import Region
from strongcities import languages
from strongcities.themes import Theme


class EventFilter(Narrowing):
    open = Ticks(_("Registration"), [("me", _("Open to me"))], method="open_to_me")
    kind = Ticks(_("Kind"), Kind.choices)
    region = Ticks(_("Region"), Region.choices, method="in_region")
    theme = Ticks(_("Theme"), method="with_themes")
    language = Ticks(_("Language, spoken or interpreted"), method="in_language")

    class Meta:
        model = Event
        fields: tuple[str, ...] = ()

    def __init__(self, *args: Any, user: Any, **kwargs: Any) -> None:
        """Only themes and languages that an event among those to be narrowed has can be chosen."""
        super().__init__(*args, **kwargs)
        self.user = user
        themes, spoken = self._found("themes"), self._found("languages") | self._found("interpretation")
        self.filters["theme"].extra["choices"] = [choice for choice in Theme.choices if choice[0] in themes]
        self.filters["language"].extra["choices"] = sorted(((code, languages.name(code)) for code in spoken), key=lambda choice: choice[1])

    def _found(self, field: str) -> set[str]:
        each = Func(F(field), function="unnest", output_field=TextField())
        return set(self.queryset.order_by().values_list(each, flat=True).distinct())

    def in_region(self, events: EventQuerySet, _name: str, regions: list[str]) -> EventQuerySet:
        return events.in_region(regions) if regions else events

    def with_themes(self, events: EventQuerySet, _name: str, themes: list[str]) -> EventQuerySet:
        return events.filter(themes__overlap=themes) if themes else events

    def in_language(self, events: EventQuerySet, _name: str, codes: list[str]) -> EventQuerySet:
        return events.filter(Q(languages__overlap=codes) | Q(interpretation__overlap=codes)) if codes else events

    def open_to_me(self, events: EventQuerySet, _name: str, me: list[str]) -> EventQuerySet:
        return events.filter(pk__in=Event.objects.open_to(self.user).values("pk")) if me else events
