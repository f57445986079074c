"""What somebody with a seat asks for, and the staff's decisions on it."""

from __future__ import annotations

from typing import Any, ClassVar

from django import forms
from django.core.exceptions import ValidationError
from django.core.validators import MinValueValidator
from django.utils.translation import gettext, gettext_lazy as _

from events import currencies, visa
from events.models import Event, Registration, TravelRequest
from members.words import plain
from strongcities import languages, letters
from strongcities.letters.visa import LONGEST, Costs, Language


class PlainText(forms.CharField):
    """Words without anything hidden in them."""

    def to_python(self, value: Any) -> Any:
        text = super().to_python(value)
        return plain(text).strip() if text else text


def _currency(label: Any) -> forms.ChoiceField:
    return forms.ChoiceField(label=label, choices=lambda: [("", gettext("Choose a currency")), *currencies.choices()])


def _words(label: Any, rows: int, **kwargs: Any) -> PlainText:
    return PlainText(label=label, widget=forms.Textarea(attrs={"rows": rows}), **kwargs)


class TravelForm(forms.Form):
    from_where = PlainText(label=_("From where do you travel?"), max_length=200, help_text=_("Town and country."))
    how = forms.ChoiceField(label=_("How?"), choices=TravelRequest.How.choices, widget=forms.RadioSelect)
    cost = forms.DecimalField(
        label=_("What do you think it will cost?"),
        max_digits=10,
        decimal_places=2,
        min_value=0,
        help_text=_("There and back, for you alone."),
    )
    currency = _currency(_("Currency"))
    own_share = PlainText(
        label=_("What does your own authority pay?"), max_length=500, required=False, help_text=_("For example: the hotel.")
    )
    note = _words(_("What else should we know?"), 4, max_length=2_000, required=False)


class LetterForm(forms.Form):
    full_name = PlainText(
        label=_("Full name"),
        max_length=LONGEST["full_name"],
        help_text=_("In Latin letters, as in your passport, and so are the next three."),
    )
    nationality = PlainText(label=_("Nationality"), max_length=LONGEST["nationality"])
    born = forms.DateField(label=_("Date of birth"), widget=forms.DateInput(attrs={"type": "date"}))
    passport_number = PlainText(label=_("Passport number"), max_length=LONGEST["passport_number"])
    post = PlainText(label=_("Your function"), max_length=LONGEST["post"], help_text=_("As it is to stand in the letter."))
    city = PlainText(
        label=_("Your authority or organisation"), max_length=LONGEST["city"], help_text=_("With its country: Mombasa County, Kenya.")
    )
    addressee = _words(
        _("Embassy or consulate"),
        3,
        max_length=310,
        help_text=_("Its name, its town and country: the letter is addressed to it. Up to five lines."),
    )
    language = forms.ChoiceField(
        label=_("Language of the letter"), choices=Language.choices, initial=Language.ENGLISH, widget=forms.RadioSelect
    )

    def __init__(self, *args: Any, event: Event, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.event = event
        for name in ("full_name", "nationality", "born", "passport_number"):
            self.fields[name].widget.attrs["autocomplete"] = "off"  # on a shared computer a passport isn't offered to the next

    def clean(self) -> dict[str, Any]:
        """Set the letter once as it would be, so that what doesn't fit, or can't be printed, is told now and not to the staff."""
        values = super().clean() or {}
        if self.errors:
            return values
        values["born"] = values["born"].isoformat()
        unsigned = {"reference": "SCN-0000", "signer_name": "–", "signer_function": "–", "costs": Costs.OWN}
        said = {**values, **visa.of_event(self.event, values["language"]), "written": visa.day_of(self.event).isoformat(), **unsigned}
        try:
            visa.letter(said).pdf()
        except ValidationError as error:
            for name, wrong in error.error_dict.items():
                self.add_error(name if name in self.fields else None, wrong)
        except letters.Unprintable as error:
            signs = gettext(", ").join(f"“{sign}”" for sign in error.characters)
            self.add_error(None, gettext("The letter can’t show these signs: %(signs)s. Write as your passport does.") % {"signs": signs})
        return values

    @property
    def told(self) -> dict[str, str]:
        return {name: self.cleaned_data[name] for name in visa.ASKED}


class InterpretationForm(forms.Form):
    language = forms.ChoiceField(label=_("Into which language?"), required=False, widget=forms.RadioSelect)

    def __init__(self, *args: Any, registration: Registration, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.initial["language"] = registration.interpretation
        offered = [(code, languages.name(code)) for code in registration.event.interpretation]
        self.fields["language"].choices = [("", gettext("I need none")), *offered]  # type: ignore[attr-defined]  # a choice field


# --- The staff's -----------------------------------------------------------------------------------------------------


class GrantForm(forms.Form):
    amount = forms.DecimalField(label=_("Amount"), max_digits=10, decimal_places=2, validators=[MinValueValidator(0.01)])
    currency = _currency(_("Currency"))
    why = _words(
        _("Words to the person"), 4, max_length=2_000,
        help_text=_("They read it by mail: what is paid, how, and until when receipts are sent."),
    )  # fmt: skip


class RefusalForm(forms.Form):
    """The reason of a refusal. What stands in a passport doesn't belong there: it is mailed, and kept with the record."""

    why = _words(_("Reason"), 4, max_length=2_000, help_text=_("They read it by mail. Repeat nothing of what stands in the passport."))


class IssueForm(forms.Form):
    FIELDS: ClassVar[tuple[str, ...]] = ("signer_name", "signer_function", "costs")

    signer_name = PlainText(label=_("Signed by"), max_length=LONGEST["signer_name"])
    signer_function = PlainText(label=_("Function"), max_length=LONGEST["signer_function"])
    costs = forms.ChoiceField(label=_("Costs borne by"), choices=Costs.choices, widget=forms.RadioSelect)
    seen = forms.CharField(widget=forms.HiddenInput, max_length=20)
