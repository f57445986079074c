"""How events are chosen among by what stands in an address: `kind`, `region`, `theme` and `language`, each as often as one likes. Or
within one, and across them, as in the hub. The page reads it by `EventFilter`, calendars and the feed by `EventChoice`.
"""

from __future__ import annotations

from typing import Any
from urllib.parse import urlencode

from django import forms
from django.db.models import F, Func, TextField
from django.utils.translation import gettext, gettext_lazy as _

from events.kinds import Kind
from events.models import Event
from events.querysets import EventQuerySet
from members.filters import Narrowing, Ticks
from members.regions import Region
from strongcities import languages
from strongcities.themes import Theme

FACETS = ("kind", "region", "theme", "language")


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
        return events.about(themes) if themes else events

    def in_language(self, events: EventQuerySet, _name: str, codes: list[str]) -> EventQuerySet:
        return events.in_language(codes) if codes else events

    def open_to_me(self, events: EventQuerySet, _name: str, me: list[str]) -> EventQuerySet:
        return events.filter(pk__in=Event.objects.open_to(self.user).values("pk")) if me else events


class EventChoice(forms.Form):
    """For programs: what isn't understood is refused, where the page leaves it out and says so beside its field; and nothing is asked of
    the database to know what can be chosen, so that whoever has it all already is answered at once."""

    kind = forms.MultipleChoiceField(label=_("Kind"), choices=Kind.choices, required=False)
    region = forms.MultipleChoiceField(label=_("Region"), choices=Region.choices, required=False)
    theme = forms.MultipleChoiceField(label=_("Theme"), choices=Theme.choices, required=False)
    language = forms.MultipleChoiceField(label=_("Language"), choices=lambda: list(languages.names().items()), required=False)

    def among(self, events: EventQuerySet) -> EventQuerySet:
        """Those of `events` that are meant."""
        asked = self.cleaned_data
        if asked["kind"]:
            events = events.filter(kind__in=asked["kind"])
        if asked["region"]:
            events = events.in_region(asked["region"])
        if asked["theme"]:
            events = events.about(asked["theme"])
        if asked["language"]:
            events = events.in_language(asked["language"])
        return events

    @property
    def address(self) -> str:
        """What was chosen, as it stands in an address: "?kind=webinar", or ""."""
        pairs = [(name, value) for name in FACETS for value in self.cleaned_data[name]]
        return f"?{urlencode(pairs)}" if pairs else ""

    @property
    def words(self) -> str:
        """What was chosen, in words; "" where nothing was."""
        return gettext(", ").join(str(dict(self.fields[name].choices)[value]) for name in FACETS for value in self.cleaned_data[name])  # type: ignore[attr-defined]
