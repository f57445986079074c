"""The second step at sign-in, as allauth asks for it (MFA_ADAPTER): its secrets lie sealed, and what it names is named in our words."""

from __future__ import annotations

from typing import Any

from allauth.mfa.adapter import DefaultMFAAdapter
from allauth.mfa.models import Authenticator
from django.conf import settings
from django.utils.translation import gettext, gettext_lazy as _

from strongcities import sealed


class Adapter(DefaultMFAAdapter):  # type: ignore[misc]  # it ships no types
    error_messages = DefaultMFAAdapter.error_messages | {
        "cannot_generate_recovery_codes": _("Recovery codes come with an authenticator app or a key. Set up one of these first."),
        "unverified_email": _("Confirm your mail address first."),
    }

    def encrypt(self, text: str) -> str:
        return sealed.seal(text)

    def decrypt(self, encrypted_text: str) -> str:
        """Raises Unreadable: nobody is let by because a key is missing, and the page says that it is our fault."""
        return sealed.unseal(encrypted_text)

    def generate_authenticator_name(self, user: Any, type: Authenticator.Type) -> str:  # noqa: A002  as allauth calls it
        """What a new key is called unless its owner says otherwise."""
        number = Authenticator.objects.filter(user=user, type=type).count() + 1
        return gettext("My key") if number == 1 else gettext("Key %(number)s") % {"number": number}

    def _get_site_name(self) -> str:
        """What the browser says whom a key is for."""
        return str(settings.MFA_TOTP_ISSUER)
