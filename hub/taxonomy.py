"""The facets by which practices are found. OR within a facet, AND across.

Source: the network's taxonomy (docs/domain.md). Slugs are fixed: addresses, imports and the search's bits rely on them and
on their order, so a new value is added at the end of its class, with a migration. Labels are translated.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING

from django.db import models
from django.utils.translation import get_language, gettext_lazy as _, override, pgettext_lazy

from members.regions import Population, Region
from strongcities import languages
from strongcities.themes import Theme

if TYPE_CHECKING:
    from django.utils.functional import _StrPromise


class Level(models.TextChoices):
    PRIMARY = "primary", _("Primary: whole population")
    SECONDARY = "secondary", _("Secondary: people at higher risk")
    TERTIARY = "tertiary", _("Tertiary: disengagement and reintegration")
    RESPONSE = "response", _("Response after an incident")
    SYSTEM_WIDE = "system-wide", _("System-wide")


class PracticeType(models.TextChoices):
    STRATEGY = "strategy-or-action-plan", _("Strategy or action plan")
    COORDINATION = "coordination-body", _("Coordination body")
    PROGRAMME = "programme", _("Programme")
    CASEWORK = "case-based-support-service", _("Case-based support service")
    TRAINING = "training", _("Training")
    CAMPAIGN = "campaign", _("Campaign")
    TOOL = "tool-or-guidance", _("Tool or guidance")
    POLICY = "policy-or-regulation", _("Policy or regulation")
    FUNDING = "funding-scheme", _("Funding scheme")
    RESEARCH = "assessment-or-research", _("Assessment or research")


class People(models.TextChoices):
    PUBLIC = "general-public", _("General public")
    YOUTH = "children-and-young-people", _("Children and young people")
    FAMILIES = "parents-and-families", _("Parents and families")
    TEACHERS = "teachers", _("Teachers")
    FRONT_LINE = "front-line-staff", _("Front-line staff")
    LEADERS = "elected-leaders-and-senior-officials", _("Elected leaders and senior officials")
    COMMUNITY_LEADERS = "community-and-faith-leaders", _("Community and faith leaders")
    WOMENS_ORGANISATIONS = "womens-organisations", _("Women's organisations")
    REFUGEES = "refugees-and-displaced-people", _("Refugees and displaced people")
    IN_CUSTODY = "people-in-custody-or-on-release", _("People in custody or on release")
    VICTIMS = "victims-and-survivors", _("Victims and survivors")


class Sector(models.TextChoices):
    MAYORS_OFFICE = "mayors-or-governors-office", _("Mayor's or governor's office")
    COMMUNITY_SAFETY = "community-safety", _("Community safety")
    SOCIAL_SERVICES = "social-and-youth-services", _("Social and youth services")
    EDUCATION = "education", _("Education")
    POLICE = "police", _("Police")
    PRISON = "prison-and-probation", _("Prison and probation")
    HEALTH = "health", _("Health")
    CIVIL_SOCIETY = "civil-society", _("Civil society")
    FAITH = "faith-and-community-bodies", _("Faith and community bodies")
    BUSINESS = "business-and-technology", _("Business and technology")
    NATIONAL = "national-government", _("National government")


class Setting(models.TextChoices):
    WHOLE_AREA = "whole-authority-area", _("Whole authority area")
    NEIGHBOURHOOD = "neighbourhood", _("Neighbourhood")
    SCHOOL = "school-or-university", _("School or university")
    YOUTH_VENUE = "youth-or-sports-venue", _("Youth or sports venue")
    HOME = "home", pgettext_lazy("where a practice takes place", "Home")
    COMMUNITY_VENUE = "community-or-faith-venue", _("Community or faith venue")
    PRISON = "prison-or-probation", _("Prison or probation")
    HEALTH_SERVICE = "health-or-social-service", _("Health or social service")
    ONLINE = "online", _("Online")
    PUBLIC_SPACE = "public-space", _("Public space")


class Form(models.TextChoices):
    ALL = "all-forms", _("All forms")
    RACIAL = "racial", _("Racial")
    IDEOLOGICAL = "ideological", _("Ideological")
    POLITICAL = "political", _("Political")
    RELIGIOUS = "religious", _("Religious")
    HATE = "hate-and-polarisation-short-of-violence", _("Hate and polarisation short of violence")


class Evidence(models.TextChoices):
    """How strong the evidence is, set by a reviewer: not how large the effect, and no endorsement."""

    DESCRIBED = "0", _("Described by its city")
    THEORY = "1", _("Clear theory of change")
    MONITORED = "2", _("Monitored: data shows change")
    EVALUATED = "3", _("Evaluated with a comparison")
    REPLICATED = "4", _("Evaluated more than once, or replicated elsewhere")
    NOT_EFFECTIVE = "x", _("Tested and not found effective")


EVIDENCE_EXPLAINED = {
    Evidence.DESCRIBED: _("The city tells what it does. Whether it works has not been looked into yet, or nothing was found on it."),
    Evidence.THEORY: _("It is set out why the work should have an effect, step by step, so that each step can be tested."),
    Evidence.MONITORED: _("Data was gathered and shows change. Whether the practice caused it is not known."),
    Evidence.EVALUATED: _(
        "An evaluation compared those who were reached with others, or with before, in a way that lets causes be judged."
    ),
    Evidence.REPLICATED: _("Several evaluations, or the same practice in other places, point the same way."),
    Evidence.NOT_EFFECTIVE: _("An evaluation found no effect of the kind that was hoped for. Knowing it spares others the way."),
}


@cache
def _labels(choices: type[models.TextChoices], language: str) -> dict[str, str]:
    with override(language):
        return {str(value): str(label) for value, label in choices.choices}


@dataclass(frozen=True)
class Facet:
    """One facet: `name` is its parameter in addresses, `choices` its values in the order shown (empty for `language`, whose
    values come from the records), `field` the practice's own field ("" where the value is its city's), `many` whether a
    practice has several."""

    name: str
    label: _StrPromise
    choices: type[models.TextChoices] | None
    field: str = ""
    many: bool = True

    def labels(self) -> dict[str, str]:
        """Slug to label in the active language, in the order shown; for `language` every language known, by code."""
        return languages.names() if self.choices is None else _labels(self.choices, get_language() or "en")


FACETS = (
    Facet("level", _("Prevention level"), Level, "prevention_levels"),
    Facet("theme", _("Theme"), Theme, "themes"),
    Facet("type", _("Practice type"), PracticeType, "practice_types"),
    Facet("people", _("People reached"), People, "people_reached"),
    Facet("sector", _("Sectors involved"), Sector, "sectors"),
    Facet("setting", pgettext_lazy("where a practice takes place", "Setting"), Setting, "settings"),
    Facet("form", _("Form addressed"), Form, "forms_addressed"),
    Facet("evidence", _("Evidence"), Evidence, "evidence", many=False),
    Facet("region", _("Region"), Region, many=False),
    Facet("population", _("Population of the city"), Population, many=False),
    Facet("language", _("Language"), None, "language", many=False),
)
# Values that addresses of before may have: (facet, slug of then): slug of now. None has changed yet.
SUCCESSORS: dict[tuple[str, str], str] = {}
BY_NAME = {facet.name: facet for facet in FACETS}
# Facets whose values have a bit each in the search's rows; a language is kept by its code.
CODED = tuple(facet for facet in FACETS if facet.choices is not None)
