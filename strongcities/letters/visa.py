"""The letter for an embassy or consulate, in English or French: somebody is registered for an event of the network.

    VisaLetter(language="fr", reference="SCN-2026-0147", …).pdf()

What it says about costs is one of three sentences (`Costs`); its words stand in visa_letter.typ. It is one page, whatever it is filled
with within the limits here.
"""

from __future__ import annotations

from dataclasses import asdict, dataclass
from datetime import date
from typing import Any

from babel.dates import format_date
from django.core.exceptions import ValidationError
from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _

from strongcities import letters

CONTACT = "info@strongcitiesnetwork.org"
ADDRESSEE_LINES = 5
# How many signs fit, of what is one line; of `addressee` it is each line.
LONGEST = {
    "reference": 20, "addressee": 60, "full_name": 100, "nationality": 60, "passport_number": 20, "post": 120, "city": 120, "event": 150,
    "place": 120, "invited_by": 120, "signer_name": 80, "signer_function": 100, "contact": 60,
}  # fmt: skip


class Costs(TextChoices):
    """Who bears what the journey costs."""

    OWN = "own", _("their own authority")
    NETWORK = "network", _("the Strong Cities Network")
    SHARED = "shared", _("both of them")


class Language(TextChoices):
    ENGLISH = "en", _("English")
    FRENCH = "fr", _("French")


@dataclass(frozen=True, kw_only=True)
class VisaLetter:
    """What the letter says. Raises ValidationError by field, in words for whoever fills it in."""

    language: str
    reference: str
    written: date
    addressee: str  # up to five lines: the embassy or consulate, its section, its town
    full_name: str  # as in the passport, and so are the next three
    nationality: str
    born: date
    passport_number: str
    post: str
    city: str  # the authority, with its country
    event: str
    starts: date
    ends: date
    place: str
    costs: str
    invited_by: str
    signer_name: str
    signer_function: str
    contact: str = CONTACT

    def __post_init__(self) -> None:
        found = {name: words for name in LONGEST if (words := self._wrong_with(name)) is not None}
        if self.language not in Language.values:
            found["language"] = _("The letter is written in English or French.")
        if self.costs not in Costs.values:
            found["costs"] = _("Say who bears the costs.")
        if self.ends < self.starts:
            found["ends"] = _("The event ends before it begins.")
        elif self.ends < self.written:
            found["ends"] = _("The event is over on the day of the letter.")
        if not 0 < self.written.year - self.born.year < 130:
            found["born"] = _("This date of birth can’t be right.")
        if found:
            raise ValidationError({name: ValidationError(words, params={"most": LONGEST.get(name)}) for name, words in found.items()})

    def _wrong_with(self, name: str) -> Any:
        """What is wrong with a text, in words, or None."""
        lines = getattr(self, name).strip().splitlines() if name == "addressee" else [getattr(self, name)]
        if not lines or not all(line.strip() for line in lines):
            return _("The letter needs it.")
        if len(lines) > ADDRESSEE_LINES:
            return _("At most five lines fit.")
        if max(len(line) for line in lines) > LONGEST[name]:
            return _("At most %(most)s signs fit into a line.") if name == "addressee" else _("At most %(most)s signs fit.")
        return None

    def pdf(self) -> bytes:
        """Raises letters.Unprintable where a name isn't in Latin, Greek or Cyrillic letters."""
        said = {
            **asdict(self),
            "addressee": self.addressee.strip().splitlines(),
            "written": day(self.written, self.language),
            "born": day(self.born, self.language),
            "days": days(self.starts, self.ends, self.language),
        }
        del said["starts"], said["ends"]
        return letters.pdf("visa_letter", said, dated=self.written)


_LOCALE = {"en": "en_GB", "fr": "fr_FR"}


def day(when: date, language: str, form: str = "d MMMM y") -> str:
    """9 March 2026; in French the first of a month is 1er."""
    text = format_date(when, form, locale=_LOCALE[language])
    return text.replace("1", "1er", 1) if language == "fr" and when.day == 1 else text


def days(starts: date, ends: date, language: str) -> str:
    """29 to 30 September 2026; in French du 29 au 30 septembre 2026. What both share is said once."""
    if starts == ends:
        return day(starts, language)
    form = "d MMMM y" if starts.year != ends.year else "d MMMM" if starts.month != ends.month else "d"
    first, last = day(starts, language, form), day(ends, language)
    return f"du {first} au {last}" if language == "fr" else f"{first} to {last}"
