"""What a password must be, in our words: each rule a line that stands before the field, each fault a sentence that says what to do."""

from __future__ import annotations

from django.contrib.auth.password_validation import CommonPasswordValidator, MinimumLengthValidator, UserAttributeSimilarityValidator
from django.utils.translation import gettext, ngettext


class Long(MinimumLengthValidator):
    def __init__(self, min_length: int = 10) -> None:
        super().__init__(min_length)

    def get_error_message(self) -> str:
        words = ngettext(
            "This is too short: it takes at least %(least)d character.",
            "This is too short: it takes at least %(least)d characters.",
            self.min_length,
        )
        return words % {"least": self.min_length}

    def get_help_text(self) -> str:
        words = ngettext(
            "At least %(least)d character; a few words in a row are easy to remember.",
            "At least %(least)d characters; a few words in a row are easy to remember.",
            self.min_length,
        )
        return words % {"least": self.min_length}


class Uncommon(CommonPasswordValidator):
    def get_error_message(self) -> str:
        return gettext("Many people use this one, so it is tried first. Choose another.")

    def get_help_text(self) -> str:
        return gettext("None that many people use, such as 1234567890.")


class Unlike(UserAttributeSimilarityValidator):
    def __init__(self) -> None:
        super().__init__(user_attributes=("email", "name"))

    def get_error_message(self) -> str:
        return gettext("This is too much like your name or your mail address.")

    def get_help_text(self) -> str:
        return gettext("Not your name and not your mail address.")
