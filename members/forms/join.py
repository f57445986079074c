"""The questions of `/join/`, a form a page. Nothing is asked that vetting or the membership doesn't need."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib.auth.password_validation import password_validators_help_text_html, validate_password
from django.core.exceptions import ValidationError
from django.core.validators import EmailValidator
from django.utils.translation import gettext, gettext_lazy as _

from members import countries, languages
from members.mailboxes import normal
from members.models import City, Post, ShownTo, User
from members.models.said import UNSEEN
from members.names import clean_name
from members.regions import Population
from strongcities.forms import WebsiteField
from strongcities.themes import Theme


class NameField(forms.CharField):
    """A name of a city or a person (members/names.py)."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(**{"max_length": 120, **kwargs})

    def clean(self, value: Any) -> str:
        return clean_name(super().clean(value))


class MailField(forms.EmailField):
    """A mail address in lower case, its domain in the name service's form, so that one mailbox has one account."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(**{"max_length": 254, **kwargs})

    def clean(self, value: Any) -> str:
        email = normal(super().clean(value))
        local, _at, domain = email.rpartition("@")
        if not local.isascii():
            raise ValidationError(_("We can’t deliver mail to letters like these before the @. Do you have another address?"), code="ascii")
        if not domain.isascii() or len(email) > 254:  # the name service knows no domain like it
            raise ValidationError(EmailValidator.message, code="invalid")
        return email


def _countries() -> list[tuple[str, str]]:
    return [("", gettext("Choose a country")), *countries.choices()]


class CityNameForm(forms.Form):
    name = NameField(
        label=_("Name of your city"),
        help_text=_("City, municipality, district, county, province, state or region. Any spelling will do."),
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )
    country = forms.ChoiceField(label=_("Country"), choices=_countries, widget=forms.Select(attrs={"autocomplete": "country"}))


class CityChoiceForm(forms.Form):
    """Which of the cities that were found: the key of one, or "new"."""

    choice = forms.ChoiceField(label=_("Which one is yours?"), widget=forms.RadioSelect)

    def __init__(self, *args: Any, offered: list[tuple[str, str]] = (), **kwargs: Any) -> None:  # type: ignore[assignment]
        super().__init__(*args, **kwargs)
        self.fields["choice"].choices = [*offered, ("new", _("None of these: add my city"))]  # type: ignore[attr-defined]
        self.fields["choice"].error_messages["required"] = _("Choose your city, or “None of these”.")


class NewCityForm(forms.Form):
    name = NameField(label=_("Name of your city"), help_text=_("As it should stand in the directory."))
    country = forms.ChoiceField(label=_("Country"), choices=_countries)
    kind = forms.ChoiceField(label=_("Kind"), choices=City.Kind.choices, help_text=_("What kind of authority it is."))
    website = WebsiteField(
        label=_("Its official website"),
        required=False,
        help_text=_("Helps us to see that you write from the city. Leave it empty if it has none."),
    )
    population_band = forms.ChoiceField(
        label=_("Inhabitants, about"),
        choices=[("", _("I don’t know")), *Population.choices],
        required=False,
        help_text=_("So that cities of the same size find each other."),
    )

    def clean(self) -> dict[str, Any]:
        """Refuses a city that is shown here already. One that is only proposed stays unnamed: its being here would
        tell that somebody applied (both then get the same row, `City.propose`)."""
        values = super().clean() or {}
        if {"name", "country", "kind"} <= values.keys():
            here = City.objects.public().named(values["name"]).filter(country=values["country"], kind=values["kind"]).first()
            if here:
                self.add_error(
                    "name",
                    ValidationError(
                        _("%(city)s, %(country)s is here already. Go back one page and choose it."),
                        code="duplicate",
                        params={"city": here.name, "country": here.country_name},
                    ),
                )
        return values


class PersonForm(forms.Form):
    name = NameField(label=_("Your name"), help_text=_("First name and family name, as colleagues know you."))
    email = MailField(
        label=_("Your mail address at work"),
        help_text=_(
            "We send one mail there to see that it is yours; later you sign in with it."
            " With an address at your city’s own domain we decide sooner."
        ),
        widget=forms.EmailInput(attrs={"autocomplete": "email"}),
    )
    title = NameField(label=_("Your post"), help_text=_("For example: deputy mayor, prevention coordinator, youth worker."))
    department = NameField(label=_("Department"), required=False)
    kind = forms.ChoiceField(
        label=_("Kind of work"),
        choices=Post.Kind.choices,
        widget=forms.RadioSelect,
        help_text=_("So that events and practices reach those they are made for."),
    )
    languages = forms.MultipleChoiceField(
        label=_("Languages that you work in"),
        choices=languages.choices,
        required=False,
        widget=forms.CheckboxSelectMultiple,
        help_text=_("So that colleagues know in which language to write to you."),
    )
    message = forms.CharField(
        label=_("Anything that we should know"),
        max_length=2000,
        required=False,
        widget=forms.Textarea(attrs={"rows": 4}),
        help_text=_("In your own words; read by those who decide on your application."),
    )


class MandateForm(forms.Form):
    head_knows = forms.ChoiceField(
        label=_("Does the head of your city know that you apply?"),
        choices=[("yes", _("Yes")), ("no", _("Not yet"))],
        widget=forms.RadioSelect,
        help_text=_("The mayor, governor or whoever leads it. You may apply before they know; we then ask you to tell them."),
    )
    signatory = forms.CharField(
        label=_("Who signs for your city?"),
        max_length=200,
        required=False,
        help_text=_("The post is enough: mayor, city manager. Agreements with other cities need a signature."),
    )
    has_mandate = forms.BooleanField(label=_("I may sign for my city myself"), required=False)
    second_contact = forms.CharField(
        label=_("A second person whom we may ask"),
        max_length=200,
        required=False,
        help_text=_("Name and mail address of a colleague; tell them that you named them. It makes our decision quicker."),
    )
    themes = forms.MultipleChoiceField(
        label=_("Themes that you want to work on"),
        choices=Theme.choices,
        required=False,
        widget=forms.CheckboxSelectMultiple,
        help_text=_("So that we can show you what concerns you first."),
    )

    def clean_signatory(self) -> str:
        return clean_name(self.cleaned_data["signatory"])

    def clean_head_knows(self) -> bool:
        return bool(self.cleaned_data["head_knows"] == "yes")


class ConsentsForm(forms.Form):
    """Three consents, each by itself, off unless given."""

    shown_to = forms.ChoiceField(
        label=_("Who may see my name, my post and my city"),
        choices=[
            (ShownTo.NOBODY, _("Nobody")),
            (ShownTo.MEMBERS, _("People of member cities, signed in: with my languages and themes")),
            (ShownTo.EVERYONE, _("Everyone, on public pages; member cities also my languages and themes")),
        ],
        initial=ShownTo.NOBODY,
        widget=forms.RadioSelect,
        required=False,
        help_text=_("In the directory of people and on your city’s page. Nobody ever sees your mail address there."),
    )
    wants_newsletter = forms.BooleanField(label=_("Send me the network’s newsletter"), required=False)
    open_to_peers = forms.BooleanField(
        label=_("Officials of member cities may write to me"),
        required=False,
        help_text=_("From your page, which those whom you chose above can see; your mail address stays hidden unless you show it."),
    )

    def clean_shown_to(self) -> str:
        """Off unless given, where nothing was chosen as well."""
        return self.cleaned_data["shown_to"] or ShownTo.NOBODY

    def clean(self) -> dict[str, Any]:
        """The way to a person is their page: written to by others, yet seen by nobody, is no choice."""
        values = super().clean() or {}
        if values.get("open_to_peers") and values.get("shown_to") == ShownTo.NOBODY:
            self.add_error("open_to_peers", ValidationError(UNSEEN, code="unseen"))
        return values


class PrinciplesForm(ConsentsForm):
    all_forms = forms.BooleanField(label=_("We address violent extremism in all its forms."))
    no_group = forms.BooleanField(label=_("We tie it to no religion, nationality or ethnic group."))
    with_communities = forms.BooleanField(
        label=_("We work with our communities, inclusively, without discrimination, within human rights.")
    )
    field_order = ("all_forms", "no_group", "with_communities", "shown_to", "wants_newsletter", "open_to_peers")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for field in self.principles():
            field.field.error_messages["required"] = _("Every member city shares this principle: please agree to it, or don’t apply.")

    def principles(self) -> list[forms.BoundField]:
        return [self[name] for name in self.field_order[:3]]

    def consents(self) -> list[forms.BoundField]:
        return [self[name] for name in self.field_order[3:]]


class PasswordForm(forms.Form):
    """A new person's password, typed once: it can be shown, and a code by mail signs in whoever mistyped it."""

    password = forms.CharField(
        label=_("Choose a password"),
        strip=False,
        max_length=200,
        widget=forms.PasswordInput(attrs={"autocomplete": "new-password"}),
    )

    def __init__(self, *args: Any, email: str, name: str, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._person = User(email=email, name=name)
        self.fields["password"].help_text = password_validators_help_text_html()

    def clean_password(self) -> str:
        password: str = self.cleaned_data["password"]
        validate_password(password, self._person)
        return password
