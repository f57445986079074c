"""The form with which somebody registers for an event, and changes later what they said."""

from __future__ import annotations

from itertools import pairwise
from typing import TYPE_CHECKING, Any

from django import forms
from django.utils import timezone
from django.utils.translation import gettext, gettext_lazy as _

from events import registering
from events.forms.answers import AnswersForm, Asked, PersonNameField
from events.kinds import ListedTo
from events.models import Event, Question, Registration, Session
from events.models.question import NEEDS
from events.registering import Told
from members.models import City
from strongcities import languages, moments

if TYPE_CHECKING:  # generic for the type checker alone
    _ModelChoiceField = forms.ModelChoiceField[City]
    _ModelMultipleChoiceField = forms.ModelMultipleChoiceField[Session]
else:
    _ModelChoiceField = forms.ModelChoiceField
    _ModelMultipleChoiceField = forms.ModelMultipleChoiceField


class CityField(_ModelChoiceField):
    def label_from_instance(self, city: City) -> str:
        return str(city.called)


class SessionsField(_ModelMultipleChoiceField):
    """Sessions with their hour and what is left in each."""

    zone = "UTC"

    def label_from_instance(self, session: Session) -> str:
        words = {"session": session.title, "when": moments.words(session.starts, session.ends, zone=self.zone)}
        told = gettext("%(session)s, %(when)s") % words
        return gettext("%(session)s: all seats are taken, you would wait") % {"session": told} if session.has_line else told


def bookable(event: Event) -> Any:
    """The sessions of `event` in which seats can still be taken."""
    return event.sessions.filter(books=True, is_cancelled=False, starts__gt=timezone.now()).in_order()


class RegistrationForm(AnswersForm):
    """`registration`: the one whose answers are changed; None for a new one."""

    def __init__(self, *args: Any, event: Event, user: Any, registration: Registration | None = None, **kwargs: Any) -> None:
        given = dict(registration.answers.values_list("question", "value")) if registration else None
        super().__init__(*args, event=event, stage=Question.Stage.REGISTRATION, given=given, **kwargs)
        self.event, self.registration = event, registration
        self.cities = registering.cities_of(user) if registration is None else []
        self._add_city()
        self._add_interpretation()
        self._add_companions()
        if registration is None:
            self._add_sessions()
        self.fields["listed_to"] = forms.ChoiceField(
            label=_("Who may read your name in the list of participants?"), choices=ListedTo, widget=forms.RadioSelect,
            initial=registration.listed_to if registration else ListedTo.NOBODY,
            help_text=_("They read your name and your city. You can change it for as long as you can change your other answers."),
        )  # fmt: skip

    def _add_city(self) -> None:
        if len(self.cities) > 1:
            self.fields["city"] = CityField(
                City.objects.filter(pk__in=[city.pk for city in self.cities]), label=_("For which city do you come?"),
                widget=forms.RadioSelect, empty_label=None,
            )  # fmt: skip

    def _add_interpretation(self) -> None:
        if not self.event.interpretation:
            return
        choices = [("", gettext("No interpretation")), *((code, languages.name(code)) for code in self.event.interpretation)]
        self.fields["interpretation"] = forms.ChoiceField(
            label=_("Do you need interpretation?"), choices=choices, required=False, widget=forms.RadioSelect,
            initial=self.registration.interpretation if self.registration else "",
            help_text=_("Spoken at the event: %(languages)s.") % {"languages": self.event.spoken} if self.event.languages else "",
        )  # fmt: skip

    def _add_companions(self) -> None:
        there = self.registration.companions if self.registration else []
        for number in range(1, max(self.event.companions_each, len(there)) + 1):
            self.fields[f"companion_{number}"] = PersonNameField(
                label=_("Accompanying person %(number)d") % {"number": number}, widget=forms.TextInput(attrs={"autocomplete": "off"}),
                initial=there[number - 1] if number <= len(there) else "",
            )  # fmt: skip

    def _add_sessions(self) -> None:
        found = bookable(self.event)
        if not found:
            return
        field = SessionsField(found, label=_("In which sessions do you want a seat?"), required=False, widget=forms.CheckboxSelectMultiple)
        field.zone = self.event.zone
        field.help_text = _("You can also choose, change and give back seats in sessions later.")
        self.fields["sessions"] = field

    def clean(self) -> dict[str, Any]:
        values = super().clean()
        chosen = sorted(values.get("sessions") or [], key=lambda session: (session.starts, session.pk))
        for before, after in pairwise(chosen):
            if before.overlaps(after):
                words = {"first": before, "second": after}
                self.add_error("sessions", gettext("“%(first)s” and “%(second)s” are at the same time. Choose one of them.") % words)
        return values

    def _companions(self) -> list[str]:
        names = (self.cleaned_data.get(name) for name in self.fields if name.startswith("companion_"))
        return [name for name in names if name]

    # --- What was said -----------------------------------------------------------------------------------------------

    @property
    def city(self) -> City | None:
        """For whom they come, once the form is valid."""
        if len(self.cities) > 1:
            chosen: City = self.cleaned_data["city"]
            return chosen
        return self.cities[0] if self.cities else None

    def told(self) -> Told:
        values = self.cleaned_data
        return Told(
            listed_to=values["listed_to"],
            companions=self._companions(),
            interpretation=values.get("interpretation", self.registration.interpretation if self.registration else ""),
            answers=self.answers(),
        )

    # --- The page ----------------------------------------------------------------------------------------------------

    def questions(self) -> list[Asked]:
        return self._part(needs=False)

    def needs(self) -> list[Asked]:
        """What somebody eats and needs to take part, with what hangs on it."""
        return self._part(needs=True)

    def _part(self, *, needs: bool) -> list[Asked]:
        """Each question goes with the one on which, in the end, it depends."""
        found, among = [], False
        for asked in self.asked():
            if not asked.depth:
                among = asked.field.field.question.about in NEEDS
            if among == needs:
                found.append(asked)
        return found

    def companions(self) -> list[Any]:
        return [self[name] for name in self.fields if name.startswith("companion_")]
