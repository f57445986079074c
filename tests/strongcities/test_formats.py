"""Dates and figures read alike wherever they stand, in each language of the house."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from django.conf import settings
from django.utils import formats
from django.utils.translation import override

from strongcities.templatetags.house import number

MOMENT = datetime(2015, 9, 30, 14, 5, tzinfo=UTC)


@pytest.mark.parametrize(
    ("language", "date", "with_time", "figures"),
    [
        ("en", "30 September 2015", "30 September 2015, 14:05", ("1,021", "2.5")),
        ("ar", "30 سبتمبر 2015", "30 سبتمبر 2015، 14:05", ("1,021", "2.5")),
    ],
)
def test_dates_and_figures(language, date, with_time, figures):
    with override(language):
        assert formats.date_format(MOMENT) == formats.date_format(MOMENT, "j F Y") == date
        assert formats.date_format(MOMENT, "DATETIME_FORMAT") == with_time
        assert formats.time_format(MOMENT) == "14:05"
        assert (number(1021), formats.number_format(2.5)) == figures


def test_every_language_has_its_formats():
    """One without falls back on Django's, in which English is written as in the United States."""
    for language, _name in settings.LANGUAGES:
        assert any(module.__name__.startswith("strongcities.formats") for module in formats.get_format_modules(language))
