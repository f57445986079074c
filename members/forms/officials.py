"""What lead officials, officials and those they invite type."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator
from itertools import chain
from typing import Any

from django import forms
from django.conf import settings
from django.core.validators import RegexValidator
from django.utils.translation import gettext_lazy as _

from members.forms.join import MailField, PersonForm
from members.mailboxes import domain_of
from members.models import Post
from members.models.domain import DOMAIN, own_domains


class InviteForm(forms.Form):
    email = MailField(
        label=_("Mail address of your colleague"),
        help_text=_("They get one mail, with a link that holds for fourteen days and works for this address alone."),
        widget=forms.EmailInput(attrs={"autocomplete": "off"}),
    )
    language = forms.ChoiceField(label=_("Language of the mail"), choices=settings.LANGUAGES)


class InvitedForm(PersonForm):
    """Who comes in by an invitation: the address is known, and so is the name of somebody who is signed in."""

    email = None  # type: ignore[assignment]  # so Django leaves out a field of the parent
    message = None  # type: ignore[assignment]

    def __init__(self, *args: Any, has_account: bool, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if has_account:
            del self.fields["name"]


class Together:
    """Several forms of one page as one, for the summary of what has to be put right."""

    non_field_errors: tuple[str, ...] = ()

    def __init__(self, parts: Iterable[forms.Form]) -> None:
        self._parts = list(parts)

    def __iter__(self) -> Iterator[forms.BoundField]:
        return chain.from_iterable(self._parts)

    @property
    def errors(self) -> dict[str, Any]:
        return {name: errors for part in self._parts for name, errors in part.errors.items()}


class ColleagueForm(forms.Form):
    email = MailField(
        label=_("Mail address of a colleague in the network"),
        help_text=_("Somebody who knows you and represents a member city. You can name three people."),
        widget=forms.EmailInput(attrs={"autocomplete": "off"}),
    )


class VouchForm(forms.Form):
    words = forms.CharField(
        label=_("How do you know them?"),
        max_length=2000,
        widget=forms.Textarea(attrs={"rows": 4}),
        help_text=_("A sentence or two, for those who decide. The applicant doesn’t read it."),
    )


class EndForm(forms.Form):
    why = forms.CharField(
        label=_("Reason"), max_length=2000, widget=forms.Textarea(attrs={"rows": 4}), help_text=_("Your colleague reads it, by mail.")
    )


class LeaveCityForm(forms.Form):
    why = forms.CharField(
        label=_("Why does your city leave?"),
        max_length=2000,
        widget=forms.Textarea(attrs={"rows": 4}),
        help_text=_("Your officials and the Secretariat read it, by mail."),
    )


class MandateTick(forms.Form):
    """Whether who leads from now on may sign as well; asked only of those who can say so."""

    mandate = forms.BooleanField(label=_("They may also sign for the city"), required=False)

    def __init__(self, *args: Any, may_give: bool, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if not may_give:
            del self.fields["mandate"]


class HandOverForm(MandateTick):
    to = forms.ModelMultipleChoiceField(
        label=_("Who leads from now on?"),
        queryset=Post.objects.none(),
        widget=forms.CheckboxSelectMultiple,
        error_messages={"required": _("Name at least one successor.")},
        help_text=_("One or more of your city’s officials today."),
    )
    field_order = ("to", "mandate")

    def __init__(self, *args: Any, post: Post, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        others = post.city.posts.today().exclude(official=post.official_id).filter(is_lead=False, official__user__is_active=True)
        field: Any = self.fields["to"]
        # Everybody who ever stood for the city may be named: who left meanwhile is refused with words, by the verb.
        ever = post.city.posts.exclude(official=post.official_id)
        field.queryset = ever.select_related("official__user").order_by("official__user__name", "pk")
        field.choices = [(other.pk, f"{other.official}, {other.title}") for other in others.select_related("official__user")]


class DomainField(forms.CharField):
    """A mail domain in the name service's form, with or without the @ before it."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(
            **{
                "max_length": 253,
                "validators": [RegexValidator(DOMAIN, _("A mail domain is what stands after the @: aarhus.dk"))],
                **kwargs,
            }
        )

    def to_python(self, value: Any) -> str:
        return domain_of(super().to_python(value) or "")


class DomainForm(forms.Form):
    """Which domain, and that its meaning was read. A lead official chooses among their own, staff type any."""

    domain = DomainField(label=_("Mail domain"))
    understood = forms.BooleanField(label=_("I understand: whoever has a mailbox there joins without being asked"))

    def __init__(self, *args: Any, user: Any, on: Collection[str], **kwargs: Any) -> None:
        """`on` are the domains that are confirmed already, and awake."""
        super().__init__(*args, **kwargs)
        if not user.vets:
            own = [domain for domain in own_domains(user) if domain not in on]
            self.fields["domain"] = forms.ChoiceField(
                label=_("Mail domain"),
                choices=[(domain, domain) for domain in own],
                initial=own[0] if len(own) == 1 else None,
                widget=forms.RadioSelect,
            )
            self.has_choice = bool(own)
        else:
            self.has_choice = True
