"""Regions of the network and bands of population, and how a city gets its own.

Source: the network's own ten regions and five bands (docs/domain.md). A region follows from the country's UN subregion
(data/countries.csv); staff may override a city's.
"""

from django.db import models
from django.utils.translation import gettext_lazy as _


class Region(models.TextChoices):
    NORTH_AMERICA = "north-america", _("North America")
    LATIN_AMERICA = "latin-america-caribbean", _("Latin America & Caribbean")
    EUROPE = "europe", _("Europe")
    WESTERN_BALKANS = "western-balkans", _("Western Balkans")
    MIDDLE_EAST = "middle-east-north-africa", _("Middle East & North Africa")
    WEST_AFRICA = "west-central-africa", _("West & Central Africa")
    EAST_AFRICA = "east-southern-africa", _("East & Southern Africa")
    SOUTH_ASIA = "south-asia", _("South Asia")
    CENTRAL_ASIA = "central-asia", _("Central Asia")
    EAST_ASIA = "east-asia-pacific", _("East Asia & Pacific")


class Population(models.TextChoices):
    UNDER_50_000 = "under-50-000", _("Under 50,000")
    TO_250_000 = "50-000-to-250-000", _("50,000 to 250,000")
    TO_1_MILLION = "250-000-to-1-million", _("250,000 to 1 million")
    TO_5_MILLION = "1-to-5-million", _("1 to 5 million")
    OVER_5_MILLION = "over-5-million", _("Over 5 million")


_BAND_ENDS = (
    (50_000, Population.UNDER_50_000),
    (250_000, Population.TO_250_000),
    (1_000_000, Population.TO_1_MILLION),
    (5_000_000, Population.TO_5_MILLION),
)


MOST_PEOPLE = 400_000_000  # of a state of the largest country


def population_band(people: int) -> Population:
    """The band that a number of inhabitants falls into; the upper end belongs to the next band (50,000 is `to 250,000`)."""
    return next((band for end, band in _BAND_ENDS if people < end), Population.OVER_5_MILLION)
