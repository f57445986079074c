"""The two names of a city, in English and in its own language, as a reader is shown them.

Members and visitors read `called` wherever a page or what waits for them names a city. `name` stays in the staff's pages, in mails
and JSON, in what is found by it (slugs, searches, matching), and where a page shows the vetted names themselves. What an applicant
may read before the city is shown is `Application.city_for_applicant`.
"""

from __future__ import annotations

from django.utils.translation import get_language

from strongcities import languages


class TwoNames:
    """Of what has `name`, `own_name` and `own_language`."""

    name: str
    own_name: str
    own_language: str

    @property
    def own_direction(self) -> str:
        """`rtl` or `ltr`: how the name in the city's own language is written."""
        return languages.direction(self.own_language)

    @property
    def called(self) -> str:
        """What the reader calls it: its own name for who reads its own language, else its name in English."""
        return self.own_name if self._reads_own() else self.name

    @property
    def also_called(self) -> tuple[str, str, str] | None:
        """The other of the two names, with its language and direction, to stand beside; None where there is but one."""
        if not self.own_name or self.own_name == self.name:
            return None
        return (self.name, "en", "ltr") if self._reads_own() else (self.own_name, self.own_language, self.own_direction)

    def _reads_own(self) -> bool:
        return bool(self.own_name) and self.own_language == (get_language() or "").partition("-")[0]
