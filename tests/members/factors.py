"""A second step at sign-in, as tests go through it: an authenticator app, and who shows once more that it is them."""

from __future__ import annotations

import hmac
import re
import struct
from base64 import b32decode
from types import SimpleNamespace
from typing import Any

from allauth.mfa.models import Authenticator
from allauth.mfa.recovery_codes.internal.auth import RecoveryCodes
from allauth.mfa.totp.internal import auth
from django.test import Client

from members import limits
from members.models import User
from strongcities import sealed
from tests import cast

NOW = 1_900_000_000  # begins no half minute: 10 seconds are gone of one
STEP = 30
SECRET = "JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP"


def stop_the_clock(monkeypatch: Any, now: float = NOW) -> None:
    """It is `now` for whoever checks a code or counts tries; the rest of the house lives on."""
    for module in (auth, limits):
        monkeypatch.setattr(module, "time", SimpleNamespace(time=lambda: now))


def code(secret: str = SECRET, now: float = NOW) -> str:
    """What an app shows at `now`, by RFC 6238 with its defaults: SHA-1, 30 seconds, six digits."""
    digest = hmac.digest(b32decode(secret), struct.pack(">Q", int(now) // STEP), "sha1")
    (number,) = struct.unpack_from(">I", digest, digest[-1] & 0x0F)
    return f"{(number & 0x7FFF_FFFF) % 1_000_000:06}"


def another(given: str) -> str:
    """Six digits that are not `given`."""
    return f"{(int(given) + 1) % 1_000_000:06}"


def give_app(user: User) -> list[str]:
    """`user` has an authenticator app with SECRET; answers the recovery codes that came with it."""
    Authenticator.objects.create(user=user, type=Authenticator.Type.TOTP, data={"secret": sealed.seal(SECRET)})
    return list(RecoveryCodes.activate(user).generate_codes())


def half_in(user: User, client: Client | None = None) -> Client:
    """A browser whose password was right, and which is asked for the second step now."""
    client = client or Client()
    answer = client.post("/account/login/", {"login": user.email, "password": cast.PASSWORD})
    assert (answer.status_code, answer["Location"], is_in(client)) == (302, "/account/2fa/authenticate/", False)
    return client


def later(client: Client, seconds: int = 5 * 60 + 1) -> Client:
    """The same browser, whose reader signed in, or showed that it is them, that long ago."""
    session = client.session
    for record in session["account_authentication_methods"]:
        record["at"] -= seconds
    session.save()
    return client


def second_step(client: Client, typed: str) -> Any:
    return client.post("/account/2fa/authenticate/", {"code": typed})


def is_in(client: Client) -> bool:
    return client.get("/desk/").status_code == 200


def shown_again(user: User) -> Client:
    """A browser that is signed in, and whose reader has just shown once more that it is them."""
    client = Client()
    client.force_login(user)
    answer = client.post("/account/reauthenticate/", {"password": cast.PASSWORD, "next": "/desk/"})
    assert (answer.status_code, answer["Location"]) == (302, "/desk/")
    return client


def asks_again(answer: Any) -> bool:
    """Whether one has to show that it is oneself before anything else happens."""
    return answer.status_code == 302 and str(answer["Location"]).startswith("/account/reauthenticate/?next=")


def codes_on(text: str) -> list[str]:
    """Recovery codes on a page or in a file: eight digits each."""
    return re.findall(r"(?<!\d)\d{8}(?!\d)", text)
