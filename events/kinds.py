"""The kinds of events, whom they are for, and how one registers. Source: the network's taxonomy (docs/domain.md); slugs are fixed."""

from django.db import models
from django.utils.translation import gettext_lazy as _, pgettext_lazy


class Kind(models.TextChoices):
    SUMMIT = "annual-summit", _("Annual summit")
    WORKSHOP = "regional-workshop", _("Regional workshop")
    CONFERENCE = "international-conference", _("International conference")
    SEMINAR = "capacity-building-seminar", _("Capacity-building seminar")
    WEBINAR = "webinar", _("Webinar")
    COMMITTEE = "steering-committee-meeting", _("Steering Committee meeting")
    VISIT = "city-to-city-exchange-visit", _("City-to-city exchange visit")


class Audience(models.TextChoices):
    """Who sees the event, and may register."""

    PUBLIC = "public", _("Everyone")
    MEMBERS = "members", _("Officials of member cities")
    COMMITTEE = "committee", _("Officials of the Steering Committee’s cities")
    INVITATION = "invitation", _("By invitation")


class Way(models.TextChoices):
    """How one comes to have a seat."""

    NONE = "none", _("No registration here")
    OPEN = "open", _("Open: who registers has a seat while there are some")
    MODERATED = "moderated", _("Moderated: the Secretariat decides on each")
    INVITED = "invited", _("Only who was invited registers")


class SessionKind(models.TextChoices):
    PLENARY = "plenary", pgettext_lazy("kind of session", "Plenary")
    WORKSHOP = "workshop", pgettext_lazy("kind of session", "Workshop")
    SHOWCASE = "showcase", pgettext_lazy("kind of session", "Showcase")
    EXERCISE = "exercise", pgettext_lazy("kind of session", "Exercise")
    BREAK = "break", pgettext_lazy("kind of session", "Break")


class ListedTo(models.TextChoices):
    """Who reads somebody's name in the list of participants."""

    NOBODY = "nobody", _("Nobody but the Secretariat")
    PARTICIPANTS = "participants", _("Those who take part")
    EVERYONE = "everyone", _("Everyone who sees the event")
