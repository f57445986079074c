"""Asking for a zone, and for hours in it.

    class EventForm(ZonedForm, forms.ModelForm):
        time_zone = ZoneField(label=_("Time zone"))
        starts = WallTimeField(label=_("Starts"))
        ends = WallTimeField(label=_("Ends"))

`starts` is shown and typed as the clocks of the zone have it; what the form gives, and takes as an initial value, is an aware instant.
A day and an hour are two native fields: a telephone brings its own pickers for both, an old browser shows two lines to type in, and
neither needs a script. `datetime-local` is known to fewer browsers, and where it isn't, leaves one line for a form that nobody guesses.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any, ClassVar

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext, gettext_lazy as _

from strongcities import zones

_DAY_AND_TIME = re.compile(r"(\S+)(?:\s+|(?<=\d)[Tt])(\S+)")
_FORMS = ("%Y-%m-%d %H:%M", "%Y-%m-%d %H:%M:%S")

# Every digit that a keyboard writes, as those that strptime reads.
_DIGITS = {ord(sign): str(value) for signs in ("٠١٢٣٤٥٦٧٨٩", "۰۱۲۳۴۵۶۷۸۹") for value, sign in enumerate(signs)}

if TYPE_CHECKING:  # a mixin: what it stands before is a form
    _Form = forms.BaseForm
else:
    _Form = object


@dataclass(frozen=True)
class Wall:
    """What a clock shows, and which of the two is meant where it shows that twice: 0 the first, 1 the second, None unsaid."""

    local: datetime
    fold: int | None = None


class ZoneField(forms.ChoiceField):
    """A zone by its present name; one that was renamed is shown as what it is called now, and taken by either name."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(choices=_with_none, **kwargs)

    def prepare_value(self, value: Any) -> Any:
        try:
            return zones.canonical(value) if value else value
        except zones.NoSuchZone:
            return value

    def to_python(self, value: Any) -> str:
        given = super().to_python(value)
        return zones.canonical(given) if given else given

    def valid_value(self, value: Any) -> bool:
        """to_python has refused what is none; Django would put the whole list into words once more."""
        return True


def _with_none() -> list[tuple[str, Any]]:
    return [("", _("Choose a place")), *zones.choices()]


class WallTimeInput(forms.MultiWidget):
    """A day, an hour, and where the clock shows that twice, which of the two."""

    template_name = "forms/wall_time.html"
    use_fieldset = True

    def __init__(self, attrs: dict[str, Any] | None = None) -> None:
        parts: dict[str, forms.Widget | type[forms.Widget]] = {
            "day": forms.DateInput(attrs={"type": "date", "min": f"{zones.YEARS[0]}-01-01", "max": f"{zones.YEARS[-1]}-12-31"}),
            "time": forms.TimeInput(attrs={"type": "time"}),
            "which": forms.Select(),
        }
        super().__init__(parts, attrs)

    def offer(self, both: tuple[str, ...]) -> None:
        """Let it be chosen which of `both` is meant (strongcities.zones.twice); of none nothing is asked."""
        self._which.choices = [("", gettext("Choose which")), *((str(fold), words) for fold, words in enumerate(both))] if both else []

    @property
    def _which(self) -> Any:
        return self.widgets[2]  # each form has a copy of them

    def decompress(self, value: Any) -> list[str]:
        if not isinstance(value, Wall):
            return ["", "", ""]
        local = value.local
        time = f"{local:%H:%M:%S}" if local.second else f"{local:%H:%M}"
        return [f"{local:%Y-%m-%d}", time, "" if value.fold is None else str(value.fold)]

    def value_from_datadict(self, data: Any, files: Any, name: str) -> list[str]:
        """What was sent in parts. All of it may stand in the first, where a browser has no picker, or under the field's own name, as a
        program sends it: 2026-10-25 02:30, or with a T between."""
        day, time, which = ((part or "").strip() for part in super().value_from_datadict(data, files, name))
        day = day or str(data.get(name, "")).strip()
        if not time and (both := _DAY_AND_TIME.fullmatch(day)):
            day, time = both.groups()
        return [day, time, which]

    def value_omitted_from_data(self, data: Any, files: Any, name: str) -> bool:
        return name not in data and bool(super().value_omitted_from_data(data, files, name))

    def get_context(self, name: str, value: Any, attrs: Any) -> dict[str, Any]:
        context = super().get_context(name, value, attrs)
        parts = context["widget"]["subwidgets"]
        context["labels"] = list(zip(parts, (gettext("Day"), gettext("Time"), gettext("Which of the two")), strict=True))
        if not self._which.choices:
            del context["labels"][2], parts[2]
        return context

    def subwidgets(self, name: str, value: Any, attrs: Any = None) -> Any:
        """The parts that are shown: what an error's link leads to is the first."""
        yield from self.get_context(name, value, attrs)["widget"]["subwidgets"]


class WallTimeField(forms.Field):
    """A day and an hour as a clock shows them; the form turns them into an instant (ZonedForm). Answers a Wall, or None."""

    widget = WallTimeInput
    default_error_messages: ClassVar[dict[str, Any]] = {
        "day": _("Say the day too."),
        "time": _("Say the hour too, such as 14:30."),
        "form": _("“%(typed)s” is no day and hour. Write them like 2026-10-25 and 14:30."),
    }

    def to_python(self, value: Any) -> Wall | None:
        day, time, which = value or ("", "", "")
        if not day and not time:
            return None
        if not day:
            raise ValidationError(self.error_messages["day"], code="day")
        local = _read(f"{day} {time}")
        if local is None:
            code = "time" if not time and _read(f"{day} 00:00") else "form"
            raise ValidationError(self.error_messages[code], code=code, params={"typed": zones.said_back(f"{day} {time}".strip())})
        return Wall(local, int(which) if which in {"0", "1"} else None)

    def has_changed(self, initial: Any, data: Any) -> bool:
        try:
            now = self.to_python(data)
        except ValidationError:
            return True
        return (now and now.local) != (initial and initial.local) or bool(now and (now.fold or 0) != (initial.fold or 0))


def _read(typed: str) -> datetime | None:
    for form in _FORMS:
        try:
            return datetime.strptime(typed.translate(_DIGITS), form)  # noqa: DTZ007  the zone is another field of the form
        except ValueError:
            continue
    return None


class ZonedForm(_Form):
    """A form whose wall times are those of one zone: of its field `zone_field`, or, where that is "", of `zone`, which whoever makes the
    form sets. Comes before the other form classes."""

    zone_field: ClassVar[str] = "time_zone"
    zone: str = ""

    def get_initial_for_field(self, field: forms.Field, field_name: str) -> Any:
        """An instant as the clocks show it by the zone that the form begins with."""
        initial = super().get_initial_for_field(field, field_name)
        if not isinstance(field, WallTimeField) or not isinstance(initial, datetime):
            return initial
        zone = self.zone or self.get_initial_for_field(self.fields[self.zone_field], self.zone_field)
        if not zone:
            return None
        local = zones.wall(initial, zone)
        both = zones.twice(local, zone)
        if not self.is_bound:
            self._offer(field, both)
        return Wall(local.replace(fold=0), local.fold if both else None)

    def clean(self) -> dict[str, Any] | None:
        values = super().clean()
        values = self.cleaned_data if values is None else values
        zone = self.zone or values.get(self.zone_field, "")
        for name, field in self.fields.items():
            if isinstance(field, WallTimeField) and isinstance(values.get(name), Wall):
                wall = values.pop(name)
                if zone:
                    self._place(name, field, wall, zone, values.__setitem__)
                elif self.zone_field not in self.errors:
                    self.add_error(name, gettext("Say in which time zone this is."))
        return values

    def _place(self, name: str, field: WallTimeField, wall: Wall, zone: str, keep: Callable[[str, datetime], None]) -> None:
        """Keep when it is, or say what is wrong with it."""
        self._offer(field, zones.twice(wall.local, zone))
        try:
            keep(name, zones.instant(wall.local, zone, fold=wall.fold))
        except ValidationError as error:
            self.add_error(name, error)

    @staticmethod
    def _offer(field: forms.Field, both: tuple[str, ...]) -> None:
        widget: Any = field.widget
        widget.offer(both)
