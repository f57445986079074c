"""The form of a city's page, for its lead officials."""

from __future__ import annotations

import re
from decimal import Decimal
from typing import Any, ClassVar

from django import forms
from django.core import signing
from django.core.exceptions import ValidationError
from django.utils.translation import gettext, gettext_lazy as _

from members import countries, editing, languages, places
from members.models import City
from members.models.city import MOST_THEMES, PROFILE_LENGTH
from members.regions import MOST_PEOPLE, population_band
from strongcities import uploads
from strongcities.forms import WebsiteField
from strongcities.licences import Licence
from strongcities.themes import Theme

_SALT = "members.forms.city.kept"
_COUNT = re.compile(r"\d+|\d{1,3}(?:[\s.,'’٬]\d{3})+")


class CountField(forms.IntegerField):
    """A whole number as people write large ones: 285 273, 285.273, 285,273, with the digits of any script."""

    widget = forms.TextInput(attrs={"inputmode": "numeric"})
    default_error_messages: ClassVar[dict[str, Any]] = {"invalid": _("Write the number in digits alone: 285273.")}

    def to_python(self, value: Any) -> int | None:
        text = str(value or "").strip()
        if text and not _COUNT.fullmatch(text):
            raise ValidationError(self.error_messages["invalid"], code="invalid")
        return super().to_python("".join(sign for sign in text if sign.isdecimal()))


class PlaceField(forms.CharField):
    """Latitude and longitude in one, as maps give them (members/places.py)."""

    widget = forms.TextInput(attrs={"dir": "ltr", "autocomplete": "off"})

    def to_python(self, value: Any) -> Any:
        text = super().to_python(value)
        return places.read(text) if text else None


class CityForm(forms.Form):
    """Every field of the page that a lead official may change, with `seen`: the version of the city it was filled with.

    A picture is kept as soon as it is read, so that a mistake elsewhere in the form doesn't ask for it again: `kept` then
    carries its name, signed for this city, until the form is saved.
    """

    seen = forms.IntegerField(min_value=0, widget=forms.HiddenInput)
    kept = forms.CharField(required=False, max_length=300, widget=forms.HiddenInput)
    profile = forms.CharField(
        label=_("Profile"),
        required=False,
        max_length=PROFILE_LENGTH,
        widget=forms.Textarea(attrs={"rows": 16, "dir": "auto"}),
        help_text=_("Who you are, what prevention means in your city, what you work on now. Up to five pages."),
    )
    profile_language = forms.ChoiceField(label=_("Language of the profile"), choices=languages.choices)
    themes = forms.MultipleChoiceField(
        label=_("What you work on"),
        choices=Theme.choices,
        required=False,
        widget=forms.CheckboxSelectMultiple,
        help_text=_("At most five, so that other cities see what matters most to you."),
    )
    website = WebsiteField(label=_("Official website"), required=False)
    population = CountField(
        label=_("Inhabitants"),
        required=False,
        min_value=1,
        max_value=MOST_PEOPLE,
        help_text=_("By your latest official count. Cities of the same size find each other by it."),
    )
    place = PlaceField(label=_("Place on the map"), required=False)
    picture = forms.FileField(
        label=_("Picture"),
        required=False,
        widget=forms.FileInput(attrs={"accept": uploads.ACCEPT, "data-bytes": uploads.BYTES, "data-words-large": uploads.TOO_LARGE}),
        help_text=_("JPEG, PNG, WebP or AVIF, up to 5 MB, 600 pixels wide or more. Where it was taken is removed from the file."),
    )
    picture_remove = forms.BooleanField(label=_("Show no picture"), required=False)
    picture_alt = forms.CharField(
        label=_("What the picture shows"),
        required=False,
        max_length=300,
        help_text=_("In a sentence, for those who can’t see it."),
        widget=forms.TextInput(attrs={"dir": "auto"}),
    )
    picture_credit = forms.CharField(
        label=_("Who made it"),
        required=False,
        max_length=200,
        help_text=_("Photographer or owner, as they want to be named."),
        widget=forms.TextInput(attrs={"dir": "auto"}),
    )
    picture_licence = forms.ChoiceField(
        label=_("Licence"),
        required=False,
        choices=[("", _("Choose a licence")), *Licence.choices],
        help_text=_("“All rights reserved” where the owner allowed it for this page alone."),
    )

    def __init__(self, *args: Any, city: City, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.city = city
        language = self["profile_language"].value()
        choices = languages.choices()
        if language and language not in dict(choices) and language == city.profile_language:
            choices.append((language, language))  # set by staff, and not for a form to take away
        self.fields["profile_language"].choices = choices  # type: ignore[attr-defined]
        self.fields["profile"].error_messages["max_length"] = _(
            "The profile has %(show_value)d characters. Make it %(limit_value)d or fewer, please."
        )
        middle = places.written(*(Decimal(f"{degrees:.1f}") for degrees in countries.place_of(city.country)))
        self.fields["place"].help_text = _(
            "Latitude, then longitude, as a map on your phone or computer shows them for the town hall."
            " %(middle)s lies in the middle of %(country)s."
        ) % {"middle": middle, "country": city.country_name}
        if city.is_half_approved:
            self.fields["website"].disabled = True
            self.fields["website"].help_text = _("Staff are deciding on an application for this city; until then it stays as it is.")
            self.initial["website"] = city.website

    @classmethod
    def filled(cls, city: City, values: dict[str, Any] | None = None) -> CityForm:
        """The form as it is first seen: with what the city has now, or with `values` over that version."""
        values = values or editing.values_of(city)
        kept = cls._signed(city, values["picture"]) if values["picture"] != city.picture and values["picture"] else ""
        remove = bool(city.picture and not values["picture"])
        place = places.written(values["latitude"], values["longitude"])
        initial = {**values, "place": place, "picture": None, "kept": kept, "picture_remove": remove, "seen": editing.version(city)}
        form = cls(city=city, initial=initial)
        form.kept_name = values["picture"] if kept else ""
        return form

    kept_name = ""  # a picture that was chosen, and isn't the page's yet

    @property
    def chosen(self) -> uploads.Picture | None:
        """The picture that would be the page's, were the form saved: one that was just chosen, or the one it has."""
        name = self.kept_name or self.city.picture
        return uploads.Picture(name) if name else None

    @staticmethod
    def _signed(city: City, name: str) -> str:
        return signing.dumps([city.pk, name], salt=_SALT)

    def _opened(self, text: str) -> str:
        """The name in a `kept` of ours for this city; "" for anything else, and where its files are tidied already."""
        try:
            pk, name = signing.loads(text, salt=_SALT)
        except (signing.BadSignature, ValueError, TypeError):
            return ""
        return name if pk == self.city.pk and uploads.Picture(name).is_there else ""

    def clean_kept(self) -> str:
        text = self.cleaned_data["kept"]
        self.kept_name = self._opened(text) if text else ""
        return self.kept_name

    def clean_profile(self) -> str:
        return str(self.cleaned_data["profile"]).replace("\r\n", "\n").strip()

    def clean_themes(self) -> list[str]:
        """In the network's order, so that the same themes are the same list."""
        chosen = [theme for theme in Theme.values if theme in self.cleaned_data["themes"]]
        if len(chosen) > MOST_THEMES:
            raise ValidationError(
                _("You chose %(count)d. Keep the %(most)d that matter most."),
                code="many",
                params={"count": len(chosen), "most": MOST_THEMES},
            )
        return chosen

    def clean_picture(self) -> uploads.Drawn | None:
        file = self.cleaned_data["picture"]
        return uploads.draw(file) if file else None

    def clean(self) -> dict[str, Any]:
        """A picture has its three texts; what describes a picture that isn't there is asked about, never dropped."""
        values = super().clean() or {}
        base = editing.at_version(self.city, values.get("seen", 0))
        values["latitude"], values["longitude"] = values.get("place") or (None, None)
        values["population_band"] = self._band(values.get("population"), base)
        if "picture" in self.errors:
            return values
        words = ("picture_alt", "picture_credit", "picture_licence")
        if values.get("picture_remove") and not values["picture"]:
            values.update(dict.fromkeys(words, ""))
        elif values["picture"] or values.get("kept") or base.picture:
            for field in words:
                if field in values and not values[field]:
                    self.add_error(field, ValidationError(_("The picture needs this."), code="required"))
        elif any(values.get(field) for field in words):
            self.add_error(
                "picture", ValidationError(_("Choose the picture that this describes, or empty the three fields."), code="required")
            )
        return values

    @staticmethod
    def _band(population: int | None, base: Any) -> str:
        """The band of a number that was typed; of one that was left, or taken out, the band stays: it may be known by itself."""
        return base.population_band if population in {None, base.population} else str(population_band(population))

    def keep(self) -> None:
        """Keep a picture that was read, whatever else is wrong: what this form shows next then carries its name."""
        if drawn := self.cleaned_data.get("picture"):
            self.kept_name = drawn.keep()
        data: Any = self.data.copy()  # type: ignore[attr-defined]  # a form that came is a QueryDict
        data["kept"] = self._signed(self.city, self.kept_name) if self.kept_name else ""
        self.data = data

    def values(self) -> dict[str, Any]:
        """Every field of the page, for `editing.edit`. Call `keep` before."""
        values = {field: self.cleaned_data[field] for field in editing.FIELDS}
        base = editing.at_version(self.city, self.cleaned_data["seen"])
        values["picture"] = self.kept_name or ("" if self.cleaned_data["picture_remove"] else base.picture)
        if not values["picture"]:
            values.update(picture_alt="", picture_credit="", picture_licence="")
        return values

    def texts(self) -> list[forms.BoundField]:
        return [self[name] for name in ("profile", "profile_language", "themes", "website", "population", "place")]

    def picture_fields(self) -> list[forms.BoundField]:
        names = ["picture", "picture_alt", "picture_credit", "picture_licence"]
        if self.city.picture:
            names.insert(1, "picture_remove")
        return [self[name] for name in names]


def clash_words(part: str) -> str:
    """The part's name, for the sentence that says that others changed it."""
    return {
        "profile": gettext("Profile"),
        "themes": gettext("What you work on"),
        "website": gettext("Official website"),
        "population": gettext("Inhabitants"),
        "place": gettext("Place on the map"),
        "picture": gettext("Picture"),
    }[part]
