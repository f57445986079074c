"""The address by which a city's own sign-in is found; and what the staff enter of one."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, ClassVar
from urllib.parse import urlsplit

from django import forms
from django.conf import settings
from django.core.exceptions import ValidationError
from django.utils.translation import gettext, gettext_lazy as _

from members import mailboxes, names
from members.forms.city_choice import CityField, NamesCities
from members.models import SignOn, SignOnDomain
from strongcities import sealed

if TYPE_CHECKING:  # generic for the type checker alone
    _ModelForm = forms.ModelForm[SignOn]
else:
    _ModelForm = forms.ModelForm


class SignOnAddressForm(forms.Form):
    email = forms.EmailField(
        label=_("Work mail address"),
        max_length=254,
        widget=forms.EmailInput(attrs={"autocomplete": "email"}),
        help_text=_("We only look at what stands after the @."),
    )


class SignOnForm(NamesCities, _ModelForm):
    """A city's provider. Its secret goes in and never comes out again: empty means "as it was"."""

    chosen_for = SignOn

    secret = forms.CharField(
        label=_("Client secret"),
        required=False,
        max_length=500,
        widget=forms.PasswordInput(attrs={"autocomplete": "off"}),
        help_text=_("Never shown again. Leave it empty to keep the one that is there."),
    )
    mail_domains = forms.CharField(
        label=_("Mail domains"),
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text=_("One a line. Only domains of the city itself: whoever runs the provider can sign in as anybody with a mailbox there."),
    )

    class Meta:
        model = SignOn
        fields = ("city", "slug", "issuer", "client_id", "secret")
        field_classes: ClassVar[dict[str, Any]] = {"city": CityField}

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if self.instance.pk:
            self.initial["mail_domains"] = "\n".join(row.domain for row in self.instance.domains.all())
        self.initial.pop("secret", None)

    def clean_secret(self) -> str:
        """Sealed from here on."""
        typed: str = self.cleaned_data["secret"]
        if not typed and not self.instance.secret:
            raise ValidationError(gettext("It needs a secret."))
        return sealed.seal(typed) if typed else self.instance.secret

    def clean_issuer(self) -> str:
        issuer: str = self.cleaned_data["issuer"]
        parts = urlsplit(issuer)
        if parts.scheme != "https" and not (settings.DEMO and parts.hostname in {"localhost", "127.0.0.1"}):
            raise ValidationError(gettext("The address must begin with https://."))
        if parts.query or parts.fragment:
            raise ValidationError(gettext("Without ? and #, please: the issuer alone."))
        return issuer

    def clean_mail_domains(self) -> list[str]:
        lines = self.cleaned_data["mail_domains"].replace(",", "\n").split()
        domains = sorted({mailboxes.domain_of(f"x@{line.removeprefix('@')}") for line in lines})
        for domain in domains:
            if domain in mailboxes.FREE:
                raise ValidationError(gettext("Anybody can have a mailbox at %(domain)s.") % {"domain": domain})
            if SignOnDomain.objects.filter(domain=domain).exclude(sign_on=self.instance.pk).exists():
                raise ValidationError(gettext("%(domain)s belongs to another city's sign-in.") % {"domain": domain})
        return domains

    def clean(self) -> dict[str, Any]:
        values: dict[str, Any] = super().clean() or self.cleaned_data
        city = values.get("city")
        if city is not None:
            called = list(names.folded((city.name, *city.other_names)).values())
            words = gettext("%(domain)s is not a domain of the city, as far as its website tells (%(website)s).")
            for domain in values.get("mail_domains", []):
                if not mailboxes.same_house(f"x@{domain}", city.website, called):
                    self.add_error("mail_domains", words % {"domain": domain, "website": city.website or "–"})
        return values
