"""The form of an event, with hours in its own zone. Two who edit it at once lose nothing unseen."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, ClassVar

from django import forms
from django.utils.formats import date_format
from django.utils.translation import gettext, gettext_lazy as _

from events import changing
from events.admin.base import Refusable
from events.models import Event
from members.forms.city_choice import CityField, NamesCities
from strongcities import zones
from strongcities.zoned import WallTimeField, ZonedForm, ZoneField

if TYPE_CHECKING:  # generic for the type checker alone
    _ModelForm = forms.ModelForm[Event]
else:
    _ModelForm = forms.ModelForm


def version(event: Event) -> int:
    """The number of the event's newest entry in the history; 0 where it was never changed."""
    newest: int | None = event.history.order_by("-pgh_id").values_list("pgh_id", flat=True).first()  # type: ignore[attr-defined]
    return newest or 0


def at_version(event: Event, number: int) -> Any:
    """The event as it was then: what the next change left behind, or the event as it is where there was none."""
    return event.history.filter(pgh_id__gt=number).order_by("pgh_id").first() or event  # type: ignore[attr-defined]


class EventForm(Refusable, NamesCities, ZonedForm, _ModelForm):
    """`seen`: the version that it was filled with; `shown`: up to which one its reader was told what others wrote.

    Only what was changed here is written (`mine`). Where somebody else wrote something else into the same field meanwhile, nothing is
    written and both are shown; sent once more, what stands in this form holds.
    """

    chosen_for = Event
    zone_field = "zone"

    zone = ZoneField(
        label=_("Time zone"), required=False, help_text=_("All hours here are those of its clocks. Empty: the host city’s."),
    )  # type: ignore[assignment]  # fmt: skip
    starts = WallTimeField(label=_("Begins"))
    ends = WallTimeField(label=_("Ends"))
    registration_opens = WallTimeField(label=_("Registration opens"), required=False, help_text=_("Empty: when the event is announced."))
    registration_closes = WallTimeField(label=_("Registration closes"), required=False, help_text=_("Empty: when the event begins."))
    changes_until = WallTimeField(label=_("Answers may be changed until"), required=False, help_text=_("Empty: until the event begins."))
    follow_up_until = WallTimeField(
        label=_("What is asked afterwards is answered until"), required=False,
        help_text=_("With a date, whoever has a seat is mailed that something is asked of them. Empty: until the event ends."),
    )  # fmt: skip
    why = forms.CharField(
        label=_("Why it changed"), required=False, max_length=500, widget=forms.Textarea(attrs={"rows": 2, "class": "vLargeTextField"}),
        help_text=_("Stands on the event’s page and in the mail, where the title, host, venue, dates or link change."),
    )  # fmt: skip
    seen = forms.IntegerField(label="", required=False, widget=forms.HiddenInput)
    shown = forms.IntegerField(label="", required=False, widget=forms.HiddenInput)

    class Meta:
        field_classes: ClassVar[dict[str, Any]] = {"host": CityField}

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.mine: list[str] = []
        self.theirs: list[tuple[str, str]] = []  # (label, what somebody else wrote there), where both wrote
        if self.instance.pk and "seen" in self.fields:
            self.initial["seen"] = self.initial["shown"] = version(self.instance)

    def _get_validation_exclusions(self) -> set[str]:
        """What couldn't be read isn't judged once more, in Django's words."""
        untold = {name for name in self.fields if name not in self.cleaned_data}
        return super()._get_validation_exclusions() | untold  # type: ignore[misc,no-any-return]  # Django's own, without types

    # --- What the database holds, in words ---------------------------------------------------------------------------

    def clean(self) -> Any:
        values = self.cleaned_data
        host = values.get("host")
        if "zone" in values and not values["zone"]:
            values["zone"] = host.time_zone if host else ""
            if not values["zone"]:
                self.add_error("zone", gettext("Say in which time zone it is: without a host city it can’t be told."))
        values = super().clean() or self.cleaned_data
        self._judge_dates(values)
        self._judge_seats(values)
        if self.instance.is_shown and not (host or values.get("venue") or values.get("is_online")):
            self.add_error("venue", gettext("It is announced, so it has a host city or a venue, or is online."))
        if self.instance.pk and not self.errors:
            self._follow(values)
        return values

    def _judge_dates(self, values: dict[str, Any]) -> None:
        starts, ends = values.get("starts"), values.get("ends")
        opens, closes = values.get("registration_opens"), values.get("registration_closes")
        if starts and ends and ends <= starts:
            self.add_error("ends", gettext("It ends before it begins."))
            return
        if closes and ends and closes > ends:
            self.add_error("registration_closes", gettext("Registration closes before the event ends."))
        if opens and (closes or starts) and opens >= (closes or starts):
            self.add_error("registration_opens", gettext("Registration opens before it closes."))
        if ends and (until := values.get("changes_until")) and until > ends:
            self.add_error("changes_until", gettext("Answers can’t be changed once it is over."))
        if ends and (until := values.get("follow_up_until")) and until > ends:
            self.add_error("follow_up_until", gettext("Nothing is asked any more once it is over."))

    def _judge_seats(self, values: dict[str, Any]) -> None:
        taken, most = self.instance.taken, values.get("capacity")
        if most is not None and most < taken:
            self.add_error("capacity", changing.fewer_seats(taken))
        along = values.get("companions_capacity")
        if along is not None and along < self.instance.companions_taken:
            self.add_error("companions_capacity", gettext("More accompanying people than that are registered."))

    # --- Two at once -------------------------------------------------------------------------------------------------

    def _follow(self, values: dict[str, Any]) -> None:
        """Which fields were changed here, and where others wrote meanwhile. The instance is still as the database has it."""
        names = [name for name in values if name not in {"why", "seen", "shown"}]
        base, shown = (at_version(self.instance, values.get(name) or 0) for name in ("seen", "shown"))
        self.mine = [name for name in names if _value(base, name) != _key(values[name])]
        for name in self.mine:
            now = _value(self.instance, name)
            if now not in (_value(shown, name), _key(values[name])):
                self.theirs.append((name, self._said(name)))
        for name, said in self.theirs:
            words = gettext("Somebody else wrote here meanwhile: %(said)s. Yours is kept in this form; save it once more, and yours holds.")
            self.add_error(name, words % {"said": said or gettext("(empty)")})
        if self.theirs:
            sent: Any = self.data.copy()  # type: ignore[attr-defined]  # of a request
            sent[self.add_prefix("shown")] = str(version(self.instance))
            self.data = sent  # the next page knows that they were shown

    def _said(self, name: str) -> str:
        """What stands in a field now, in words."""
        value = getattr(self.instance, name)
        if isinstance(self.fields[name], WallTimeField):
            return date_format(zones.wall(value, self.instance.zone), "DATETIME_FORMAT") if value else ""
        display = getattr(self.instance, f"get_{name}_display", None)
        if display is not None and not isinstance(value, list):
            return str(display())
        if isinstance(value, bool):
            return gettext("yes") if value else gettext("no")
        return gettext(", ").join(map(str, value)) if isinstance(value, list) else str("" if value is None else value)


def _key(value: Any) -> Any:
    return getattr(value, "pk", value)


def _value(record: Any, name: str) -> Any:
    """A field of the event, or of an entry of its history; a record that it names, by its key."""
    return getattr(record, Event._meta.get_field(name).attname)  # type: ignore[union-attr]
