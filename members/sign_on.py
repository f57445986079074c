"""Signing in by a city's own single sign-on: allauth's OpenID Connect, with what it leaves open closed.

allauth brings the flow (state, code, PKCE) and the sign-in with its second step. Here are added: providers from our own
table (models/sign_on.py), the issuer compared with the one that was entered, a nonce, the signature of every ID token, and
who may come in: an account that exists, by an address that the provider has verified, of a domain that is the city's.
"""

from __future__ import annotations

from typing import Any
from urllib.parse import urlsplit

import jwt
import requests
from allauth.core.exceptions import ImmediateHttpResponse
from allauth.socialaccount.adapter import DefaultSocialAccountAdapter
from allauth.socialaccount.models import SocialAccount, SocialApp, SocialLogin, SocialToken
from allauth.socialaccount.providers.base.constants import AuthError
from allauth.socialaccount.providers.oauth2.client import OAuth2Error
from allauth.socialaccount.providers.openid_connect.provider import OpenIDConnectProvider
from allauth.socialaccount.providers.openid_connect.views import OpenIDConnectOAuth2Adapter
from django.conf import settings
from django.db import IntegrityError, transaction
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.crypto import constant_time_compare, get_random_string, salted_hmac
from django.utils.translation import override

from members.accounts import unless_demo
from members.mailboxes import normal
from members.models import SignOn, User

# Only such as nobody can sign with what we know: no "none", no shared secret.
ALGORITHMS = ["RS256", "RS384", "RS512", "PS256", "PS384", "PS512", "ES256", "ES384", "ES512", "EdDSA"]
STATUS = {"unreachable": 503}  # of a page that says why not; others are the provider's word against ours: 403
BAD_ANSWER = (AttributeError, KeyError, TypeError, ValueError, requests.RequestException)


def refused(request: HttpRequest, reason: str, city: Any = None) -> HttpResponse:
    """The page that says why a sign-in came to nothing, with other ways in."""
    return render(request, "members/sign_on_refused.html", {"reason": reason, "city": city}, status=STATUS.get(reason, 403))


def callback_url(slug: str) -> str:
    """Where a provider sends readers back to: one address whatever language they read."""
    with override(settings.LANGUAGE_CODE):
        return f"{settings.SITE_URL}{reverse('members:sign_on_callback', args=[slug])}"


def _nonce(state: str) -> str:
    """Ties an ID token to the state that was put into this reader's session; nobody else can make it."""
    return str(salted_hmac("members.sign_on", state, algorithm="sha256").hexdigest())


class CityAdapter(OpenIDConnectOAuth2Adapter):  # type: ignore[misc]  # it ships no types
    """What is asked of a provider, and how far it is believed."""

    @property
    def openid_config(self) -> dict[str, Any]:
        """What the provider says of itself. Raises OAuth2Error where it isn't the one that was entered."""
        if not hasattr(self, "_config"):
            issuer = self.get_provider().app.settings["server_url"]
            self._config = _fetched(f"{issuer.rstrip('/')}/.well-known/openid-configuration")
            if self._config.get("issuer") != issuer:
                raise OAuth2Error("issuer mismatch")
            for name in ("authorization_endpoint", "token_endpoint", "jwks_uri"):
                _require_safe(self._config.get(name))
        return self._config

    @property
    def basic_auth(self) -> bool:
        """Where a provider names no way to show the secret, the standard's is meant (Discovery 1.0, 3)."""
        return "client_secret_post" not in self.openid_config.get("token_endpoint_auth_methods_supported", ["client_secret_basic"])

    def get_callback_url(self, request: HttpRequest, app: SocialApp) -> str:
        return callback_url(self.provider_id)

    def get_access_token_data(self, request: HttpRequest, app: SocialApp, client: Any, pkce_code_verifier: str | None = None) -> Any:
        try:
            return super().get_access_token_data(request, app, client, pkce_code_verifier=pkce_code_verifier)
        except BAD_ANSWER as error:
            raise OAuth2Error("no token") from error

    def parse_token(self, data: Any) -> SocialToken:
        """Not kept: who somebody is, is all that is asked."""
        return SocialToken(token="")

    def complete_login(self, request: HttpRequest, app: SocialApp, token: SocialToken, **kwargs: Any) -> SocialLogin:
        answer = kwargs["response"]
        try:
            claims = self._claims(app, answer["id_token"], _nonce(request.GET.get("state", "")))
            if "email" not in claims and "userinfo_endpoint" in self.openid_config:
                _require_safe(self.openid_config["userinfo_endpoint"])
                more = _fetched(self.openid_config["userinfo_endpoint"], bearer=str(answer["access_token"]))
                if more.get("sub") == claims["sub"]:  # else it is about somebody else (Core 1.0, 5.3.2)
                    claims = {**more, **claims}
            return self.get_provider().sociallogin_from_response(request, {"id_token": claims})
        except (jwt.PyJWTError, *BAD_ANSWER) as error:
            raise OAuth2Error("no ID token that holds") from error

    def _claims(self, app: SocialApp, token: str, nonce: str) -> dict[str, Any]:
        """What an ID token says, once it is known to be the provider's, for us, of now, and for this very sign-in."""
        header = jwt.get_unverified_header(token)
        if header.get("alg") not in ALGORITHMS:
            raise OAuth2Error("signed by a way that anybody could use")
        keys = [key for key in _fetched(self.openid_config["jwks_uri"])["keys"] if key.get("use", "sig") == "sig"]
        fitting = [key for key in keys if key.get("kid") == header.get("kid")]
        claims: dict[str, Any] = jwt.decode(
            token,
            jwt.PyJWK(fitting[0], algorithm=header["alg"]).key if fitting else "",
            algorithms=ALGORITHMS,
            audience=app.client_id,
            issuer=self.openid_config["issuer"],
            leeway=30,
            options={"require": ["exp", "iat", "iss", "aud", "sub"]},
        )
        if not constant_time_compare(str(claims.get("nonce", "")), nonce):
            raise OAuth2Error("nonce mismatch")
        if claims.get("azp", app.client_id) != app.client_id:
            raise OAuth2Error("for somebody else")
        return claims


def _fetched(url: str, *, bearer: str = "") -> dict[str, Any]:
    """A JSON object from a provider. Raises RequestException, ValueError."""
    with DefaultSocialAccountAdapter().get_requests_session() as session:
        session.max_redirects = 0
        answer = session.get(url, headers={"Authorization": f"Bearer {bearer}"} if bearer else {})
    answer.raise_for_status()
    found = answer.json()
    if not isinstance(found, dict):
        raise ValueError("no JSON object")
    return found


def _require_safe(url: Any) -> None:
    """Raises ValueError for an address that anybody on the way could answer for."""
    parts = urlsplit(str(url))
    if parts.scheme != "https" and not (settings.DEMO and parts.hostname in {"localhost", "127.0.0.1"}):
        raise ValueError("not https")


class CityProvider(OpenIDConnectProvider):  # type: ignore[misc]  # it ships no types
    oauth2_adapter_class = CityAdapter
    pkce_enabled_default = True

    def authorization_url(self, request: HttpRequest, *, next_url: str) -> str:
        """Where to send the reader. Raises OAuth2Error, ValueError, RequestException where the provider can't be asked."""
        state = get_random_string(32)
        answer = self.redirect(
            request, "login", next_url=next_url, state_id=state, scope=["openid", "email"], auth_params={"nonce": _nonce(state)}
        )
        return str(answer["Location"])

    def extract_extra_data(self, data: dict[str, Any]) -> dict[str, Any]:
        """Nothing of what a provider tells is kept."""
        return {}

    def extract_common_fields(self, data: dict[str, Any]) -> dict[str, Any]:
        return {"email": data["id_token"].get("email")}

    def extract_email_addresses(self, data: dict[str, Any]) -> list[Any]:
        """With "verified" as a yes and nothing else: a text "false" is none. Entra ID says `xms_edov` in its place."""
        claims = data["id_token"]
        verified = any(claims.get(name) in (True, "true", "1") for name in ("email_verified", "xms_edov"))
        addresses = super().extract_email_addresses(data)
        for address in addresses:
            address.verified = verified
        return list(addresses)


class SocialAdapter(DefaultSocialAccountAdapter):  # type: ignore[misc]  # it ships no types
    """Who comes in by a provider."""

    def list_apps(self, request: HttpRequest, provider: str | None = None, client_id: str | None = None) -> list[SocialApp]:
        found = SignOn.objects.open().select_related("city")
        if provider and provider != CityProvider.id:
            found = found.filter(slug=provider)
        if client_id:
            found = found.filter(client_id=client_id)
        return [
            SocialApp(
                provider=CityProvider.id,
                provider_id=row.slug,
                name=str(row.city)[:40],
                client_id=row.client_id,
                secret=row.unsealed_secret(),
                settings={"server_url": row.issuer},
            )
            for row in found
        ]

    def get_requests_session(self) -> requests.Session:
        session: requests.Session = super().get_requests_session()
        session.max_redirects = 0  # the secret goes where it was told to go, and nowhere else
        return session

    def is_open_for_signup(self, request: HttpRequest, sociallogin: SocialLogin) -> bool:
        """Accounts come from applications."""
        return False

    def populate_user(self, request: HttpRequest, sociallogin: SocialLogin, data: dict[str, Any]) -> Any:
        """No account is made of what a provider says."""
        return sociallogin.user

    def on_authentication_error(
        self, request: HttpRequest, provider: Any, error: Any = None, exception: Exception | None = None, **_more: Any
    ) -> None:
        cause = exception and (exception.__cause__ or exception)
        down = isinstance(cause, (requests.ConnectionError, requests.Timeout))
        reason = "cancelled" if error == AuthError.CANCELLED else "unreachable" if down else "failed"
        raise ImmediateHttpResponse(refused(request, reason, provider.name))

    def pre_social_login(self, request: HttpRequest, sociallogin: SocialLogin) -> None:
        """Find the account, or say why there is none. Raises ImmediateHttpResponse."""
        slug, uid = sociallogin.account.provider, sociallogin.account.uid
        address = next((normal(row.email) for row in sociallogin.email_addresses if row.verified), "")
        sign_on = SignOn.objects.for_address(address) if address else None
        if sign_on is None or sign_on.slug != slug:
            raise ImmediateHttpResponse(refused(request, "domain" if address else "unverified", sociallogin.provider.name))
        account = unless_demo(User.objects.filter(email=address).first())
        if account is None:
            raise ImmediateHttpResponse(refused(request, "nobody", sign_on.city))
        try:
            sociallogin.account, made = _link(account, slug, uid)
        except (SocialAccount.DoesNotExist, IntegrityError) as error:
            raise ImmediateHttpResponse(refused(request, "another", sign_on.city)) from error
        sociallogin.user = account
        if made:
            self.send_notification_mail("socialaccount/email/account_connected", account, context={"city": sign_on.city.name})


def _link(account: User, slug: str, uid: str) -> tuple[SocialAccount, bool]:
    """The link between `account` and the person `uid` of the provider; made at the first sign-in. Raises DoesNotExist where
    either stands for somebody else: a mailbox that was given to a new person opens nothing of the one before."""
    with transaction.atomic():
        User.objects.select_for_update(of=("self",), no_key=True).get(pk=account.pk)
        links = SocialAccount.objects.filter(provider=slug)
        if not links.filter(uid=uid).exists() and not links.filter(user=account).exists():
            return SocialAccount.objects.create(user=account, provider=slug, uid=uid, extra_data={}), True
        return links.get(user=account, uid=uid), False
