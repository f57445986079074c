"""What Django and the libraries say in Arabic: nothing is left out, and what we say in their place they still say."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable
from importlib.util import find_spec
from io import BytesIO
from pathlib import Path
from typing import Any

import pytest
from babel.messages.catalog import Message
from babel.messages.extract import extract
from babel.messages.mofile import read_mo
from babel.messages.pofile import read_po
from django import forms
from django.conf import settings
from django.contrib import messages
from django.contrib.messages import get_messages
from django.core.validators import MaxLengthValidator
from django.urls import reverse
from django.utils.translation import override, trans_real

from members.models import Reason
from strongcities import borrowed
from tests import cast
from tests.strongcities.test_translations import CALLS, catalogue, forms as forms_of, ids, is_translated

type Key = tuple[str | None, str]

# Those whose words people meet; each with the catalogue that names all its words. django-filter and django-post-office have no
# English one, so what they say is read from a language that they are translated to.
LIBRARIES = {
    "django.conf": "en", "django.contrib.admin": "en", "django.contrib.auth": "en", "django.contrib.contenttypes": "en",
    "django.contrib.postgres": "en", "django.contrib.sessions": "en", "allauth": "en", "django_filters": "ar", "post_office": "de",
}  # fmt: skip


def read(path: Path) -> dict[Key, Message]:
    if not path.exists():
        return {}
    with path.open("rb") as file:
        return {(message.context, ids(message)[0]): message for message in read_po(file) if message.id}


def place(name: str, language: str, domain: str = "django") -> Path:
    spec = find_spec(name)
    assert spec
    assert spec.origin
    return Path(spec.origin).parent / "locale" / language / "LC_MESSAGES" / f"{domain}.po"


def of_library(name: str, language: str, domain: str = "django") -> dict[Key, Message]:
    """A library's own catalogue, as it ships it."""
    return read(place(name, language, domain))


def named(words: Iterable[object]) -> set[str]:
    return {str(word) for word in words}


def said_by_libraries() -> set[Key]:
    return {key for name, whole in LIBRARIES.items() for key in of_library(name, whole)}


def borrowed_words() -> set[Key]:
    found = extract("python", BytesIO(Path(borrowed.__file__).read_bytes()), CALLS)
    return {(context, message if isinstance(message, str) else message[0]) for _line, message, _comments, context in found}


def spoken() -> Any:
    """The words of Arabic as Django has put them together: its own, the apps', ours."""
    return trans_real.translation("ar")._catalog  # type: ignore[attr-defined]


def is_known(key: Key) -> bool:
    context, word = key
    whole = f"{context}\x04{word}" if context else word
    words = spoken()
    return bool(words.get(whole)) or bool(words.get((whole, 3)))


def test_the_libraries_are_read():
    assert {(None, "This field is required."), ("Task", "Ready"), (None, "Post Office"), (None, "Incorrect code.")} <= said_by_libraries()
    assert is_known((None, "This field is required."))
    assert not is_known((None, "Nobody says this."))


def test_no_word_of_a_library_is_left_in_english():
    """post_office has no Arabic; of what it says, the admin's outbox shows what is named in `borrowed.MAILS`."""
    wanted = {key for name, whole in LIBRARIES.items() if name != "post_office" for key in of_library(name, whole)}
    assert sorted(word for context, word in wanted if not is_known((context, word))) == []
    mails = {key for key in borrowed_words() if key[1] in named(borrowed.MAILS)}
    assert len(mails) == len(borrowed.MAILS)
    assert {word for context, word in mails if not is_known((context, word))} == set()


def test_what_is_borrowed_is_still_said():
    assert len(borrowed_words()) > 90
    assert borrowed_words() - said_by_libraries() == set()


def test_what_was_missing_is_still_missing():
    """Once a library has it, ours is one too many: take it out of `borrowed.MISSING`. What counts is the compiled file, which may be
    older than the source beside it."""
    theirs: set[str] = set()
    for name in LIBRARIES:
        if (path := place(name, "ar").with_suffix(".mo")).exists():
            with path.open("rb") as file:
                theirs |= {ids(message)[0] for message in read_mo(file) if message.id and all(forms_of(message))}
    assert "This field is required." in theirs
    assert {str(word) for word in borrowed.MISSING if isinstance(word, str)} & theirs == set()


def test_ours_is_read_and_not_theirs():
    """A setting or an order of apps by which theirs came last would leave all of `borrowed` without effect."""
    ours = {(message.context, ids(message)[0]): forms_of(message) for message in catalogue("ar")}
    words = spoken()
    for context, word in borrowed_words():
        whole = f"{context}\x04{word}" if context else word
        assert (words.get(whole) or words.get((whole, 3))) in ours[context, word], word


@pytest.mark.parametrize(
    ("most", "said"),
    [
        (1, "الحد الأقصى: حرف واحد (عدد ما كُتب: 300)."),
        (2, "الحد الأقصى: حرفان (عدد ما كُتب: 300)."),
        (3, "الحد الأقصى: 3 أحرف (عدد ما كُتب: 300)."),
        (120, "الحد الأقصى: 120 حرفًا (عدد ما كُتب: 300)."),
        (200, "الحد الأقصى: 200 حرف (عدد ما كُتب: 300)."),
    ],
)
def test_a_limit_is_counted_as_arabic_counts(most, said):
    with pytest.raises(forms.ValidationError) as refused:
        forms.CharField(validators=[MaxLengthValidator(most)]).clean("ا" * 300)
    with override("ar"):
        assert refused.value.messages == [said]


def test_a_change_is_not_called_an_addition(client, db):
    """Django's Arabic says of a change that it was added."""
    client.force_login(cast.make_staff("sam", is_superuser=True))
    reason = Reason.objects.order_by("pk")[0]
    page = client.get(f"/ar/admin/members/reason/{reason.pk}/change/")
    form = {name: page.context["adminform"].form[name].value() for name in page.context["adminform"].form.fields}
    response = client.post(f"/ar/admin/members/reason/{reason.pk}/change/", form)
    assert response.status_code == 302
    (told,) = get_messages(response.wsgi_request)
    assert (told.level, "حُفظ تغيير" in told.message, "إضافة" in told.message) == (messages.SUCCESS, True, False)


# --- What the admin's scripts say --------------------------------------------------------------------------------------


def test_the_scripts_of_the_admin_have_no_gap(client, db):
    client.force_login(cast.make_staff())
    with override("ar"):
        script = client.get(reverse("admin:jsi18n")).content.decode()
    found = re.search(r"const newcatalog = (\{.*?\});", script, re.DOTALL)
    assert found
    words = json.loads(found[1])
    wanted = {f"{context}\x04{word}" if context else word for context, word in of_library("django.contrib.admin", "en", "djangojs")}
    assert "Choose a Date" in wanted
    assert wanted - words.keys() == set()


def test_our_words_for_the_scripts_are_those_that_django_lacks():
    ours = read(Path(settings.LOCALE_PATHS[0]) / "ar/LC_MESSAGES/djangojs.po")
    theirs = {key for key, message in of_library("django.contrib.admin", "ar", "djangojs").items() if is_translated(message)}
    assert ours
    assert all(is_translated(message) for message in ours.values())
    assert ours.keys() == of_library("django.contrib.admin", "en", "djangojs").keys() - theirs
