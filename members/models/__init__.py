"""People, cities, and applications to join."""

from members.models.application import Application, ApplicationNote, ApplicationTransition
from members.models.change import CityChange
from members.models.city import City, Membership
from members.models.domain import CityDomain
from members.models.draft import Draft
from members.models.invitation import Invitation, InvitationTransition
from members.models.official import Official, Post, PostTransition
from members.models.reason import Reason
from members.models.user import User
from members.models.vacancy import Vacancy
from members.models.vouch import Vouch, VouchTransition

__all__ = [
    "Application",
    "ApplicationNote",
    "ApplicationTransition",
    "City",
    "CityChange",
    "CityDomain",
    "Draft",
    "Invitation",
    "InvitationTransition",
    "Membership",
    "Official",
    "Post",
    "PostTransition",
    "Reason",
    "User",
    "Vacancy",
    "Vouch",
    "VouchTransition",
]
