"""Choosing among events, by what stands in an address: `kind`, `region`, `theme` and `language`, each as often as one likes. Or within
one, and across them, as in the hub.

For programs: what isn't understood is refused, where a page would leave it out and say so beside its field; and nothing is asked of the
database to know what can be chosen, so that whoever has it all already is answered at once.
"""

from __future__ import annotations

from urllib.parse import urlencode

from django import forms
from django.db.models import Q
from django.utils.translation import gettext, gettext_lazy as _

from events.kinds import Kind
from events.querysets import EventQuerySet
from members.regions import Region
from strongcities import languages
from strongcities.themes import Theme

FACETS = ("kind", "region", "theme", "language")


class EventChoice(forms.Form):
    kind = forms.MultipleChoiceField(label=_("Kind"), choices=Kind.choices, required=False)
    region = forms.MultipleChoiceField(label=_("Region"), choices=Region.choices, required=False)
    theme = forms.MultipleChoiceField(label=_("Theme"), choices=Theme.choices, required=False)
    language = forms.MultipleChoiceField(label=_("Language"), choices=lambda: list(languages.names().items()), required=False)

    def among(self, events: EventQuerySet) -> EventQuerySet:
        """Those of `events` that are meant; by language, those spoken or interpreted in one of these."""
        asked = self.cleaned_data
        if asked["kind"]:
            events = events.filter(kind__in=asked["kind"])
        if asked["region"]:
            events = events.in_region(asked["region"])
        if asked["theme"]:
            events = events.filter(themes__overlap=asked["theme"])
        if spoken := asked["language"]:
            events = events.filter(Q(languages__overlap=spoken) | Q(interpretation__overlap=spoken))
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
