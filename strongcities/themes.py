"""The fifteen themes that people, practices, events, twinning, grants and needs have in common.

Slugs are fixed (addresses and imports rely on them); labels are translated. The order is the network's default; a
committee's priorities will lead it. Source: the network's taxonomy (docs/domain.md).
"""

from django.db import models
from django.utils.translation import gettext_lazy as _


class Theme(models.TextChoices):
    STRATEGY = "local-strategy-and-action-planning", _("Local strategy and action planning")
    NETWORKS = "local-prevention-networks", _("Local prevention networks")
    ASSESSMENT = "local-risk-and-needs-assessment", _("Local risk and needs assessment")
    COHESION = "community-engagement-and-social-cohesion", _("Community engagement and social cohesion")
    YOUTH = "youth-engagement", _("Youth engagement")
    EDUCATION = "education-and-critical-thinking", _("Education and critical thinking")
    COMMUNICATIONS = "counter-narratives-and-communications", _("Counter-narratives and communications")
    POLARISATION = "polarisation-and-hate", _("Polarisation and hate")
    ONLINE = "online-harms-and-disinformation", _("Online harms and disinformation")
    REFUGEES = "refugees-and-displacement", _("Refugees and displacement")
    PARTNERSHIPS = "public-private-partnerships", _("Public-private partnerships")
    GENDER = "gender-equality", _("Gender equality")
    FAMILY = "family-and-psychosocial-support", _("Family and psychosocial support")
    DISENGAGEMENT = "disengagement-and-reintegration", _("Disengagement and reintegration")
    CRISIS = "crisis-response-and-victims", _("Crisis response and victims")
